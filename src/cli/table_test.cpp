// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What every row of the table must keep to, whoever adds it.
#include "cli/table.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace tenon::cli {
namespace {

bool is_between(char c, char first, char last) {
    return c >= first && c <= last;
}

// `JSON schema of …` may begin in capitals.
bool is_plain_sentence(std::string_view text) {
    return text.size() > 1 && !text.ends_with('.') && !text.contains('\n') &&
           !(is_between(text[0], 'A', 'Z') && is_between(text[1], 'a', 'z'));
}

TEST(Table, is_sorted_by_path_and_begins_with_the_program) {
    ASSERT_FALSE(verbs().empty());
    EXPECT_EQ(verbs()[0]->path, "");
    for (std::size_t i = 1; i < verbs().size(); ++i)
        EXPECT_LT(verbs()[i - 1]->path, verbs()[i]->path);
}

TEST(Table, gives_every_row_code_an_alias_or_verbs_below_it) {
    for (const auto* row : verbs()) {
        const bool group = has_children(row->path);
        EXPECT_EQ((row->run != nullptr) + (!row->alias_of.empty()) + group, 1) << row->path;
        EXPECT_TRUE(row->alias_of.empty() || resolved(*row).run != nullptr) << row->path;
    }
}

TEST(Table, has_a_parent_for_every_verb_of_two_words) {
    for (const auto* row : verbs()) {
        const auto blank = row->path.rfind(' ');
        EXPECT_TRUE(blank == std::string_view::npos || find_verb(row->path.substr(0, blank)))
            << row->path;
    }
}

/// What `-o` means to each verb, aliases as what they stand for: those of `wash` and ours take a
/// format, those of `wasm-tools` a file. A new verb belongs into one of these lists.
TEST(Table, says_for_every_verb_what_o_means) {
    std::map<OutputMeaning, std::vector<std::string_view>> lists;
    for (const auto* row : verbs())
        if (resolved(*row).run != nullptr)
            lists[resolved(*row).output].push_back(row->path);
    using Paths = std::vector<std::string_view>;
    EXPECT_EQ(lists[OutputMeaning::format], (Paths{"build",
                                                   "check",
                                                   "claims inspect",
                                                   "claims sign",
                                                   "claims token account",
                                                   "claims token component",
                                                   "claims token operator",
                                                   "claims token provider",
                                                   "claims verify",
                                                   "component semver-check",
                                                   "component targets",
                                                   "drain",
                                                   "inspect",
                                                   "keys gen",
                                                   "keys get",
                                                   "keys list",
                                                   "par create",
                                                   "par extract",
                                                   "par insert",
                                                   "par inspect",
                                                   "par verify",
                                                   "pull",
                                                   "push",
                                                   "reg pull",
                                                   "reg push",
                                                   "registry gc",
                                                   "registry serve",
                                                   "validate",
                                                   "version",
                                                   "wast",
                                                   "wit fmt",
                                                   "wit lint",
                                                   "wit validate"}));
    EXPECT_EQ(lists[OutputMeaning::file],
              (Paths{"component embed", "component new", "component plug", "component unbundle",
                     "component wit", "dump", "metadata add", "metadata show", "objdump", "parse",
                     "print", "smith", "strip", "wit print"}));
    EXPECT_EQ(lists[OutputMeaning::none], (Paths{"completions", "help", "man"}));
}

TEST(Table, describes_everything_in_one_sentence) {
    for (const auto* row : verbs()) {
        EXPECT_TRUE(is_plain_sentence(row->summary)) << row->path;
        for (const auto& option : row->options)
            EXPECT_TRUE(is_plain_sentence(option.help)) << row->path << " --" << option.name;
        for (const auto& positional : row->positionals)
            EXPECT_TRUE(is_plain_sentence(positional.help)) << row->path << " " << positional.name;
    }
}

TEST(Table, gives_no_name_or_letter_two_meanings) {
    for (const auto* row : verbs()) {
        std::map<std::string, int> seen;
        for (const auto* option : all_options(resolved(*row))) {
            ++seen[std::string(option->name)];
            if (!option->alias.empty())
                ++seen[std::string(option->alias)];
            if (option->letter != 0)
                ++seen[std::string(1, option->letter)];
        }
        for (const auto& [name, count] : seen)
            EXPECT_EQ(count, 1) << row->path << ": " << name;
    }
}

TEST(Table, names_the_value_of_every_option_that_takes_one) {
    for (const auto* row : verbs())
        for (const auto& option : row->options)
            EXPECT_EQ(option.kind == ValueKind::none, option.value.empty())
                << row->path << " --" << option.name;
}

TEST(Table, excludes_only_options_that_exist) {
    for (const auto* row : verbs())
        for (const auto& option : row->options)
            EXPECT_TRUE(option.excludes.empty() ||
                        std::ranges::count(row->options, option.excludes, &Option::name) == 1)
                << row->path << " --" << option.name;
}

TEST(Table, repeats_only_the_last_argument_and_requires_none_behind_an_optional_one) {
    for (const auto* row : verbs())
        for (std::size_t i = 1; i < row->positionals.size(); ++i) {
            EXPECT_FALSE(row->positionals[i - 1].repeated) << row->path;
            EXPECT_TRUE(row->positionals[i - 1].required || !row->positionals[i].required)
                << row->path;
        }
}

TEST(Table, splits_choices) {
    EXPECT_EQ(choices("text|json"), (std::vector<std::string_view>{"text", "json"}));
    EXPECT_EQ(choices("one"), (std::vector<std::string_view>{"one"}));
    EXPECT_TRUE(choices("").empty());
}

TEST(Table, shows_options_and_arguments_as_usage_lines_do) {
    EXPECT_EQ(shown(Option{.name = "rev", .kind = ValueKind::number, .value = "REV"}),
              "--rev <REV>");
    EXPECT_EQ(shown(Option{.name = "json"}), "--json");
    EXPECT_EQ(shown(Positional{.name = "A", .help = ""}), "<A>");
    EXPECT_EQ(shown(Positional{.name = "A", .help = "", .required = false, .repeated = true}),
              "[A]...");
}

} // namespace
} // namespace tenon::cli
