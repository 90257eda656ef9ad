// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests: modules and components out of sections, and errors in one line.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace tenon::wasm {

inline const Buffer empty_module{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
inline const Buffer empty_component{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};

inline Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}
/// A section whose size fits one byte.
inline Buffer section(Byte id, const Buffer& content) {
    return Buffer{id, static_cast<Byte>(content.size())} + content;
}
inline Buffer name(std::string_view text) {
    Buffer out{static_cast<Byte>(text.size())};
    out.insert(out.end(), text.begin(), text.end());
    return out;
}
inline Buffer custom(std::string_view called, const Buffer& payload = {}) {
    return section(0, name(called) + payload);
}

/// `invalid @17: message`, or `fine`.
template <class T> std::string problem(const Result<T>& result) {
    if (result)
        return "fine";
    const auto& error = result.error();
    auto text = std::string(errc_name(error.code()));
    if (error.offset())
        text += " @" + std::to_string(*error.offset());
    return text + ": " + error.message();
}

} // namespace tenon::wasm
