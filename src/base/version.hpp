// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A version as https://semver.org 2.0.0 writes it.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::base {

struct Version {
    std::uint64_t major = 0, minor = 0, patch = 0;
    std::string prerelease; ///< without `-`; empty: none
    std::string build;      ///< without `+`; empty: none

    /// `malformed` with the offset in `text` of the first character that cannot stand there.
    static Result<Version> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    friend bool operator==(const Version&, const Version&) = default;
    /// Precedence (section 11); build metadata is compared last, as text, to make the order total.
    friend std::strong_ordering operator<=>(const Version& left, const Version& right);
};

} // namespace tenon::base
