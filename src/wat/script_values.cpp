// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/script_values.hpp"

#include "wasm/op.hpp"
#include "wat/types.hpp"
#include "wat/vector_shape.hpp"

#include <algorithm>
#include <array>

namespace tenon::wat {
namespace {

using Kind = Value::Kind;

constexpr std::string_view reference_prefix = "ref.";

/// A lane of so many bits. NaN patterns are for floats only.
Result<Lane> read_lane(Cursor& in, unsigned bits, bool is_float) {
    if (is_float && in.take_keyword("nan:canonical"))
        return Lane{Lane::Kind::nan_canonical, 0};
    if (is_float && in.take_keyword("nan:arithmetic"))
        return Lane{Lane::Kind::nan_arithmetic, 0};
    const auto token = in.token();
    if (token.kind != TokenKind::number && !(is_float && token.kind == TokenKind::keyword))
        return fail(in.unexpected("a number"));
    Lane lane;
    if (!is_float) {
        const auto value = TENON_TRY(in.number(parse_integer(token.text, bits), "its type", token));
        lane.bits = static_cast<std::uint64_t>(value);
        if (bits < 64)
            lane.bits &= (std::uint64_t{1} << bits) - 1;
    } else if (bits == 32) {
        lane.bits = TENON_TRY(in.number(parse_f32(token.text), "an f32 number", token));
    } else {
        lane.bits = TENON_TRY(in.number(parse_f64(token.text), "an f64 number", token));
    }
    in.advance();
    return lane;
}

Result<> read_vector(Cursor& in, Value& into) {
    const auto shape = TENON_TRY(read_vector_shape(in));
    into.lane_bits = shape.bits;
    into.has_float_lanes = shape.is_float;
    for (unsigned i = 0; i < shape.lanes(); ++i)
        into.lanes.push_back(TENON_TRY(read_lane(in, shape.bits, shape.is_float)));
    return {};
}

/// `ref.null heap?`, `ref.extern n?`, `ref.host n`, or `ref.` and a heap type.
Result<> read_reference(Cursor& in, Value& into) {
    const auto token = in.token();
    const auto word = token.text.substr(reference_prefix.size());
    in.advance();
    if (word == "null") {
        into.kind = Kind::ref_null;
        if (Names::at_index(in))
            in.advance(); // a defined type, which the script cannot name otherwise
        else if (in.at(TokenKind::keyword))
            into.heap = TENON_TRY(heap_by_word(in));
        return {};
    }
    if (word == "host" || word == "extern") {
        into.kind = word == "host" ? Kind::ref_host : Kind::ref_extern;
        if (word == "host" || in.at(TokenKind::number))
            into.host = TENON_TRY(in.u32("the number of a host's value"));
        return {};
    }
    into.kind = Kind::ref;
    const auto heap = find_heap(word);
    if (!heap)
        return fail(in.error(Errc::malformed, "unknown value", token));
    into.heap = heap;
    if (in.at(TokenKind::number) || in.at(TokenKind::id))
        in.advance(); // which function
    return {};
}

Result<> read_one(Cursor& in, Value& into) {
    if (!in.at(TokenKind::keyword))
        return fail(in.unexpected("a value"));
    const auto* const row = wasm::find_op(in.token().text);
    const auto number = [&](Kind kind, unsigned bits, bool is_float) -> Result<> {
        in.advance();
        into.kind = kind;
        into.lanes.push_back(TENON_TRY(read_lane(in, bits, is_float)));
        return {};
    };
    switch (row == nullptr ? wasm::Immediate::none : row->immediate) {
    case wasm::Immediate::i32: return number(Kind::i32, 32, false);
    case wasm::Immediate::i64: return number(Kind::i64, 64, false);
    case wasm::Immediate::f32: return number(Kind::f32, 32, true);
    case wasm::Immediate::f64: return number(Kind::f64, 64, true);
    case wasm::Immediate::v128:
        in.advance();
        into.kind = Kind::v128;
        return read_vector(in, into);
    default: break;
    }
    if (in.token().text.starts_with(reference_prefix))
        return read_reference(in, into);
    return fail(in.unexpected("a value"));
}

} // namespace

Result<Value> read_value(Cursor& in) {
    Value value;
    if (in.take_keyword("either")) {
        value.kind = Kind::either;
        while (in.take(TokenKind::open)) {
            TENON_TRY(read_one(in, value.choices.emplace_back()));
            TENON_TRY(in.expect_close());
        }
    } else {
        TENON_TRY(read_one(in, value));
    }
    TENON_TRY(in.expect_close());
    return value;
}

} // namespace tenon::wat
