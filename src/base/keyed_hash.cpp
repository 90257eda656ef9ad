// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/keyed_hash.hpp"

#include "base/error.hpp"

#include <sys/random.h>

namespace tenon::base {

SipKey process_key() noexcept {
    static const SipKey key = [] {
        SipKey drawn{};
        TENON_ASSERT(getrandom(&drawn, sizeof drawn, 0) == sizeof drawn);
        return drawn;
    }();
    return key;
}

} // namespace tenon::base
