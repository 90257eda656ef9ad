// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/types.hpp"

#include "component/types_each.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace tenon::component {
namespace {

constexpr std::size_t max_parts = 8'000'000;
constexpr std::uint64_t max_size = 1'000'000;
/// A few seconds; real components stay below a hundredth of it.
constexpr std::uint64_t max_steps = 8'000'000;
constexpr std::uint16_t max_depth = 300;
/// Of values, as other tools and hosts have it.
constexpr std::uint16_t max_value_depth = 99;

bool is_value_type(const Definition& definition) {
    return !std::holds_alternative<Resource>(definition) &&
           !std::holds_alternative<Func>(definition) &&
           !std::holds_alternative<InstanceType>(definition) &&
           !std::holds_alternative<ComponentType>(definition) &&
           !std::holds_alternative<CoreModule>(definition);
}

/// The resources that a description binds, or null.
const ResourceRange* binds(const Definition& definition) {
    if (const auto* const instance = std::get_if<InstanceType>(&definition))
        return &instance->bound;
    if (const auto* const component = std::get_if<ComponentType>(&definition))
        return &component->bound;
    return nullptr;
}

bool holds_handle(const Definition& definition) {
    const auto* const primitive = std::get_if<Primitive>(&definition);
    return (primitive != nullptr && *primitive == Primitive::error_context) ||
           std::holds_alternative<Own>(definition) || std::holds_alternative<Borrow>(definition) ||
           std::holds_alternative<Stream>(definition) || std::holds_alternative<Future>(definition);
}

bool holds_pointer(const Definition& definition) {
    const auto* const primitive = std::get_if<Primitive>(&definition);
    return (primitive != nullptr && *primitive == Primitive::string) ||
           std::holds_alternative<List>(definition) || std::holds_alternative<Map>(definition);
}

const Primitive* primitive_in(const ValueType& type) {
    return std::get_if<Primitive>(&type);
}
const Primitive* primitive_in(TypeIdx) {
    return nullptr;
}

/// How much room a definition takes, in units of about a hundred bytes.
struct PartCount {
    template <class Kind> std::size_t operator()(const Kind&) const { return 1; }
    std::size_t operator()(const Record& type) const { return named(type.fields); }
    std::size_t operator()(const Variant& type) const { return named(type.cases); }
    std::size_t operator()(const Tuple& type) const { return 1 + type.types.size() / 8; }
    std::size_t operator()(const Flags& type) const { return labels(type.labels); }
    std::size_t operator()(const Enum& type) const { return labels(type.labels); }
    std::size_t operator()(const Func& type) const { return named(type.params); }
    std::size_t operator()(const InstanceType& type) const { return named(type.exports); }
    std::size_t operator()(const ComponentType& type) const {
        return named(type.imports) + named(type.exports);
    }
    std::size_t operator()(const Definition& definition) const {
        return std::visit(*this, definition);
    }

private:
    static std::size_t name(const std::string& text) { return 1 + text.size() / 64; }
    static std::size_t labels(const std::vector<std::string>& list) {
        std::size_t count = 1;
        for (const auto& label : list)
            count += name(label);
        return count;
    }
    static std::size_t named(const auto& list) {
        std::size_t count = 1;
        for (const auto& [label, type] : list)
            count += name(label);
        return count;
    }
};

/// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#element-size
struct LayoutOf {
    const Types& types;

