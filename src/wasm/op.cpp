// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/op.hpp"

#include "wasm/quick.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace tenon::wasm {
namespace {

/// An immediate with the number in its name: `memarg4` is {memarg, 4}.
struct Sized {
    constexpr explicit Sized(Immediate of, std::uint8_t with = 0) : immediate(of), size(with) {}
    Immediate immediate;
    std::uint8_t size;
};

namespace immediates {
#define SAME(name) constexpr Sized name(Immediate::name)
SAME(none);
SAME(block);
SAME(label);
SAME(labels);
SAME(func);
SAME(type);
SAME(type_table);
SAME(types);
SAME(try_table);
SAME(tag);
SAME(local);
SAME(global);
SAME(table);
SAME(table_table);
SAME(memory);
SAME(memory_memory);
SAME(shuffle);
SAME(i32);
SAME(i64);
SAME(f32);
SAME(f64);
SAME(v128);
SAME(heap);
SAME(field);
SAME(type_count);
SAME(type_data);
SAME(type_elem);
SAME(type_type);
SAME(cast);
SAME(data);
SAME(data_memory);
SAME(elem);
SAME(elem_table);
SAME(zero);
#undef SAME
constexpr Sized memarg1{Immediate::memarg, 1}, memarg2{Immediate::memarg, 2},
    memarg4{Immediate::memarg, 4}, memarg8{Immediate::memarg, 8}, memarg16{Immediate::memarg, 16};
constexpr Sized memarg1_lane{Immediate::memarg_lane, 1}, memarg2_lane{Immediate::memarg_lane, 2},
    memarg4_lane{Immediate::memarg_lane, 4}, memarg8_lane{Immediate::memarg_lane, 8};
constexpr Sized lane2{Immediate::lane, 2}, lane4{Immediate::lane, 4}, lane8{Immediate::lane, 8},
    lane16{Immediate::lane, 16};
} // namespace immediates

/// The types that letters of the table stand for; of the four operands that some have the first
/// three, which is why those are not looked at by way of them.
constexpr std::array<ValType, 3> types_of(std::string_view letters) {
    std::array<ValType, 3> types{};
    if (letters == "*" || letters.size() > types.size())
        return types;
    for (std::size_t i = 0; i < letters.size(); ++i)
        switch (letters[i]) {
        case 'I': types.at(i) = ValType(ValType::Kind::i64); break;
        case 'f': types.at(i) = ValType(ValType::Kind::f32); break;
        case 'F': types.at(i) = ValType(ValType::Kind::f64); break;
        case 'v': types.at(i) = ValType(ValType::Kind::v128); break;
        default: types.at(i) = ValType(ValType::Kind::i32); break;
        }
    return types;
}

constexpr OpRow row(Op op, std::uint8_t prefix, std::uint16_t code, std::string_view text,
                    std::string_view in, std::string_view out, Sized immediate, Feature feature) {
    return {op,
            prefix,
            code,
            text,
            in,
            out,
            immediate.immediate,
            immediate.size,
            feature,
            in != "*",
            types_of(in),
            types_of(out)};
}

constexpr std::uint32_t key(const OpRow& row) noexcept {
    return std::uint32_t{row.prefix} << 16 | row.code;
}

} // namespace

constexpr std::array<OpRow, op_count> op_rows = {
#define TENON_OP(name, prefix, code, text, in, out, immediate, feature)                            \
    row(Op::name, prefix, code, text, in, out, immediates::immediate, Feature::feature),
#include "wasm/opcodes.def"
#undef TENON_OP
};

static_assert(std::ranges::adjacent_find(op_rows, std::greater_equal<>(), key) == op_rows.end(),
              "opcodes.def is in the order of codes, each once");

