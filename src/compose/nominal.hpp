// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A world in which each import and export has an interface of its own. Imported and exported, or
// imported under two names, an interface stands for different types: a resource that is imported is
// not the one that is exported. Afterwards an index says which is meant.
#pragma once

#include "wit/model.hpp"

namespace tenon::compose {

/// Replaces interfaces by copies where they are met for the second time, or use one that was
/// replaced. The order of imports and exports stays; keys change where they are interfaces.
void make_nominal(wit::Model& model, wit::WorldIdx world);

} // namespace tenon::compose
