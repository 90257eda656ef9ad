// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Providers: an executable for each target, packed into one signed archive.
#include "component/package_file.hpp"
#include "project/signer.hpp"
#include "project/targets.hpp"
#include "project/toolchain.hpp"

#include <fmt/core.h>

namespace tenon::project {

Result<std::string> required_bin_name(const Project& project) {
    if (project.provider->bin_name)
        return *project.provider->bin_name;
    return fail(project.document
                    .error({}, Errc::config,
                           fmt::format("missing `bin_name` in `[provider]` of `{}`",
                                       project.document.source.file))
                    .help("it names the executable, and the archive `<bin_name>.par.gz`"));
}

namespace {

Result<std::unique_ptr<Toolchain>> toolchain_for(const Steps& steps, bool several) {
    const auto& project = steps.project;
    if (project.provider->build_command)
        return make_command(steps, several);
    if (project.language == Language::rust)
        return make_cargo(steps);
    if (project.language == Language::go)
        return make_go(steps, several);
    return fail(
        base::Error(Errc::unsupported,
                    fmt::format("providers in `{}` are not supported without `build_command`",
                                project.language_text))
            .in_file(project.document.source.file)
            .help("set `build_command` in `[provider]` to what builds it"));
}

/// The target that an executable is for: what its header says, held against what was asked for.
Result<std::string> target_of(const base::Path& file, const AskedTarget& asked) {
    constexpr std::size_t header_bytes = 4096;
    const auto opened = TENON_TRY(base::open_to_read(file));
    Buffer header(header_bytes);
    header.resize(TENON_TRY(base::read_some(opened.get(), header, file)));
    const auto built = archive::target_of_executable(header);
    if (!built && asked.name.empty())
        return fail(base::Error(Errc::config,
                                fmt::format("cannot tell which machine `{}` is for", file.native()))
                        .help("say it with `--target`, or with `os` and `arch` in `[provider]`"));
    if (built && !asked.name.empty() && !may_be(*built, asked.name))
        return fail(
            base::Error(Errc::invalid, fmt::format("asked for `{}`, but what was built is for `{}`",
                                                   asked.name, *built))
                .in_file(file.native()));
    return asked.name.empty() ? *built : asked.name;
}

Result<std::vector<archive::Binary>> build_binaries(const Steps& steps, Toolchain& tools,
                                                    const std::vector<AskedTarget>& targets) {
    if (steps.options.build) // so that a command of the project's own finds it
        TENON_TRY(base::make_directories(steps.project.build));
    std::vector<archive::Binary> binaries;
    for (const auto& target : targets) {
        if (steps.options.build)
            TENON_TRY(tools.build(target));
        const auto file = tools.artifact(target);
        auto name = target_of(file, target);
        if (!name && name.error().code() == Errc::not_found)
            return fail(
                std::move(name).error().wrap(fmt::format("no executable `{}`", file.native())));
        if (!name)
            return fail(std::move(name).error());
        binaries.push_back({*std::move(name), file});
    }
    return binaries;
}

/// The package in the project's `wit`, for `world.wasm`. An archive can do without it, so what is
/// wrong with it is a warning.
std::optional<Buffer> encoded_wit(const Steps& steps) {
    const auto& folder = steps.project.wit;
    std::error_code problem; // what cannot be looked at is not there
    if (!std::filesystem::is_directory(folder, problem))
        return std::nullopt;
    auto encoded = component::encode_path(folder, {"tenon", steps.options.version});
    if (encoded)
        return *std::move(encoded);
    steps.warnings.push_back(std::move(encoded).error().wrap(
        fmt::format("the archive has no `world.wasm`: `{}` cannot be encoded", folder.native())));
    return std::nullopt;
}

Result<base::Path> pack(const Steps& steps, const std::string& bin_name,
                        std::vector<archive::Binary> binaries, Signer& signer) {
    const auto& project = steps.project;
    TENON_TRY(signer.finish());
    archive::Contents contents;
    contents.claims.name = project.name;
    contents.claims.vendor = project.provider->vendor;
    contents.claims.rev = project.revision;
    contents.claims.ver = project.version;
    contents.binaries = std::move(binaries);
    contents.world = encoded_wit(steps);
    const auto subject = signer.subject();
    const archive::Seal seal{&signer.issuer(), &subject, steps.options.now, steps.options.token_id};
    TENON_TRY(base::make_directories(project.build));
    auto out = project.build / (bin_name + ".par.gz");
    TENON_TRY(archive::create(out, contents, true, seal, steps.work));
    return out;
}

} // namespace

Result<Built> build_provider(const Steps& steps) {
    const auto targets = TENON_TRY(asked_targets(steps.project, steps.options, steps.environment));
    const auto tools = TENON_TRY(toolchain_for(steps, targets.size() > 1));
    Signer signer(steps, tools->bin_name() + "_service", crypto::KeyType::service);
    if (steps.options.sign)
        TENON_TRY(signer.prepare());
    auto binaries = TENON_TRY(build_binaries(steps, *tools, targets));
    Built built{binaries.front().file, Kind::provider, steps.options.build, steps.options.sign, {}};
    warn_about_wit(steps);
    if (steps.options.sign) {
        built.artifact = TENON_TRY(pack(steps, tools->bin_name(), std::move(binaries), signer));
        built.keys_made = signer.keys_made();
    }
    return built;
}

} // namespace tenon::project
