// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Components as text, with the modules and components in them.
#pragma once

#include "wat/print_layout.hpp"

namespace tenon::wat {

Result<> put_component(PrintLayout& to, Bytes binary);

} // namespace tenon::wat
