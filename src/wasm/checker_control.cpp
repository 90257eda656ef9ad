// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Blocks, branches and calls.
// https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions
#include "wasm/checker.hpp"

#include <fmt/core.h>
#include <utility>

namespace tenon::wasm {
namespace {

constexpr ValType i32(ValType::Kind::i32);
constexpr auto exn = ValType::ref(Heap::exn, true);

} // namespace

Result<> Checker::special(const Instruction& one) {
    switch (one.row->immediate) {
    case Immediate::label:
    case Immediate::labels:
    case Immediate::cast: return branch(one);
    case Immediate::block:
    case Immediate::tag:
    case Immediate::try_table: return control(one);
    case Immediate::local:
    case Immediate::global: return variable(one);
    case Immediate::types: {
        if (one.types.size() != 1)
            return fail(Errc::invalid, "invalid result arity: `select` gives one value");
        const auto type = TENON_TRY(info_.canonical(one.types.front()));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(type));
        TENON_TRY(pop(type));
        push(type);
        return {};
    }
    case Immediate::table:
    case Immediate::table_table:
    case Immediate::elem_table: return table_op(one);
    case Immediate::memory:
    case Immediate::memory_memory:
    case Immediate::data_memory: return memory_op(one);
    case Immediate::type_table: return call(one);
    case Immediate::func: return one.row->op == Op::ref_func ? reference(one) : call(one);
    case Immediate::heap: return reference(one);
    case Immediate::type:
        if (one.row->op == Op::call_ref || one.row->op == Op::return_call_ref)
            return call(one);
        return aggregate(one);
    case Immediate::field:
    case Immediate::type_count:
    case Immediate::type_data:
    case Immediate::type_elem:
    case Immediate::type_type: return aggregate(one);
    case Immediate::none: break;
    default: return fail(Errc::unsupported, "operator is not supported");
    }
    switch (one.row->op) {
    case Op::unreachable:
    case Op::else_:
    case Op::end:
    case Op::return_:
    case Op::throw_ref:
    case Op::catch_all: return control(one);
    case Op::drop: TENON_TRY(pop()); return {};
    case Op::select: return select();
    default: return reference(one);
    }
}

Result<> Checker::select() {
    TENON_TRY(pop(i32));
    const auto second = TENON_TRY(pop());
    const auto first = TENON_TRY(pop());
    if (first.is_reference() || second.is_reference())
        return fail(Errc::invalid, "type mismatch: `select` between references says their type");
    if (first != second && !first.is_bottom() && !second.is_bottom())
        return fail(Errc::invalid, fmt::format("type mismatch: {} and {} are not the same",
                                               text(first), text(second)));
    push(first.is_bottom() ? second : first);
    return {};
}

Result<> Checker::begin_block(const Instruction& one) {
    const auto type = TENON_TRY(block_type(one.block));
    if (one.row->op == Op::if_)
        TENON_TRY(pop(i32));
    TENON_TRY(pop(params(type)));
    push_frame(one.row->op, type);
    return push(params(type));
}

Result<> Checker::control(const Instruction& one) {
    switch (one.row->op) {
    case Op::unreachable: set_unreachable(); return {};
    case Op::block:
    case Op::loop:
    case Op::if_:
    case Op::try_: return begin_block(one);
    case Op::try_table: return try_table(one);
    case Op::else_: {
        if (frames_.back().op != Op::if_)
            return fail(Errc::malformed, "`else` without `if`");
        const auto of = TENON_TRY(pop_frame());
        push_frame(Op::else_, of.type);
        return push(params(of.type));
    }
    case Op::catch_:
    case Op::catch_all: {
        if (frames_.back().op != Op::try_ && frames_.back().op != Op::catch_)
            return fail(Errc::malformed, "`catch` without `try`");
        const auto of = TENON_TRY(pop_frame());
        push_frame(one.row->op, of.type);
        return one.row->op == Op::catch_ ? push(TENON_TRY(tag(one.index))->params) : Result<>();
    }
    case Op::end: {
        const auto of = TENON_TRY(pop_frame());
        if (of.op == Op::if_ && !info_.store->matches(params(of.type), results(of.type)))
            return fail(Errc::invalid, "type mismatch: `if` without `else` gives what it takes");
        return frames_.empty() ? Result<>() : push(results(of.type));
    }
    case Op::return_: {
        TENON_TRY(pop(results(frames_.front().type)));
        set_unreachable();
        return {};
    }
    case Op::throw_: {
        TENON_TRY(pop(TENON_TRY(tag(one.index))->params));
        set_unreachable();
        return {};
    }
    case Op::throw_ref:
        TENON_TRY(pop(exn));
        set_unreachable();
        return {};
    default: return fail(Errc::unsupported, "operator is not supported");
    }
}

