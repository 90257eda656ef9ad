// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/reader.hpp"

#include "base/utf8.hpp"

#include <fmt/core.h>

namespace tenon::base {

Error Reader::error_at(std::uint64_t offset, Errc code, std::string message,
                       std::uint32_t length) const {
    return Error(code, std::move(message), offset).show(data_, base_, length);
}

Error Reader::error(Errc code, std::string message) const {
    return error_at(offset(), code, std::move(message));
}

Error Reader::truncated(std::uint64_t wanted) const {
    return error_at(base_ + data_.size(), Errc::truncated,
                    fmt::format("unexpected end: {} more {} wanted here, {} left", wanted,
                                wanted == 1 ? "byte" : "bytes", remaining()));
}

template <class T, int bits> Result<T> Reader::unsigned_leb() {
    T value = 0;
    for (int shift = 0; shift < bits; shift += 7) {
        const auto byte = TENON_TRY(u8());
        const int room = bits - shift;
        if (room < 7 && (byte & 0x7f) >> room != 0)
            return fail(error_at(offset() - 1, Errc::malformed, "integer too large"));
        value |= static_cast<T>(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    return fail(error_at(offset() - 1, Errc::malformed, "integer representation too long"));
}

template <class T, int bits> Result<T> Reader::signed_leb() {
    using U = std::make_unsigned_t<T>;
    U value = 0;
    for (int shift = 0; shift < bits; shift += 7) {
        const auto byte = TENON_TRY(u8());
        const int room = bits - shift;
        const bool more = byte >= 0x80;
        if (room < 7) {
            // The bits above the top one must all repeat the sign.
            const int above = static_cast<int>(byte & 0x7f) >> (room - 1);
            if (above != 0 && above != 0x7f >> (room - 1))
                return fail(error_at(offset() - 1, Errc::malformed, "integer too large"));
        }
        value |= static_cast<U>(byte & 0x7f) << shift;
        if (!more) {
            const int used = shift + 7;
            if ((byte & 0x40) != 0 && used < static_cast<int>(sizeof(T) * 8))
                value |= ~U{0} << used;
            return static_cast<T>(value);
        }
    }
    return fail(error_at(offset() - 1, Errc::malformed, "integer representation too long"));
}

Result<std::uint32_t> Reader::u32_slow() {
    return unsigned_leb<std::uint32_t, 32>();
}
Result<std::uint64_t> Reader::u64() {
    return unsigned_leb<std::uint64_t, 64>();
}
Result<std::int32_t> Reader::s32() {
    return signed_leb<std::int32_t, 32>();
}
Result<std::int64_t> Reader::s33() {
    return signed_leb<std::int64_t, 33>();
}
Result<std::int64_t> Reader::s64() {
    return signed_leb<std::int64_t, 64>();
}

template <class T> Result<T> Reader::fixed() {
    const auto in = TENON_TRY(bytes(sizeof(T)));
    T value = 0;
    for (std::size_t i = sizeof(T); i > 0; --i)
        value = value << 8 | in[i - 1];
    return value;
}

Result<std::uint32_t> Reader::fixed_u32() {
    return fixed<std::uint32_t>();
}
Result<std::uint64_t> Reader::fixed_u64() {
    return fixed<std::uint64_t>();
}

Result<Bytes> Reader::bytes(std::uint64_t count) {
    if (count > remaining())
        return fail(truncated(count));
    const Bytes taken{at_, static_cast<std::size_t>(count)};
    at_ += count;
    return taken;
}

Result<> Reader::skip(std::uint64_t count) {
    TENON_TRY(bytes(count));
    return {};
}

Result<std::string_view> Reader::name() {
    const auto length = TENON_TRY(u32());
    const auto start = offset();
    const auto content = TENON_TRY(bytes(length));
    if (const auto bad = first_invalid_utf8(content))
        return fail(error_at(start + *bad, Errc::malformed, "malformed UTF-8 encoding"));
    return as_text(content);
}

} // namespace tenon::base
