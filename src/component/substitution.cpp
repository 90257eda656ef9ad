// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/substitution.hpp"

#include "component/difference.hpp"
#include "component/types_each.hpp"
#include "component/visibility.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::component {
namespace {

bool is_description(const Types& types, TypeIdx type) {
    return types.get<InstanceType>(type) != nullptr || types.get<ComponentType>(type) != nullptr;
}

/// Fits what is there into what is asked for, and learns on the way what stands for which type.
class Fitting {
public:
    Fitting(Types& types, Substitution& learned) : types_(types), learned_(learned) {}

    Result<> fit(const Extern& actual, const Extern& expected) {
        if (actual.sort != expected.sort)
            return fail(Errc::invalid, fmt::format("expected a {}, found a {}",
                                                   name_of(expected.sort, CoreSort::module),
                                                   name_of(actual.sort, CoreSort::module)));
        switch (expected.sort) {
        case Sort::type: return type(actual.type, expected.type);
        case Sort::func: return func(actual.type, expected.type);
        case Sort::instance: return instance(actual.type, expected.type);
        case Sort::component: return component(actual.type, expected.type);
        case Sort::core: return module(actual.type, expected.type);
        case Sort::value: return equal(actual.type, expected.type);
        }
        return {};
    }
    Result<> fit_all(const Externs& actual, const Externs& expected, std::string_view what) {
        struct Pair {
            std::string name;
            Extern actual, expected;
        };
        // Copied before the first is checked: checking can define types, which moves the lists.
        std::vector<Pair> pairs;
        for (const auto& [name, item] : expected) {
            const auto* const found = actual.find(name);
            if (found == nullptr)
                return fail(Errc::invalid, fmt::format("no {} named `{}`", what, name));
            pairs.push_back({name, *found, item});
        }
        for (const auto& pair : pairs)
            if (auto fits = fit(pair.actual, pair.expected); !fits)
                return fail(
                    std::move(fits).error().within(fmt::format("{} `{}`", what, pair.name)));
        return {};
    }

private:
    Result<> type(TypeIdx actual, TypeIdx expected) {
        const bool is_resource = types_.get<Resource>(expected) != nullptr;
        if (is_resource != (types_.get<Resource>(actual) != nullptr))
            return fail(Errc::invalid,
                        fmt::format("expected a type that is a {}, found a {}",
                                    kind_of(types_[expected]), kind_of(types_[actual])));
        // `sub resource`: whatever resource is given. All else is `eq`.
        const bool is_free = is_resource && !types_.parent(expected) &&
                             !learned_.is_replaced(expected) &&
                             learned_.is_bound(types_.get<Resource>(expected)->id);
        if (is_description(types_, expected) && is_description(types_, actual))
            TENON_TRY(description(actual, TENON_TRY(learned_.apply(expected))));
        else if (!is_free)
            TENON_TRY(equal(actual, expected));
        learned_.replace(expected, actual);
        return {};
    }
    Result<> func(TypeIdx actual, TypeIdx expected) { return equal(actual, expected); }
    Result<> equal(TypeIdx actual, TypeIdx expected) {
        const auto wanted = TENON_TRY(learned_.apply(expected));
        if (types_.is_equal(actual, wanted))
            return {};
        return fail(Errc::invalid, difference(types_, actual, wanted));
    }
    Result<> module(TypeIdx actual, TypeIdx expected) {
        const auto there = types_.get<CoreModule>(actual)->type;
        const auto wanted = types_.get<CoreModule>(expected)->type;
        if (!there || !wanted) // nobody looks into core modules
            return {};
        const auto& core = types_.core();
        TENON_TRY(types_.charge((core[*wanted].exports.size() + core[*there].imports.size()) / 4));
        return core.check_fits(core[*there], core[*wanted]);
    }
    // Types of instances or components as types. One direction is asked for only: both, at each
    // level, would double the work with each.
    Result<> description(TypeIdx actual, TypeIdx expected) {
        if (&types_[actual] == &types_[expected])
            return {};
        if (types_[actual].index() != types_[expected].index())
            return fail(Errc::invalid,
                        fmt::format("expected a type that is a {}, found a {}",
                                    kind_of(types_[expected]), kind_of(types_[actual])));
        Substitution none(types_, {});
        if (types_.get<ComponentType>(actual) != nullptr)
            return Fitting(types_, none).component(actual, expected);
        TENON_TRY(types_.work(types_.size(expected)));
        Substitution bound(types_, types_.get<InstanceType>(expected)->bound);
        return Fitting(types_, bound).instance(actual, expected);
    }
    Result<> instance(TypeIdx actual, TypeIdx expected) {
        return fit_all(types_.get<InstanceType>(actual)->exports,
                       types_.get<InstanceType>(expected)->exports, "export");
    }
    // What takes the place of a component is given the imports that are promised, which must be
    // enough for it, and must then export all that is promised.
    Result<> component(TypeIdx actual, TypeIdx expected) {
        TENON_TRY(types_.work(types_.size(actual)));
        TENON_TRY(types_.work(types_.size(expected)));
        const auto promised = TENON_TRY(learned_.apply(expected));
        const auto outer = *types_.get<ComponentType>(promised);
        const auto inner = *types_.get<ComponentType>(actual);
        Substitution fresh(types_, outer.bound);
        const auto given = TENON_TRY(fresh.apply(outer.imports));
        Substitution of_actual(types_, inner.bound);
        TENON_TRY(Fitting(types_, of_actual).fit_all(given, inner.imports, "import"));
        const auto made = TENON_TRY(of_actual.apply(inner.exports));
        return Fitting(types_, fresh).fit_all(made, outer.exports, "export");
    }

