// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/text_out.hpp"

#include <algorithm>

namespace tenon::wat {

TextOut::TextOut(TextSink sink, std::size_t capacity)
    : sink_(std::move(sink)), capacity_(std::max<std::size_t>(capacity, 64)),
      room_(std::make_unique_for_overwrite<char[]>(capacity_)), at_(room_.get()),
      end_(at_ + capacity_) {}

void TextOut::put_hex(std::uint64_t value, int width) {
    constexpr std::string_view digits = "0123456789abcdef";
    char buffer[16];
    int count = 0;
    do {
        buffer[count++] = digits[value & 15];
        value >>= 4;
    } while (value != 0);
    for (; width > count; --width)
        put('0');
    while (count > 0)
        put(buffer[--count]);
}

void TextOut::flush() {
    if (done_ && at_ != room_.get())
        done_ = sink_(text());
    clear();
}

void TextOut::make_room(std::size_t bytes) {
    if (sink_) {
        flush();
        return;
    }
    const auto used = text().size();
    const auto capacity = std::max(capacity_ * 2, used + bytes);
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), room_.get(), used);
    room_ = std::move(larger);
    capacity_ = capacity;
    at_ = room_.get() + used;
    end_ = room_.get() + capacity_;
}

void TextOut::put_long(std::string_view text) {
    make_room(text.size());
    while (text.size() > static_cast<std::size_t>(end_ - at_)) { // only with a sink
        const auto part = text.substr(0, static_cast<std::size_t>(end_ - at_));
        std::memcpy(at_, part.data(), part.size());
        at_ += part.size();
        text.remove_prefix(part.size());
        flush();
    }
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
}

Result<> TextOut::finish() {
    if (sink_)
        flush();
    if (!done_)
        return fail(std::move(done_).error());
    return {};
}

} // namespace tenon::wat
