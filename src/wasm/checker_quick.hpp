// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The checker's quick half: says yes to operators that fit at first sight, and leaves all others,
// with nothing done, to `Checker::check`. Included by function_reader.hpp alone.
#pragma once

#include "wasm/checker.hpp"

namespace tenon::wasm {

inline bool Checker::ends_with(std::span<const ValType> types, std::size_t skipped) const {
    if (own() < types.size() + skipped)
        return false;
    return is_same(operands_.last(types.size() + skipped).first(types.size()), types);
}

/// Whether the innermost block, which is not the body, ends with just what it gives.
inline bool Checker::ends_quickly() {
    const auto& top = frames_.back();
    const auto results = short_results(top);
    return frames_.size() > 1 && has_short_type(top) && own() == results.size() &&
           ends_with(results) && locals_.set_count() == top.locals_height;
}

/// Whether a branch to the label finds what it takes, below so many operands.
inline bool Checker::branches_quickly(std::uint32_t label, std::size_t skipped) const {
    if (label >= frames_.size())
        return false;
    const auto& target = frames_[frames_.size() - 1 - label];
    return has_short_type(target) && ends_with(short_label(target), skipped);
}

template <Quick kind>
[[gnu::always_inline]] inline bool Checker::passes(const Instruction& one, const QuickRow& row) {
    constexpr ValType i32(ValType::Kind::i32);
    if constexpr (kind == Quick::plain || kind == Quick::access) {
        if (own() < row.operands || ((operands_.top_pair() ^ row.wanted) & row.mask) != 0)
            return false;
        if constexpr (kind == Quick::access)
            if (one.memory.align_log2 > 4 || (1U << one.memory.align_log2) > row.size)
                return false;
        if (row.operands == 0)
            return false;
        operands_.replace(row.operands, row.result, row.results);
    } else if constexpr (kind == Quick::number) {
        operands_.push(row.result);
    } else if constexpr (kind == Quick::local_get) {
        const auto type = locals_.readable(one.index);
        if (type.is_bottom())
            return false;
        operands_.push(type);
    } else if constexpr (kind == Quick::local_set || kind == Quick::local_tee) {
        // No operand that was pushed here is of the bottom type but in unreachable code.
        const auto type = locals_.readable(one.index);
        if (own() == 0 || operands_.back() != type || type.is_bottom())
            return false;
        if constexpr (kind == Quick::local_set)
            operands_.pop();
    } else if constexpr (kind == Quick::global_get) {
        if (one.index >= info_.globals.size())
            return false;
        operands_.push(info_.globals[one.index].type);
    } else if constexpr (kind == Quick::global_set) {
        if (one.index >= info_.globals.size() || own() == 0)
            return false;
        const auto& global = info_.globals[one.index];
        if (!global.is_mutable || global.type != operands_.back())
            return false;
        operands_.pop();
    } else if constexpr (kind == Quick::block) {
        push_frame(one.row->op, one.block);
    } else if constexpr (kind == Quick::if_) {
        if (own() == 0 || operands_.back() != i32)
            return false;
        operands_.pop();
        push_frame(one.row->op, one.block);
    } else if constexpr (kind == Quick::else_) {
        if (frames_.back().op != Op::if_ || !ends_quickly())
            return false;
        auto& top = frames_.back();
        operands_.shrink(top.height);
        top.op = one.row->op;
        top.unreachable = false;
    } else if constexpr (kind == Quick::end) {
        const auto& top = frames_.back();
        const bool is_usual = top.op == Op::block || top.op == Op::loop || top.op == Op::else_ ||
                              (top.op == Op::if_ && top.type.kind == BlockType::Kind::empty);
        if (!is_usual || !ends_quickly())
            return false;
        leave_frame();
    } else if constexpr (kind == Quick::br) {
        if (!branches_quickly(one.index, 0))
            return false;
        set_unreachable();
    } else if constexpr (kind == Quick::br_if) {
        if (own() == 0 || operands_.back() != i32 || !branches_quickly(one.index, 1))
            return false;
        operands_.pop();
    } else if constexpr (kind == Quick::return_) {
        if (!ends_with(results(frames_.front().type)))
            return false;
        set_unreachable();
    } else if constexpr (kind == Quick::unreachable) {
        set_unreachable();
    } else if constexpr (kind == Quick::call) {
        if (one.index >= info_.functions.size())
            return false;
        const auto& type = *info_.store->func(info_.functions[one.index]);
        if (!ends_with(type.params) || !operands_.has_room(type.results.size()))
            return false;
        operands_.shrink(operands_.size() - type.params.size());
        operands_.push(type.results);
    } else if constexpr (kind == Quick::drop) {
        if (own() == 0)
            return false;
        operands_.pop();
    } else {
        static_assert(kind == Quick::select);
        if (own() < 3 || operands_.back() != i32)
            return false;
        const auto type = operands_.below(1);
        if (type != operands_.below(2) || type.is_reference() || type.is_bottom())
            return false;
        operands_.shrink(operands_.size() - 2);
    }
    return true;
}

} // namespace tenon::wasm