    Types& types_;
    Substitution& learned_;
};

} // namespace

void Substitution::replace(TypeIdx type, TypeIdx by) {
    done_.insert_or_assign(type, by);
    if (const auto* const resource = types_.get<Resource>(type))
        resources_.emplace(resource->id, by);
}

bool Substitution::is_bound(ResourceId id) const {
    return bound_.holds(id) && !resources_.contains(id);
}

Result<TypeIdx> Substitution::resource(TypeIdx type, ResourceId id) {
    if (const auto known = resources_.find(id); known != resources_.end())
        return known->second;
    const bool is_inner =
        std::ranges::any_of(inner_, [&](ResourceRange range) { return range.holds(id); });
    if (is_inner || !bound_.holds(id))
        return type;
    const auto fresh = TENON_TRY(types_.define_resource());
    resources_.emplace(id, fresh);
    return fresh;
}

Result<TypeIdx> Substitution::copy(TypeIdx type) {
    Definition definition = types_[type];
    const ResourceRange* inner = nullptr;
    if (const auto* const instance = std::get_if<InstanceType>(&definition))
        inner = &instance->bound;
    else if (const auto* const component = std::get_if<ComponentType>(&definition))
        inner = &component->bound;
    if (inner != nullptr)
        inner_.push_back(*inner);
    bool is_changed = false;
    std::optional<base::Error> problem;
    for_each_type(definition, [&](auto& one) {
        auto* const index = index_in(one);
        if (index == nullptr || problem)
            return;
        auto by = apply(*index);
        if (!by) {
            problem = std::move(by).error();
            return;
        }
        is_changed = is_changed || *by != *index;
        *index = *by;
    });
    if (inner != nullptr)
        inner_.pop_back();
    if (problem)
        return fail(std::move(*problem));
    return is_changed ? types_.define(std::move(definition)) : type;
}

// A name may stand for a name, and that for another, as often as the file likes: so no calls for
// them, but a walk up to the first that is known or stands for itself, and back.
Result<TypeIdx> Substitution::apply(TypeIdx type) {
    std::vector<TypeIdx> names;
    auto at = type;
    for (auto parent = types_.parent(at); parent && !done_.contains(at);
         parent = types_.parent(at)) {
        names.push_back(at);
        at = *parent;
    }
    auto by = TENON_TRY(apply_to_root(at));
    for (; !names.empty(); names.pop_back()) {
        const auto name = names.back();
        by = by == at ? name : TENON_TRY(types_.alias(by));
        done_.emplace(name, by);
        at = name;
    }
    return by;
}

// What stands for itself, or is known.
Result<TypeIdx> Substitution::apply_to_root(TypeIdx type) {
    if (const auto known = done_.find(type); known != done_.end())
        return known->second;
    const auto* const is_resource = types_.get<Resource>(type);
    const auto by =
        is_resource != nullptr ? TENON_TRY(resource(type, is_resource->id)) : TENON_TRY(copy(type));
    done_.emplace(type, by);
    return by;
}

Result<Externs> Substitution::apply(Externs externs) {
    for (std::size_t i = 0; i < externs.size(); ++i)
        if (auto& item = externs.value(i); item.sort != Sort::core)
            item.type = TENON_TRY(apply(item.type));
    return externs;
}

Result<TypeIdx> open(Types& types, TypeIdx type) {
    const auto instance = *types.get<InstanceType>(type);
    if (instance.bound.begin == instance.bound.end)
        return type;
    Substitution fresh(types, instance.bound);
    auto exports = TENON_TRY(fresh.apply(instance.exports));
    return types.define(InstanceType{std::move(exports), {}});
}

Result<TypeIdx> instantiate(Types& types, TypeIdx component, const Arguments& arguments) {
    TENON_TRY(types.work(types.size(component)));
    const auto description = *types.get<ComponentType>(component);
    Substitution learned(types, description.bound);
    TENON_TRY(Fitting(types, learned).fit_all(arguments, description.imports, "import"));
    auto exports = TENON_TRY(learned.apply(description.exports));
    return types.define(InstanceType{std::move(exports), {}});
}

Result<> fit(Types& types, Substitution& learned, const Extern& actual, const Extern& expected) {
    TENON_TRY(types.work(types.size(expected.type)));
    return Fitting(types, learned).fit(actual, expected);
}

Result<> check_fits(Types& types, const Extern& actual, const Extern& expected) {
    Substitution learned(types, {});
    return fit(types, learned, actual, expected);
}

} // namespace tenon::component
