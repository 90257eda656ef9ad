// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/tar.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>

namespace tenon::pack {
namespace {

constexpr std::size_t name_size = 100;
constexpr std::uint64_t octal_limit = std::uint64_t{1} << 33; // eleven octal digits

void put(TarBlock& block, std::size_t offset, std::string_view text) {
    std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(offset));
}

} // namespace

std::size_t tar_padding(std::uint64_t size) noexcept {
    return static_cast<std::size_t>((tar_block_size - size % tar_block_size) % tar_block_size);
}

Result<TarBlock> tar_header(std::string_view name, std::uint64_t size) {
    if (name.empty() || name.size() > name_size || name.contains('\0'))
        return fail(Errc::invalid, fmt::format("`{}` cannot be the name of an archive entry: 1 to "
                                               "{} bytes without NUL are possible",
                                               name, name_size));
    TarBlock block{};
    put(block, 0, name);
    if (size < octal_limit) {
        put(block, 124, fmt::format("{:011o}", size));
    } else { // GNU's base-256 form
        block[124] = 0x80;
        for (std::size_t i = 0; i < 8; ++i)
            block[135 - i] = static_cast<Byte>(size >> 8 * i);
    }
    put(block, 136, "00000000000");
    put(block, 257, "ustar  ");
    put(block, 148, "        ");
    const auto sum = std::accumulate(block.begin(), block.end(), 0U);
    put(block, 148, fmt::format("{:07o}", sum));
    block[155] = 0;
    return block;
}

} // namespace tenon::pack
