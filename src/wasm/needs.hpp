// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which parts of the language a module uses, and the oldest version of the language that has them.
// Nothing is validated: a module that is not valid has an answer too, as far as it can be read.
#pragma once

#include "wasm/features.hpp"
#include "wasm/module.hpp"

#include <stop_token>
#include <string_view>
#include <vector>

namespace tenon::wasm {

/// The least that has to be on for the module to be taken, in one pass over its bodies. Where
/// either of two would do (`gc`, `function-references`) it is the older one. `malformed` or
/// `truncated` for a body or an expression that cannot be read, `interrupted`.
Result<Features> features_used(const Module& module, std::stop_token stop = {});

/// What either needs.
void add(Features& to, Features more) noexcept;

/// A set of features in words.
struct Needs {
    std::string_view version;      ///< `1.0`, `2.0`, `3.0`: the oldest that has what is standard
    std::vector<Feature> features; ///< all beyond what the first browsers had, in their order
    std::vector<Feature> beyond;   ///< those of them that are in no version
};
[[nodiscard]] Needs needs_of(Features features);

} // namespace tenon::wasm
