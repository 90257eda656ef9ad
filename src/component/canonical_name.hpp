// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of interfaces that are equal for all versions that are compatible.
//
// Source: Component Model, design/mvp/Explainer.md, "canonical interface name".
#pragma once

#include "component/ast.hpp"

namespace tenon::component {

/// How interfaces with versions are named outside: `a:b/c@1.2.3`, or `a:b/c@1` with the suffix
/// `.2.3` (gated: `cm-canon-names`).
enum class InterfaceNames : std::uint8_t { full, canonical };

/// Leaves of the version (of `implements` where that is there) what decides with which others it
/// is compatible, and makes a suffix of the rest. A name without a version, and one that has no
/// rest, stays as it is.
void make_canonical(ast::ExternName& name);

} // namespace tenon::component
