// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/component_value.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using Kind = ComponentValue::Kind;

constexpr int max_depth = 100;

Result<ComponentValue> read(Cursor& in, int depth);
Result<ComponentValue> read_bare(Cursor& in, int depth);

/// `(value)` where one stands.
Result<> read_items(Cursor& in, ComponentValue& into, int depth, std::size_t most) {
    while (into.items.size() < most && in.take(TokenKind::open))
        into.items.push_back(TENON_TRY(read(in, depth + 1)));
    return {};
}

Result<> read_bool(Cursor& in, ComponentValue& into, int) {
    into.bits = in.at_keyword("true") ? 1 : 0;
    if (!in.take_keyword("true") && !in.take_keyword("false"))
        return fail(in.unexpected("`true` or `false`"));
    return {};
}

template <unsigned Bits, bool HasSign>
Result<> read_integer(Cursor& in, ComponentValue& into, int) {
    const auto token = in.token();
    if (token.kind != TokenKind::number)
        return fail(in.unexpected("a number"));
    // Both spellings of what is beyond the half are allowed, as in core values.
    const auto value = TENON_TRY(in.number(parse_integer(token.text, Bits), "its type", token));
    into.bits = static_cast<std::uint64_t>(value);
    if constexpr (!HasSign && Bits < 64)
        into.bits &= (std::uint64_t{1} << Bits) - 1;
    in.advance();
    return {};
}

template <unsigned Bits> Result<> read_float(Cursor& in, ComponentValue& into, int) {
    const auto token = in.token();
    if (in.take_keyword("nan:canonical")) {
        into.nan = NanPattern::canonical;
        return {};
    }
    if (in.take_keyword("nan:arithmetic")) {
        into.nan = NanPattern::arithmetic;
        return {};
    }
    if (token.kind != TokenKind::number && token.kind != TokenKind::keyword)
        return fail(in.unexpected("a number"));
    if constexpr (Bits == 32)
        into.bits = TENON_TRY(in.number(parse_f32(token.text), "an f32 number", token));
    else
        into.bits = TENON_TRY(in.number(parse_f64(token.text), "an f64 number", token));
    in.advance();
    return {};
}

Result<> read_char(Cursor& in, ComponentValue& into, int) {
    const auto at = in.token();
    const auto text = TENON_TRY(in.name("a character in quotes"));
    std::size_t end = 0;
    if (!text.empty())
        into.bits = base::next_code_point(text, end);
    if (end == 0 || end != text.size())
        return fail(in.error(Errc::malformed, "a `char` is one character", at));
    return {};
}

Result<> read_string(Cursor& in, ComponentValue& into, int) {
    into.text = TENON_TRY(in.name("a string"));
    return {};
}

Result<> read_all(Cursor& in, ComponentValue& into, int depth) {
    return read_items(in, into, depth, std::size_t(-1));
}

Result<> read_record(Cursor& in, ComponentValue& into, int depth) {
    while (in.take_form("field")) {
        into.labels.push_back(TENON_TRY(in.name("the name of a field")));
        const bool is_bare = !in.take(TokenKind::open); // as the suites write it
        into.items.push_back(TENON_TRY(is_bare ? read_bare(in, depth + 1) : read(in, depth + 1)));
        TENON_TRY(in.expect_close());
    }
    return {};
}

Result<> read_case(Cursor& in, ComponentValue& into, int depth) {
    into.text = TENON_TRY(in.name("the name of a case"));
    return into.kind == Kind::enum_ ? Result<>() : read_items(in, into, depth, 1);
}

Result<> read_none(Cursor&, ComponentValue&, int) {
    return {};
}

Result<> read_some(Cursor& in, ComponentValue& into, int depth) {
    TENON_TRY(read_items(in, into, depth, 1));
    if (into.items.empty())
        return fail(in.unexpected("the value in the option"));
    return {};
}

Result<> read_ok(Cursor& in, ComponentValue& into, int depth) {
    return read_items(in, into, depth, 1);
}

Result<> read_error(Cursor& in, ComponentValue& into, int depth) {
    into.bits = 1;
    return read_items(in, into, depth, 1);
}

Result<> read_flags(Cursor& in, ComponentValue& into, int) {
    while (in.at(TokenKind::string))
        into.labels.push_back(TENON_TRY(in.name("a label")));
    return {};
}

struct Row {
    std::string_view word;
    Kind kind;
    Result<> (*read)(Cursor& in, ComponentValue& into, int depth);
};
constexpr std::array<Row, 23> rows = {{
    {"bool.const", Kind::bool_, read_bool},
    {"s8.const", Kind::s8, read_integer<8, true>},
    {"u8.const", Kind::u8, read_integer<8, false>},
    {"s16.const", Kind::s16, read_integer<16, true>},
    {"u16.const", Kind::u16, read_integer<16, false>},
    {"s32.const", Kind::s32, read_integer<32, true>},
    {"u32.const", Kind::u32, read_integer<32, false>},
    {"s64.const", Kind::s64, read_integer<64, true>},
    {"u64.const", Kind::u64, read_integer<64, false>},
    {"f32.const", Kind::f32, read_float<32>},
    {"f64.const", Kind::f64, read_float<64>},
    {"char.const", Kind::char_, read_char},
    {"str.const", Kind::string, read_string},
    {"list.const", Kind::list, read_all},
    {"record.const", Kind::record, read_record},
    {"tuple.const", Kind::tuple, read_all},
    {"variant.const", Kind::variant, read_case},
    {"enum.const", Kind::enum_, read_case},
    {"option.none", Kind::option, read_none},
    {"option.some", Kind::option, read_some},
    {"result.ok", Kind::result, read_ok},
    {"result.err", Kind::result, read_error},
    {"flags.const", Kind::flags, read_flags},
}};

const Row* find_row(const Token& token) {
    const auto* const row = std::ranges::find(rows, token.text, &Row::word);
    return token.kind != TokenKind::keyword || row == rows.end() ? nullptr : row;
}

Result<ComponentValue> read(Cursor& in, int depth) {
    auto out = TENON_TRY(read_bare(in, depth));
    TENON_TRY(in.expect_close());
    return out;
}

/// Without its `)`.
Result<ComponentValue> read_bare(Cursor& in, int depth) {
    if (depth >= max_depth)
        return fail(in.error(Errc::limit,
                             fmt::format("nested too deeply: {} levels at most", max_depth),
                             in.token()));
    const auto* const row = find_row(in.token());
    if (row == nullptr) {
        std::array<std::string_view, rows.size()> words;
        std::ranges::transform(rows, words.begin(), &Row::word);
        return fail(in.unexpected("a value", words));
    }
    in.advance();
    ComponentValue out;
    out.kind = row->kind;
    TENON_TRY(row->read(in, out, depth));
    return out;
}

} // namespace

bool is_component_value(const Cursor& in) {
    const auto* const row = find_row(in.token());
    return row != nullptr && row->kind != Kind::f32 && row->kind != Kind::f64;
}

Result<ComponentValue> read_component_value(Cursor& in) {
    return read(in, 0);
}

} // namespace tenon::wat
