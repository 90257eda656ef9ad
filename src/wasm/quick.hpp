// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operators that bodies are mostly made of, so described that reading and validating one is a
// jump by its first byte and a few comparisons. What is not here, or does not fit, is for
// `read_instruction` and `Checker::check`, which also know how to say what is wrong.
#pragma once

#include "wasm/op.hpp"
#include "wasm/operand_stack.hpp"

#include <array>
#include <cstdint>

namespace tenon::wasm {

/// What there is to do for an operator.
enum class Quick : std::uint8_t {
    no,     ///< not one of them
    plain,  ///< no immediates, at most two operands and one result
    number, ///< a constant integer
    access, ///< a load or store
    local_get,
    local_set,
    local_tee,
    global_get,
    global_set,
    block, ///< a loop, too
    if_,
    else_,
    end,
    br,
    br_if,
    return_,
    unreachable,
    call,
    drop,
    select,
};

struct QuickRow {
    Quick kind = Quick::no;
    std::uint8_t operands = 0, results = 0;
    std::uint8_t size = 0; ///< of an access, in bytes
    bool is_wide = false;  ///< a number of 64 bits
    ValType result;
    OperandStack::Pair mask = 0, wanted = 0; ///< of the two types on top
};

/// By code, of operators without a prefix.
extern const std::array<QuickRow, 256> quick_rows;

/// Reads a LEB128 of at most five bytes and passes over it; `bits` says how many of `value` its
/// bytes hold. False for one that is longer or goes on behind `end`; then nothing is read. Linkers
/// write indices in five bytes, to be filled in later.
inline bool read_quick(const Byte*& at, const Byte* end, std::uint64_t& value, unsigned& bits) {
    if (at == end)
        return false;
    value = *at;
    if (value < 0x80) [[likely]] {
        ++at;
        bits = 7;
        return true;
    }
    value &= 0x7f;
    const auto* next = at + 1;
    for (bits = 7; bits < 35 && next != end; ++next) {
        const std::uint64_t byte = *next;
        value |= (byte & 0x7f) << bits;
        bits += 7;
        if (byte < 0x80) {
            at = next + 1;
            return true;
        }
    }
    return false;
}

/// One that is an u32.
inline bool read_quick(const Byte*& at, const Byte* end, std::uint32_t& number) {
    std::uint64_t value = 0;
    unsigned bits = 0;
    const auto* next = at;
    if (!read_quick(next, end, value, bits) || value > UINT32_MAX)
        return false;
    at = next;
    number = static_cast<std::uint32_t>(value);
    return true;
}

/// One that is an s32, or, where `is_wide`, an s64; the number is extended to 64 bits.
inline bool read_quick(const Byte*& at, const Byte* end, bool is_wide, std::uint64_t& number) {
    std::uint64_t value = 0;
    unsigned bits = 0;
    const auto* next = at;
    if (!read_quick(next, end, value, bits))
        return false;
    const auto sign = std::uint64_t{1} << (bits - 1);
    value = (value ^ sign) - sign;
    if (!is_wide && static_cast<std::int64_t>(value) != static_cast<std::int32_t>(value))
        return false;
    at = next;
    number = value;
    return true;
}

} // namespace tenon::wasm
