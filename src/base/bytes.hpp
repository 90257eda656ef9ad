// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Views and buffers of bytes, and the two ways in which they meet text.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tenon::base {

using Byte = std::uint8_t;
using Bytes = std::span<const Byte>;
using MutableBytes = std::span<Byte>;
using Buffer = std::vector<Byte>;

/// The bytes of a text, without copying; valid as long as the text.
inline Bytes as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

/// The bytes as text, without copying or checking their encoding; valid as long as the bytes.
inline std::string_view as_text(Bytes bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

} // namespace tenon::base

namespace tenon {
using base::as_bytes;
using base::as_text;
using base::Buffer;
using base::Byte;
using base::Bytes;
using base::MutableBytes;
} // namespace tenon
