// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/type_store.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

/// Calls `change(index)` for every reference to a defined type.
template <class Change> class References {
public:
    explicit References(Change change) : change_(std::move(change)) {}

    Result<> operator()(SubType& type) {
        if (!type.supertypes.empty())
            type.supertypes.set(TENON_TRY(change_(type.supertypes.front())));
        return std::visit([&](auto& kind) { return (*this)(kind); }, type.composite);
    }
    Result<> operator()(FuncType& type) {
        for (auto* const list : {&type.params, &type.results})
            for (auto& one : *list)
                TENON_TRY((*this)(one));
        return {};
    }
    Result<> operator()(StructType& type) {
        for (auto& field : type.fields)
            TENON_TRY((*this)(field.storage.type));
        return {};
    }
    Result<> operator()(ArrayType& type) { return (*this)(type.element.storage.type); }

private:
    Result<> operator()(ValType& type) {
        if (type.kind() == ValType::Kind::ref_to)
            type = ValType::ref_to(TENON_TRY(change_(type.type())), type.is_nullable());
        return {};
    }
    Change change_;
};

std::uint32_t default_fields(const SubType& type) {
    const auto* const structure = std::get_if<StructType>(&type.composite);
    if (structure == nullptr)
        return 0;
    const auto none = std::ranges::find_if_not(structure->fields, &FieldType::has_default);
    return static_cast<std::uint32_t>(none - structure->fields.begin());
}

} // namespace

Result<std::vector<TypeId>> TypeStore::add(const RecType& group, std::span<const TypeId> known,
                                           std::uint64_t offset) {
    const auto begin = static_cast<std::uint32_t>(known.size());
    const auto size = static_cast<std::uint32_t>(group.types.size());
    const auto first = static_cast<std::uint32_t>(types_.size());
    // Half of the room in a ValType: while a group is spelled, its own types come first in it.
    if (first + size > ValType::max_type / 2)
        return fail(Errc::limit, "too many different types", offset);
    // References into the group come first in the numbering that the key is spelled in.
    const auto outside = [&](std::uint32_t index) -> Result<std::uint32_t> {
        if (index >= begin + size)
            return fail(Errc::invalid, fmt::format("unknown type {}", index), offset);
        if (index < begin && known[index] == no_type)
            return fail(Errc::invalid, fmt::format("type {} is that of a module", index), offset);
        return index >= begin ? index - begin : size + known[index].value;
    };
    // One spelling for each meaning: `(sub final (func))` is `(func)`.
    auto spelled = group;
    spelled.is_plain = false;
    for (auto& type : spelled.types) {
        type.is_plain = false;
        TENON_TRY(References(outside)(type));
    }
    Buffer bytes;
    append(bytes, spelled);
    std::string key(bytes.begin(), bytes.end());
    Buffer().swap(bytes);
    std::vector<TypeId> ids;
    const auto there = groups_.find(key);
    const auto at = there != groups_.end() ? there->second : first;
    for (std::uint32_t i = 0; i < size; ++i)
        ids.push_back({at + i});
    if (there != groups_.end())
        return ids;

    const auto inside = [&](std::uint32_t index) -> Result<std::uint32_t> {
        return index < size ? first + index : index - size;
    };
    for (std::uint32_t i = 0; i < size; ++i) {
        auto type = std::move(spelled.types[i]);
        TENON_TRY(References(inside)(type));
        const auto defaults = default_fields(type);
        auto& made = types_.emplace_back();
        made.type = std::move(type);
        made.defaults = defaults;
    }
    for (const auto id : ids) {
        auto done = check(id, offset);
        if (!done) {
            types_.resize(first);
            return fail(std::move(done).error());
        }
        place(id);
    }
    groups_.emplace(std::move(key), first);
    return ids;
}

/// Its supertype has a place already.
void TypeStore::place(TypeId id) {
    auto& type = types_[id.value];
    type.depth = 0;
    if (type.type.supertypes.empty())
        return;
    const TypeId super{type.type.supertypes.front()};
    auto& above = types_[super.value];
    if (above.own_line == no_line) {
        above.own_line = static_cast<std::uint32_t>(lines_.size());
        for (std::uint32_t level = 0; level < above.depth; ++level)
            lines_.push_back(TypeId(lines_[above.line + level]));
        lines_.push_back(super);
    }
    type.line = above.own_line;
    type.depth = above.depth + 1;
}

/// https://webassembly.github.io/spec/core/valid/types.html#sub-types
Result<> TypeStore::check(TypeId id, std::uint64_t offset) const {
    const auto& type = types_[id.value].type;
    if (type.supertypes.empty())
        return {};
    const auto super = type.supertypes.front();
    if (super >= id.value)
        return fail(Errc::invalid, "unknown type: a supertype comes before its subtypes", offset);
    const auto& of = types_[super];
    if (of.type.is_final)
        return fail(Errc::invalid, "sub type does not match its super type, which is final",
                    offset);
    if (!fits(type, of.type))
        return fail(Errc::invalid, "sub type does not match its super type", offset);
    if (of.depth >= max_subtyping_depth)
        return fail(Errc::limit, "more than 63 supertypes above each other", offset);
    return {};
}

