// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Several versions of one interface in one world, where a single one would do.
#pragma once

#include "wit/model.hpp"

namespace tenon::wit {

/// Of the interfaces that the world imports in several semver-compatible versions only the newest
/// one stays, and what used the others uses that; imports and exports are in order then, functions
/// before interfaces among exports. Fails where the newest lacks something or has it otherwise;
/// then the model is as it was. Types have other indices afterwards.
Result<> merge_world_imports_based_on_semver(Model& model, WorldIdx world);

} // namespace tenon::wit
