// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes as hexadecimal digits.
#pragma once

#include "base/bytes.hpp"

#include <string>

namespace tenon::base {

std::string lower_hex(Bytes bytes);
std::string upper_hex(Bytes bytes);

} // namespace tenon::base
