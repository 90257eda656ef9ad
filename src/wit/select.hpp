// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which world is meant: the only one, one by its name, or one by its id.
#pragma once

#include "wit/model.hpp"

#include <optional>
#include <string_view>

namespace tenon::wit {

/// Without a name the package must have exactly one world. A label is looked for in the package; an
/// id, `namespace:package/world` and perhaps a version, in all; the version may be left out where
/// there is only one.
Result<WorldIdx> select_world(const Model& model, PackageIdx main,
                              std::optional<std::string_view> name);

} // namespace tenon::wit
