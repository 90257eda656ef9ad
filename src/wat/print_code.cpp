// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_code.hpp"

#include "wat/print_float.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using wasm::Immediate;
using wasm::Instruction;
using wasm::Op;

constexpr std::uint32_t max_locals = 50'000;

/// What an operator does to the blocks around it.
enum class Effect : std::uint8_t { none, begins, parts, ends };

constexpr auto effects = [] {
    std::array<Effect, wasm::op_count> all{};
    const auto set = [&all](Op op, Effect effect) { all[static_cast<std::size_t>(op)] = effect; };
    for (const auto op : {Op::block, Op::loop, Op::if_, Op::try_, Op::try_table})
        set(op, Effect::begins);
    for (const auto op : {Op::else_, Op::catch_, Op::catch_all})
        set(op, Effect::parts);
    for (const auto op : {Op::end, Op::delegate})
        set(op, Effect::ends);
    return all;
}();
Effect effect_of(const Instruction& one) noexcept {
    return effects[static_cast<std::size_t>(one.row->op)];
}

/// Whether a block that `opener` began may be continued or closed so.
bool may_follow(Op opener, Op op) noexcept {
    switch (op) {
    case Op::else_: return opener == Op::if_;
    case Op::catch_:
    case Op::catch_all: return opener == Op::try_ || opener == Op::catch_;
    case Op::delegate: return opener == Op::try_;
    default: return true;
    }
}

} // namespace

bool is_last_end(const Reader& in) noexcept {
    return in.remaining() == 1 && in.rest()[0] == wasm::row_of(Op::end).code;
}

CodePrinter::CodePrinter(PrintLayout& to, const PrintScope& in) : to_(to), in_(in) {}

const PrintSpace& CodePrinter::begin_function(std::uint32_t function) {
    if (!in_.names.locals.empty())
        in_.names.locals.select(function, locals_, true);
    if (!in_.names.labels.empty())
        in_.names.labels.select(function, label_names_, false);
    return locals_;
}

Result<std::uint64_t> CodePrinter::body(const wasm::Body& body, std::uint32_t function,
                                        std::span<const PrintHint> hints) {
    Reader in(body.bytes, body.offset);
    const auto* const type = in_.func_type(in_.func_types[function]);
    const auto params = type == nullptr ? 0 : static_cast<std::uint32_t>(type->params.size());
    LocalGroups locals(to_, in_, "local", &locals_);
    std::uint32_t count = 0;
    const auto groups = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < groups; ++i) {
        const auto offset = in.offset();
        const auto more = TENON_TRY(in.u32());
        const auto local = TENON_TRY(wasm::read_val_type(in));
        if (more > max_locals - count)
            return fail(
                in.error_at(offset, Errc::limit, "too many locals: more than the limit of 50000"));
        if (count == 0 && more > 0)
            to_.line(offset);
        for (std::uint32_t j = 0; j < more; ++j)
            locals.put(params + count++, local);
    }
    locals.finish();
    separation_ = Separation::lines;
    labels_opened_ = 0;
    if (to_.options().fold)
        return print_folded(*this, in, separation_, type, hints, body.offset);
    return flat(in, hints, body.offset);
}

Result<> CodePrinter::constant(const wasm::Expression& expression, bool fold) {
    Reader in(expression.bytes, expression.offset);
    separation_ = Separation::spaces;
    label_names_.clear();
    if (fold)
        TENON_TRY(print_folded(*this, in, separation_, nullptr, {}, expression.offset));
    else
        TENON_TRY(flat(in, {}, expression.offset));
    return {};
}

Result<> CodePrinter::constant_form(const wasm::Expression& expression, std::string_view word) {
    Reader in(expression.bytes, expression.offset);
    TENON_TRY(wasm::read_instruction(in, one_));
    to_.put('(');
    const bool is_one = is_last_end(in);
    if (!is_one) {
        to_.put(word);
        to_.put(' ');
    }
    TENON_TRY(constant(expression, !is_one && to_.options().fold));
    to_.put(')');
    return {};
}

