// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments and expected results in scripts, as far as they are core values.
#pragma once

#include "wat/cursor.hpp"
#include "wat/script.hpp"

namespace tenon::wat {

/// A value or pattern behind its `(`, up to and with its `)`.
Result<Value> read_value(Cursor& in);

} // namespace tenon::wat
