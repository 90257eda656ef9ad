// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/asked.hpp"

#include "project/targets.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::project {
namespace {

enum class Tools { cargo, go, command };

Tools tools_of(const Project& project) {
    if (project.provider->build_command)
        return Tools::command;
    return project.language == Language::rust ? Tools::cargo
           : project.language == Language::go ? Tools::go
                                              : Tools::command;
}

/// `name` as `--target` or `os` and `arch` give it.
Result<AskedTarget> for_cargo(const Project& project, const std::string& name) {
    const auto& exact = project.provider->rust_target;
    if (exact && (name == *exact || name == target_of_triple(*exact)))
        return AskedTarget{target_of_triple(*exact).value_or(name), *exact, {}, {}};
    if (name == archive::machine_target())
        return AskedTarget{name, {}, {}, {}};
    if (const auto* row = find_target(name))
        return AskedTarget{name, std::string(row->rust_triple), {}, {}};
    if (const auto target = target_of_triple(name);
        target && std::count(name.begin(), name.end(), '-') > 1)
        return AskedTarget{*target, name, {}, {}};
    return fail(base::Error(Errc::config, fmt::format("no Rust target is known for `{}`", name))
                    .help("give Rust's own name for it, as `rustup target list` has it"));
}

Result<AskedTarget> for_go(const std::string& name) {
    if (const auto* row = find_target(name))
        return AskedTarget{name, {}, std::string(row->go_os), std::string(row->go_arch)};
    return fail(
        base::Error(Errc::config, fmt::format("GOOS and GOARCH are not known for `{}`", name))
            .help("set them in the environment and leave `--target` out"));
}

Result<AskedTarget> named(const Project& project, const std::string& name) {
    switch (tools_of(project)) {
    case Tools::cargo: return for_cargo(project, name);
    case Tools::go: return for_go(name);
    case Tools::command: break;
    }
    return AskedTarget{name, {}, {}, {}};
}

/// What the project file and the environment say when nothing was asked for.
Result<AskedTarget> by_itself(const Project& project, const Environment& environment) {
    const auto& provider = *project.provider;
    if (provider.rust_target && tools_of(project) != Tools::go) {
        const auto name = target_of_triple(*provider.rust_target).value_or("");
        return AskedTarget{name, *provider.rust_target, {}, {}};
    }
    if (provider.os || provider.arch) {
        const auto machine = archive::machine_target();
        const auto dash = machine.rfind('-');
        const auto os = provider.os.value_or(machine.substr(dash + 1));
        const auto arch = provider.arch.value_or(machine.substr(0, dash));
        const auto* row = find_target_of_go(os, arch); // Go's spellings are welcome too
        return named(project, row ? std::string(row->name) : fmt::format("{}-{}", arch, os));
    }
    if (tools_of(project) == Tools::go) {
        const auto os = environment("GOOS"), arch = environment("GOARCH");
        if (os && arch)
            if (const auto* row = find_target_of_go(*os, *arch))
                return for_go(std::string(row->name));
    }
    return AskedTarget{};
}

} // namespace

Result<std::vector<AskedTarget>> asked_targets(const Project& project, const BuildOptions& options,
                                               const Environment& environment) {
    std::vector<AskedTarget> out;
    if (options.targets.empty()) {
        out.push_back(TENON_TRY(by_itself(project, environment)));
        return out;
    }
    for (const auto& name : options.targets) {
        auto target = TENON_TRY(named(project, name));
        TENON_TRY(archive::check_target_name(target.name));
        const auto known = std::find_if(out.begin(), out.end(), [&](const AskedTarget& other) {
            return other.name == target.name;
        });
        if (known == out.end())
            out.push_back(std::move(target));
        else if (known->triple != target.triple)
            return fail(
                base::Error(Errc::usage,
                            fmt::format("`--target {}` and `--target {}` are both `{}`, of which "
                                        "an archive holds one",
                                        known->triple, target.triple, target.name))
                    .help("build them into archives of their own"));
    }
    return out;
}

} // namespace tenon::project