// --- operators in a row

Result<std::uint64_t> CodePrinter::flat(Reader& in, std::span<const PrintHint> hints,
                                        std::uint64_t begin) {
    labels_.clear();
    bool is_first = true;
    while (!is_last_end(in)) {
        const auto offset = in.offset();
        if (!hints.empty() && hints.front().at == offset - begin) {
            to_.line(hints.front().offset);
            to_.put(hints.front().is_likely ? "(@metadata.code.branch_hint \"\\01\")"
                                            : "(@metadata.code.branch_hint \"\\00\")");
            hints = hints.subspan(1);
        }
        if (!wasm::read_short_instruction(in, one_)) [[unlikely]]
            TENON_TRY(wasm::read_instruction(in, one_));
        const auto effect = effect_of(one_);
        if (effect == Effect::parts || effect == Effect::ends)
            to_.unnest();
        if (effect != Effect::none) [[unlikely]]
            if (auto fits = follow(one_); !fits)
                return fail(std::move(fits).error());
        if (separation_ == Separation::lines)
            to_.line(offset);
        else if (!is_first)
            to_.put(' ');
        is_first = false;
        if (effect == Effect::begins || effect == Effect::parts)
            to_.nest();
        put_operator(one_);
    }
    if (!labels_.empty())
        return fail(in.error(Errc::malformed, "body ends within a block"));
    return in.offset();
}

Result<> CodePrinter::follow(const Instruction& one) {
    const auto effect = effect_of(one);
    if (effect == Effect::none)
        return {};
    if (effect == Effect::begins) {
        open(one);
        return {};
    }
    if (labels_.empty() || !may_follow(labels_.back().op, one.row->op))
        return fail(Errc::malformed,
                    fmt::format("`{}` where no block is that it belongs to", one.row->text),
                    one.offset);
    if (effect == Effect::ends)
        close();
    else
        labels_.back().op = one.row->op;
    return {};
}

void CodePrinter::open(const Instruction& one) {
    Label label{one.row->op, one.block};
    label.name = label_names_.find(labels_opened_++);
    add(label);
}

void CodePrinter::add(Label label) {
    if (label.name != nullptr)
        label.hidden = std::exchange(nearest_[label.name->text], labels_.size() + 1);
    labels_.push_back(label);
}

void CodePrinter::close() {
    const auto& label = labels_.back();
    if (label.name != nullptr)
        nearest_[label.name->text] = label.hidden;
    labels_.pop_back();
}

// --- immediates

void CodePrinter::put_operator(const Instruction& one) {
    to_.put(one.row->text);
    if (one.row->immediate != Immediate::none)
        put_immediates(one);
}

void CodePrinter::put_index(const PrintSpace& names, std::uint32_t index) {
    to_.put(' ');
    names.put_index(to_, index);
}

void CodePrinter::put_two(const PrintSpace& names, std::uint32_t index, std::uint32_t second) {
    if (index == 0 && second == 0)
        return;
    put_index(names, index);
    put_index(names, second);
}

