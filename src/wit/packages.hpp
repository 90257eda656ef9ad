// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From the files of a group to its packages, and from packages to the order in which they can be
// made.
#pragma once

#include "wit/names.hpp"

#include <span>
#include <string>
#include <vector>

namespace tenon::wit {

/// The packages of one group of parsed files, the main one first. `name` is of the file or folder.
/// The files must outlive them.
Result<std::vector<PackageText>> packages_of(const Sources& sources, const std::string& name,
                                             std::span<const ast::File> files);

/// Positions in `packages` (`names` goes with them), each after those that it needs. Fails for
/// packages defined twice, here or in `model`, for cycles, and for packages that nobody knows.
Result<std::vector<std::size_t>> package_order(const Model& model,
                                               std::span<const PackageText> packages,
                                               std::span<const PackageNames> names);

} // namespace tenon::wit
