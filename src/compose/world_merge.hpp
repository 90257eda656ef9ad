// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One world out of two: that of a module that was linked from parts which each speak of a world of
// their own.
#pragma once

#include "wit/model.hpp"

namespace tenon::compose {

/// Adds what `from` imports and exports to `into`, both of one model. What both have must be the
/// same; an export must not change what imports and exports of the other world mean. `invalid`
/// otherwise, and the model may hold copies then that nobody uses.
Result<> merge_worlds(wit::Model& model, wit::WorldIdx from, wit::WorldIdx into);

} // namespace tenon::compose