bool TypeStore::fits(const FieldType& sub, const FieldType& super) const {
    if (sub.is_mutable != super.is_mutable || sub.storage.packed != super.storage.packed)
        return false;
    if (sub.storage.packed != Storage::Packed::no)
        return true;
    return is_subtype(sub.storage.type, super.storage.type) &&
           (!sub.is_mutable || is_subtype(super.storage.type, sub.storage.type));
}

// https://webassembly.github.io/spec/core/valid/matching.html#composite-types
bool TypeStore::fits(const SubType& sub, const SubType& super) const {
    if (sub.composite.index() != super.composite.index())
        return false;
    if (const auto* const func = std::get_if<FuncType>(&sub.composite)) {
        const auto& of = std::get<FuncType>(super.composite);
        return matches(of.params, func->params) && matches(func->results, of.results);
    }
    if (const auto* const array = std::get_if<ArrayType>(&sub.composite))
        return fits(array->element, std::get<ArrayType>(super.composite).element);
    const auto& fields = std::get<StructType>(sub.composite).fields;
    const auto& of = std::get<StructType>(super.composite).fields;
    return fields.size() >= of.size() &&
           std::equal(
               of.begin(), of.end(), fields.begin(),
               [&](const FieldType& above, const FieldType& below) { return fits(below, above); });
}

namespace {
template <class Kind, class Definitions> const Kind* kind_of(const Definitions& types, TypeId id) {
    return id.value < types.size() ? std::get_if<Kind>(&types[id.value].type.composite) : nullptr;
}
} // namespace

const FuncType* TypeStore::func(TypeId id) const {
    return kind_of<FuncType>(types_, id);
}
const StructType* TypeStore::structure(TypeId id) const {
    return kind_of<StructType>(types_, id);
}
const ArrayType* TypeStore::array(TypeId id) const {
    return kind_of<ArrayType>(types_, id);
}

// While a group is being checked its types have no place yet; the declared chain is walked then.
bool TypeStore::is_subtype(TypeId sub, TypeId super) const {
    if (sub == super)
        return true;
    const auto& below = types_.at(sub.value);
    const auto& above = types_.at(super.value);
    if (below.depth != unplaced && above.depth != unplaced)
        return above.depth < below.depth && lines_[below.line + above.depth] == super;
    auto at = sub;
    for (std::size_t level = 0; level <= max_subtyping_depth; ++level) {
        const auto& supers = types_.at(at.value).type.supertypes;
        if (supers.empty() || supers.front() >= at.value)
            return false;
        at = TypeId{supers.front()};
        if (at == super)
            return true;
    }
    return false; // a chain that is refused when its own turn comes
}

Heap TypeStore::top_of(ValType reference) const {
    if (reference.kind() == ValType::Kind::ref_to)
        return func(TypeId{reference.type()}) != nullptr ? Heap::func : Heap::any;
    switch (reference.heap()) {
    case Heap::func:
    case Heap::nofunc: return Heap::func;
    case Heap::extern_:
    case Heap::noextern: return Heap::extern_;
    case Heap::exn:
    case Heap::noexn: return Heap::exn;
    case Heap::any:
    case Heap::eq:
    case Heap::i31:
    case Heap::struct_:
    case Heap::array:
    case Heap::none: break;
    }
    return Heap::any;
}

// https://webassembly.github.io/spec/core/valid/matching.html#heap-types
bool TypeStore::is_heap_subtype(ValType sub, ValType super) const {
    const bool sub_defined = sub.kind() == ValType::Kind::ref_to;
    const bool super_defined = super.kind() == ValType::Kind::ref_to;
    if (sub_defined && super_defined)
        return is_subtype(TypeId{sub.type()}, TypeId{super.type()});
    if (sub_defined) {
        const auto& composite = types_.at(sub.type()).type.composite;
        switch (super.heap()) {
        case Heap::func: return std::holds_alternative<FuncType>(composite);
        case Heap::struct_: return std::holds_alternative<StructType>(composite);
        case Heap::array: return std::holds_alternative<ArrayType>(composite);
        case Heap::any:
        case Heap::eq: return !std::holds_alternative<FuncType>(composite);
        default: return false;
        }
    }
    const auto below = sub.heap();
    const bool is_bottom = below == Heap::none || below == Heap::nofunc ||
                           below == Heap::noextern || below == Heap::noexn;
    if (is_bottom)
        return top_of(sub) == top_of(super);
    if (super_defined)
        return false;
    const auto above = super.heap();
    if (below == above)
        return true;
    if (below == Heap::i31 || below == Heap::struct_ || below == Heap::array)
        return above == Heap::eq || above == Heap::any;
    return below == Heap::eq && above == Heap::any;
}

bool TypeStore::is_subtype(ValType sub, ValType super) const {
    if (sub == super || sub.is_bottom())
        return true;
    if (!sub.is_reference() || !super.is_reference())
        return false;
    return (super.is_nullable() || !sub.is_nullable()) && is_heap_subtype(sub, super);
}

bool TypeStore::matches(std::span<const ValType> sub, std::span<const ValType> super) const {
    if (sub.size() != super.size())
        return false;
    return is_same(sub, super) ||
           std::ranges::equal(sub, super, [&](ValType a, ValType b) { return is_subtype(a, b); });
}

} // namespace tenon::wasm
