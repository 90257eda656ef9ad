// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/type_text.hpp"
#include "wat/dump_module.hpp"
#include "wat/print_float.hpp"

#include <fmt/core.h>

namespace tenon::wat {
namespace {

using wasm::Immediate, wasm::Instruction;

std::string block_text(const wasm::BlockType& type) {
    switch (type.kind) {
    case wasm::BlockType::Kind::empty: return "";
    case wasm::BlockType::Kind::value:
        return fmt::format(" (result {})", wasm::type_text(type.value));
    case wasm::BlockType::Kind::type: return fmt::format(" (type {})", type.type);
    }
    return "";
}

std::string heap_type_text(const wasm::HeapType& type) {
    return type.is_defined ? std::to_string(type.type) : std::string(wasm::heap_text(type.heap));
}
std::string reference_text(const wasm::HeapType& type, bool nullable) {
    return fmt::format("(ref {}{})", nullable ? "null " : "", heap_type_text(type));
}

std::string memory_text(const Instruction& one) {
    return fmt::format(" {} offset={} align={}", one.memory.memory, one.memory.offset,
                       std::uint64_t{1} << (one.memory.align_log2 & 63));
}

std::string bytes_text(const Instruction& one, std::string_view format) {
    std::string out;
    for (const auto byte : one.bytes)
        out += fmt::format(fmt::runtime(format), byte);
    return out;
}

std::string catches_text(const Instruction& one) {
    constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
    std::string out = block_text(one.block);
    for (const auto& clause : one.catches) {
        out += fmt::format(" ({} ", words[static_cast<std::size_t>(clause.kind)]);
        if (clause.kind == wasm::Catch::Kind::tag || clause.kind == wasm::Catch::Kind::tag_ref)
            out += fmt::format("{} ", clause.tag);
        out += fmt::format("{})", clause.label);
    }
    return out;
}

std::string float_text(const Instruction& one) {
    TextOut out;
    if (one.row->immediate == Immediate::f32)
        put_f32(out, static_cast<std::uint32_t>(one.bits));
    else
        put_f64(out, one.bits);
    return " " + std::string(out.text());
}

std::string list_text(const Instruction& one) {
    std::string out;
    if (one.row->immediate == Immediate::labels)
        for (const auto label : one.labels)
            out += fmt::format(" {}", label);
    else
        for (const auto type : one.types)
            out += fmt::format(" (result {})", wasm::type_text(type));
    return out;
}

std::string immediates_text(const Instruction& one) {
    switch (one.row->immediate) {
    case Immediate::none:
    case Immediate::zero: return "";
    case Immediate::block: return block_text(one.block);
    case Immediate::labels:
    case Immediate::types: return list_text(one);
    case Immediate::try_table: return catches_text(one);
    case Immediate::label:
    case Immediate::func:
    case Immediate::type:
    case Immediate::tag:
    case Immediate::local:
    case Immediate::global:
    case Immediate::table:
    case Immediate::memory:
    case Immediate::data:
    case Immediate::elem: return fmt::format(" {}", one.index);
    case Immediate::type_table:
    case Immediate::table_table:
    case Immediate::memory_memory:
    case Immediate::field:
    case Immediate::type_count:
    case Immediate::type_data:
    case Immediate::type_elem:
    case Immediate::type_type:
    case Immediate::data_memory:
    case Immediate::elem_table: return fmt::format(" {} {}", one.index, one.second);
    case Immediate::memarg: return memory_text(one);
    case Immediate::memarg_lane: return fmt::format("{} {}", memory_text(one), one.lane);
    case Immediate::lane: return fmt::format(" {}", one.lane);
    case Immediate::shuffle: return bytes_text(one, " {}");
    case Immediate::v128: return " i8x16" + bytes_text(one, " {:#04x}");
    case Immediate::i32:
    case Immediate::i64: return fmt::format(" {}", static_cast<std::int64_t>(one.bits));
    case Immediate::f32:
    case Immediate::f64: return float_text(one);
    case Immediate::heap: return " " + heap_type_text(one.heap);
    case Immediate::cast:
        return fmt::format(" {} {} {}", one.index, reference_text(one.heap, one.from_null),
                           reference_text(one.heap_to, one.to_null));
    }
    return "";
}

} // namespace

std::string dump_operator(const Instruction& one) {
    return std::string(one.row->text) + immediates_text(one);
}

} // namespace tenon::wat