    Layout operator()(Primitive primitive) const {
        switch (primitive) {
        case Primitive::bool_:
        case Primitive::s8:
        case Primitive::u8: return {1, 1};
        case Primitive::s16:
        case Primitive::u16: return {2, 2};
        case Primitive::s32:
        case Primitive::u32:
        case Primitive::f32:
        case Primitive::char_:
        case Primitive::error_context: return {4, 4};
        case Primitive::s64:
        case Primitive::u64:
        case Primitive::f64: return {8, 8};
        case Primitive::string: break;
        }
        return {16, 8};
    }
    Layout operator()(const Record& type) const {
        Layout all;
        for (const auto& [name, field] : type.fields)
            all.append(types.layout_64(field));
        return all.padded();
    }
    Layout operator()(const Tuple& type) const {
        Layout all;
        for (const auto& one : type.types)
            all.append(types.layout_64(one));
        return all.padded();
    }
    Layout operator()(const Variant& type) const {
        Layout payload;
        for (const auto& [name, one] : type.cases)
            widen(payload, one);
        return variant(type.cases.size(), payload);
    }
    Layout operator()(const Option& type) const { return variant(2, types.layout_64(type.type)); }
    Layout operator()(const ResultType& type) const {
        Layout payload;
        widen(payload, type.ok);
        widen(payload, type.error);
        return variant(2, payload);
    }
    Layout operator()(const Enum& type) const { return variant(type.labels.size(), {}); }
    Layout operator()(const Flags& type) const {
        const auto bytes = flags_bytes(type.labels.size());
        return {bytes, bytes};
    }
    Layout operator()(const List&) const { return {16, 8}; }
    Layout operator()(const Map&) const { return {16, 8}; }
    Layout operator()(const FixedList& type) const {
        const auto element = types.layout_64(type.element);
        return {element.bytes * type.length, element.align};
    }
    /// Handles, and what is no value.
    template <class Other> Layout operator()(const Other&) const { return {4, 4}; }

private:
    void widen(Layout& payload, const std::optional<ValueType>& type) const {
        if (!type)
            return;
        const auto one = types.layout_64(*type);
        payload = {std::max(payload.bytes, one.bytes), std::max(payload.align, one.align)};
    }
    static Layout variant(std::size_t cases, Layout payload) {
        const auto discriminant = discriminant_bytes(cases);
        Layout all{discriminant, discriminant};
        all.append(payload);
        return all.padded();
    }
};

TypeIdx next(std::size_t size) {
    return {static_cast<std::uint32_t>(size)};
}

/// Two types side by side. A pair that was begun is taken for equal: types have no cycles, so this
/// only keeps what is shared from being compared once more for each way that leads to it.
class Comparison {
public:
    explicit Comparison(const Types& types) : types_(types) {}

    bool operator()(TypeIdx left, TypeIdx right) {
        const auto& first = types_[left];
        const auto& second = types_[right];
        if (&first == &second || !compared_.emplace(&first, &second).second)
            return true;
        if (first.index() != second.index())
            return false;
        return std::visit(
            [&]<class Kind>(const Kind& kind) { return same(kind, std::get<Kind>(second)); },
            first);
    }

private:
    /// A primitive may have got an index.
    bool same(const ValueType& left, const ValueType& right) {
        const auto* const first = primitive(left);
        const auto* const second = primitive(right);
        if (first != nullptr || second != nullptr)
            return first != nullptr && second != nullptr && *first == *second;
        return (*this)(std::get<TypeIdx>(left), std::get<TypeIdx>(right));
    }
    const Primitive* primitive(const ValueType& type) const {
        const auto* const at = std::get_if<TypeIdx>(&type);
        return at != nullptr ? types_.get<Primitive>(*at) : std::get_if<Primitive>(&type);
    }
    bool same(const std::optional<ValueType>& left, const std::optional<ValueType>& right) {
        return left.has_value() == right.has_value() && (!left || same(*left, *right));
    }
    template <class Item> bool same(const std::vector<Item>& left, const std::vector<Item>& right) {
        return std::ranges::equal(left, right,
                                  [&](const Item& a, const Item& b) { return same(a, b); });
    }
    template <class Type>
    bool same(const std::pair<std::string, Type>& left, const std::pair<std::string, Type>& right) {
        return left.first == right.first && same(left.second, right.second);
    }
    bool same(const std::string& left, const std::string& right) { return left == right; }
    bool same(Primitive left, Primitive right) { return left == right; }
    bool same(const Record& left, const Record& right) { return same(left.fields, right.fields); }
    bool same(const Variant& left, const Variant& right) { return same(left.cases, right.cases); }
    bool same(const List& left, const List& right) { return same(left.element, right.element); }
    bool same(const FixedList& left, const FixedList& right) {
        return left.length == right.length && same(left.element, right.element);
    }
    bool same(const Tuple& left, const Tuple& right) { return same(left.types, right.types); }
    bool same(const Flags& left, const Flags& right) { return same(left.labels, right.labels); }
    bool same(const Enum& left, const Enum& right) { return same(left.labels, right.labels); }
    bool same(const Option& left, const Option& right) { return same(left.type, right.type); }
    bool same(const ResultType& left, const ResultType& right) {
        return same(left.ok, right.ok) && same(left.error, right.error);
    }
    bool same(Own left, Own right) { return (*this)(left.resource, right.resource); }
    bool same(Borrow left, Borrow right) { return (*this)(left.resource, right.resource); }
    bool same(const Stream& left, const Stream& right) { return same(left.element, right.element); }
    bool same(const Future& left, const Future& right) { return same(left.payload, right.payload); }
    bool same(const Map& left, const Map& right) {
        return same(left.key, right.key) && same(left.value, right.value);
    }
    bool same(Resource left, Resource right) { return left.id == right.id; }
    bool same(const Func& left, const Func& right) {
        return left.async == right.async && same(left.params, right.params) &&
               same(left.result, right.result);
    }
    // Descriptions have resources of their own; what is written twice is not the same one.
    bool same(const InstanceType&, const InstanceType&) { return false; }
    bool same(const ComponentType&, const ComponentType&) { return false; }
    bool same(const CoreModule&, const CoreModule&) { return false; }

