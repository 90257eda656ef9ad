// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two models into one. Packages that are in both are two views of the same package: what both have
// must agree, and what one lacks is taken from the other.
#pragma once

#include "wit/types.hpp"

#include <vector>

namespace tenon::wit {

/// Where the parts of the other model are now.
struct Moved {
    std::vector<PackageIdx> packages;
    std::vector<InterfaceIdx> interfaces;
    std::vector<WorldIdx> worlds;
    std::vector<TypeIdx> types;
};

/// Interfaces are united: types and functions that only one view has are kept. Worlds must be
/// equal. On failure `into` is as it was.
Result<Moved> merge(Model& into, const Model& from);

/// The same for many models one after the other, without a copy of what is there already.
class Union {
public:
    /// `into` must outlive it; others may add to it meanwhile.
    explicit Union(Model& into) : into_(&into), types_(into) {}

    /// After a failure the model is of no use.
    Result<Moved> add(const Model& from);

private:
    Model* into_;
    Types types_;
};

} // namespace tenon::wit