void CodePrinter::put_immediates(const Instruction& one) {
    const auto& names = in_.names;
    switch (one.row->immediate) {
    case Immediate::none:
    case Immediate::zero: return;
    case Immediate::block:
        put_block_type(one.block);
        put_label_comment();
        return;
    case Immediate::try_table:
        put_block_type(one.block);
        put_catches(one);
        put_label_comment();
        return;
    case Immediate::label: put_label(one.index); return;
    case Immediate::labels:
        for (const auto label : one.labels)
            put_label(label);
        return;
    case Immediate::func: put_index(names.funcs, one.index); return;
    case Immediate::type: put_index(names.types, one.index); return;
    case Immediate::type_table:
        if (one.second != 0)
            put_index(names.tables, one.second);
        to_.put(' ');
        put_type_use(to_, in_, one.index);
        return;
    case Immediate::types:
        to_.put(" (result");
        for (const auto type : one.types) {
            to_.put(' ');
            put_type(to_, in_, type);
        }
        to_.put(')');
        return;
    case Immediate::tag: put_index(names.tags, one.index); return;
    case Immediate::local: put_index(locals_, one.index); return;
    case Immediate::global: put_index(names.globals, one.index); return;
    case Immediate::table: put_index(names.tables, one.index); return;
    case Immediate::table_table: put_two(names.tables, one.index, one.second); return;
    case Immediate::memory:
        if (one.index != 0)
            put_index(names.memories, one.index);
        return;
    case Immediate::memory_memory: put_two(names.memories, one.index, one.second); return;
    case Immediate::memarg:
    case Immediate::memarg_lane: put_memory_argument(one); return;
    case Immediate::lane:
        to_.put(' ');
        to_.put_number(one.lane);
        return;
    case Immediate::shuffle:
    case Immediate::v128: put_vector(one); return;
    case Immediate::i32:
        to_.put(' ');
        to_.put_number(static_cast<std::int32_t>(one.bits));
        return;
    case Immediate::i64:
        to_.put(' ');
        to_.put_number(static_cast<std::int64_t>(one.bits));
        return;
    case Immediate::f32:
        to_.put(' ');
        put_f32(to_.out(), static_cast<std::uint32_t>(one.bits));
        return;
    case Immediate::f64:
        to_.put(' ');
        put_f64(to_.out(), one.bits);
        return;
    case Immediate::heap: {
        to_.put(' ');
        const auto& heap = one.heap;
        const bool is_nullable =
            one.row->op == Op::ref_test_null || one.row->op == Op::ref_cast_null;
        const auto type = heap.is_defined ? wasm::ValType::ref_to(heap.type, is_nullable)
                                          : wasm::ValType::ref(heap.heap, is_nullable);
        if (one.row->op == Op::ref_null)
            put_heap_type(to_, in_, type);
        else
            put_type(to_, in_, type);
        return;
    }
    case Immediate::field:
        put_index(names.types, one.index);
        put_field(one.index, one.second);
        return;
    case Immediate::type_count:
        put_index(names.types, one.index);
        to_.put(' ');
        to_.put_number(one.second);
        return;
    case Immediate::type_data:
        put_index(names.types, one.index);
        put_index(names.datas, one.second);
        return;
    case Immediate::type_elem:
        put_index(names.types, one.index);
        put_index(names.elements, one.second);
        return;
    case Immediate::type_type:
        put_index(names.types, one.index);
        put_index(names.types, one.second);
        return;
    case Immediate::cast: {
        put_label(one.index);
        const auto put = [this](const wasm::HeapType& heap, bool is_nullable) {
            to_.put(' ');
            put_type(to_, in_,
                     heap.is_defined ? wasm::ValType::ref_to(heap.type, is_nullable)
                                     : wasm::ValType::ref(heap.heap, is_nullable));
        };
        put(one.heap, one.from_null);
        put(one.heap_to, one.to_null);
        return;
    }
    case Immediate::data: put_index(names.datas, one.index); return;
    case Immediate::data_memory:
        if (one.second != 0)
            put_index(names.memories, one.second);
        put_index(names.datas, one.index);
        return;
    case Immediate::elem: put_index(names.elements, one.index); return;
    case Immediate::elem_table:
        if (one.second != 0)
            put_index(names.tables, one.second);
        put_index(names.elements, one.index);
        return;
    }
}

void CodePrinter::put_memory_argument(const Instruction& one) {
    if (one.memory.memory != 0)
        put_index(in_.names.memories, one.memory.memory);
    if (one.memory.offset != 0) {
        to_.put(" offset=");
        to_.put_number(one.memory.offset);
    }
    if (const auto align = std::uint64_t{1} << one.memory.align_log2; align != one.row->size) {
        to_.put(" align=");
        to_.put_number(align);
    }
    if (one.row->immediate == Immediate::memarg_lane) {
        to_.put(' ');
        to_.put_number(one.lane);
    }
}

