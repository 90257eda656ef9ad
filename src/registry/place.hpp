// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whether a folder is a registry's. A mistyped `--dir` must not make one among other people's
// files.
#pragma once

#include "base/file.hpp"

namespace tenon::registry {

/// May a registry begin or go on there? A folder that is missing or empty is as good as one that
/// holds a registry, or nothing but layouts that other tools have written.
Result<> check_may_serve(const base::Path& directory);

/// `not_found` where there is no registry; nothing is made.
Result<> check_is_registry(const base::Path& directory);

} // namespace tenon::registry
