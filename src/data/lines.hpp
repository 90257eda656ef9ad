// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where the lines of a text begin: turns byte offsets into places and back.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace tenon::data {

class Lines {
public:
    /// `text` must outlive the object.
    explicit Lines(std::string_view text);

    /// The place of `length` bytes from `offset` on.
    [[nodiscard]] Place place(std::size_t offset, std::size_t length = 1) const noexcept;
    /// Offset of a line and column, both from 1; the column counts code points. Never beyond the
    /// line's end.
    [[nodiscard]] std::size_t offset(std::size_t line,
                                     std::size_t code_point_column) const noexcept;

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

} // namespace tenon::data