void CodePrinter::put_vector(const Instruction& one) {
    if (one.row->immediate == Immediate::shuffle) {
        for (const auto lane : one.bytes) {
            to_.put(' ');
            to_.put_number(lane);
        }
        return;
    }
    to_.put(" i32x4");
    for (std::size_t lane = 0; lane < one.bytes.size(); lane += 4) {
        to_.put(" 0x");
        for (std::size_t i = 4; i > 0; --i)
            to_.out().put_hex(one.bytes[lane + i - 1], 2);
    }
}

void CodePrinter::put_field(std::uint32_t type, std::uint32_t field) {
    static const PrintSpace none("field", "field");
    if (in_.names.fields.empty() || type >= in_.types.size()) // of types that are not there too
        return put_index(none, field);
    const auto [found, is_new] = fields_.try_emplace(type, none);
    if (is_new)
        in_.names.fields.select(type, found->second, true);
    put_index(found->second, field);
}

// --- blocks and labels

void CodePrinter::put_block_type(const wasm::BlockType& type) {
    if (const auto* const name = labels_.back().name) {
        to_.put(' ');
        label_names_.put_named(to_, *name);
    } else if (to_.options().name_unnamed) {
        to_.put(" $#label");
        to_.put_number(labels_.size() - 1);
    }
    switch (type.kind) {
    case wasm::BlockType::Kind::empty: return;
    case wasm::BlockType::Kind::value:
        to_.put(" (result ");
        put_type(to_, in_, type.value);
        to_.put(')');
        return;
    case wasm::BlockType::Kind::type:
        to_.put(' ');
        put_type_use_in_full(to_, in_, type.type, nullptr);
        return;
    }
}

/// What has no name is numbered by how many blocks there are around.
void CodePrinter::put_label_comment() {
    if (labels_.back().name != nullptr || to_.options().name_unnamed)
        return;
    to_.put(separation_ == Separation::lines || to_.options().fold ? " ;; label = @"
                                                                   : " (; label = @");
    to_.put_number(labels_.size());
    if (separation_ != Separation::lines && !to_.options().fold)
        to_.put(" ;)");
}

void CodePrinter::put_label(std::uint32_t depth) {
    to_.put(' ');
    if (depth > labels_.size()) {
        to_.put_number(depth);
        to_.put(" (; INVALID ;)");
        return;
    }
    const auto place = labels_.size() - depth; // 0: the function
    const auto* const name = place == 0 ? nullptr : labels_[place - 1].name;
    if (name != nullptr) {
        // A name means the nearest block that has it.
        if (nearest_[name->text] == place)
            label_names_.put_identifier(to_, *name);
        else
            to_.put_number(depth);
        return;
    }
    if (place > 0 && to_.options().name_unnamed) {
        to_.put("$#label");
        to_.put_number(place - 1);
        return;
    }
    to_.put_number(depth);
    if (place == 0)
        return;
    to_.put(" (;@");
    to_.put_number(place);
    to_.put(";)");
}

// A clause leads to the blocks around the one that it belongs to, whose label it does not see.
void CodePrinter::put_catches(const Instruction& one) {
    constexpr std::array<std::string_view, 4> words = {"catch", "catch_ref", "catch_all",
                                                       "catch_all_ref"};
    const auto own = labels_.back();
    close();
    for (const auto& clause : one.catches) {
        to_.put(" (");
        to_.put(words[static_cast<std::size_t>(clause.kind)]);
        if (clause.kind == wasm::Catch::Kind::tag || clause.kind == wasm::Catch::Kind::tag_ref)
            put_index(in_.names.tags, clause.tag);
        put_label(clause.label);
        to_.put(')');
    }
    add(own);
}

} // namespace tenon::wat
