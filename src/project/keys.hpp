// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which keys a project file may have: one table, for the warnings about those that it may not.
#pragma once

#include "data/value.hpp"

#include <vector>

namespace tenon::project {

/// A warning for each key that is unknown or of another time. Keys for parts that tenon does not
/// have yet are known, and nothing is said about them.
void check_keys(const data::Document& document, std::vector<base::Error>& warnings);

} // namespace tenon::project
