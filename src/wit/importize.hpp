// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The world of those who use a component: what it exports, as imports.
#pragma once

#include "wit/model.hpp"

#include <optional>
#include <string>

namespace tenon::wit {

/// Changes the world: its exports become imports, its own imports go, save for types. It is called
/// `name` then, or `…-importized`. On failure the model is as it was.
Result<> importize(Model& model, WorldIdx world, const std::optional<std::string>& name = {});

} // namespace tenon::wit
