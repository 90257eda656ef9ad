// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RFC 4648 texts as tokens and keys use them: without padding, and strict when read (no other
// letters, no padding, no blanks, unused bits zero).
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace tenon::crypto {

std::string base32(Bytes bytes); ///< upper-case
std::string base64url(Bytes bytes);
std::string base64(Bytes bytes); ///< standard alphabet, padded; for HTTP
/// Errors are `Errc::malformed` with the offset of the offending character: ``invalid symbol at
/// 2``, ``non-zero trailing bits at 21``.
Result<Buffer> from_base32(std::string_view text);
Result<Buffer> from_base64url(std::string_view text);
Result<Buffer> from_base64(std::string_view text);

} // namespace tenon::crypto
