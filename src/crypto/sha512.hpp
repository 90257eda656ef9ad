// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// SHA-512 (FIPS 180-4), streaming.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>

namespace tenon::crypto {

using Digest512 = std::array<Byte, 64>;

class Sha512 {
public:
    Sha512() noexcept;
    Sha512& update(Bytes bytes) noexcept;
    /// Ends the hash; the object may not be used afterwards.
    [[nodiscard]] Digest512 finish() noexcept;

private:
    // libcrypto's own state, which is plain memory; its type stays behind the door.
    alignas(8) std::array<std::byte, 216> state_;
};

[[nodiscard]] Digest512 sha512(Bytes bytes) noexcept;

} // namespace tenon::crypto
