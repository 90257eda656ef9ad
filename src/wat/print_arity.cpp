// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_arity.hpp"

#include <array>

namespace tenon::wat {
namespace {

using wasm::Op;

/// Operators of which opcodes.def does not say the types, where their number is always the same.
struct Row {
    Op op;
    Arity arity;
};
constexpr Row fixed_rows[] = {
    {Op::throw_ref, {1, 0}},
    {Op::drop, {1, 0}},
    {Op::select, {3, 1}},
    {Op::local_get, {0, 1}},
    {Op::local_set, {1, 0}},
    {Op::local_tee, {1, 1}},
    {Op::global_get, {0, 1}},
    {Op::global_set, {1, 0}},
    {Op::table_get, {1, 1}},
    {Op::table_set, {2, 0}},
    {Op::table_init, {3, 0}},
    {Op::table_copy, {3, 0}},
    {Op::table_grow, {2, 1}},
    {Op::table_size, {0, 1}},
    {Op::table_fill, {3, 0}},
    {Op::memory_init, {3, 0}},
    {Op::memory_copy, {3, 0}},
    {Op::memory_fill, {3, 0}},
    {Op::memory_size, {0, 1}},
    {Op::memory_grow, {1, 1}},
    {Op::ref_null, {0, 1}},
    {Op::ref_is_null, {1, 1}},
    {Op::ref_func, {0, 1}},
    {Op::ref_eq, {2, 1}},
    {Op::ref_as_non_null, {1, 1}},
    {Op::ref_test, {1, 1}},
    {Op::ref_test_null, {1, 1}},
    {Op::ref_cast, {1, 1}},
    {Op::ref_cast_null, {1, 1}},
    {Op::ref_i31, {1, 1}},
    {Op::i31_get_s, {1, 1}},
    {Op::i31_get_u, {1, 1}},
    {Op::any_convert_extern, {1, 1}},
    {Op::extern_convert_any, {1, 1}},
    {Op::struct_new_default, {0, 1}},
    {Op::struct_get, {1, 1}},
    {Op::struct_get_s, {1, 1}},
    {Op::struct_get_u, {1, 1}},
    {Op::struct_set, {2, 0}},
    {Op::array_new, {2, 1}},
    {Op::array_new_default, {1, 1}},
    {Op::array_new_data, {2, 1}},
    {Op::array_new_elem, {2, 1}},
    {Op::array_get, {2, 1}},
    {Op::array_get_s, {2, 1}},
    {Op::array_get_u, {2, 1}},
    {Op::array_set, {3, 0}},
    {Op::array_len, {1, 1}},
    {Op::array_fill, {4, 0}},
    {Op::array_copy, {5, 0}},
    {Op::array_init_data, {4, 0}},
    {Op::array_init_elem, {4, 0}},
};

constexpr auto fixed = [] {
    std::array<Arity, wasm::op_count> all{};
    for (const auto& row : fixed_rows)
        all.at(static_cast<std::size_t>(row.op)) = row.arity;
    return all;
}();

Arity count(std::size_t in, std::size_t out) noexcept {
    return {static_cast<std::uint32_t>(in), static_cast<std::uint32_t>(out)};
}

/// Of a function or tag of a module.
Arity callee_arity(const PrintScope& in, std::span<const std::uint32_t> types,
                   std::uint32_t index) noexcept {
    return index < types.size() ? wat::arity_of(in.func_type(types[index])) : Arity{};
}

/// How many operands a branch takes with it.
std::uint32_t branch_arity(const PrintScope& in, std::span<const CodePrinter::Label> labels,
                           const wasm::FuncType* function, std::uint32_t depth) noexcept {
    if (depth > labels.size())
        return 0;
    if (depth == labels.size())
        return arity_of(function).out;
    const auto& label = labels[labels.size() - 1 - depth];
    const auto arity = arity_of(in, label.type);
    return label.op == Op::loop ? arity.in : arity.out;
}

std::uint32_t field_count(const PrintScope& in, std::uint32_t type) noexcept {
    if (type >= in.types.size() || in.types[type] == nullptr)
        return 0;
    const auto* const fields = std::get_if<wasm::StructType>(&in.types[type]->composite);
    return fields == nullptr ? 0 : static_cast<std::uint32_t>(fields->fields.size());
}

} // namespace

Arity arity_of(const wasm::FuncType* type) noexcept {
    return type == nullptr ? Arity{} : count(type->params.size(), type->results.size());
}

Arity arity_of(const PrintScope& in, const wasm::BlockType& type) noexcept {
    switch (type.kind) {
    case wasm::BlockType::Kind::empty: break;
    case wasm::BlockType::Kind::value: return {0, 1};
    case wasm::BlockType::Kind::type: return arity_of(in.func_type(type.type));
    }
    return {};
}

Arity arity_of(const PrintScope& in, std::span<const CodePrinter::Label> labels,
               const wasm::FuncType* function, const wasm::Instruction& one) noexcept {
    const auto& row = *one.row;
    if (row.is_plain)
        return count(row.in.size(), row.out.size());
    const auto branch = [&](std::uint32_t depth) {
        return branch_arity(in, labels, function, depth);
    };
    switch (row.op) {
    case Op::br: return {branch(one.index), 0};
    case Op::br_if: return {branch(one.index) + 1, branch(one.index)};
    case Op::br_table: return {branch(one.labels.back()) + 1, 0};
    case Op::return_: return {arity_of(function).out, 0};
    case Op::br_on_null: return {branch(one.index) + 1, branch(one.index) + 1};
    case Op::br_on_non_null: {
        const auto taken = branch(one.index);
        return taken == 0 ? Arity{} : Arity{taken, taken - 1};
    }
    case Op::br_on_cast:
    case Op::br_on_cast_fail: return {branch(one.index), branch(one.index)};
    case Op::call: return callee_arity(in, in.func_types, one.index);
    case Op::return_call: return {callee_arity(in, in.func_types, one.index).in, 0};
    case Op::call_indirect:
    case Op::call_ref: {
        const auto* const type = in.func_type(one.index);
        return type == nullptr ? Arity{} : count(type->params.size() + 1, type->results.size());
    }
    case Op::return_call_indirect:
    case Op::return_call_ref: {
        const auto* const type = in.func_type(one.index);
        return type == nullptr ? Arity{} : count(type->params.size() + 1, 0);
    }
    case Op::throw_: return {callee_arity(in, in.tag_types, one.index).in, 0};
    case Op::select_typed: return count(1 + 2 * one.types.size(), one.types.size());
    case Op::struct_new: return {field_count(in, one.index), 1};
    case Op::array_new_fixed: return {one.second, 1};
    default: return fixed[static_cast<std::size_t>(row.op)];
    }
}

} // namespace tenon::wat
