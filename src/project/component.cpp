// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Components that are built by a command of their own: run it, then sign what it made.
#include "claims/embed.hpp"
#include "project/signer.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::project {
namespace {

constexpr std::uint64_t max_wasm_bytes = std::uint64_t{1} << 30;
constexpr std::string_view experimental_tag = "wasmcloud.com/experimental";

Result<> run_build_command(const Steps& steps) {
    const auto& project = steps.project;
    const auto& section = *project.component;
    if (!section.build_command)
        return fail(
            base::Error(Errc::unsupported,
                        fmt::format("components in `{}` are not supported without `build_command`",
                                    project.language_text))
                .in_file(project.document.source.file)
                .help("set `build_command` in `[component]` to what builds it"));
    base::Command command;
    command.words = TENON_TRY(command_words(project, "component", *section.build_command));
    command.directory = project.path;
    TENON_TRY(base::make_directories(project.build)); // so that the command finds it
    return steps.run(std::move(command), "failed to build the component with its `build_command`");
}

/// Sorted, each once; components for WASI previews are marked.
std::vector<std::string> tags_of(const Steps& steps) {
    const auto& section = *steps.project.component;
    auto tags = section.tags;
    const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), section.wasm_target) != names.end();
    };
    if (is_one_of({"wasm32-wasi", "wasm32-wasi-preview1", "wasm32-wasip1", "wasm32-wasi-preview2",
                   "wasm32-wasip2"}))
        tags.emplace_back(experimental_tag);
    else if (!is_one_of({"wasm32-unknown-unknown"}))
        steps.warnings.push_back(
            base::Error(Errc::config,
                        fmt::format("unknown `wasm_target` `{}` is ignored", section.wasm_target)));
    std::sort(tags.begin(), tags.end());
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
}

base::Path signed_path(const ComponentSection& section, const base::Path& artifact) {
    if (section.destination)
        return *section.destination;
    return artifact.parent_path() / (artifact.stem().native() + "_s.wasm");
}

Result<base::Path> sign(const Steps& steps, const base::Path& artifact, Signer& signer) {
    const auto& project = steps.project;
    auto wasm = base::read_file(artifact, max_wasm_bytes);
    if (!wasm)
        return fail(std::move(wasm).error().wrap(
            fmt::format("failed to open `{}` for signing", artifact.native())));
    TENON_TRY(signer.finish());
    claims::ComponentClaims metadata;
    metadata.name = project.name;
    metadata.tags = tags_of(steps);
    metadata.rev = project.revision;
    metadata.ver = project.version;
    auto claims =
        TENON_TRY(claims::new_claims(std::move(metadata), signer.subject(), steps.options.token_id,
                                     {steps.options.now, std::nullopt, std::nullopt}));
    auto made = claims::sign_wasm(*wasm, std::move(claims), signer.issuer());
    if (!made)
        return fail(std::move(made).error().in_file(artifact.native()));
    auto out = signed_path(*project.component, artifact);
    TENON_TRY(base::make_directories(out.parent_path()));
    TENON_TRY(base::write_file(out, made->wasm));
    return out;
}

} // namespace

Result<Built> build_component(const Steps& steps) {
    const auto& project = steps.project;
    const auto artifact =
        project.component->build_artifact.value_or(project.build / (project.name + ".wasm"));
    Signer signer(steps, claims::key_name(artifact.filename().native(), crypto::KeyType::module),
                  crypto::KeyType::module);
    Built built{artifact, Kind::component, steps.options.build, steps.options.sign, {}};
    if (steps.options.sign)
        TENON_TRY(signer.prepare());
    if (steps.options.build) {
        TENON_TRY(run_build_command(steps));
        warn_about_wit(steps);
        std::error_code problem; // what cannot be looked at was not made
        if (!std::filesystem::is_regular_file(artifact, problem))
            return fail(
                base::Error(Errc::not_found,
                            fmt::format("`build_command` made no file `{}`", artifact.native()))
                    .help("say with `build_artifact` in `[component]` what it makes"));
    }
    if (steps.options.sign) {
        built.artifact = TENON_TRY(sign(steps, artifact, signer));
        built.keys_made = signer.keys_made();
    }
    return built;
}

} // namespace tenon::project
