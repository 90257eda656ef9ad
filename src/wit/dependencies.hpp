// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which packages and interfaces a package or world needs.
#pragma once

#include "wit/model.hpp"

#include <vector>

namespace tenon::wit {

/// The interfaces whose types an interface uses, each once, in the order of its types.
[[nodiscard]] std::vector<InterfaceIdx> interfaces_used(const Model& model, InterfaceIdx interface);

/// The packages that these need, each after those that it needs in turn, and at last they
/// themselves.
[[nodiscard]] std::vector<PackageIdx> with_dependencies(const Model& model,
                                                        const std::vector<PackageIdx>& packages);

} // namespace tenon::wit
