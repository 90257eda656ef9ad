// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text of a component to its tree, with every abbreviation spelled out and every name an index.
// Whether the component is valid is not asked here; indices given as numbers may lead nowhere.
//
// Source: Component Model, design/mvp/Explainer.md; names and the order of what abbreviations stand
// for as in wasm-tools.
#pragma once

#include "base/error.hpp"
#include "component/ast.hpp"

#include <cstddef>
#include <stop_token>
#include <string_view>
#include <vector>

namespace tenon::wat {

/// A tree, and the bytes that its core modules and custom sections are views of.
struct ComponentText {
    component::ast::Component tree;
    std::vector<Buffer> kept;
};

/// `(component …)`, also `(component binary …)`. `malformed`, `truncated` or `limit` (nesting
/// beyond 100 levels) with the place; `interrupted` when a stop was asked for. `name` is the
/// file's, for errors.
Result<ComponentText> parse_component(std::string_view name, std::string_view text,
                                      std::stop_token stop = {});

/// The binary of a component that stands in `text[begin, end)` of a script, where it may be
/// `(component definition …)`. The bytes of `(component binary …)` are not looked at.
Result<Buffer> assemble_component(std::string_view name, std::string_view text, std::size_t begin,
                                  std::size_t end, bool is_definition, std::stop_token stop = {});

} // namespace tenon::wat
