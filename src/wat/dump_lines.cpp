// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/dump_lines.hpp"

#include "base/error.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

constexpr std::size_t bytes_a_row = 4;

} // namespace

DumpLines::DumpLines(Bytes file, TextSink sink)
    : file_(file), out_(std::move(sink)),
      offset_width_(fmt::format("{:x}", file.size()).size() + 1) {}

void DumpLines::begin_line() {
    for (std::size_t i = 0; i < depth_; ++i)
        out_.put("  ");
    out_.put(fmt::format("{:#{}x} |", at_, offset_width_ + 2));
}

void DumpLines::put(std::uint64_t end, std::string_view what) {
    TENON_ASSERT(at_ <= end && end <= file_.size());
    auto bytes = file_.subspan(at_, end - at_);
    begin_line();
    for (bool is_first = true; is_first || !bytes.empty(); is_first = false) {
        if (!is_first) {
            for (std::size_t i = 0; i < depth_ * 2 + offset_width_ + 2; ++i)
                out_.put(' ');
            out_.put(" |");
        }
        const auto row = bytes.first(std::min(bytes.size(), bytes_a_row));
        for (const auto byte : row) {
            out_.put(' ');
            out_.put_hex(byte, 2);
        }
        for (auto i = row.size(); i < bytes_a_row; ++i)
            out_.put("   ");
        if (is_first) {
            out_.put(" | ");
            out_.put(what);
        }
        out_.put('\n');
        bytes = bytes.subspan(row.size());
    }
    at_ = end;
}

void DumpLines::pass_over(std::uint64_t end, std::string_view what) {
    TENON_ASSERT(at_ <= end && end <= file_.size());
    begin_line();
    out_.put(fmt::format("{:->{}}-| ... {}\n", "", bytes_a_row * 3, what));
    at_ = end;
}

void DumpLines::headline(std::string_view text) {
    out_.put(text);
    out_.put('\n');
}

std::string dump_quoted(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return base::printable(out + "\"");
}

} // namespace tenon::wat
