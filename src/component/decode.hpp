// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Component binaries into trees. What is refused here breaks the grammar of the format; whether
// indices name anything is asked later.
//
// Source: Component Model, design/mvp/Binary.md.
#pragma once

#include "base/reader.hpp"
#include "component/ast.hpp"

namespace tenon::component {

/// `data` must outlive the tree, which keeps views of custom sections and core modules. `base` is
/// the offset of its first byte in the file. Errors: `malformed`, `truncated`, `limit` (nesting
/// beyond 100 levels, lists that are too long), `unsupported` (definitions of values), each with
/// the offset and the section.
Result<ast::Component> decode(Bytes data, std::uint64_t base = 0);

} // namespace tenon::component
