// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments and expected results in scripts.
#pragma once

#include "wat/cursor.hpp"
#include "wat/script.hpp"

namespace tenon::wat {

/// Whether a value of the component model begins here, behind its `(`.
[[nodiscard]] bool is_component_value(const Cursor& in);
/// A value or pattern behind its `(`, up to and with its `)`.
Result<Value> read_value(Cursor& in);

} // namespace tenon::wat
