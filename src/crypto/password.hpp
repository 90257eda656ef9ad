// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The door to libcrypt: passwords against their stored forms, bcrypt only. The others that htpasswd
// can write are too quick to compute to protect anything.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace tenon::crypto {

/// Nothing is wrong with a stored form of bcrypt: `$2y$`, `$2b$` or `$2a$`, two digits of cost (4
/// to 17), 53 letters of salt and hash. `unsupported` for other forms, which the message names;
/// `malformed` for what is none.
Result<> check_password_form(std::string_view stored);

/// Whether `password` is the one that `stored`, which has passed `check_password_form`, was made
/// from. Takes as long as its cost says: milliseconds to seconds.
[[nodiscard]] bool password_matches(std::string_view password, const std::string& stored);

} // namespace tenon::crypto
