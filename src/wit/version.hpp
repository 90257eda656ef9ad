// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A version as semver.org 2.0.0 writes it, and the compatibility tracks of component names
// (Component Model, Explainer, "canonical interface name").
#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::wit {

struct Version {
    std::uint64_t major = 0, minor = 0, patch = 0;
    std::string prerelease; ///< without `-`; empty: none
    std::string build;      ///< without `+`; empty: none

    /// `malformed` with the offset of the offending byte in `text`.
    static Result<Version> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
    /// What must be equal for two versions to be semver-compatible: `1`, `0.2`, `0.0.3`, or the
    /// whole of a pre-release; build metadata is dropped.
    [[nodiscard]] std::string track() const;

    friend bool operator==(const Version&, const Version&) = default;
    /// Precedence (section 11); build metadata is compared last, as text, to make the order total.
    friend std::strong_ordering operator<=>(const Version& left, const Version& right);
};

} // namespace tenon::wit
