// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Locals, globals, tables and memories.
// https://webassembly.github.io/spec/core/valid/instructions.html#variable-instructions
#include "wasm/checker.hpp"

#include <fmt/core.h>

namespace tenon::wasm {
namespace {

constexpr ValType i32(ValType::Kind::i32);

/// Of two address types the smaller: what a length between both is counted in.
ValType shorter(const Limits& left, const Limits& right) {
    return ValType(left.is_64 && right.is_64 ? ValType::Kind::i64 : ValType::Kind::i32);
}

} // namespace

Result<> Checker::variable(const Instruction& one) {
    const auto index = one.index;
    if (one.row->immediate == Immediate::global) {
        if (index >= info_.globals.size())
            return fail(Errc::invalid, fmt::format("unknown global {}", index));
        const auto& global = info_.globals[index];
        if (one.row->op == Op::global_get) {
            push(global.type);
            return {};
        }
        if (!global.is_mutable)
            return fail(Errc::invalid, fmt::format("immutable global: {} cannot be set", index));
        TENON_TRY(pop(global.type));
        return {};
    }
    if (index >= locals_.size())
        return fail(Errc::invalid,
                    fmt::format("unknown local {}: there are {}", index, locals_.size()));
    const auto type = locals_[index];
    if (one.row->op == Op::local_get) {
        if (!locals_.is_set(index))
            return fail(Errc::invalid, fmt::format("uninitialized local {}", index));
        push(type);
        return {};
    }
    TENON_TRY(pop(type));
    locals_.set(index);
    if (one.row->op == Op::local_tee)
        push(type);
    return {};
}

Result<> Checker::table_op(const Instruction& one) {
    // Of `table.init` the segment comes first in the binary, and the table second.
    const bool has_segment = one.row->immediate == Immediate::elem_table;
    const auto* const of = TENON_TRY(table(has_segment ? one.second : one.index));
    const auto address = address_of(of->limits);
    switch (one.row->op) {
    case Op::table_get:
        TENON_TRY(pop(address));
        push(of->element);
        return {};
    case Op::table_set:
        TENON_TRY(pop(of->element));
        TENON_TRY(pop(address));
        return {};
    case Op::table_size: push(address); return {};
    case Op::table_grow:
        TENON_TRY(pop(address));
        TENON_TRY(pop(of->element));
        push(address);
        return {};
    case Op::table_fill:
        TENON_TRY(pop(address));
        TENON_TRY(pop(of->element));
        TENON_TRY(pop(address));
        return {};
    case Op::table_copy: {
        const auto* const from = TENON_TRY(table(one.second));
        if (!info_.store->is_subtype(from->element, of->element))
            return fail(Errc::invalid,
                        fmt::format("type mismatch: {} does not fit into a table of {}",
                                    info_.text(from->element), info_.text(of->element)));
        TENON_TRY(pop(shorter(of->limits, from->limits)));
        TENON_TRY(pop(address_of(from->limits)));
        TENON_TRY(pop(address));
        return {};
    }
    case Op::table_init: {
        const auto item = TENON_TRY(element(one.index));
        if (!info_.store->is_subtype(item, of->element))
            return fail(Errc::invalid,
                        fmt::format("type mismatch: {} does not fit into a table of {}",
                                    info_.text(item), info_.text(of->element)));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(address));
        return {};
    }
    default: return fail(Errc::unsupported, "operator is not supported");
    }
}

Result<> Checker::memory_op(const Instruction& one) {
    const bool has_segment = one.row->immediate == Immediate::data_memory;
    if (has_segment)
        TENON_TRY(data(one.index));
    const auto* const of = TENON_TRY(memory(has_segment ? one.second : one.index));
    const auto address = address_of(of->limits);
    switch (one.row->op) {
    case Op::memory_init:
        TENON_TRY(pop(i32));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(address));
        return {};
    case Op::memory_fill:
        TENON_TRY(pop(address));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(address));
        return {};
    case Op::memory_copy: {
        const auto* const from = TENON_TRY(memory(one.second));
        TENON_TRY(pop(shorter(of->limits, from->limits)));
        TENON_TRY(pop(address_of(from->limits)));
        TENON_TRY(pop(address));
        return {};
    }
    default: return fail(Errc::unsupported, "operator is not supported");
    }
}

} // namespace tenon::wasm
