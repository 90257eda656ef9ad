// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Floating-point constants as text that gives the same bits again: hexadecimal, with the number in
// decimal as a comment.
#pragma once

#include "wat/text_out.hpp"

namespace tenon::wat {

/// `0x1.8p+1 (;=3;)`, `-inf (;=-inf;)`, `nan:0x200000 (;=NaN;)`.
void put_f32(TextOut& to, std::uint32_t bits);
void put_f64(TextOut& to, std::uint64_t bits);

} // namespace tenon::wat
