// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Validation on several processors: definitions first, then the bodies side by side.
#pragma once

#include "wasm/validate.hpp"

#include <stop_token>

namespace tenon::wasm {

struct ValidateOptions {
    Features features = Features::standard();
    unsigned threads = 0; ///< 0: as many as the machine has processors
    std::stop_token stop = {};
};

/// Of several errors the one that comes first in the file, so that the result does not depend on
/// the threads. `interrupted` when a stop was asked for.
Result<> validate_in_parallel(const Module& module, const ValidateOptions& options);

/// The bodies only, of a module whose definitions are valid.
Result<> validate_bodies_in_parallel(const Module& module, const ModuleInfo& info,
                                     const ValidateOptions& options);

} // namespace tenon::wasm
