// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The texts that a model was read from, and places in them.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::wit {

/// Bytes [begin, end) of file `file` of a `Sources`. A span of no file is "no place": what came from
/// a binary has none.
struct Span {
    static constexpr std::uint32_t none = UINT32_MAX;
    std::uint32_t file = none;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

class Sources {
public:
    /// Gives the number that spans of this file carry.
    std::uint32_t add(std::string name, std::string text);
    /// Moves the files of `other` behind ours; its spans are to be raised by what is returned.
    std::uint32_t append(Sources&& other);
    [[nodiscard]] std::string_view name(std::uint32_t file) const;
    [[nodiscard]] std::string_view text(std::uint32_t file) const;
    [[nodiscard]] Place place(Span span) const;
    /// The error, with the line that holds the span; unchanged for a span of no file.
    [[nodiscard]] base::Error point(base::Error&& error, Span span, std::string label = {}) const;

private:
    struct File {
        std::string name, text;
    };
    std::vector<File> files_;
};

} // namespace tenon::wit
