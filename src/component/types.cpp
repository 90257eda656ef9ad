// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/types.hpp"

#include "component/types_each.hpp"

#include <algorithm>
#include <set>

namespace tenon::component {
namespace {

constexpr std::size_t max_types = 10'000'000;
constexpr std::uint16_t max_depth = 300;

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
    bool same(const ValueType& left, const ValueType& right) {
        if (left.index() != right.index())
            return false;
        if (const auto* const primitive = std::get_if<Primitive>(&left))
            return *primitive == std::get<Primitive>(right);
        return (*this)(std::get<TypeIdx>(left), std::get<TypeIdx>(right));
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

    const Types& types_;
    std::set<std::pair<const Definition*, const Definition*>> compared_;
};

} // namespace

Result<TypeIdx> Types::define(Definition definition) {
    if (entries_.size() >= max_types)
        return fail(Errc::limit, "component has more than ten million types");
    Entry entry{static_cast<std::uint32_t>(definitions_.size()), std::nullopt, 0,
                std::holds_alternative<Borrow>(definition)};
    for_each_type(std::as_const(definition), [&](const auto& type) {
        auto* const index = index_in(type);
        if (index == nullptr)
            return;
        const auto& inner = entries_.at(index->value);
        entry.depth = std::max<std::uint16_t>(entry.depth, inner.depth + 1);
        entry.has_borrow = entry.has_borrow || inner.has_borrow;
    });
    if (entry.depth > max_depth)
        return fail(Errc::limit, "types are nested more than 300 levels deep");
    definitions_.push_back(std::move(definition));
    entries_.push_back(entry);
    return next(entries_.size() - 1);
}

Result<TypeIdx> Types::alias(TypeIdx of) {
    if (entries_.size() >= max_types)
        return fail(Errc::limit, "component has more than ten million types");
    auto entry = entries_.at(of.value);
    entry.parent = of;
    entries_.push_back(entry);
    return next(entries_.size() - 1);
}

Result<TypeIdx> Types::define_resource() {
    return define(Resource{{resources_++}});
}

std::optional<TypeIdx> Types::parent(TypeIdx at) const {
    return entries_.at(at.value).parent;
}

bool Types::is_value(TypeIdx at) const {
    const auto& definition = (*this)[at];
    return !std::holds_alternative<Resource>(definition) &&
           !std::holds_alternative<Func>(definition) &&
           !std::holds_alternative<InstanceType>(definition) &&
           !std::holds_alternative<ComponentType>(definition);
}

bool Types::has_borrow(const ValueType& type) const {
    const auto* const index = std::get_if<TypeIdx>(&type);
    return index != nullptr && entries_.at(index->value).has_borrow;
}

bool Types::has_free_resource(TypeIdx type) const {
    // A resource is free wherever it is met, or bound wherever it is met: ranges do not overlap but
    // by nesting. So each type is looked at once.
    std::set<TypeIdx> seen;
    std::vector<ResourceRange> bound;
    const auto is_free = [&](const auto& self, TypeIdx at) -> bool {
        if (!seen.insert(at).second)
            return false;
        const auto& definition = (*this)[at];
        if (const auto* const resource = std::get_if<Resource>(&definition))
            return std::ranges::none_of(
                bound, [&](ResourceRange range) { return range.holds(resource->id); });
        const auto depth = bound.size();
        if (const auto* const instance = std::get_if<InstanceType>(&definition))
            bound.push_back(instance->bound);
        else if (const auto* const component = std::get_if<ComponentType>(&definition))
            bound.push_back(component->bound);
        bool found = false;
        for_each_type(definition, [&](const auto& inner) {
            auto* const index = index_in(inner);
            found = found || (index != nullptr && self(self, *index));
        });
        bound.resize(depth);
        return found;
    };
    return is_free(is_free, type);
}

bool Types::is_equal(TypeIdx left, TypeIdx right) const {
    return Comparison(*this)(left, right);
}

} // namespace tenon::component
