// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/hex.hpp"

namespace tenon::base {
namespace {

std::string hex(Bytes bytes, const char (&digits)[17]) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 0xf];
    }
    return out;
}

} // namespace

std::string lower_hex(Bytes bytes) {
    return hex(bytes, "0123456789abcdef");
}
std::string upper_hex(Bytes bytes) {
    return hex(bytes, "0123456789ABCDEF");
}

} // namespace tenon::base
