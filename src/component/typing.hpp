// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a component's tree to the types of what it imports and exports: index spaces, names,
// aliases, instantiation. Who wants to know what a component looks like from outside need not have
// its core modules looked into; `validate` is the same walk with all of it.
//
// Source: Component Model, design/mvp/Explainer.md and Binary.md.
#pragma once

#include "component/ast.hpp"
#include "component/types.hpp"

namespace tenon::component {

/// A component's outside, and the types that it speaks of.
struct Typed {
    Types types;
    Externs imports, exports;
};

/// `invalid` with the offset of the definition that breaks a rule; `limit`; `unsupported`. Every
/// gated part is allowed, but for nested names and suffixes of versions; core modules are opaque,
/// and so are core definitions and canonical ones.
Result<Typed> find_types(const ast::Component& component);

} // namespace tenon::component