    const Types& types_;
    std::set<std::pair<const Definition*, const Definition*>> compared_;
};

} // namespace

Result<TypeIdx> Types::define(Definition definition) {
    auto entry = TENON_TRY(entry_of(definition));
    entry.definition = static_cast<std::uint32_t>(definitions_.size());
    TENON_TRY(charge(PartCount()(definition)));
    definitions_.push_back(std::move(definition));
    return add(entry);
}

Result<TypeIdx> Types::alias(TypeIdx of) {
    auto entry = entries_.at(of.value);
    entry.parent = of;
    TENON_TRY(charge(1));
    return add(entry);
}

Result<TypeIdx> Types::add(Entry entry) {
    entries_.push_back(entry);
    const auto& made = definitions_[entry.definition];
    // Only what binds resources needs a look at what is in it: all other types have those that
    // their parts have.
    if (entry.has_free_resource && binds(made)) {
        std::set<ResourceId> found;
        find_free(next(entries_.size() - 1), {0}, found, 1);
        entries_.back().has_free_resource = !found.empty();
    }
    return next(entries_.size() - 1);
}

Result<> Types::charge(std::size_t parts) {
    if (parts > max_parts || parts_ + parts > max_parts)
        return fail(Errc::limit, "the types of the component have more than eight million parts");
    parts_ += parts;
    return {};
}

Result<> Types::work(std::uint64_t steps) {
    if (steps > max_steps - steps_)
        return fail(Errc::limit, "the types of the component take too many steps to check");
    steps_ += steps;
    return {};
}

Result<Types::Entry> Types::entry_of(const Definition& definition) const {
    Entry entry;
    entry.has_borrow = std::holds_alternative<Borrow>(definition);
    entry.has_handle = holds_handle(definition);
    entry.has_pointer = holds_pointer(definition);
    if (const auto* const resource = std::get_if<Resource>(&definition)) {
        entry.resources = resource->id.value + 1;
        entry.has_free_resource = true;
    }
    std::uint64_t size = 1;
    const bool is_handle =
        std::holds_alternative<Stream>(definition) || std::holds_alternative<Future>(definition);
    for_each_type(definition, [&](const auto& type) {
        const auto* const index = index_in(type);
        if (index == nullptr) {
            ++size;
            if (const auto* const primitive = primitive_in(type)) {
                entry.has_handle = entry.has_handle || *primitive == Primitive::error_context;
                entry.has_pointer =
                    entry.has_pointer || (!is_handle && *primitive == Primitive::string);
            }
            return;
        }
        const auto& inner = entries_.at(index->value);
        size += inner.size;
        entry.depth = std::max<std::uint16_t>(entry.depth, inner.depth + 1);
        entry.has_borrow = entry.has_borrow || inner.has_borrow;
        entry.has_handle = entry.has_handle || inner.has_handle;
        entry.has_pointer = entry.has_pointer || (inner.has_pointer && !is_handle);
        entry.has_free_resource = entry.has_free_resource || inner.has_free_resource;
        entry.resources = std::max(entry.resources, inner.resources);
    });
    if (const auto most = is_value_type(definition) ? max_value_depth : max_depth;
        entry.depth >= most)
        return fail(Errc::limit, fmt::format("types are nested more than {} levels deep", most));
    if (size > max_size)
        return fail(Errc::limit, "a type is made of more than a million types");
    entry.size = static_cast<std::uint32_t>(size);
    const auto layout = std::visit(LayoutOf{*this}, definition);
    if (layout.bytes >= max_value_bytes)
        return fail(
            Errc::invalid,
            fmt::format("a value of the type takes {} bytes, which exceeds the maximum byte "
                        "size of 268435455",
                        layout.bytes));
    entry.bytes = static_cast<std::uint32_t>(layout.bytes);
    entry.align = static_cast<std::uint8_t>(layout.align);
    return entry;
}