namespace {

constexpr std::uint16_t nothing = 0xffff;

/// Positions by code, for each prefix.
constexpr auto prefixed = [] {
    std::array<std::array<std::uint16_t, 0x114>, 4> pages{};
    for (auto& page : pages)
        page.fill(nothing);
    for (std::uint16_t i = 0; i < op_count; ++i)
        if (const auto& one = op_rows[i]; one.prefix != 0)
            pages.at(one.prefix - 0xfbU).at(one.code) = i;
    return pages;
}();

constexpr std::uint32_t hash(std::string_view text) noexcept {
    std::uint32_t value = 2'166'136'261U;
    for (const char c : text)
        value = (value ^ static_cast<unsigned char>(c)) * 16'777'619U;
    return value ^ value >> 15;
}

/// Positions by text, each in the first free place from its hash on; of equal texts the earlier row
/// comes first. Parsing text asks here for every instruction.
constexpr std::size_t text_places = 2048;
constexpr std::array<std::uint16_t, text_places> by_text = [] {
    std::array<std::uint16_t, text_places> places{};
    places.fill(nothing);
    for (std::uint16_t i = 0; i < op_count; ++i) {
        auto at = hash(op_rows[i].text) % text_places;
        while (places[at] != nothing)
            at = (at + 1) % text_places;
        places[at] = i;
    }
    return places;
}();
static_assert(op_count * 2 < text_places, "most searches should end at once");

} // namespace

constexpr std::array<const OpRow*, 256> plain_op_rows = [] {
    std::array<const OpRow*, 256> rows{};
    for (const auto& one : op_rows)
        if (one.prefix == 0)
            rows.at(one.code) = &one;
    return rows;
}();

namespace {

constexpr Quick quick_kind(const OpRow& row) {
    switch (row.op) {
    case Op::local_get: return Quick::local_get;
    case Op::local_set: return Quick::local_set;
    case Op::local_tee: return Quick::local_tee;
    case Op::global_get: return Quick::global_get;
    case Op::global_set: return Quick::global_set;
    case Op::block:
    case Op::loop: return Quick::block;
    case Op::if_: return Quick::if_;
    case Op::else_: return Quick::else_;
    case Op::end: return Quick::end;
    case Op::br: return Quick::br;
    case Op::br_if: return Quick::br_if;
    case Op::return_: return Quick::return_;
    case Op::unreachable: return Quick::unreachable;
    case Op::call: return Quick::call;
    case Op::drop: return Quick::drop;
    case Op::select: return Quick::select;
    default: break;
    }
    if (!row.is_plain || row.in.size() > 2 || row.out.size() > 1)
        return Quick::no;
    switch (row.immediate) {
    case Immediate::none: return Quick::plain;
    case Immediate::memarg: return Quick::access;
    case Immediate::i32:
    case Immediate::i64: return Quick::number;
    default: return Quick::no;
    }
}

constexpr QuickRow quick_row(const OpRow& row) {
    // As types, since pairs of them are what is compared; no bit of `none` is set.
    constexpr auto none = std::bit_cast<ValType>(std::uint32_t{0});
    constexpr auto every_bit = std::bit_cast<ValType>(~std::uint32_t{0});
    QuickRow quick;
    quick.kind = quick_kind(row);
    if (!row.is_plain || quick.kind == Quick::no)
        return quick;
    quick.operands = static_cast<std::uint8_t>(row.in.size());
    quick.results = static_cast<std::uint8_t>(row.out.size());
    quick.size = row.size;
    quick.is_wide = row.immediate == Immediate::i64;
    quick.result = row.out_types[0];
    const auto of = [&](ValType none_left, auto type_of) {
        return OperandStack::pair(quick.operands == 2 ? type_of(0) : none_left,
                                  quick.operands == 0 ? none_left : type_of(quick.operands - 1U));
    };
    quick.mask = of(none, [&](std::size_t) { return every_bit; });
    quick.wanted = of(none, [&](std::size_t at) { return row.in_types[at]; });
    return quick;
}

} // namespace

constexpr std::array<QuickRow, 256> quick_rows = [] {
    std::array<QuickRow, 256> rows{};
    for (const auto& one : op_rows)
        if (one.prefix == 0)
            rows.at(one.code) = quick_row(one);
    return rows;
}();

const OpRow* find_op(std::uint8_t prefix, std::uint32_t code) noexcept {
    if (prefix == 0)
        return code < plain_op_rows.size() ? plain_op_rows[code] : nullptr;
    if (prefix < 0xfb || prefix > 0xfe || code >= prefixed[0].size())
        return nullptr;
    const auto at = prefixed[prefix - 0xfbU][code];
    return at == nothing ? nullptr : &op_rows[at];
}

const OpRow* find_op(std::string_view text) noexcept {
    for (auto at = hash(text) % text_places; by_text[at] != nothing; at = (at + 1) % text_places)
        if (op_rows[by_text[at]].text == text)
            return &op_rows[by_text[at]];
    return nullptr;
}

} // namespace tenon::wasm
