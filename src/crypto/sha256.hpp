// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// SHA-256 (FIPS 180-4), streaming.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>

namespace tenon::crypto {

using Digest256 = std::array<Byte, 32>;

class Sha256 {
public:
    Sha256() noexcept;
    Sha256& update(Bytes bytes) noexcept;
    /// Ends the hash; the object may not be used afterwards.
    [[nodiscard]] Digest256 finish() noexcept;

private:
    // libcrypto's own state, which is plain memory; its type stays behind the door.
    alignas(8) std::array<std::byte, 112> state_;
};

[[nodiscard]] Digest256 sha256(Bytes bytes) noexcept;

} // namespace tenon::crypto