Result<TypeIdx> Types::index_of(const ValueType& type) {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        return define(*primitive);
    return std::get<TypeIdx>(type);
}

Result<TypeIdx> Types::define_resource() {
    return define(Resource{{resources_++}});
}

std::optional<TypeIdx> Types::parent(TypeIdx at) const {
    return entries_.at(at.value).parent;
}

bool Types::is_value(TypeIdx at) const {
    return is_value_type((*this)[at]);
}

bool Types::has_borrow(const ValueType& type) const {
    const auto* const index = std::get_if<TypeIdx>(&type);
    return index != nullptr && entries_.at(index->value).has_borrow;
}

bool Types::has_handle(const ValueType& type) const {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        return *primitive == Primitive::error_context;
    return entries_.at(std::get<TypeIdx>(type).value).has_handle;
}

bool Types::has_pointer(const ValueType& type) const {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        return *primitive == Primitive::string;
    return entries_.at(std::get<TypeIdx>(type).value).has_pointer;
}

std::uint32_t Types::size(TypeIdx type) const {
    return entries_.at(type.value).size;
}

Layout Types::layout_64(const ValueType& type) const {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        return LayoutOf{*this}(*primitive);
    const auto& entry = entries_.at(std::get<TypeIdx>(type).value);
    return {entry.bytes, entry.align};
}

bool Types::has_free_resource(TypeIdx type) const {
    return entries_.at(type.value).has_free_resource;
}

void Types::add_free_resources(TypeIdx type, ResourceId from, std::set<ResourceId>& found) const {
    find_free(type, from, found, SIZE_MAX);
}

// A resource is free wherever it is met, or bound wherever it is met: ranges do not overlap but by
// nesting. So each type is looked at once.
void Types::find_free(TypeIdx type, ResourceId from, std::set<ResourceId>& found,
                      std::size_t at_most) const {
    std::set<TypeIdx> seen;
    std::vector<ResourceRange> bound;
    const auto walk = [&](const auto& self, TypeIdx at) -> void {
        const auto& entry = entries_.at(at.value);
        if (found.size() >= at_most || !entry.has_free_resource || entry.resources <= from.value ||
            !seen.insert(at).second)
            return;
        const auto& definition = definitions_[entry.definition];
        if (const auto* const resource = std::get_if<Resource>(&definition)) {
            if (resource->id >= from && std::ranges::none_of(bound, [&](ResourceRange range) {
                    return range.holds(resource->id);
                }))
                found.insert(resource->id);
            return;
        }
        const auto depth = bound.size();
        if (const auto* const range = binds(definition))
            bound.push_back(*range);
        for_each_type(definition, [&](const auto& inner) {
            if (auto* const index = index_in(inner))
                self(self, *index);
        });
        bound.resize(depth);
    };
    walk(walk, type);
}

bool Types::is_equal(TypeIdx left, TypeIdx right) const {
    return Comparison(*this)(left, right);
}

} // namespace tenon::component
