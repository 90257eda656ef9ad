// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rust: cargo builds, and says itself where it put the executable.
#include "project/cargo.hpp"
#include "project/toolchain.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace tenon::project {
namespace {

/// Takes cargo's messages (one JSON object a line, on standard output) apart as they come. See
/// https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages
class Messages {
public:
    Messages(std::string binary, const OnOutput& on_output)
        : binary_(std::move(binary)), on_output_(on_output) {}

    void take(Bytes bytes, bool standard_error) {
        if (standard_error) {
            on_output_(bytes, true);
            return;
        }
        constexpr std::size_t max_line = 16 << 20;
        for (const char c : as_text(bytes)) {
            if (line_.size() < max_line)
                line_ += c;
            if (c == '\n')
                end_line();
        }
    }
    [[nodiscard]] const std::optional<base::Path>& executable() const noexcept {
        return executable_;
    }

private:
    void end_line() {
        const auto line = std::exchange(line_, {});
        const auto message = data::parse_json({"cargo", line});
        const auto* reason = message ? message->root.find("reason") : nullptr;
        if (!reason || !reason->string())
            on_output_(as_bytes(line), false); // said by a build script or a wrapper, not by cargo
        else if (*reason->string() == "compiler-artifact")
            take_artifact(message->root);
    }
    void take_artifact(const data::Value& message) {
        const auto* target = message.find("target");
        const auto* name = target ? target->find("name") : nullptr;
        const auto* executable = message.find("executable");
        if (name && name->string() && *name->string() == binary_ && executable &&
            executable->string())
            executable_ = *executable->string();
    }

    std::string binary_;
    const OnOutput& on_output_;
    std::string line_;
    std::optional<base::Path> executable_;
};

class Cargo final : public Toolchain {
public:
    Cargo(const Steps& steps, CargoPackage package, std::string binary)
        : steps_(steps), package_(std::move(package)), binary_(std::move(binary)) {}

    [[nodiscard]] const std::string& bin_name() const override { return binary_; }

    Result<> build(const AskedTarget& target) override {
        const auto& project = steps_.project;
        base::Command command;
        command.words = {project.cargo_path, "build", "--release",
                         "--message-format=json-render-diagnostics"};
        if (!target.triple.empty())
            command.words.insert(command.words.end(), {"--target", target.triple});
        if (project.target_path)
            command.words.insert(command.words.end(),
                                 {"--target-dir", project.target_path->native()});
        command.directory = project.path;
        Messages messages(binary_, steps_.on_output);
        TENON_TRY(run_tool(
            std::move(command), "failed to build the provider with cargo",
            [&](Bytes bytes, bool standard_error) { messages.take(bytes, standard_error); },
            steps_.work.stop));
        if (messages.executable())
            made_[target.triple] = *messages.executable();
        return {};
    }

    [[nodiscard]] base::Path artifact(const AskedTarget& target) const override {
        if (const auto found = made_.find(target.triple); found != made_.end())
            return found->second;
        auto directory = steps_.project.target_path.value_or(package_.target_directory);
        const bool windows = target.triple.find("windows") != std::string::npos;
        return directory / target.triple / "release" / (binary_ + (windows ? ".exe" : ""));
    }

private:
    const Steps& steps_;
    CargoPackage package_;
    std::string binary_;
    std::map<std::string, base::Path> made_; // by triple, what cargo said
};

std::string list_of(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names)
        out += fmt::format("{}`{}`", out.empty() ? "" : ", ", name);
    return out;
}

Result<std::string> choose_binary(const Project& project, const CargoPackage& package) {
    const auto& wanted = project.provider->bin_name;
    const auto& binaries = package.binaries;
    if (binaries.empty())
        return fail(base::Error(Errc::config,
                                fmt::format("Rust package `{}` makes no executable", package.name))
                        .help("a provider needs `src/main.rs` or a `[[bin]]` in `Cargo.toml`"));
    if (!wanted && binaries.size() == 1)
        return binaries.front();
    const auto* section = project.document.root.find("provider");
    const auto* value = section ? section->find("bin_name") : nullptr;
    if (!wanted)
        return fail(project.document
                        .error({}, Errc::config,
                               fmt::format("Rust package `{}` makes several executables: {}",
                                           package.name, list_of(binaries)))
                        .help("say with `bin_name` in `[provider]` which is the provider"));
    if (std::find(binaries.begin(), binaries.end(), *wanted) == binaries.end())
        return fail(project.document
                        .error(value ? value->place() : Place{}, Errc::config,
                               fmt::format("Rust package `{}` makes no executable `{}`",
                                           package.name, *wanted))
                        .help(fmt::format("it makes {}", list_of(binaries))));
    return *wanted;
}

} // namespace

Result<std::unique_ptr<Toolchain>> make_cargo(const Steps& steps) {
    const auto& project = steps.project;
    if (project.rust_debug)
        steps.warnings.push_back(base::Error(
            Errc::config, "`debug` in `[rust]` is ignored: providers are built in release mode"));
    auto package = TENON_TRY(cargo_package(project.cargo_path, project.path, steps.work.stop));
    auto binary = TENON_TRY(choose_binary(project, package));
    return std::make_unique<Cargo>(steps, std::move(package), std::move(binary));
}

} // namespace tenon::project
