// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/smith_module.hpp"

#include <array>

namespace tenon::wasm {
namespace {

using Kind = ValType::Kind;

/// Whether a heap type without definition stands below another.
bool is_below(Heap sub, Heap super) {
    if (sub == super)
        return true;
    switch (super) {
    case Heap::any:
        return sub == Heap::eq || sub == Heap::i31 || sub == Heap::struct_ || sub == Heap::array ||
               sub == Heap::none;
    case Heap::eq:
        return sub == Heap::i31 || sub == Heap::struct_ || sub == Heap::array || sub == Heap::none;
    case Heap::i31:
    case Heap::struct_:
    case Heap::array: return sub == Heap::none;
    case Heap::func: return sub == Heap::nofunc;
    case Heap::extern_: return sub == Heap::noextern;
    case Heap::exn: return sub == Heap::noexn;
    default: return false;
    }
}

Heap kind_of(const SubType& type) {
    if (std::holds_alternative<FuncType>(type.composite))
        return Heap::func;
    return std::holds_alternative<StructType>(type.composite) ? Heap::struct_ : Heap::array;
}

Heap bottom_of(Heap top) {
    switch (top) {
    case Heap::func: return Heap::nofunc;
    case Heap::extern_: return Heap::noextern;
    case Heap::exn: return Heap::noexn;
    default: return Heap::none;
    }
}

ValType reference_type(base::Choices& choices, std::uint32_t types, bool nullable) {
    constexpr std::array heaps{Heap::func,   Heap::extern_,  Heap::any,   Heap::eq,
                               Heap::i31,    Heap::struct_,  Heap::array, Heap::exn,
                               Heap::nofunc, Heap::noextern, Heap::none,  Heap::noexn};
    if (types > 0 && choices.one_in(2))
        return ValType::ref_to(choices.below(types), nullable);
    // Types that have no values but null are rarer.
    const auto heap = heaps[choices.below(choices.one_in(6) ? heaps.size() : 8)];
    return ValType::ref(heap, nullable);
}

std::optional<ValType> number_type(base::Choices& choices) {
    constexpr std::array kinds{Kind::i32, Kind::i64, Kind::f32, Kind::f64, Kind::v128};
    const auto which = choices.below(8);
    if (which >= kinds.size())
        return std::nullopt;
    return ValType(kinds[which]);
}

} // namespace

bool SmithModule::fits(ValType have, ValType want) const {
    if (have == want)
        return true;
    if (!have.is_reference() || !want.is_reference() || (have.is_nullable() && !want.is_nullable()))
        return false;
    if (have.kind() == Kind::ref)
        return want.kind() == Kind::ref ? is_below(have.heap(), want.heap())
                                        : have.heap() == bottom_of(top_of(want));
    if (want.kind() == Kind::ref)
        return is_below(kind_of(types[have.type()]), want.heap());
    auto type = have.type();
    while (type != want.type()) {
        const auto& supertypes = types[type].supertypes;
        if (supertypes.empty())
            return false;
        type = supertypes.front();
    }
    return true;
}

bool SmithModule::fits(const std::vector<ValType>& have, const std::vector<ValType>& want) const {
    if (have.size() != want.size())
        return false;
    for (std::size_t i = 0; i < have.size(); ++i)
        if (!fits(have[i], want[i]))
            return false;
    return true;
}

Heap SmithModule::top_of(ValType reference) const {
    if (reference.kind() == Kind::ref_to)
        return kind_of(types[reference.type()]) == Heap::func ? Heap::func : Heap::any;
    for (const auto top : {Heap::func, Heap::extern_, Heap::exn})
        if (is_below(reference.heap(), top))
            return top;
    return Heap::any;
}

ValType smith_value_type(base::Choices& choices, std::uint32_t types) {
    if (const auto number = number_type(choices))
        return *number;
    return reference_type(choices, types, !choices.one_in(3));
}

ValType smith_default_type(base::Choices& choices, std::uint32_t types) {
    if (const auto number = number_type(choices))
        return *number;
    return reference_type(choices, types, true);
}

ValType unpacked(const FieldType& field) noexcept {
    return field.storage.packed == Storage::Packed::no ? field.storage.type : ValType(Kind::i32);
}

HeapType heap_of(ValType reference) noexcept {
    if (reference.kind() == Kind::ref_to)
        return {true, Heap::any, reference.type()};
    return {false, reference.heap(), 0};
}

} // namespace tenon::wasm
