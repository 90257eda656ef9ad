// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads https://doc.rust-lang.org/cargo/commands/cargo-metadata.html
#include "project/cargo.hpp"

#include "base/process.hpp"
#include "data/value.hpp"
#include "project/tool.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::project {
namespace {

constexpr std::size_t max_answer_bytes = 64 << 20; // a workspace of thousands of packages

std::string text_of(const data::Value& object, std::string_view key) {
    const auto* value = object.find(key);
    const auto* text = value ? value->string() : nullptr;
    return text ? *text : std::string();
}

bool is_binary(const data::Value& target) {
    const auto* kinds = target.find("kind");
    if (!kinds)
        return false;
    const auto items = kinds->items();
    return std::any_of(items.begin(), items.end(), [](const data::Value& kind) {
        return kind.string() && *kind.string() == "bin";
    });
}

bool same_directory(const base::Path& a, const base::Path& b) {
    std::error_code problem; // where it cannot be decided, the spelling decides
    return a.lexically_normal() == b.lexically_normal() ||
           std::filesystem::equivalent(a, b, problem);
}

} // namespace

Result<CargoPackage> cargo_package(const std::string& cargo, const base::Path& directory,
                                   const std::stop_token& stop) {
    base::Command command;
    command.words = {cargo, "metadata", "--no-deps", "--format-version", "1"};
    command.directory = directory;
    command.keep_bytes = max_answer_bytes;
    const auto outcome = base::run(command, stop);
    if (!outcome)
        return fail(base::Error(outcome.error().code(), "cargo cannot be asked about the project")
                        .because(outcome.error().message())
                        .help("give `cargo_path` in `[rust]`, or have cargo in PATH"));
    if (outcome->exit_status != 0)
        return fail(tool_failed("failed to read the Rust project", command, *outcome));
    return read_cargo_metadata(outcome->output, directory);
}

Result<CargoPackage> read_cargo_metadata(std::string json, const base::Path& directory) {
    auto document = data::parse_json({"cargo metadata", std::move(json)});
    if (!document)
        return fail(
            std::move(document).error().wrap("cargo's answer about the project is no JSON"));
    const auto* packages = document->root.find("packages");
    std::string others;
    for (const auto& package : packages ? packages->items() : std::span<const data::Value>()) {
        const base::Path manifest = text_of(package, "manifest_path");
        if (!same_directory(manifest.parent_path(), directory)) {
            others += fmt::format("{}`{}`", others.empty() ? "" : ", ", text_of(package, "name"));
            continue;
        }
        CargoPackage found;
        found.name = text_of(package, "name");
        found.version = text_of(package, "version");
        found.target_directory = text_of(document->root, "target_directory");
        if (const auto* targets = package.find("targets"))
            for (const auto& target : targets->items())
                if (is_binary(target))
                    found.binaries.push_back(text_of(target, "name"));
        return found;
    }
    auto error =
        base::Error(Errc::config, fmt::format("no Rust package in `{}`", directory.native()));
    if (!others.empty())
        error = std::move(error).help(
            fmt::format("the workspace has {}: set `path` to the folder of one", others));
    return fail(std::move(error));
}

} // namespace tenon::project
