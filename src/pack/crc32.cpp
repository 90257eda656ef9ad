// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/crc32.hpp"

#include <libdeflate.h>
#include <zlib.h>

namespace tenon::pack {

std::uint32_t crc32(std::uint32_t crc, Bytes bytes) noexcept {
    return ::libdeflate_crc32(crc, bytes.data(), bytes.size());
}

std::uint32_t crc32_of_both(std::uint32_t first, std::uint32_t second,
                            std::uint64_t length) noexcept {
    return static_cast<std::uint32_t>(::crc32_combine(first, second, static_cast<z_off_t>(length)));
}

// A CRC is linear: what came before is shifted by the length and added.
std::uint32_t crc32_between(std::uint32_t before, std::uint32_t after,
                            std::uint64_t length) noexcept {
    return after ^ crc32_of_both(before, 0, length);
}

} // namespace tenon::pack
