// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Help pages, drawn from the table for eighty columns.
#pragma once

#include "cli/verb.hpp"

#include <string>

namespace tenon::cli {

/// The page that `--help` shows.
std::string help_page(const Verb& row);

/// `tenon par create [OPTIONS] --vendor <VENDOR> --name <NAME>`
std::string usage_line(const Verb& row);

/// What help and manual say behind the sentence about an option: variable, choices, second name.
std::string remarks(const Option& option);

/// A sentence of the table as one that stands alone: `Make a key pair and print it.`
std::string sentence(std::string_view text);

} // namespace tenon::cli
