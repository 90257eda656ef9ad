// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests of what is made up at random: how many seeds to try.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace tenon::base {

/// Every day `usual`; TENON_SMITH_COUNT asks for another number.
inline std::uint64_t test_rounds(std::uint64_t usual) {
    const auto* const asked = std::getenv("TENON_SMITH_COUNT");
    return asked == nullptr ? usual : std::strtoull(asked, nullptr, 10);
}

} // namespace tenon::base
