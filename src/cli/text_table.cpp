// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/text_table.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace tenon::cli {
namespace {

std::string blanks(std::size_t count) {
    return std::string(count, ' ');
}

} // namespace

void TextTable::row(std::string_view label, std::string_view value) {
    rows_.push_back({Shape::pair, base::printable(label), base::printable(value)});
}
void TextTable::heading(std::string_view text) {
    rows_.push_back({Shape::centred, base::printable(text), {}});
}
void TextTable::line(std::string_view text) {
    rows_.push_back({Shape::left, base::printable(text), {}});
}

// A cell asks for its text and a blank on either side. A line across asks each column for half of
// that, and an even sum of widths makes the first column grow by one.
std::string TextTable::text() const {
    std::size_t first = 0;
    std::size_t second = 0;
    for (const auto& row : rows_) {
        const auto wanted = base::display_width(row.first) + 2;
        if (row.shape == Shape::pair) {
            first = std::max(first, wanted);
            second = std::max(second, base::display_width(row.second) + 2);
        } else {
            first = std::max(first, wanted / 2);
            second = std::max(second, wanted / 2);
        }
    }
    if ((first + second) % 2 == 0)
        ++first;

    const auto whole = first + second + 3;
    const auto empty = blanks(whole) + "\n";
    std::string out = empty;
    for (const auto& row : rows_) {
        const auto width = base::display_width(row.first);
        const auto room = whole - 4 - std::min(width, whole - 4);
        switch (row.shape) {
        case Shape::pair:
            out += "  " + row.first + blanks(first - 1 - width) + " ";
            out += blanks(second - 1 - base::display_width(row.second)) + row.second + "  \n";
            break;
        case Shape::centred:
            out += blanks(2 + room - room / 2) + row.first + blanks(room / 2 + 2) + "\n";
            break;
        case Shape::left: out += "  " + row.first + blanks(room + 2) + "\n"; break;
        }
    }
    return out + empty;
}

} // namespace tenon::cli