Result<> Checker::try_table(const Instruction& one) {
    const auto type = TENON_TRY(block_type(one.block));
    for (const auto& clause : one.catches) {
        const auto* const target = TENON_TRY(frame(clause.label));
        TENON_TRY(catches(clause, label_types(*target)));
    }
    TENON_TRY(pop(params(type)));
    push_frame(Op::try_table, type);
    return push(params(type));
}

/// Whether what a clause catches, the tag's values and then the exception itself, fits its label.
Result<> Checker::catches(const Catch& clause, std::span<const ValType> taken) const {
    constexpr auto caught = ValType::ref(Heap::exn, false);
    const bool has_tag = clause.kind == Catch::Kind::tag || clause.kind == Catch::Kind::tag_ref;
    const bool has_ref = clause.kind == Catch::Kind::tag_ref || clause.kind == Catch::Kind::all_ref;
    std::span<const ValType> given;
    if (has_tag)
        given = TENON_TRY(tag(clause.tag))->params;
    if (taken.size() == given.size() + (has_ref ? 1 : 0) &&
        (!has_ref || info_.store->is_subtype(caught, taken.back())) &&
        info_.store->matches(given, taken.first(given.size())))
        return {};
    return fail(Errc::invalid,
                fmt::format("type mismatch: what is caught does not fit label {}", clause.label));
}

// --- branches

Result<> Checker::branch(const Instruction& one) {
    switch (one.row->op) {
    case Op::br: {
        const auto* const target = TENON_TRY(frame(one.index));
        TENON_TRY(pop(label_types(*target)));
        set_unreachable();
        return {};
    }
    case Op::br_if: {
        TENON_TRY(pop(i32));
        const auto* const target = TENON_TRY(frame(one.index));
        return retype(label_types(*target));
    }
    case Op::br_table: return br_table(one);
    case Op::br_on_null: {
        const auto type = TENON_TRY(pop_to_non_null());
        const auto* const target = TENON_TRY(frame(one.index));
        TENON_TRY(retype(label_types(*target)));
        push(type);
        return {};
    }
    case Op::br_on_non_null: {
        const auto type = TENON_TRY(pop_to_non_null());
        const auto* const target = TENON_TRY(frame(one.index));
        const auto wanted = TENON_TRY(label_reference(*target));
        if (!fits(type, wanted))
            return fail(Errc::invalid, fmt::format("type mismatch: expected {}, found {}",
                                                   text(wanted), text(type)));
        const auto rest = label_types(*target);
        return retype(rest.first(rest.size() - 1));
    }
    case Op::br_on_cast:
    case Op::br_on_cast_fail: return br_on_cast(one);
    case Op::rethrow: {
        const auto* const target = TENON_TRY(frame(one.index));
        if (target->op != Op::catch_ && target->op != Op::catch_all)
            return fail(Errc::invalid, "invalid rethrow label: it names no `catch`");
        set_unreachable();
        return {};
    }
    case Op::delegate: {
        if (frames_.back().op != Op::try_)
            return fail(Errc::malformed, "`delegate` without `try`");
        const auto of = TENON_TRY(pop_frame());
        TENON_TRY(frame(one.index));
        return push(results(of.type));
    }
    default: return fail(Errc::unsupported, "operator is not supported");
    }
}

