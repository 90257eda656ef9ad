// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/metadata_dependencies.hpp"

#include "pack/inflate.hpp"

#include <array>

namespace tenon::cli {
namespace {

constexpr std::size_t max_unpacked = 2 << 20;
constexpr std::size_t zlib_header_size = 2;
constexpr std::size_t zlib_checksum_size = 4;

// https://www.rfc-editor.org/rfc/rfc1950#section-2.2
std::uint32_t adler32(Bytes bytes) {
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const auto byte : bytes) {
        a = (a + byte) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

std::uint32_t big_endian(Bytes bytes) {
    return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
           static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

Result<Buffer> unpack(Bytes section) {
    if (section.size() < zlib_header_size + zlib_checksum_size || (section[0] & 0x0f) != 8 ||
        (section[1] & 0x20) != 0 || (section[0] * 256 + section[1]) % 31 != 0)
        return fail(Errc::malformed, "the section `.dep-v0` is not in zlib's format");
    TENON_TRY(pack::Inflate::available());
    pack::Inflate inflate;
    inflate.reset();
    Buffer out(max_unpacked);
    const auto packed =
        section.subspan(zlib_header_size, section.size() - zlib_header_size - zlib_checksum_size);
    const auto step = inflate.step(packed, out);
    if (!inflate.at_end() && step.produced == max_unpacked)
        return fail(Errc::limit, "the section `.dep-v0` unpacks to more than 2 MiB");
    out.resize(step.produced);
    if (!inflate.at_end() || adler32(out) != big_endian(section.last(zlib_checksum_size)))
        return fail(Errc::malformed, "the section `.dep-v0` cannot be unpacked");
    return out;
}

} // namespace

Result<data::Value> read_dependencies(Bytes section) {
    const auto text = TENON_TRY(unpack(section));
    auto document =
        TENON_TRY(data::parse_json({.file = ".dep-v0", .text = std::string(as_text(text))}));
    return std::move(document.root);
}

} // namespace tenon::cli
