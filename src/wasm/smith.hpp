// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Valid core modules out of nothing but choices, for tests: operators come from the table, each
// behind operands of the types that it wants. The same choices give the same module everywhere.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace tenon::wasm {

struct SmithOptions {
    std::uint64_t seed = 0;
    /// About how many operators there are in all bodies together.
    std::uint32_t size = 200;
};

/// A module of WebAssembly 3.0. `choices` decide first, from the front on; where they end the seed
/// goes on, so that a fuzzer can drive it. It need not run to an end, or without a trap.
Buffer smith(const SmithOptions& options, Bytes choices = {});

} // namespace tenon::wasm
