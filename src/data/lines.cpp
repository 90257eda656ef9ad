// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/lines.hpp"

#include <algorithm>
#include <limits>

namespace tenon::data {
namespace {

std::uint32_t narrow(std::size_t number) noexcept {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(number, most));
}

bool continues_code_point(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

} // namespace

Lines::Lines(std::string_view text) : text_(text), starts_{0} {
    for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
        starts_.push_back(at + 1);
}

Place Lines::place(std::size_t offset, std::size_t length) const noexcept {
    offset = std::min(offset, text_.size());
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<std::size_t>(after - starts_.begin());
    return {narrow(line), narrow(offset - starts_[line - 1] + 1),
            narrow(std::max<std::size_t>(length, 1))};
}

std::size_t Lines::offset(std::size_t line, std::size_t code_point_column) const noexcept {
    if (line == 0 || line > starts_.size())
        return text_.size();
    const auto limit = line == starts_.size() ? text_.size() : starts_[line] - 1;
    auto at = starts_[line - 1];
    for (std::size_t column = 1; column < code_point_column && at < limit; ++column) {
        ++at;
        while (at < limit && continues_code_point(text_[at]))
            ++at;
    }
    return at;
}

} // namespace tenon::data
