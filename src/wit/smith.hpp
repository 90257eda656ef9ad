// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Valid WIT packages out of nothing but choices, for tests: interfaces with types of every kind,
// and worlds that import and export them. The same choices give the same text everywhere.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string>

namespace tenon::wit {

struct SmithOptions {
    std::uint64_t seed = 0;
    /// About how many types and functions there are.
    std::uint32_t size = 40;
    /// Also maps, fixed-length lists and error contexts.
    bool gated = false;
    bool async_functions = true;
};

/// The package `test:made`. `choices` decide first, from the front on; where they end the seed goes
/// on, so that a fuzzer can drive it. Every world has an encoding.
std::string smith(const SmithOptions& options, Bytes choices = {});

} // namespace tenon::wit
