// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// CRC-32 as gzip has it, of bytes and of pieces that are put together or cut out.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace tenon::pack {

/// The CRC of `bytes` behind bytes whose CRC is `crc`.
std::uint32_t crc32(std::uint32_t crc, Bytes bytes) noexcept;
/// The CRC of two pieces together; `length` is that of the second.
std::uint32_t crc32_of_both(std::uint32_t first, std::uint32_t second,
                            std::uint64_t length) noexcept;
/// The CRC of the bytes that turn `before` into `after`.
std::uint32_t crc32_between(std::uint32_t before, std::uint32_t after,
                            std::uint64_t length) noexcept;

} // namespace tenon::pack
