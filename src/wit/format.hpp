// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT text in one style. Works on tokens, so that every comment stays; only blanks, line ends and
// commas at the ends of lists change, and formatting twice changes nothing more.
#pragma once

#include "base/error.hpp"

#include <string>

namespace tenon::wit {

/// Fails where the text does not parse. `name` is for the diagnostic.
Result<std::string> format(std::string name, std::string text);

} // namespace tenon::wit
