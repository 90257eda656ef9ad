// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Deflate streams (RFC 1951) unpacked step by step by ISA-L, and where such a stream may be cut.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace tenon::pack {

class Inflate {
public:
    /// `unsupported` where the library is missing on this machine; asked before the first `reset`.
    static Result<> available();

    Inflate();
    ~Inflate();
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;

    /// Begins a stream, or begins anew: a reference to before this place is an error. Comes before
    /// everything else.
    void reset() noexcept;
    /// After `reset`: output that references may reach back to.
    void set_window(Bytes window) noexcept;

    struct Step {
        std::size_t consumed;
        std::size_t produced;
    };
    /// Goes on until one of them is used up, the stream ends, or its data is wrong.
    Step step(Bytes input, MutableBytes output) noexcept;

    /// What is wrong with the data of the last step.
    [[nodiscard]] std::optional<std::string_view> trouble() const noexcept;
    [[nodiscard]] bool at_end() const noexcept;
    /// All input was used up to the bit, all output given, and a block header would come next.
    [[nodiscard]] bool between_blocks() const noexcept;
    /// Bits that were consumed but not used yet.
    [[nodiscard]] std::size_t unused_bits() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// What the empty stored block of a flush looks like behind its three bits of header. It may stand
/// elsewhere by chance.
inline constexpr std::array<Byte, 4> flush_mark = {0x00, 0x00, 0xff, 0xff};

/// The end of the first flush mark that begins at `from` or behind.
std::optional<std::size_t> end_of_flush_mark(Bytes bytes, std::size_t from) noexcept;

} // namespace tenon::pack
