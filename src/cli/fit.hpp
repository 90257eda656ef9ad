// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether a component is one of a world, and how that is told: the answer of `check`, `component
// targets` and `component semver-check`.
#pragma once

#include "component/package_decode.hpp"
#include "component/validate.hpp"
#include "data/value.hpp"
#include "wit/compare.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::cli {

/// A valid component and what it looks like from outside.
struct Outside {
    component::DecodedWit wit;
    /// What it imports and no world can have: ``the core module `m` ``.
    std::vector<std::string> foreign_imports;

    /// `world` of `wit`; not of an encoded package.
    [[nodiscard]] wit::WorldOf world() const { return {wit.model, *wit.world}; }
};
/// Decodes and validates it. Errors are those of both, and `invalid` for what WIT cannot say.
Result<Outside> read_outside(Bytes binary, const wasm::ValidateOptions& options);

/// How the two sides are called.
struct SideNames {
    std::string_view guest = "the component", target = "the world";
};

/// ``export `a:b/i`, function `f`: the signatures differ``, and both sides below each other.
[[nodiscard]] std::string text_of(const wit::Difference& difference, SideNames names = {});
[[nodiscard]] data::Value json_of(const wit::Difference& difference);
/// `message`, with the difference as its cause and, where the target was read from text, its place.
[[nodiscard]] base::Error misfit(std::string message, const wit::Difference& difference,
                                 const wit::Model& target, SideNames names = {});

} // namespace tenon::cli
