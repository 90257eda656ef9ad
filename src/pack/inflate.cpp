// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/inflate.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <isa-l/igzip_lib.h>

namespace tenon::pack {
namespace {

constexpr std::size_t most_at_once = std::size_t{1} << 30; // the library counts with 32 bits

/// What is called of ISA-L.
struct Isal {
    decltype(&::isal_inflate_init) init;
    decltype(&::isal_inflate_reset) reset;
    decltype(&::isal_inflate_set_dict) set_dict;
    decltype(&::isal_inflate) inflate;
};

#ifdef TENON_ISAL_SONAME
// Opened by whoever first reads a gzip stream, and never closed: mapping it costs a tenth of a
// millisecond, which a start that reads none does not pay.
Result<Isal> open_isal() {
    void* const library = ::dlopen(TENON_ISAL_SONAME, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        return fail(base::Error(Errc::unsupported, "gzip streams cannot be read without ISA-L")
                        .because(::dlerror())
                        .help("install the library: on Debian and Ubuntu `libisal2`"));
    Isal isal{};
    const auto find = [library]<class Function>(Function*& function, const char* name) {
        function = reinterpret_cast<Function*>(::dlsym(library, name));
        return function != nullptr;
    };
    if (!find(isal.init, "isal_inflate_init") || !find(isal.reset, "isal_inflate_reset") ||
        !find(isal.set_dict, "isal_inflate_set_dict") || !find(isal.inflate, "isal_inflate"))
        return fail(base::Error(Errc::unsupported, "gzip streams cannot be read with this ISA-L")
                        .because(::dlerror()));
    return isal;
}
#else
Result<Isal> open_isal() {
    return Isal{::isal_inflate_init, ::isal_inflate_reset, ::isal_inflate_set_dict, ::isal_inflate};
}
#endif

} // namespace

struct Inflate::State {
    Isal isal{};
    inflate_state library{};
    int outcome = ISAL_DECOMP_OK;
};

Result<> Inflate::available() {
    TENON_TRY(open_isal());
    return {};
}

Inflate::Inflate() : state_(std::make_unique<State>()) {}
Inflate::~Inflate() = default;

void Inflate::reset() noexcept {
    if (state_->isal.init == nullptr) {
        const auto isal = open_isal();
        TENON_ASSERT(isal); // `available` has said so
        state_->isal = *isal;
        state_->isal.init(&state_->library);
    }
    state_->isal.reset(&state_->library);
    state_->outcome = ISAL_DECOMP_OK;
}

void Inflate::set_window(Bytes window) noexcept {
    TENON_ASSERT(state_->isal.set_dict(&state_->library, const_cast<Byte*>(window.data()),
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
    state_->outcome = state_->isal.inflate(&library);
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
