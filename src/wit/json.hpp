// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model as JSON, in the shape that other WIT tools print it in (`component wit --json`).
#pragma once

#include "wit/model.hpp"

#include <string>

namespace tenon::wit {

/// Four lists, `worlds`, `interfaces`, `types` and `packages`, that refer to each other by index;
/// indented by two, without a final newline.
[[nodiscard]] std::string to_json(const Model& model);

} // namespace tenon::wit
