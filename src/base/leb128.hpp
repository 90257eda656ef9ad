// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing LEB128 integers in their shortest form. Reading is `Reader`'s.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>

namespace tenon::base {

inline void append_unsigned_leb(Buffer& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<Byte>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<Byte>(value));
}

inline void append_signed_leb(Buffer& out, std::int64_t value) {
    for (;;) {
        const auto low = static_cast<Byte>(value & 0x7f);
        value >>= 7;
        if ((value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0)) {
            out.push_back(low);
            return;
        }
        out.push_back(static_cast<Byte>(low | 0x80));
    }
}

/// How many bytes the shortest form takes.
constexpr std::size_t unsigned_leb_size(std::uint64_t value) noexcept {
    std::size_t size = 1;
    while (value >>= 7)
        ++size;
    return size;
}

} // namespace tenon::base
