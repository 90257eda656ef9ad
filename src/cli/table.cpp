// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/table.hpp"

#include "base/nearest.hpp"
#include "cli/rows.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

// In the order of their paths; a test holds this list against the rows.
constexpr const Verb* table[] = {
    &program_verb,
    &build_verb,
    &check_verb,
    &claims_verb,
    &claims_inspect_verb,
    &claims_sign_verb,
    &claims_token_verb,
    &claims_token_account_verb,
    &claims_token_component_verb,
    &claims_token_operator_verb,
    &claims_token_provider_verb,
    &claims_verify_verb,
    &completions_verb,
    &component_verb,
    &component_embed_verb,
    &component_new_verb,
    &component_plug_verb,
    &component_semver_check_verb,
    &component_targets_verb,
    &component_unbundle_verb,
    &component_wit_verb,
    &drain_verb,
    &dump_verb,
    &help_verb,
    &inspect_verb,
    &keys_verb,
    &keys_gen_verb,
    &keys_get_verb,
    &keys_list_verb,
    &man_verb,
    &metadata_verb,
    &metadata_add_verb,
    &metadata_show_verb,
    &objdump_verb,
    &par_verb,
    &par_create_verb,
    &par_extract_verb,
    &par_insert_verb,
    &par_inspect_verb,
    &par_verify_verb,
    &parse_verb,
    &print_verb,
    &pull_verb,
    &push_verb,
    &reg_verb,
    &reg_pull_verb,
    &reg_push_verb,
    &registry_verb,
    &registry_gc_verb,
    &registry_serve_verb,
    &smith_verb,
    &strip_verb,
    &validate_verb,
    &version_verb,
    &wast_verb,
    &wit_verb,
    &wit_fmt_verb,
    &wit_lint_verb,
    &wit_print_verb,
    &wit_validate_verb,
};

constexpr Option format_option{
    .name = "output",
    .letter = 'o',
    .kind = ValueKind::choice,
    .value = "text|json",
    .help = "form of the answer, and of an error",
    .alias = "format",
};
constexpr Option file_option{
    .name = "output",
    .letter = 'o',
    .kind = ValueKind::file,
    .value = "FILE",
    .help = "where the result goes; `-` is standard output",
};
constexpr Option format_beside_file_option{
    .name = "format",
    .kind = ValueKind::choice,
    .value = "text|json",
    .help = "form of the answer, and of an error",
};
constexpr Option json_option{
    .name = "json",
    .help = "the same as `--output json`",
    .excludes = "output",
};
constexpr Option json_beside_file_option{
    .name = "json",
    .help = "the same as `--format json`",
    .excludes = "format",
};
// Before the verb is known, nobody can say what `-o` means: its value is looked at later.
constexpr Option undecided_option{
    .name = "output",
    .letter = 'o',
    .kind = ValueKind::text,
    .value = "text|json",
    .help = "form of the answer, and of an error",
    .alias = "format",
};

constexpr const Option* format_options[] = {&format_option, &json_option};
constexpr const Option* file_options[] = {&file_option, &format_beside_file_option,
                                          &json_beside_file_option};
constexpr const Option* undecided_options[] = {&undecided_option, &json_option};

std::span<const Option* const> output_options(const Verb& row) noexcept {
    if (row.run == nullptr)
        return undecided_options;
    switch (row.output) {
    case OutputMeaning::format: return format_options;
    case OutputMeaning::file: return file_options;
    case OutputMeaning::none: break;
    }
    return {};
}

constexpr Option globals[] = {
    {.name = "color",
     .kind = ValueKind::choice,
     .value = "auto|always|never",
     .help = "colours in messages; auto: on a terminal, unless `NO_COLOR` is set"},
    {.name = "progress",
     .kind = ValueKind::choice,
     .value = "auto|plain|none",
     .help = "how work that lasts is shown; auto: a bar on a terminal"},
    {.name = "quiet", .letter = 'q', .help = "no progress and no notes, only answers and errors"},
    {.name = "help", .letter = 'h', .help = "show help"},
    {.name = "version", .letter = 'V', .help = "show the version"},
};

