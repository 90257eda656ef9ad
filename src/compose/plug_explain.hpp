// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Why an export does not fit an import, in terms of WIT.
#pragma once

#include "component/ast.hpp"

#include <optional>
#include <string>

namespace tenon::compose {

/// The first difference between the socket's import and what the plug exports for it, with both
/// signatures; nothing where WIT has no words for it, or where both read alike.
[[nodiscard]] std::optional<std::string> explain_misfit(const component::ast::Component& socket,
                                                        const std::string& import,
                                                        const component::ast::Component& plug);

} // namespace tenon::compose
