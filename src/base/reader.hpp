// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A checked cursor over bytes. Every read is bounded by the span; every error has the offset of the
// offending byte in the whole file and shows the bytes around it. LEB128 follows
// https://webassembly.github.io/spec/core/binary/values.html#integers (unused bits must be zero or
// sign bits).
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string_view>

namespace tenon::base {

class Reader {
public:
    /// Reads `data`, which must outlive the reader; `base` is the offset of its first byte in the
    /// file.
    explicit Reader(Bytes data, std::uint64_t base = 0) noexcept
        : data_(data), begin_(data.data()), at_(data.data()), end_(data.data() + data.size()),
          base_(base) {}

    [[nodiscard]] std::uint64_t offset() const noexcept {
        return base_ + static_cast<std::uint64_t>(at_ - begin_);
    }
    [[nodiscard]] std::size_t remaining() const noexcept {
        return static_cast<std::size_t>(end_ - at_);
    }
    [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
    /// What has not been read yet.
    [[nodiscard]] Bytes rest() const noexcept { return {at_, remaining()}; }

    Result<std::uint8_t> u8() {
        if (at_ == end_) [[unlikely]]
            return fail(truncated(1));
        return *at_++;
    }
    /// Unsigned LEB128 of at most 32 bits (five bytes).
    Result<std::uint32_t> u32() {
        if (at_ != end_ && *at_ < 0x80) [[likely]]
            return *at_++;
        return u32_slow();
    }
    Result<std::uint64_t> u64();
    Result<std::int32_t> s32();
    Result<std::int64_t> s33();
    Result<std::int64_t> s64();
    /// Little-endian, fixed width.
    Result<std::uint32_t> fixed_u32();
    Result<std::uint64_t> fixed_u64();
    /// The next `count` bytes, without copying.
    Result<Bytes> bytes(std::uint64_t count);
    /// A length as u32 LEB128, then that many bytes of valid UTF-8.
    Result<std::string_view> name();
    Result<> skip(std::uint64_t count);
    /// Passes over what was seen in `rest`; `count` is at most `remaining`.
    void pass(std::size_t count) noexcept { at_ += count; }

    /// An error at the cursor, or at `offset`, that shows the bytes around it.
    [[nodiscard]] Error error(Errc code, std::string message) const;
    [[nodiscard]] Error error_at(std::uint64_t offset, Errc code, std::string message,
                                 std::uint32_t length = 1) const;

private:
    Result<std::uint32_t> u32_slow();
    template <class T, int bits> Result<T> unsigned_leb();
    template <class T, int bits> Result<T> signed_leb();
    template <class T> Result<T> fixed();
    [[nodiscard]] Error truncated(std::uint64_t wanted) const;

    Bytes data_;
    const Byte* begin_;
    const Byte* at_;
    const Byte* end_;
    std::uint64_t base_;
};

} // namespace tenon::base

namespace tenon {
using base::Reader;
} // namespace tenon
