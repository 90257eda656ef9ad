// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT packages and worlds as components whose exports are types: each interface a component type
// that exports an instance, each world one that exports a component.
//
// Source: Component Model, design/mvp/WIT.md, "Package Format".
#pragma once

#include "base/bytes.hpp"
#include "component/canonical_name.hpp"
#include "wit/model.hpp"

#include <string>

namespace tenon::component {

/// Who writes, for the section `producers`.
struct Producer {
    std::string name, version;
};

/// The package as a binary, with its documentation. Packages that it needs are in it as far as it
/// uses their types. `invalid` for types that have no encoding and `limit` for packages that become
/// too large, see `TypeEncoder`.
Result<Buffer> encode_package(const wit::Model& model, wit::PackageIdx package,
                              const Producer& producer,
                              InterfaceNames names = InterfaceNames::full);

/// The world's component type.
Result<ast::ComponentType> encode_world(const wit::Model& model, wit::WorldIdx world,
                                        InterfaceNames names = InterfaceNames::full);

} // namespace tenon::component
