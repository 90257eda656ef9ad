// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/op_reader.hpp"

#include "base/leb128.hpp"

namespace tenon::wasm {
namespace {

void number(Buffer& out, std::uint64_t value) {
    base::append_unsigned_leb(out, value);
}

void little_endian(Buffer& out, std::uint64_t bits, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
        out.push_back(static_cast<Byte>(bits >> 8 * i));
}

void append(Buffer& out, const BlockType& block) {
    switch (block.kind) {
    case BlockType::Kind::empty: out.push_back(0x40); break;
    case BlockType::Kind::value: wasm::append(out, block.value); break;
    case BlockType::Kind::type: base::append_signed_leb(out, block.type); break;
    }
}

void append(Buffer& out, const HeapType& heap) {
    if (heap.is_defined)
        base::append_signed_leb(out, heap.type);
    else
        out.push_back(static_cast<Byte>(heap.heap));
}

void append(Buffer& out, const MemArg& memory) {
    number(out, memory.align_log2 | (memory.memory != 0 ? 0x40U : 0U));
    if (memory.memory != 0)
        number(out, memory.memory);
    number(out, memory.offset);
}

void append(Buffer& out, const Catch& one) {
    out.push_back(static_cast<Byte>(one.kind));
    if (one.kind == Catch::Kind::tag || one.kind == Catch::Kind::tag_ref)
        number(out, one.tag);
    number(out, one.label);
}

void append_cast(Buffer& out, const Instruction& of) {
    out.push_back(static_cast<Byte>((of.from_null ? 1 : 0) | (of.to_null ? 2 : 0)));
    number(out, of.index);
    append(out, of.heap);
    append(out, of.heap_to);
}

void append_immediates(Buffer& out, const Instruction& of) {
    switch (of.row->immediate) {
    case Immediate::none: break;
    case Immediate::block: append(out, of.block); break;
    case Immediate::labels:
        number(out, of.labels.size() - 1);
        for (const auto label : of.labels)
            number(out, label);
        break;
    case Immediate::types:
        number(out, of.types.size());
        for (const auto type : of.types)
            wasm::append(out, type);
        break;
    case Immediate::try_table:
        append(out, of.block);
        number(out, of.catches.size());
        for (const auto& one : of.catches)
            append(out, one);
        break;
    case Immediate::label:
    case Immediate::func:
    case Immediate::type:
    case Immediate::tag:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::memory:
    case Immediate::data:
    case Immediate::elem: number(out, of.index); break;
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
        number(out, of.index);
        number(out, of.second);
        break;
    case Immediate::memarg: append(out, of.memory); break;
    case Immediate::memarg_lane:
        append(out, of.memory);
        out.push_back(of.lane);
        break;
    case Immediate::lane: out.push_back(of.lane); break;
    case Immediate::shuffle:
    case Immediate::v128: out.insert(out.end(), of.bytes.begin(), of.bytes.end()); break;
    case Immediate::i32:
    case Immediate::i64: base::append_signed_leb(out, static_cast<std::int64_t>(of.bits)); break;
    case Immediate::f32: little_endian(out, of.bits, 4); break;
    case Immediate::f64: little_endian(out, of.bits, 8); break;
    case Immediate::heap: append(out, of.heap); break;
    case Immediate::cast: append_cast(out, of); break;
    case Immediate::zero: out.push_back(0); break;
    }
}

} // namespace

void append(Buffer& out, const Instruction& instruction) {
    const auto& row = *instruction.row;
    if (row.prefix != 0) {
        out.push_back(row.prefix);
        number(out, row.code);
    } else {
        out.push_back(static_cast<Byte>(row.code));
    }
    append_immediates(out, instruction);
}

} // namespace tenon::wasm
