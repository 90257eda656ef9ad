// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Trees of components as binaries. What was decoded from integers in their shortest form comes out
// byte for byte.
#pragma once

#include "base/bytes.hpp"
#include "component/ast.hpp"

namespace tenon::component {

Buffer encode(const ast::Component& component);

} // namespace tenon::component
