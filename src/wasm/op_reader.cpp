// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/op_reader.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

/// As many labels, types or catches as one operator may have: those of the JavaScript interface.
constexpr std::uint32_t max_labels = 65'520;
constexpr std::uint32_t max_select_types = 1'000;
constexpr std::uint32_t max_catches = 10'000;

bool is_one_byte_code(Bytes rest) noexcept {
    return !rest.empty() && rest[0] >= 0x40 && rest[0] < 0x80; // a negative number of one byte
}

Result<BlockType> read_block_type(Reader& in) {
    const auto rest = in.rest();
    const bool is_reference = !rest.empty() && (rest[0] == 0x63 || rest[0] == 0x64);
    if (!rest.empty() && rest[0] == 0x40) {
        TENON_TRY(in.skip(1));
        return BlockType{};
    }
    if (is_reference || is_one_byte_code(rest))
        return BlockType{BlockType::Kind::value, TENON_TRY(read_val_type(in)), 0};
    const auto offset = in.offset();
    const auto index = TENON_TRY(in.s33());
    if (index < 0)
        return fail(in.error_at(offset, Errc::malformed, "a block's type is one byte or an index"));
    return BlockType{BlockType::Kind::type, {}, static_cast<std::uint32_t>(index)};
}

Result<HeapType> read_heap_type(Reader& in) {
    // Whether null is among the values is said elsewhere.
    const auto type = TENON_TRY(read_reference_type(in, true));
    if (type.kind() == ValType::Kind::ref_to)
        return HeapType{true, Heap::any, type.type()};
    return HeapType{false, type.heap(), 0};
}

// https://webassembly.github.io/spec/core/binary/instructions.html#memory-instructions
// Bit 6 of the alignment says that the index of a memory follows.
Result<MemArg> read_memarg(Reader& in) {
    constexpr std::uint32_t has_memory = 0x40;
    MemArg memory;
    const auto offset = in.offset();
    const auto flags = TENON_TRY(in.u32());
    if (flags >= 2 * has_memory)
        return fail(in.error_at(offset, Errc::malformed,
                                fmt::format("no memory argument begins with {:#04x}", flags)));
    memory.align_log2 = flags & (has_memory - 1);
    if ((flags & has_memory) != 0)
        memory.memory = TENON_TRY(in.u32());
    memory.offset = TENON_TRY(in.u64());
    return memory;
}

Result<> read_labels(Reader& in, Instruction& into) {
    const auto count = TENON_TRY(read_count(in, max_labels, "labels"));
    into.labels.clear();
    for (std::uint32_t i = 0; i <= count; ++i) // and the default
        into.labels.push_back(TENON_TRY(in.u32()));
    return {};
}

Result<> read_types(Reader& in, Instruction& into) {
    const auto count = TENON_TRY(read_count(in, max_select_types, "types"));
    into.types.clear();
    for (std::uint32_t i = 0; i < count; ++i)
        into.types.push_back(TENON_TRY(read_val_type(in)));
    return {};
}

Result<Catch> read_catch(Reader& in) {
    const auto kind = TENON_TRY(in.u8());
    if (kind > 3)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no catch has the code {:#04x}", kind)));
    Catch one{static_cast<Catch::Kind>(kind)};
    if (one.kind == Catch::Kind::tag || one.kind == Catch::Kind::tag_ref)
        one.tag = TENON_TRY(in.u32());
    one.label = TENON_TRY(in.u32());
    return one;
}

Result<> read_try_table(Reader& in, Instruction& into) {
    into.block = TENON_TRY(read_block_type(in));
    const auto count = TENON_TRY(read_count(in, max_catches, "catches"));
    into.catches.clear();
    for (std::uint32_t i = 0; i < count; ++i)
        into.catches.push_back(TENON_TRY(read_catch(in)));
    return {};
}

Result<> read_cast(Reader& in, Instruction& into) {
    const auto flags = TENON_TRY(in.u8());
    if (flags > 3)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no cast begins with {:#04x}", flags)));
    into.from_null = (flags & 1) != 0;
    into.to_null = (flags & 2) != 0;
    into.index = TENON_TRY(in.u32());
    into.heap = TENON_TRY(read_heap_type(in));
    into.heap_to = TENON_TRY(read_heap_type(in));
    return {};
}

Result<> read_bytes(Reader& in, Instruction& into) {
    const auto bytes = TENON_TRY(in.bytes(into.bytes.size()));
    std::ranges::copy(bytes, into.bytes.begin());
    return {};
}

Result<> read_zero(Reader& in) {
    if (const auto zero = TENON_TRY(in.u8()); zero != 0)
        return fail(in.error_at(in.offset() - 1, Errc::malformed, "zero byte expected"));
    return {};
}

Result<> read_immediates(Reader& in, Instruction& into) {
    switch (into.row->immediate) {
    case Immediate::none: return {};
    case Immediate::block: into.block = TENON_TRY(read_block_type(in)); return {};
    case Immediate::labels: return read_labels(in, into);
    case Immediate::types: return read_types(in, into);
    case Immediate::try_table: return read_try_table(in, into);
    case Immediate::label:
    case Immediate::func:
    case Immediate::type:
    case Immediate::tag:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::memory:
    case Immediate::data:
    case Immediate::elem: into.index = TENON_TRY(in.u32()); return {};
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::memory_memory:
    case Immediate::field:
    case Immediate::type_count:
    case Immediate::type_data:
    case Immediate::type_elem:
    case Immediate::type_type:
    case Immediate::data_memory:
    case Immediate::elem_table:
        into.index = TENON_TRY(in.u32());
        into.second = TENON_TRY(in.u32());
        return {};
    case Immediate::memarg: into.memory = TENON_TRY(read_memarg(in)); return {};
    case Immediate::memarg_lane:
        into.memory = TENON_TRY(read_memarg(in));
        into.lane = TENON_TRY(in.u8());
        return {};
    case Immediate::lane: into.lane = TENON_TRY(in.u8()); return {};
    case Immediate::shuffle:
    case Immediate::v128: return read_bytes(in, into);
    case Immediate::i32:
        into.bits = static_cast<std::uint64_t>(std::int64_t{TENON_TRY(in.s32())});
        return {};
    case Immediate::i64: into.bits = static_cast<std::uint64_t>(TENON_TRY(in.s64())); return {};
    case Immediate::f32: into.bits = TENON_TRY(in.fixed_u32()); return {};
    case Immediate::f64: into.bits = TENON_TRY(in.fixed_u64()); return {};
    case Immediate::heap: into.heap = TENON_TRY(read_heap_type(in)); return {};
    case Immediate::cast: return read_cast(in, into);
    case Immediate::zero: return read_zero(in);
    }
    return {};
}

} // namespace

Result<> read_instruction(Reader& in, Instruction& into) {
    into.offset = in.offset();
    const auto first = TENON_TRY(in.u8());
    if (const auto* const row = plain_op_rows[first]) [[likely]] {
        into.row = row;
    } else if (first < 0xfb || first == 0xff) {
        return fail(in.error_at(into.offset, Errc::malformed,
                                fmt::format("no operator has the code {:#04x}", first)));
    } else {
        const auto code = TENON_TRY(in.u32());
        into.row = find_op(first, code);
        if (into.row == nullptr)
            return fail(
                in.error_at(into.offset, Errc::malformed,
                            fmt::format("no operator has the code {:#04x} {:#x}", first, code)));
    }
    return read_immediates(in, into);
}

} // namespace tenon::wasm
