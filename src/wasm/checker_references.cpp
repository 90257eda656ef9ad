// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// References, structures and arrays.
// https://webassembly.github.io/spec/core/valid/instructions.html#reference-instructions
#include "wasm/checker.hpp"

#include <fmt/core.h>

namespace tenon::wasm {
namespace {

constexpr ValType i32(ValType::Kind::i32);
constexpr std::uint32_t max_fixed_array = 10'000;

/// As a value on the stack: packed ones are i32.
ValType unpacked(const FieldType& field) {
    return field.storage.packed == Storage::Packed::no ? field.storage.type : i32;
}

/// Without a sign from what is not packed, with one from what is.
Result<> check_sign(const FieldType& field, bool has_sign) {
    const bool packed = field.storage.packed != Storage::Packed::no;
    if (packed == has_sign)
        return {};
    return fail(Errc::invalid, packed ? "type mismatch: the field is packed, so that a sign is to "
                                        "be said"
                                      : "type mismatch: the field is not packed");
}

Result<> check_mutable(const FieldType& field, std::string_view what) {
    if (field.is_mutable)
        return {};
    return fail(Errc::invalid, fmt::format("immutable {}", what));
}

} // namespace

Result<> Checker::reference(const Instruction& one) {
    switch (one.row->op) {
    case Op::ref_null: push(TENON_TRY(heap_type(one.heap, true))); return {};
    case Op::ref_func: {
        const auto type = TENON_TRY(function(one.index));
        if (!is_constant_ && !info_.may_be_referenced[one.index])
            return fail(Errc::invalid, fmt::format("undeclared function reference: {} stands in no "
                                                   "export, global or segment",
                                                   one.index));
        push(ValType::ref_to(type.value, false));
        return {};
    }
    case Op::ref_is_null:
        TENON_TRY(pop_reference());
        push(i32);
        return {};
    case Op::ref_as_non_null: push(TENON_TRY(pop_to_non_null())); return {};
    case Op::ref_eq:
        for (int i = 0; i < 2; ++i)
            TENON_TRY(pop(ValType::ref(Heap::eq, true)));
        push(i32);
        return {};
    case Op::ref_i31:
        TENON_TRY(pop(i32));
        push(ValType::ref(Heap::i31, false));
        return {};
    case Op::i31_get_s:
    case Op::i31_get_u:
        TENON_TRY(pop(ValType::ref(Heap::i31, true)));
        push(i32);
        return {};
    case Op::any_convert_extern:
    case Op::extern_convert_any: {
        const bool to_any = one.row->op == Op::any_convert_extern;
        const auto from = TENON_TRY(pop(ValType::ref(to_any ? Heap::extern_ : Heap::any, true)));
        const bool nullable = from.is_bottom() || from.is_nullable();
        push(ValType::ref(to_any ? Heap::any : Heap::extern_, nullable && !from.is_bottom()));
        return {};
    }
    case Op::ref_test:
    case Op::ref_test_null:
    case Op::ref_cast:
    case Op::ref_cast_null: {
        const bool nullable = one.row->op == Op::ref_test_null || one.row->op == Op::ref_cast_null;
        const auto to = TENON_TRY(heap_type(one.heap, nullable));
        TENON_TRY(pop(ValType::ref(info_.store->top_of(to), true)));
        const bool tests = one.row->op == Op::ref_test || one.row->op == Op::ref_test_null;
        push(tests ? i32 : to);
        return {};
    }
    case Op::array_len:
        TENON_TRY(pop(ValType::ref(Heap::array, true)));
        push(i32);
        return {};
    default: return fail(Errc::unsupported, "operator is not supported");
    }
}

Result<> Checker::aggregate(const Instruction& one) {
    const auto made = [&] { return ValType::ref_to(info_.types[one.index].value, false); };
    const auto taken = [&] { return ValType::ref_to(info_.types[one.index].value, true); };
    switch (one.row->op) {
    case Op::struct_new:
    case Op::struct_new_default: {
        const auto& fields = TENON_TRY(struct_type(one.index))->fields;
        const auto defaults = (*info_.store)[info_.types[one.index]].defaults;
        if (one.row->op == Op::struct_new_default && defaults < fields.size())
            return fail(Errc::invalid,
                        fmt::format("field {} of the structure is not defaultable", defaults));
        if (one.row->op == Op::struct_new)
            for (auto at = fields.size(); at > 0 && !is_bottomless(); --at)
                TENON_TRY(pop(unpacked(fields[at - 1])));
        push(made());
        return {};
    }
    case Op::struct_get:
    case Op::struct_get_s:
    case Op::struct_get_u:
    case Op::struct_set: {
        const auto& fields = TENON_TRY(struct_type(one.index))->fields;
        if (one.second >= fields.size())
            return fail(Errc::invalid, fmt::format("unknown field {}", one.second));
        const auto& field = fields[one.second];
        if (one.row->op == Op::struct_set) {
            TENON_TRY(check_mutable(field, "field"));
            TENON_TRY(pop(unpacked(field)));
            TENON_TRY(pop(taken()));
            return {};
        }
        TENON_TRY(check_sign(field, one.row->op != Op::struct_get));
        TENON_TRY(pop(taken()));
        push(unpacked(field));
        return {};
    }
    default: return array(one);
    }
}

Result<> Checker::array(const Instruction& one) {
    const auto& element = TENON_TRY(array_type(one.index))->element;
    const auto made = ValType::ref_to(info_.types[one.index].value, false);
    const auto taken = ValType::ref_to(info_.types[one.index].value, true);
    const auto is_bytes = [&]() -> Result<> {
        if (unpacked(element).is_reference())
            return fail(Errc::invalid, "array type is not numeric or vector");
        return {};
    };
    const auto segment_fits = [&]() -> Result<> {
        const auto item = TENON_TRY(this->element(one.second));
        if (!info_.store->is_subtype(item, unpacked(element)))
            return fail(Errc::invalid,
                        fmt::format("type mismatch: {} does not fit into an array "
                                    "of {}",
                                    info_.text(item), info_.text(unpacked(element))));
        return {};
    };
    const auto pop_i32s = [&](int count) -> Result<> {
        for (int i = 0; i < count; ++i)
            TENON_TRY(pop(i32));
        return {};
    };
    switch (one.row->op) {
    case Op::array_new:
        TENON_TRY(pop(i32));
        TENON_TRY(pop(unpacked(element)));
        break;
    case Op::array_new_default:
        TENON_TRY(pop(i32));
        if (!element.has_default())
            return fail(Errc::invalid, "array type is not defaultable");
        break;
    case Op::array_new_fixed:
        if (one.second > max_fixed_array)
            return fail(Errc::limit, fmt::format("array of {} values is beyond the limit of {}",
                                                 one.second, max_fixed_array));
        TENON_TRY(pop_same(unpacked(element), one.second));
        break;
    case Op::array_new_data:
        TENON_TRY(is_bytes());
        TENON_TRY(data(one.second));
        TENON_TRY(pop_i32s(2));
        break;
    case Op::array_new_elem:
        TENON_TRY(segment_fits());
        TENON_TRY(pop_i32s(2));
        break;
    case Op::array_get:
    case Op::array_get_s:
    case Op::array_get_u:
        TENON_TRY(check_sign(element, one.row->op != Op::array_get));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(taken));
        push(unpacked(element));
        return {};
    case Op::array_set:
        TENON_TRY(check_mutable(element, "array"));
        TENON_TRY(pop(unpacked(element)));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(taken));
        return {};
    case Op::array_fill:
        TENON_TRY(check_mutable(element, "array"));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(unpacked(element)));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(taken));
        return {};
    case Op::array_copy: {
        const auto& from = TENON_TRY(array_type(one.second))->element;
        TENON_TRY(check_mutable(element, "array"));
        const bool same_packing = element.storage.packed == from.storage.packed;
        if (!same_packing || !info_.store->is_subtype(unpacked(from), unpacked(element)))
            return fail(Errc::invalid, "array types do not match");
        TENON_TRY(pop_i32s(2));
        TENON_TRY(pop(ValType::ref_to(info_.types[one.second].value, true)));
        TENON_TRY(pop(i32));
        TENON_TRY(pop(taken));
        return {};
    }
    case Op::array_init_data:
    case Op::array_init_elem:
        TENON_TRY(check_mutable(element, "array"));
        if (one.row->op == Op::array_init_data) {
            TENON_TRY(is_bytes());
            TENON_TRY(data(one.second));
        } else {
            TENON_TRY(segment_fits());
        }
        TENON_TRY(pop_i32s(3));
        TENON_TRY(pop(taken));
        return {};
    default: return fail(Errc::unsupported, "operator is not supported");
    }
    push(made);
    return {};
}

} // namespace tenon::wasm
