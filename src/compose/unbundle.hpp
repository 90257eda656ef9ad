// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core modules out of a component: each becomes a file of its own, and an import of the component.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace tenon::compose {

struct UnbundledModule {
    std::string import; ///< `unbundled-module0`
    Bytes module;       ///< part of what was unbundled
};
struct Unbundled {
    /// Where nothing is taken out, the bytes that were given.
    Buffer component;
    std::vector<UnbundledModule> modules;
};

/// Takes out the core modules, at any depth, that have more than `threshold` bytes. Names that the
/// component imports already are passed over. `component` outlives the result. Errors are those of
/// decoding, those of validating the modules that are taken out, and `unsupported` for modules
/// whose types need others.
Result<Unbundled> unbundle(Bytes component, std::uint64_t threshold, std::stop_token stop = {});

} // namespace tenon::compose
