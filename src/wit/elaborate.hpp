// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a world needs beyond what is written in it: the interfaces that its interfaces use, and so
// on, as imports, or as exports where they are exported.
#pragma once

#include "wit/session.hpp"

namespace tenon::wit {

/// Completes the world and puts its imports in order. Fails where an interface would need one
/// dependency both as import and as export.
Result<> elaborate(Session& session, WorldIdx world);

} // namespace tenon::wit
