// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One operator after the other out of the bytes of an expression: its row and its immediates, each
// LEB128 read once. Indices are not looked up; see `validate` for that.
//
// Source: https://webassembly.github.io/spec/core/binary/instructions.html
#pragma once

#include "wasm/op.hpp"
#include "wasm/quick.hpp"
#include "wasm/types.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace tenon::wasm {

/// The type of a block: nothing, one value, or a function type by index.
struct BlockType {
    enum class Kind : std::uint8_t { empty, value, type } kind = Kind::empty;
    ValType value = {};
    std::uint32_t type = 0;
};

/// A heap type on its own, behind `ref.null`, `ref.test` and casts.
struct HeapType {
    bool is_defined = false; ///< `type` says which
    Heap heap = Heap::any;   ///< else
    std::uint32_t type = 0;
};

struct MemArg {
    std::uint32_t align_log2 = 0;
    std::uint32_t memory = 0;
    std::uint64_t offset = 0;
};

struct Catch {
    enum class Kind : std::uint8_t { tag, tag_ref, all, all_ref } kind;
    std::uint32_t tag = 0;
    std::uint32_t label = 0;
};

/// An operator with its immediates. Which of these are set follows from `row->immediate`; lists
/// keep their room from one operator to the next.
struct Instruction {
    const OpRow* row = nullptr;
    std::uint64_t offset = 0; ///< of its first byte, in the whole file

    /// label, func, type, tag, local, global, table, memory, data, elem: as the row says, the first
    /// in the binary. Of `type_table` the type, of `data_memory` the data segment.
    std::uint32_t index = 0;
    /// The second of those that have two: table, memory, field, count, data, elem, type.
    std::uint32_t second = 0;
    std::uint64_t bits = 0; ///< of a constant; i32 is sign-extended, floats are their bits
    MemArg memory = {};
    std::uint8_t lane = 0;
    std::array<Byte, 16> bytes = {}; ///< v128, shuffle
    BlockType block = {};
    HeapType heap = {}, heap_to = {};        ///< `heap_to` for casts that branch
    bool from_null = false, to_null = false; ///< of casts that branch
    std::vector<std::uint32_t> labels;       ///< of `br_table`; the last is the default
    std::vector<ValType> types;              ///< of `select`
    std::vector<Catch> catches;              ///< of `try_table`
};

/// Reads the operator at the cursor. `malformed` for a code that is none, with its offset.
Result<> read_instruction(Reader& in, Instruction& into);

/// The same for most operators of most bodies: those of one byte with at most one integer behind
/// it, and loads and stores. False, and nothing is read, for all others. Inline, since a Result
/// travels through memory. For who does not validate; see function_reader.hpp for who does.
inline bool read_short_instruction(Reader& in, Instruction& into) noexcept {
    const auto rest = in.rest();
    if (rest.empty() || plain_op_rows[rest[0]] == nullptr)
        return false;
    const auto* const row = plain_op_rows[rest[0]];
    const auto* at = rest.data() + 1;
    const auto* const end = rest.data() + rest.size();
    switch (row->immediate) {
    case Immediate::none: break;
    case Immediate::local:
    case Immediate::label:
    case Immediate::global:
    case Immediate::func:
        if (!read_quick(at, end, into.index))
            return false;
        break;
    case Immediate::i32:
    case Immediate::i64:
        if (!read_quick(at, end, row->immediate == Immediate::i64, into.bits))
            return false;
        break;
    case Immediate::memarg: {
        std::uint32_t offset = 0;
        if (at == end || *at >= 0x40)
            return false;
        const auto align = *at++;
        if (!read_quick(at, end, offset))
            return false;
        into.memory = {align, 0, offset};
        break;
    }
    default: return false;
    }
    into.offset = in.offset();
    into.row = row;
    in.pass(static_cast<std::size_t>(at - rest.data()));
    return true;
}

/// Appends the operator as it was read, integers in their shortest form.
void append(Buffer& out, const Instruction& instruction);

} // namespace tenon::wasm
