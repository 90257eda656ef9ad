// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/keys.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::project {
namespace {

enum class Use {
    now,   ///< read today
    later, ///< belongs to a part that is not built yet
    gone,  ///< was read by tools of another time, and means nothing now
};

struct KeyRow {
    std::string_view section; ///< empty: top level
    std::string_view key;
    Use use;
    std::string_view advice = {}; ///< for what is gone
};

constexpr KeyRow rows[] = {
    {"", "name", Use::now},
    {"", "version", Use::now},
    {"", "revision", Use::now},
    {"", "language", Use::now},
    {"", "type", Use::now},
    {"", "path", Use::now},
    {"", "build", Use::now},
    {"", "wit", Use::now},
    {"", "component", Use::now},
    {"", "provider", Use::now},
    {"", "rust", Use::now},
    {"", "tinygo", Use::now},
    {"", "go", Use::now},
    {"", "registry", Use::now},
    {"", "dev", Use::later},
    {"", "overrides", Use::later},
    {"", "metadata", Use::later},
    {"", "actor", Use::gone, "call it `[component]`"},
    {"", "interface", Use::gone, "interfaces are WIT packages now"},

    {"component", "key_directory", Use::now},
    {"component", "wasm_target", Use::now},
    {"component", "wasip1_adapter_path", Use::later},
    {"component", "wit_world", Use::later},
    {"component", "tags", Use::now},
    {"component", "build_artifact", Use::now},
    {"component", "build_command", Use::now},
    {"component", "destination", Use::now},
    {"component", "claims", Use::gone, "what a component may do follows from its imports"},
    {"component", "call_alias", Use::gone},
    {"component", "filename", Use::gone, "use `build_artifact` or `destination`"},
    {"component", "registry", Use::gone, "use `url` in `[registry]`"},
    {"component", "push_insecure", Use::gone, "it belongs into `[registry]`"},
    {"component", "wasi_preview2_adapter_path", Use::gone, "use `wasip1_adapter_path`"},

    {"provider", "vendor", Use::now},
    {"provider", "wit_world", Use::later},
    {"provider", "os", Use::now},
    {"provider", "arch", Use::now},
    {"provider", "rust_target", Use::now},
    {"provider", "bin_name", Use::now},
    {"provider", "key_directory", Use::now},
    {"provider", "build_command", Use::now},
    {"provider", "build_artifact", Use::now},
    {"provider", "capability_id", Use::gone, "a provider is known by its WIT interfaces"},

    {"rust", "cargo_path", Use::now},
    {"rust", "target_path", Use::now},
    {"rust", "debug", Use::now},

    {"tinygo", "tinygo_path", Use::later},
    {"tinygo", "disable_go_generate", Use::later},
    {"tinygo", "scheduler", Use::later},
    {"tinygo", "garbage_collector", Use::later},

    {"go", "go_path", Use::now},
    {"go", "disable_go_generate", Use::now},

    {"registry", "url", Use::now},
    {"registry", "credentials", Use::now},
    {"registry", "push_insecure", Use::now},
    {"registry", "pull", Use::later},
    {"registry", "push", Use::gone,
     "`url`, `credentials` and `push_insecure` stand in `[registry]` itself"},

    {"dev", "manifests", Use::later},
    {"dev", "config", Use::later},
    {"dev", "configs", Use::later},
    {"dev", "link_config", Use::later},
    {"dev", "link_configs", Use::later},
    {"dev", "secrets", Use::later},
    {"dev", "overrides", Use::later},
};

const KeyRow* find_row(std::string_view section, std::string_view key) {
    const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const KeyRow& candidate) {
        return candidate.section == section && candidate.key == key;
    });
    return row == std::end(rows) ? nullptr : row;
}

/// What the writer may have meant: a neighbour in spelling, or the same word in another section.
std::optional<std::string> suggestion(std::string_view section, std::string_view key) {
    std::vector<std::string_view> candidates;
    for (const auto& row : rows)
        if (row.section == section && row.use != Use::gone)
            candidates.push_back(row.key);
    if (const auto near = base::nearest(key, candidates))
        return fmt::format("did you mean `{}`?", *near);
    for (const auto& row : rows)
        if (row.key == key && row.use != Use::gone)
            return row.section.empty() ? std::string("it belongs above all sections")
                                       : fmt::format("it belongs into `[{}]`", row.section);
    return std::nullopt;
}

std::string display_name(std::string_view section, const data::Member& member) {
    if (section.empty() && member.value.kind() == data::Kind::object)
        return fmt::format("`[{}]`", member.key);
    return section.empty() ? fmt::format("`{}`", member.key)
                           : fmt::format("`{}` in `[{}]`", member.key, section);
}

void check_section(const data::Document& document, std::string_view section,
                   const data::Value& table, std::vector<base::Error>& warnings) {
    for (const auto& member : table.members()) {
        const auto* row = find_row(section, member.key);
        if (row && row->use != Use::gone)
            continue;
        auto warning = document.error(
            member.key_place, Errc::config,
            row ? fmt::format("{} is from another time of wasmCloud and is ignored",
                              display_name(section, member))
                : fmt::format("unknown key {} is ignored", display_name(section, member)));
        if (row && !row->advice.empty())
            warning = std::move(warning).help(std::string(row->advice));
        if (!row)
            if (auto help = suggestion(section, member.key))
                warning = std::move(warning).help(*std::move(help));
        warnings.push_back(std::move(warning));
    }
}

} // namespace

void check_keys(const data::Document& document, std::vector<base::Error>& warnings) {
    check_section(document, "", document.root, warnings);
    for (const std::string_view section :
         {"component", "provider", "rust", "tinygo", "go", "registry", "dev"})
        if (const auto* table = document.root.find(section))
            check_section(document, section, *table, warnings);
}

} // namespace tenon::project
