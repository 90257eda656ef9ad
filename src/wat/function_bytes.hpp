// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One function of a module, from its signature on, to an entry of the code section.
#pragma once

#include "wat/code.hpp"

namespace tenon::wat {

/// Reads a function with a body from behind its name, exports and all, to the `)`, which stays.
/// Fills `body`, which is empty, with the entry without its size, and gives the type; names and
/// hints are left in `code`.
Result<std::uint32_t> read_function(Context& context, Code& code, Buffer& body);

} // namespace tenon::wat