/// The last type that a branch there takes, which must be a reference.
Result<ValType> Checker::label_reference(const Frame& frame) const {
    const auto types = label_types(frame);
    if (types.empty() || !types.back().is_reference())
        return fail(Errc::invalid, "type mismatch: the label takes no reference at last");
    return types.back();
}

Result<> Checker::br_table(const Instruction& one) {
    TENON_TRY(pop(i32));
    const auto* const last = TENON_TRY(frame(one.labels.back()));
    const auto arity = label_types(*last).size();
    ++tables_; // each label is checked once, however often the table names it
    for (const auto label : one.labels) {
        TENON_TRY(frame(label));
        auto& target = frames_[frames_.size() - 1 - label];
        if (std::exchange(target.table, tables_) == tables_)
            continue;
        const auto types = label_types(target);
        if (types.size() != arity)
            return fail(Errc::invalid,
                        "type mismatch: the labels take different numbers of values");
        TENON_TRY(check_top(types));
    }
    TENON_TRY(pop(label_types(*last)));
    set_unreachable();
    return {};
}

// https://webassembly.github.io/spec/core/valid/instructions.html#valid-br-on-cast
Result<> Checker::br_on_cast(const Instruction& one) {
    const auto* const target = TENON_TRY(frame(one.index));
    const auto from = TENON_TRY(heap_type(one.heap, one.from_null));
    const auto to = TENON_TRY(heap_type(one.heap_to, one.to_null));
    if (!info_.store->is_subtype(to, from))
        return fail(Errc::invalid, fmt::format("type mismatch: {} is no subtype of {}",
                                               info_.text(to), info_.text(from)));
    // What is left of a value that may be null, once null is taken away by the cast.
    const auto rest = one.to_null ? from.as_non_null() : from;
    const bool on_success = one.row->op == Op::br_on_cast;
    const auto branches = on_success ? to : rest;
    const auto wanted = TENON_TRY(label_reference(*target));
    if (!info_.store->is_subtype(branches, wanted))
        return fail(Errc::invalid, fmt::format("type mismatch: expected {}, found {}",
                                               info_.text(wanted), info_.text(branches)));
    TENON_TRY(pop(from));
    const auto types = label_types(*target);
    TENON_TRY(retype(types.first(types.size() - 1)));
    push(on_success ? rest : to);
    return {};
}

// --- calls

Result<> Checker::call_with(const FuncType& type, bool returns) {
    TENON_TRY(pop(type.params));
    if (!returns)
        return push(type.results);
    if (!info_.store->matches(type.results, results(frames_.front().type)))
        return fail(Errc::invalid, "type mismatch: the function called gives other results than "
                                   "this one");
    set_unreachable();
    return {};
}

Result<> Checker::call(const Instruction& one) {
    const auto op = one.row->op;
    const bool returns =
        op == Op::return_call || op == Op::return_call_indirect || op == Op::return_call_ref;
    if (op == Op::call || op == Op::return_call)
        return call_with(*info_.store->func(TENON_TRY(function(one.index))), returns);
    if (op == Op::return_call_ref)
        TENON_TRY(info_.features.need(Feature::tail_call, "tail calls"));
    const auto* const type = TENON_TRY(func_type(one.index));
    if (op == Op::call_ref || op == Op::return_call_ref) {
        TENON_TRY(pop(ValType::ref_to(info_.types[one.index].value, true)));
        return call_with(*type, returns);
    }
    const auto* const table = TENON_TRY(this->table(one.second));
    if (!info_.store->is_subtype(table->element, ValType::ref(Heap::func, true)))
        return fail(Errc::invalid, "type mismatch: the table does not hold functions");
    TENON_TRY(pop(address_of(table->limits)));
    return call_with(*type, returns);
}

} // namespace tenon::wasm
