// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text to binary: core modules here, components through `component.hpp`. Whether they are valid is
// not asked; indices given as numbers may lead nowhere.
//
// Source: https://webassembly.github.io/spec/core/text/modules.html, with the proposals threads,
// wide arithmetic, custom page sizes and the older form of exception handling.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <functional>
#include <stop_token>
#include <string_view>

namespace tenon::wat {

/// What goes with a large text.
struct ParseOptions {
    std::stop_token stop = {};
    /// Told of each part of the text that has been passed, from any thread: it will be looked at
    /// again here and there, but not as a whole.
    std::function<void(std::string_view)> passed = {};
};

/// A module or a component: the latter where the first form is `(component`. Errors as of
/// `parse_module` and `parse_component`.
Result<Buffer> parse(std::string_view name, std::string_view text, const ParseOptions& options);
Result<Buffer> parse(std::string_view name, std::string_view text, std::stop_token stop = {});

/// A module: `(module …)`, `(module binary …)`, or its fields alone. `malformed`, `truncated` or
/// `limit` with the place; `unsupported` for a component; `interrupted` when a stop was asked for.
/// `name` is the file's, for errors.
Result<Buffer> parse_module(std::string_view name, std::string_view text,
                            std::stop_token stop = {});

/// The same for a module that stands in `text[begin, end)` of a script, where it may be
/// `(module definition …)`.
Result<Buffer> parse_module(std::string_view name, std::string_view text, std::size_t begin,
                            std::size_t end, bool is_definition, std::stop_token stop = {});

} // namespace tenon::wat
