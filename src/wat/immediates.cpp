// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What stands behind an operator's name, by the kind that its row tells. Only where text and binary
// disagree about the operator itself are there names: `select`, `ref.test` and `ref.cast`.
#include "base/leb128.hpp"
#include "wat/code.hpp"
#include "wat/vector_shape.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <fmt/core.h>

namespace tenon::wat {

using wasm::Immediate;

void Code::leb(std::uint64_t value) {
    base::append_unsigned_leb(*out_, value);
}

void Code::op(const OpRow& row) {
    if (row.prefix == 0) {
        out_->push_back(static_cast<Byte>(row.code));
        return;
    }
    out_->push_back(row.prefix);
    leb(row.code);
}

void Code::heap(const wasm::HeapType& type) {
    if (type.is_defined)
        base::append_signed_leb(*out_, type.type);
    else
        out_->push_back(static_cast<Byte>(type.heap));
}

void Code::little_endian(std::uint64_t bits, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
        out_->push_back(static_cast<Byte>(bits >> 8 * i));
}

/// The operator and its immediates; the cursor is behind its name.
Result<> Code::write(const OpRow& row) {
    switch (row.op) {
    case Op::select: return select(row);
    case Op::ref_test:
    case Op::ref_cast: return test(row);
    default: op(row); return immediates(row);
    }
}

Result<> Code::immediates(const OpRow& row) {
    switch (row.immediate) {
    case Immediate::none: return {};
    case Immediate::block: return block_type();
    case Immediate::label: leb(TENON_TRY(label_index())); return {};
    case Immediate::labels: return labels();
    case Immediate::func: return write_index(Space::func);
    case Immediate::type: return write_index(Space::type);
    case Immediate::tag: return write_index(Space::tag);
    case Immediate::local: leb(TENON_TRY(read_index(in_, locals_, "local"))); return {};
    case Immediate::global: return write_index(Space::global);
    case Immediate::data: note_data_use(); return write_index(Space::data);
    case Immediate::elem: return write_index(Space::elem);
    case Immediate::table: return optional_index(Space::table);
    case Immediate::memory: return optional_index(Space::memory);
    case Immediate::table_table: return both_or_none(Space::table);
    case Immediate::memory_memory: return both_or_none(Space::memory);
    case Immediate::type_table: return call_indirect(row);
    case Immediate::types: return {}; // `select` has taken them
    case Immediate::try_table: TENON_TRY(block_type()); return catches();
    case Immediate::memarg: return memory_argument(row, false);
    case Immediate::memarg_lane: return memory_argument(row, true);
    case Immediate::lane: out_->push_back(TENON_TRY(lane_index())); return {};
    case Immediate::shuffle: return lanes();
    case Immediate::i32: return integer(32);
    case Immediate::i64: return integer(64);
    case Immediate::f32: return float_bits("an f32 number", false);
    case Immediate::f64: return float_bits("an f64 number", true);
    case Immediate::v128: return vector();
    case Immediate::heap: heap(TENON_TRY(read_heap_type(in_, context_.names))); return {};
    case Immediate::field: return field();
    case Immediate::type_count:
        TENON_TRY(write_index(Space::type));
        leb(TENON_TRY(in_.u32("a number of elements")));
        return {};
    case Immediate::type_data: note_data_use(); return two_indices(Space::type, Space::data);
    case Immediate::type_elem: return two_indices(Space::type, Space::elem);
    case Immediate::type_type: return two_indices(Space::type, Space::type);
    case Immediate::cast: return cast();
    case Immediate::data_memory: note_data_use(); return segment_of(Space::data, Space::memory);
    case Immediate::elem_table: return segment_of(Space::elem, Space::table);
    case Immediate::zero: out_->push_back(0); return {};
    }
    return {};
}

// Indices

Result<> Code::write_index(Space space) {
    leb(TENON_TRY(context_.names.index(in_, space)));
    return {};
}

Result<> Code::optional_index(Space space) {
    if (Names::at_index(in_))
        return write_index(space);
    leb(0);
    return {};
}

Result<> Code::two_indices(Space first, Space second) {
    TENON_TRY(write_index(first));
    return write_index(second);
}

Result<> Code::both_or_none(Space space) {
    if (Names::at_index(in_))
        return two_indices(space, space);
    leb(0);
    leb(0);
    return {};
}

/// The place's index, which may be missing, and then the segment's; the binary has them the other
/// way round.
Result<> Code::segment_of(Space segment, Space space) {
    const auto kind = in_.ahead().kind;
    std::uint32_t place = 0;
    if (kind == TokenKind::number || kind == TokenKind::id)
        place = TENON_TRY(context_.names.index(in_, space));
    TENON_TRY(write_index(segment));
    leb(place);
    return {};
}

Result<> Code::field() {
    const auto type = TENON_TRY(context_.names.index(in_, Space::type));
    leb(type);
    leb(TENON_TRY(context_.names.field_index(in_, type)));
    return {};
}

Result<std::uint32_t> Code::label_index() {
    if (!in_.at(TokenKind::id))
        return in_.u32("a label");
    const auto found = label_ids_.find(in_.id_text(in_.token()));
    if (found == label_ids_.end()) {
        std::vector<std::string_view> known;
        for (const auto& label : labels_)
            if (!label.name.empty() && known.size() < 10'000)
                known.push_back(label.name);
        auto error = in_.error(Errc::malformed, fmt::format("unknown label `{}`", in_.token().text),
                               in_.token(), "no block around this has it");
        return fail(with_nearest(std::move(error), in_.id_text(in_.token()), known));
    }
    in_.advance();
    return static_cast<std::uint32_t>(labels_.size() - found->second);
}

Result<> Code::labels() {
    std::vector<std::uint32_t> all;
    do
        all.push_back(TENON_TRY(label_index()));
    while (Names::at_index(in_));
    leb(all.size() - 1);
    for (const auto label : all)
        leb(label);
    return {};
}

// Types

Result<> Code::block_type() {
    auto use = TENON_TRY(read_type_use(in_, context_.names, nullptr));
    if (may_be_late_ && !use.index) {
        late_at_ = out_->size();
        late_types_.push_back(std::move(use));
        return {};
    }
    return write_block_type(use);
}

Result<> Code::write_block_type(const TypeUse& use) {
    if (use.index || !use.type.params.empty() || use.type.results.size() > 1)
        base::append_signed_leb(*out_, TENON_TRY(resolve(in_, context_.types, use)));
    else if (use.type.results.empty())
        out_->push_back(0x40);
    else
        wasm::append(*out_, use.type.results[0]);
    return {};
}

Result<> Code::catches() {
    constexpr std::array<std::string_view, 4> words = {"catch", "catch_ref", "catch_all",
                                                       "catch_all_ref"};
    Buffer bytes;
    std::uint32_t count = 0;
    auto* const outer = std::exchange(out_, &bytes);
    for (;;) {
        const auto found =
            std::ranges::find_if(words, [&](std::string_view word) { return in_.at_form(word); });
        if (found == words.end())
            break;
        in_.advance();
        in_.advance();
        const auto kind = static_cast<Byte>(found - words.begin());
        bytes.push_back(kind);
        if (kind < 2)
            TENON_TRY(write_index(Space::tag));
        leb(TENON_TRY(label_index()));
        TENON_TRY(in_.expect_close());
        ++count;
    }
    out_ = outer;
    leb(count);
    out_->insert(out_->end(), bytes.begin(), bytes.end());
    return {};
}

Result<> Code::call_indirect(const OpRow&) {
    std::uint32_t table = 0;
    if (Names::at_index(in_))
        table = TENON_TRY(context_.names.index(in_, Space::table));
    auto use = TENON_TRY(read_type_use(in_, context_.names, nullptr));
    if (may_be_late_ && !use.index) {
        late_at_ = out_->size();
        late_types_.push_back(std::move(use));
    } else {
        leb(TENON_TRY(resolve(in_, context_.types, use)));
    }
    leb(table);
    return {};
}

Result<> Code::select(const OpRow& row) {
    if (!in_.at_form("result")) {
        op(row);
        return {};
    }
    const auto use = TENON_TRY(read_type_use(in_, context_.names, nullptr));
    op(wasm::row_of(Op::select_typed));
    leb(use.type.results.size());
    for (const auto type : use.type.results)
        wasm::append(*out_, type);
    return {};
}

namespace {
wasm::HeapType heap_of(ValType type) {
    if (type.kind() == ValType::Kind::ref_to)
        return {true, wasm::Heap::any, type.type()};
    return {false, type.heap(), 0};
}
} // namespace

Result<> Code::test(const OpRow& row) {
    const auto type = TENON_TRY(read_ref_type(in_, context_.names));
    const bool is_test = row.op == Op::ref_test;
    if (type.is_nullable())
        op(wasm::row_of(is_test ? Op::ref_test_null : Op::ref_cast_null));
    else
        op(row);
    heap(heap_of(type));
    return {};
}

Result<> Code::cast() {
    const auto label = TENON_TRY(label_index());
    const auto from = TENON_TRY(read_ref_type(in_, context_.names));
    const auto to = TENON_TRY(read_ref_type(in_, context_.names));
    out_->push_back(static_cast<Byte>((from.is_nullable() ? 1 : 0) | (to.is_nullable() ? 2 : 0)));
    leb(label);
    heap(heap_of(from));
    heap(heap_of(to));
    return {};
}

// Memory

namespace {
/// What stands behind `offset=` or `align=`, if the token is that.
std::optional<std::string_view> behind(const Token& token, std::string_view word) {
    if (token.kind != TokenKind::keyword || !token.text.starts_with(word))
        return std::nullopt;
    return token.text.substr(word.size());
}
} // namespace

Result<> Code::memory_argument(const OpRow& row, bool has_lane) {
    wasm::MemArg memory;
    memory.align_log2 = static_cast<std::uint32_t>(std::countr_zero(row.size));
    // A single number is the lane.
    const auto next = has_lane ? in_.ahead() : Token{};
    const bool is_lane = has_lane && in_.at(TokenKind::number) && next.kind != TokenKind::number &&
                         !behind(next, "offset=") && !behind(next, "align=");
    if (Names::at_index(in_) && !is_lane)
        memory.memory = TENON_TRY(context_.names.index(in_, Space::memory));
    if (const auto offset = behind(in_.token(), "offset=")) {
        memory.offset =
            TENON_TRY(in_.number(parse_unsigned(*offset, 64), "an offset", in_.token()));
        in_.advance();
    }
    if (const auto align = behind(in_.token(), "align=")) {
        const auto value =
            TENON_TRY(in_.number(parse_unsigned(*align, 64), "an alignment", in_.token()));
        if (!std::has_single_bit(value))
            return fail(in_.error(Errc::malformed, "an alignment is a power of two", in_.token()));
        memory.align_log2 = static_cast<std::uint32_t>(std::countr_zero(value));
        in_.advance();
    }
    leb(memory.align_log2 | (memory.memory != 0 ? 0x40U : 0U));
    if (memory.memory != 0)
        leb(memory.memory);
    leb(memory.offset);
    if (has_lane)
        out_->push_back(TENON_TRY(lane_index()));
    return {};
}

// Numbers and vectors

Result<std::uint8_t> Code::lane_index() {
    constexpr std::string_view what = "the number of a lane";
    if (!in_.at(TokenKind::number))
        return fail(in_.unexpected(what));
    const auto lane = TENON_TRY(in_.number(parse_unsigned(in_.token().text, 8), what, in_.token()));
    in_.advance();
    return static_cast<std::uint8_t>(lane);
}

Result<> Code::lanes() {
    for (int i = 0; i < 16; ++i)
        out_->push_back(TENON_TRY(lane_index()));
    return {};
}

Result<> Code::integer(unsigned bits) {
    const std::string_view what = bits == 32 ? "an i32 number" : "an i64 number";
    if (!in_.at(TokenKind::number))
        return fail(in_.unexpected(what));
    const auto value =
        TENON_TRY(in_.number(parse_integer(in_.token().text, bits), what, in_.token()));
    base::append_signed_leb(*out_, value);
    in_.advance();
    return {};
}

Result<> Code::float_bits(std::string_view what, bool is_double) {
    if (!in_.at(TokenKind::number) && !in_.at(TokenKind::keyword))
        return fail(in_.unexpected(what));
    const auto& token = in_.token();
    if (is_double)
        little_endian(TENON_TRY(in_.number(parse_f64(token.text), what, token)), 8);
    else
        little_endian(TENON_TRY(in_.number(parse_f32(token.text), what, token)), 4);
    in_.advance();
    return {};
}

/// As little-endian bytes; `at` says what should stand here, `of` what numbers are out of range.
Result<> Code::integer_bits(std::string_view at, std::string_view of, unsigned bits) {
    if (!in_.at(TokenKind::number))
        return fail(in_.unexpected(at));
    const auto& token = in_.token();
    const auto value = TENON_TRY(in_.number(parse_integer(token.text, bits), of, token));
    little_endian(static_cast<std::uint64_t>(value), bits / 8);
    in_.advance();
    return {};
}

Result<> Code::vector() {
    const auto shape = TENON_TRY(read_vector_shape(in_));
    for (unsigned i = 0; i < shape.lanes(); ++i) {
        if (shape.is_float)
            TENON_TRY(float_bits("a number for the lane", shape.bits == 64));
        else
            TENON_TRY(integer_bits("a number for the lane", "numbers of the lane", shape.bits));
    }
    return {};
}

// --- numbers in data segments
//
// Source: https://github.com/WebAssembly/wat-numeric-values

namespace {

struct DataNumber {
    std::string_view word, what;
    unsigned bits;
    bool is_float;
};
constexpr std::array<DataNumber, 7> data_number_rows = {{
    {"i8", "an i8 number", 8, false},
    {"i16", "an i16 number", 16, false},
    {"i32", "an i32 number", 32, false},
    {"i64", "an i64 number", 64, false},
    {"f32", "an f32 number", 32, true},
    {"f64", "an f64 number", 64, true},
    {"v128", "the shape of a vector", 128, false},
}};

const DataNumber* find_data_number(const Token& token) {
    const auto* const row = std::ranges::find(data_number_rows, token.text, &DataNumber::word);
    return token.kind == TokenKind::keyword && row != data_number_rows.end() ? row : nullptr;
}

} // namespace

bool Code::at_data_numbers() {
    return in_.at(TokenKind::open) && find_data_number(in_.ahead()) != nullptr;
}

Result<> Code::data_numbers(Buffer& out) {
    out_ = &out;
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("a string, or numbers such as `(i8 1 2)`"));
    const auto* const row = find_data_number(in_.token());
    if (row == nullptr) {
        std::array<std::string_view, data_number_rows.size()> words;
        std::ranges::transform(data_number_rows, words.begin(), &DataNumber::word);
        return fail(in_.unexpected("the type of numbers, such as `i8`", words));
    }
    in_.advance();
    while (!in_.take(TokenKind::close)) {
        if (row->bits == 128)
            TENON_TRY(vector());
        else if (row->is_float)
            TENON_TRY(float_bits(row->what, row->bits == 64));
        else
            TENON_TRY(integer_bits(row->what, row->what, row->bits));
    }
    return {};
}

} // namespace tenon::wat
