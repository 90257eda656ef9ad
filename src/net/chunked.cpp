// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The framing of chunked content, one character at a time.
#include "net/chunked.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <optional>

namespace tenon::net {
namespace {

// A chunk of one byte may carry a long line; content made of such costs its reader far more than it
// brings. A chunk's data pays for 16 bytes of framing, everything else adds up to at most this.
constexpr std::uint64_t max_overhead = 16 * 1024;
constexpr std::uint64_t free_per_chunk = 16;

bool is_text(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

auto bad(std::string_view what) {
    return fail(Errc::malformed, "malformed chunked content: " + std::string(what));
}

} // namespace

Result<std::size_t> ChunkedDecoder::framing(std::string_view text) {
    std::size_t used = 0;
    while (used < text.size() && data_ == 0 && at_ != At::end) {
        TENON_TRY(step(text[used]));
        ++used;
        if (++overhead_ > max_overhead)
            return fail(Errc::limit, "chunked content has too much between its data");
    }
    return used;
}

Result<> ChunkedDecoder::step(char c) {
    switch (at_) {
    case At::size:
    case At::more_size: return size_digit(c);
    case At::extension:
        if (c == '\r')
            at_ = At::size_lf;
        else if (!is_text(c))
            return bad("a control character in a chunk's extension");
        return {};
    case At::size_lf:
        if (c != '\n')
            return bad("a chunk's size does not end with its line");
        begin_chunk();
        return {};
    case At::data_cr:
        at_ = At::data_lf;
        return c == '\r' ? Result<>() : bad("a chunk is longer than its size");
    case At::data_lf:
        at_ = At::size;
        return c == '\n' ? Result<>() : bad("a chunk is longer than its size");
    case At::trailer_begin:
        at_ = c == '\r' ? At::last_lf : At::trailer;
        return c == '\r' || (is_text(c) && c != ' ' && c != '\t') ? Result<>()
                                                                  : bad("not a trailer field");
    case At::trailer:
        if (c == '\r')
            at_ = At::trailer_lf;
        else if (!is_text(c))
            return bad("a control character in a trailer field");
        return {};
    case At::trailer_lf:
        at_ = At::trailer_begin;
        return c == '\n' ? Result<>() : bad("a trailer field does not end with its line");
    case At::last_lf:
        at_ = At::end;
        return c == '\n' ? Result<>() : bad("the last line does not end");
    case At::end: break;
    }
    return {};
}

Result<> ChunkedDecoder::size_digit(char c) {
    if (const auto digit = base::hex_value(c)) {
        if (++digits_ > 15) // stays below 2^60
            return bad("a chunk's size has too many digits");
        size_ = size_ * 16 + *digit;
        at_ = At::more_size;
        return {};
    }
    if (at_ == At::size)
        return bad("a chunk has no size");
    if (c == '\r')
        at_ = At::size_lf;
    else if (c == ';' || c == ' ' || c == '\t')
        at_ = At::extension;
    else
        return bad("a chunk's size is not hexadecimal");
    return {};
}

void ChunkedDecoder::begin_chunk() noexcept {
    data_ = size_;
    at_ = size_ == 0 ? At::trailer_begin : At::data_cr;
    if (size_ != 0)
        overhead_ -= std::min(overhead_, free_per_chunk);
    size_ = 0;
    digits_ = 0;
}

} // namespace tenon::net
