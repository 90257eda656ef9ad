// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/inflate.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstring>
#include <isa-l/igzip_lib.h>

namespace tenon::pack {
namespace {

constexpr std::size_t most_at_once = std::size_t{1} << 30; // the library counts with 32 bits

} // namespace

struct Inflate::State {
    inflate_state library;
    int outcome = ISAL_DECOMP_OK;
};

Inflate::Inflate() : state_(std::make_unique<State>()) {
    isal_inflate_init(&state_->library);
}
Inflate::~Inflate() = default;

void Inflate::reset() noexcept {
    isal_inflate_reset(&state_->library);
    state_->outcome = ISAL_DECOMP_OK;
}

void Inflate::set_window(Bytes window) noexcept {
    TENON_ASSERT(isal_inflate_set_dict(&state_->library, const_cast<Byte*>(window.data()),
                                       static_cast<std::uint32_t>(window.size())) == 0);
}

Inflate::Step Inflate::step(Bytes input, MutableBytes output) noexcept {
    input = input.first(std::min(input.size(), most_at_once));
    output = output.first(std::min(output.size(), most_at_once));
    auto& library = state_->library;
    library.next_in = const_cast<Byte*>(input.data());
    library.avail_in = static_cast<std::uint32_t>(input.size());
    library.next_out = output.data();
    library.avail_out = static_cast<std::uint32_t>(output.size());
    state_->outcome = isal_inflate(&library);
    return {input.size() - library.avail_in, output.size() - library.avail_out};
}

std::optional<std::string_view> Inflate::trouble() const noexcept {
    switch (state_->outcome) {
    case ISAL_INVALID_BLOCK: return "invalid block";
    case ISAL_INVALID_SYMBOL: return "invalid symbol";
    case ISAL_INVALID_LOOKBACK: return "reference to before the start";
    default: break;
    }
    if (state_->outcome < 0)
        return "invalid data";
    return std::nullopt;
}

bool Inflate::at_end() const noexcept {
    return state_->library.block_state == ISAL_BLOCK_FINISH;
}

bool Inflate::between_blocks() const noexcept {
    const auto& library = state_->library;
    return (library.block_state == ISAL_BLOCK_NEW_HDR || library.block_state == ISAL_BLOCK_HDR) &&
           library.read_in_length == 0 && library.tmp_in_size == 0 &&
           library.tmp_out_valid == library.tmp_out_processed;
}

std::size_t Inflate::unused_bits() const noexcept {
    return static_cast<std::size_t>(std::max(state_->library.read_in_length, 0));
}

std::optional<std::size_t> end_of_flush_mark(Bytes bytes, std::size_t from) noexcept {
    // Its third byte is rarer than its first.
    for (auto at = from + 2; at + 1 < bytes.size(); ++at) {
        const void* const found =
            std::memchr(bytes.data() + at, flush_mark[2], bytes.size() - at - 1);
        if (found == nullptr)
            break;
        at = static_cast<std::size_t>(static_cast<const Byte*>(found) - bytes.data());
        if (std::equal(flush_mark.begin(), flush_mark.end(), bytes.data() + at - 2))
            return at + 2;
    }
    return std::nullopt;
}

} // namespace tenon::pack
