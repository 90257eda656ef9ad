// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Texts of strangers, cut where there is no end to them.
#pragma once

#include <string>
#include <string_view>

namespace tenon::cli {

/// UTF-8 of at most so many bytes, with `…` behind it where there was more.
inline std::string shortened(std::string_view text, std::size_t most_bytes) {
    if (text.size() <= most_bytes)
        return std::string(text);
    auto end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
        --end;
    return std::string(text.substr(0, end)) + "…";
}

} // namespace tenon::cli
