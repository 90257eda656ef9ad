// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT text to its syntax tree; knows the grammar and nothing of what names mean.
#pragma once

#include "wit/ast.hpp"

namespace tenon::wit {

/// So deep may types, and packages in packages, be written inside each other.
inline constexpr std::uint32_t max_nesting = 100;

/// `sources` must outlive the tree.
Result<ast::File> parse(const Sources& sources, std::uint32_t file);

} // namespace tenon::wit
