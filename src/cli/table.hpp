// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Questions that the parser, help, manual and completions ask the table of verbs.
#pragma once

#include "cli/verb.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

/// The table, or one that a test made.
using Rows = std::span<const Verb* const>;

/// The row with exactly this path, or null.
const Verb* find_verb(std::string_view path, Rows rows = verbs()) noexcept;

/// The row whose code and options this one has: itself, unless it is an alias.
const Verb& resolved(const Verb& row, Rows rows = verbs()) noexcept;

/// Rows one word longer than `path`, without hidden ones.
std::vector<const Verb*> children(std::string_view path, Rows rows = verbs());
bool has_children(std::string_view path, Rows rows = verbs()) noexcept;

/// `create` of `par create`.
std::string_view last_word(std::string_view path) noexcept;
/// `tenon par create`.
std::string command_of(const Verb& row);

/// What the row takes besides its own options: those for its output, then those of every verb. One
/// of its own hides a common one of the same name (`par create --version`).
std::vector<const Option*> common_options(const Verb& row);
/// Its own options, then the common ones.
std::vector<const Option*> all_options(const Verb& row);

/// The words of `text|json`.
std::vector<std::string_view> choices(std::string_view joined);

/// `--name <NAME>`, `--json`, as usage lines and messages call the option.
std::string shown(const Option& option);
/// `<ARCHIVE>`, `[VERB]...`
std::string shown(const Positional& positional);

/// The word among the row's options, or among its verbs, that was probably meant: `--version`,
/// `par create`.
std::optional<std::string> nearest_option(const Verb& row, std::string_view name);
std::optional<std::string> nearest_verb(std::string_view path, std::string_view word,
                                        Rows rows = verbs());

} // namespace tenon::cli