bool is_child(std::string_view path, std::string_view parent) noexcept {
    if (path.size() <= parent.size() || !path.starts_with(parent))
        return false;
    if (!parent.empty()) {
        if (path[parent.size()] != ' ')
            return false;
        path.remove_prefix(parent.size() + 1);
    }
    return !path.contains(' ');
}

bool has_option(const Verb& row, std::string_view name) noexcept {
    return std::ranges::any_of(row.options, [name](const Option& option) {
        return option.name == name || option.alias == name;
    });
}

} // namespace

std::span<const Verb* const> verbs() noexcept {
    return table;
}

std::span<const Option> global_options() noexcept {
    return globals;
}

const Verb* find_verb(std::string_view path, Rows rows) noexcept {
    const auto found = std::ranges::find(rows, path, &Verb::path);
    return found == rows.end() ? nullptr : *found;
}

const Verb& resolved(const Verb& row, Rows rows) noexcept {
    if (row.alias_of.empty())
        return row; // NOLINT(bugprone-return-const-ref-from-parameter): rows are never temporaries
    const auto* target = find_verb(row.alias_of, rows);
    TENON_ASSERT(target != nullptr && target->alias_of.empty());
    return *target;
}

std::vector<const Verb*> children(std::string_view path, Rows rows) {
    std::vector<const Verb*> out;
    for (const auto* row : rows)
        if (is_child(row->path, path) && !row->hidden)
            out.push_back(row);
    return out;
}

bool has_children(std::string_view path, Rows rows) noexcept {
    return std::ranges::any_of(rows, [path](const Verb* row) { return is_child(row->path, path); });
}

std::string_view last_word(std::string_view path) noexcept {
    return path.substr(path.rfind(' ') + 1); // npos + 1 is 0
}

std::string command_of(const Verb& row) {
    return row.path.empty() ? "tenon" : fmt::format("tenon {}", row.path);
}

std::vector<const Option*> common_options(const Verb& row) {
    std::vector<const Option*> out;
    for (const auto* option : output_options(row))
        if (!has_option(row, option->name))
            out.push_back(option);
    for (const auto& option : globals)
        if (!has_option(row, option.name))
            out.push_back(&option);
    return out;
}

std::vector<const Option*> all_options(const Verb& row) {
    std::vector<const Option*> out;
    for (const auto& option : row.options)
        out.push_back(&option);
    const auto common = common_options(row);
    out.insert(out.end(), common.begin(), common.end());
    return out;
}

std::vector<std::string_view> choices(std::string_view joined) {
    std::vector<std::string_view> out;
    while (!joined.empty()) {
        const auto end = std::min(joined.find('|'), joined.size());
        out.push_back(joined.substr(0, end));
        joined.remove_prefix(std::min(end + 1, joined.size()));
    }
    return out;
}

std::string shown(const Option& option) {
    if (option.kind == ValueKind::none)
        return fmt::format("--{}", option.name);
    return fmt::format("--{} <{}>", option.name, option.value);
}

std::string shown(const Positional& positional) {
    return fmt::format("{}{}{}{}", positional.required ? '<' : '[', positional.name,
                       positional.required ? '>' : ']', positional.repeated ? "..." : "");
}

std::optional<std::string> nearest_option(const Verb& row, std::string_view name) {
    const auto options = all_options(row); // keeps nothing: names are the table's
    std::vector<std::string_view> names;
    for (const auto* option : options) {
        names.push_back(option->name);
        if (!option->alias.empty())
            names.push_back(option->alias);
    }
    if (const auto near = base::nearest(name, names))
        return fmt::format("--{}", *near);
    return std::nullopt;
}

std::optional<std::string> nearest_verb(std::string_view path, std::string_view word, Rows rows) {
    std::vector<std::string_view> words;
    for (const auto* row : children(path, rows))
        words.push_back(last_word(row->path));
    if (const auto near = base::nearest(word, words))
        return std::string(*near);
    // `tenon create` was perhaps `tenon par create`.
    for (const auto* row : rows)
        if (!row->hidden && row->run != nullptr && last_word(row->path) == word)
            return std::string(row->path);
    return std::nullopt;
}

} // namespace tenon::cli
