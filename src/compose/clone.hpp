// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Copies of types, functions and interfaces within one model, where something needs to be there
// twice: types belong to one interface or world.
#pragma once

#include "wit/model.hpp"

#include <map>

namespace tenon::compose {

/// Copies what belongs to one owner for another one. What belongs to neither is left as it is,
/// unless `types` says what stands for it.
class Cloner {
public:
    /// `model` must outlive it; its types are nested as `check_depth` allows.
    Cloner(wit::Model& model, wit::Owner from, wit::Owner into)
        : model_(model), from_(from), into_(into) {}

    [[nodiscard]] wit::TypeIdx type(wit::TypeIdx type);
    [[nodiscard]] wit::Function function(wit::Function function);
    [[nodiscard]] std::optional<wit::Type> type(const std::optional<wit::Type>& type);
    [[nodiscard]] wit::Type type(const wit::Type& type);

    /// From each type that was copied to its copy; entries may be put in before.
    std::map<wit::TypeIdx, wit::TypeIdx> types;

private:
    wit::Model& model_;
    wit::Owner from_, into_;
};

/// A copy of an interface in `package`. `types` says what stands for types of other interfaces, and
/// learns what stands for those of this one.
wit::InterfaceIdx clone_interface(wit::Model& model, wit::InterfaceIdx interface,
                                  wit::PackageIdx package,
                                  std::map<wit::TypeIdx, wit::TypeIdx>& types);

} // namespace tenon::compose
