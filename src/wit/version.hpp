// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What versions mean in the names of components.
#pragma once

#include "base/version.hpp"

namespace tenon::wit {

using base::Version;

/// What must be equal for two versions to be semver-compatible (Component Model, Explainer,
/// "canonical interface name"): `1`, `0.2`, `0.0.3`, or the whole of a pre-release; build metadata
/// is dropped.
[[nodiscard]] std::string track_of(const Version& version);

} // namespace tenon::wit
