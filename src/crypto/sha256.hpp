// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// SHA-256 (FIPS 180-4), streaming.
#pragma once

#include "base/bytes.hpp"
#include "base/handle.hpp"

#include <array>

extern "C" struct evp_md_ctx_st;

namespace tenon::crypto {

using Digest256 = std::array<Byte, 32>;

class Sha256 {
public:
    Sha256();
    Sha256& update(Bytes bytes);
    /// Ends the hash; the object may not be used afterwards.
    [[nodiscard]] Digest256 finish();

private:
    struct ContextTraits {
        using Value = evp_md_ctx_st*;
        static constexpr Value none = nullptr;
        static void close(Value context) noexcept;
    };
    base::Handle<ContextTraits> context_;
};

[[nodiscard]] Digest256 sha256(Bytes bytes);

} // namespace tenon::crypto
