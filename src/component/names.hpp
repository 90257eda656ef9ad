// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names of imports and exports: what they are made of, and which of them clash.
//
// Source: Component Model, design/mvp/Explainer.md, "Import and Export Definitions" and "Name
// Uniqueness".
#pragma once

#include "base/version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tenon::component {

/// Words of letters and digits with `-` between; each word all lower or all upper case, the first
/// beginning with a letter.
[[nodiscard]] bool is_label(std::string_view text) noexcept;

struct Name {
    enum class Kind { label, constructor, method, static_, interface };
    Kind kind;
    /// The label, or the resource's.
    std::string label;
    /// Of a method or static function.
    std::string function;
    // Of an interface.
    std::string space, package, interface;
    std::optional<base::Version> version;
};

/// Nothing for a text that is no name. `dep=`, `url=` and other forms that no tool writes any more
/// are none. `nested` allows several namespaces and several parts behind the package, of which
/// `space` and `interface` then hold all (gated: `a:b:c/d/e`).
[[nodiscard]] std::optional<Name> parse_name(std::string_view text, bool nested = false);

/// What must differ from that of every other import (or export) beside it: lower case,
/// `[method]x.x` as `x`, without annotations other than `[constructor]`.
[[nodiscard]] std::string unique_form(std::string_view name);

} // namespace tenon::component
