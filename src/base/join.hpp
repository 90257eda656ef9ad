// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Words with something between them, for messages and text output.
#pragma once

#include <string>
#include <string_view>

namespace tenon::base {

/// The words, anything that a `std::string_view` can be made of, with `separator` between them.
template <class Words> std::string joined(const Words& words, std::string_view separator) {
    std::string out;
    bool first = true;
    for (const std::string_view word : words) {
        if (!first)
            out += separator;
        first = false;
        out += word;
    }
    return out;
}

} // namespace tenon::base
