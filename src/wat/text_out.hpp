// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Text on its way out: a buffer of fixed size that is handed on whenever it is full, so that a text
// is never in memory as a whole. It knows characters and numbers, nothing of WebAssembly.
#pragma once

#include "base/error.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>

namespace tenon::wat {

/// Takes the next piece of a text. After a failure it is not called again.
using TextSink = std::function<Result<>(std::string_view)>;

class TextOut {
public:
    static constexpr std::size_t usual_capacity = std::size_t{256} << 10;

    /// With a sink the buffer is emptied into it; without, it grows.
    explicit TextOut(TextSink sink = {}, std::size_t capacity = usual_capacity);

    void put(char c) {
        if (at_ == end_) [[unlikely]]
            make_room(1);
        *at_++ = c;
    }
    void put(std::string_view text) {
        if (text.size() > static_cast<std::size_t>(end_ - at_)) [[unlikely]]
            return put_long(text);
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    /// In decimal.
    template <class Integer> void put_number(Integer value) {
        if (end_ - at_ < longest_number) [[unlikely]]
            make_room(longest_number);
        at_ = std::to_chars(at_, end_, value).ptr;
    }
    /// In lower-case hexadecimal, at least `width` digits.
    void put_hex(std::uint64_t value, int width = 1);

    /// What was not handed on yet; all of it where there is no sink.
    [[nodiscard]] std::string_view text() const noexcept {
        return {room_.get(), static_cast<std::size_t>(at_ - room_.get())};
    }
    /// Forgets what was not handed on.
    void clear() noexcept { at_ = room_.get(); }
    /// Whether the sink failed; what is put from then on is dropped.
    [[nodiscard]] bool has_failed() const noexcept { return !done_.has_value(); }
    /// Hands on the rest. The sink's first failure, if there was one.
    Result<> finish();

private:
    static constexpr std::ptrdiff_t longest_number = 20;

    void make_room(std::size_t bytes);
    void put_long(std::string_view text);
    void flush();

    TextSink sink_;
    std::size_t capacity_;
    std::unique_ptr<char[]> room_;
    char* at_;
    char* end_;
    Result<> done_;
};

} // namespace tenon::wat
