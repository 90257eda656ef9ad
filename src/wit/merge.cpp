// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/merge.hpp"

#include "wit/shape.hpp"
#include "wit/types.hpp"
#include "wit/types_each.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

base::Error disagree(std::string message) {
    return base::Error(Errc::invalid, std::move(message));
}

/// Takes one model over into another, part by part in the order of its indices, so that what a part
/// refers to has been taken over before it.
class Merger {
public:
    Merger(Model& into, Types& types, const Model& from)
        : into_(into), from_(from), types_(types) {}

    Result<Moved> run();

private:
    void match_packages();
    void match_interfaces();
    void match_worlds();
    void fill_packages();
    void match_inline(const World& from, const World& into);
    Result<> types();
    Result<> interfaces();
    Result<> worlds();
    Result<> matched_world(const World& from, WorldIdx into);
    Result<> matched_items(const base::OrderedMap<WorldKey, WorldItem>& from,
                           base::OrderedMap<WorldKey, WorldItem>& into, std::string_view what);
    Result<> same_type(TypeIdx from, TypeIdx into, const std::string& name);
    Result<> same_function(const Function& from, const Function& into);
    [[nodiscard]] bool same(const std::optional<Type>& moved_type, const std::optional<Type>& into);
    [[nodiscard]] Function moved(Function function) const;
    [[nodiscard]] World moved(World world) const;
    [[nodiscard]] WorldKey moved(const WorldKey& key) const;
    [[nodiscard]] Type moved(const Type& type) const;
    [[nodiscard]] std::optional<Type> moved(const std::optional<Type>& type) const;
    [[nodiscard]] Span moved(Span span) const;
    [[nodiscard]] Owner moved(const Owner& owner) const;
    void moved_spans(TypeKind& kind) const;

    Model& into_;
    const Model& from_;
    Types& types_; // of `into_`
    std::uint32_t first_source_ = 0;
    Moved out_;
    std::vector<bool> new_interface_, new_world_; // of `from_`
    std::map<InterfaceIdx, InterfaceIdx> inline_;
};

void unite(Stability& into, const Stability& from) {
    if (into.level == Stability::Level::unknown)
        into = from;
}

Span Merger::moved(Span span) const {
    if (span.file != Span::none)
        span.file += first_source_;
    return span;
}

Type Merger::moved(const Type& type) const {
    const auto* const at = std::get_if<TypeIdx>(&type);
    return at == nullptr ? type : Type(out_.types.at(at->value));
}

std::optional<Type> Merger::moved(const std::optional<Type>& type) const {
    return type ? std::optional(moved(*type)) : std::nullopt;
}

WorldKey Merger::moved(const WorldKey& key) const {
    const auto* const at = std::get_if<InterfaceIdx>(&key);
    return at == nullptr ? key : WorldKey(out_.interfaces.at(at->value));
}

Owner Merger::moved(const Owner& owner) const {
    if (const auto* const interface = std::get_if<InterfaceIdx>(&owner))
        return out_.interfaces.at(interface->value);
    if (const auto* const world = std::get_if<WorldIdx>(&owner))
        return out_.worlds.at(world->value);
    return owner;
}

Function Merger::moved(Function function) const {
    function.span = moved(function.span);
    if (function.resource)
        function.resource = out_.types.at(function.resource->value);
    for (auto& param : function.params) {
        param.type = moved(param.type);
        param.span = moved(param.span);
    }
    if (function.result)
        function.result = moved(*function.result);
    return function;
}

void Merger::moved_spans(TypeKind& kind) const {
    const auto move_all = [&](auto& list) {
        for (auto& entry : list)
            entry.span = moved(entry.span);
    };
    if (auto* const record = std::get_if<Record>(&kind))
        move_all(record->fields);
    else if (auto* const variant = std::get_if<Variant>(&kind))
        move_all(variant->cases);
    else if (auto* const cases = std::get_if<Enum>(&kind))
        move_all(cases->cases);
    else if (auto* const flags = std::get_if<Flags>(&kind))
        move_all(flags->flags);
}

Result<Moved> Merger::run() {
    first_source_ = into_.sources.append(from_.sources);
    match_packages();
    match_worlds();
    match_interfaces();
    fill_packages();
    TENON_TRY(types());
    TENON_TRY(interfaces());
    TENON_TRY(worlds());
    return std::move(out_);
}

// --- packages, and which interfaces and worlds are the same

void Merger::match_packages() {
    for (const auto& package : from_.packages) {
        const auto there = into_.by_name.find(package.name);
        if (there != into_.by_name.end()) {
            out_.packages.push_back(there->second);
            auto& docs = into_.packages[there->second.value].docs;
            if (docs.empty())
                docs = package.docs;
            continue;
        }
        const PackageIdx at{static_cast<std::uint32_t>(into_.packages.size())};
        out_.packages.push_back(at);
        into_.by_name.emplace(package.name, at);
        Package made;
        made.name = package.name;
        made.docs = package.docs;
        made.span = moved(package.span);
        into_.packages.push_back(std::move(made));
    }
}

void Merger::match_worlds() {
    auto next = static_cast<std::uint32_t>(into_.worlds.size());
    for (const auto& world : from_.worlds) {
        const auto& package = into_.packages[out_.packages.at(world.package.value).value];
        const auto* const there = package.worlds.find(world.name);
        new_world_.push_back(there == nullptr);
        out_.worlds.push_back(there != nullptr ? *there : WorldIdx{next++});
        if (there != nullptr)
            match_inline(world, into_[*there]);
    }
}

/// Interfaces without a name are known by the place where they stand.
void Merger::match_inline(const World& from, const World& into) {
    const auto match = [&](const auto& left, const auto& right) {
        for (const auto& [key, item] : left) {
            const auto* const one = std::get_if<WorldInterface>(&item);
            const auto* const name = std::get_if<std::string>(&key);
            const auto* const there = name != nullptr ? right.find(key) : nullptr;
            const auto* const other =
                there != nullptr ? std::get_if<WorldInterface>(there) : nullptr;
            if (one != nullptr && other != nullptr && !from_[one->interface].name &&
                !into_[other->interface].name)
                inline_.emplace(one->interface, other->interface);
        }
    };
    match(from.imports, into.imports);
    match(from.exports, into.exports);
}

void Merger::match_interfaces() {
    auto next = static_cast<std::uint32_t>(into_.interfaces.size());
    for (std::uint32_t i = 0; i < from_.interfaces.size(); ++i) {
        const auto& interface = from_.interfaces[i];
        const auto& package = into_.packages[out_.packages.at(interface.package.value).value];
        const InterfaceIdx* there = nullptr;
        if (interface.name) {
            there = package.interfaces.find(*interface.name);
        } else if (const auto known = inline_.find(InterfaceIdx{i}); known != inline_.end()) {
            there = &known->second;
        }
        new_interface_.push_back(there == nullptr);
        out_.interfaces.push_back(there != nullptr ? *there : InterfaceIdx{next++});
    }
}

/// Only now, so that what was found before is of `into_`; and in the order in which `from_` has it.
void Merger::fill_packages() {
    for (std::size_t i = 0; i < from_.packages.size(); ++i) {
        auto& package = into_.packages[out_.packages[i].value];
        for (const auto& [name, interface] : from_.packages[i].interfaces)
            package.interfaces.insert(name, out_.interfaces.at(interface.value));
        for (const auto& [name, world] : from_.packages[i].worlds)
            package.worlds.insert(name, out_.worlds.at(world.value));
    }
}

// --- types

Result<> Merger::types() {
    for (std::uint32_t i = 0; i < from_.types.size(); ++i) {
        auto type = from_.types[i];
        if (!type.name) {
            auto kind = with_types(std::move(type.kind), [&](const Type& t) { return moved(t); });
            out_.types.push_back(types_.anonymous(std::move(kind)));
            continue;
        }
        const TypeIdx* there = nullptr;
        if (const auto* const owner = std::get_if<InterfaceIdx>(&type.owner)) {
            if (!new_interface_[owner->value]) {
                const auto& known = into_[out_.interfaces[owner->value]];
                there = known.types.find(*type.name);
            }
        } else if (const auto* const world = std::get_if<WorldIdx>(&type.owner)) {
            if (!new_world_[world->value]) {
                const auto& known = into_[out_.worlds[world->value]];
                const auto* const item = known.imports.find(WorldKey(*type.name));
                there = item != nullptr ? std::get_if<TypeIdx>(item) : nullptr;
            }
        }
        if (there != nullptr) {
            const auto at = *there;
            out_.types.push_back(at);
            TENON_TRY(same_type(TypeIdx{i}, at, *type.name));
            unite(into_.types[at.value].stability, type.stability);
            if (into_.types[at.value].docs.empty())
                into_.types[at.value].docs = type.docs;
            continue;
        }
        moved_spans(type.kind);
        type.kind = with_types(std::move(type.kind), [&](const Type& t) { return moved(t); });
        type.owner = moved(type.owner);
        type.span = moved(type.span);
        out_.types.push_back(types_.add(std::move(type)));
    }
    return {};
}

/// Equal in structure, where they have no names.
bool Merger::same(const std::optional<Type>& moved_type, const std::optional<Type>& into) {
    if (!moved_type || !into)
        return moved_type.has_value() == into.has_value();
    return types_.canonical(*moved_type) == types_.canonical(*into);
}

Result<> Merger::same_type(TypeIdx from, TypeIdx into, const std::string& name) {
    const SameType same_inside = [this](const auto& left, const auto& right) {
        return same(moved(left), right);
    };
    if (same_shape(from_[from].kind, into_[into].kind, same_inside))
        return {};
    return fail(disagree(fmt::format("type `{}` is defined differently", name)));
}

// --- interfaces

Result<> Merger::same_function(const Function& from, const Function& into) {
    const auto made = moved(from);
    const auto problem = [&](std::string_view what) {
        return fail(disagree(fmt::format("function `{}` has {}", from.name, what)));
    };
    if (made.kind != into.kind || made.async != into.async)
        return problem("another kind");
    if (made.params.size() != into.params.size())
        return problem("another number of parameters");
    for (std::size_t i = 0; i < made.params.size(); ++i) {
        if (made.params[i].name != into.params[i].name)
            return problem("parameters with other names");
        if (!same(made.params[i].type, into.params[i].type))
            return problem(fmt::format("another type of parameter `{}`", made.params[i].name));
    }
    if (!same(made.result, into.result))
        return problem("another result");
    return {};
}

Result<> Merger::interfaces() {
    for (std::size_t i = 0; i < from_.interfaces.size(); ++i) {
        const auto& from = from_.interfaces[i];
        const auto at = out_.interfaces[i];
        if (new_interface_[i]) {
            Interface made;
            made.name = from.name;
            made.package = out_.packages[from.package.value];
            made.docs = from.docs;
            made.stability = from.stability;
            made.external_id = from.external_id;
            made.span = moved(from.span);
            TENON_ASSERT(into_.interfaces.size() == at.value);
            into_.interfaces.push_back(std::move(made));
        }
        auto& into = into_.interfaces[at.value];
        unite(into.stability, from.stability);
        if (into.docs.empty())
            into.docs = from.docs;
        for (const auto& [name, type] : from.types)
            into.types.insert(name, out_.types.at(type.value));
        for (const auto& [name, function] : from.functions) {
            const auto [there, is_new] = into.functions.insert(name, moved(function));
            if (is_new)
                continue;
            auto same = same_function(function, *there);
            if (!same) {
                return fail(std::move(same).error().wrap(
                    fmt::format("failed to merge interface `{}`", from.name.value_or(""))));
            }
            unite(there->stability, function.stability);
        }
    }
    return {};
}

// --- worlds

World Merger::moved(World world) const {
    const auto items = [&](const base::OrderedMap<WorldKey, WorldItem>& from) {
        base::OrderedMap<WorldKey, WorldItem> to;
        for (const auto& [key, item] : from) {
            if (const auto* const type = std::get_if<TypeIdx>(&item)) {
                to.insert(moved(key), WorldItem(out_.types.at(type->value)));
            } else if (const auto* const function = std::get_if<Function>(&item)) {
                to.insert(moved(key), WorldItem(moved(*function)));
            } else {
                auto interface = std::get<WorldInterface>(item);
                interface.interface = out_.interfaces.at(interface.interface.value);
                interface.span = moved(interface.span);
                to.insert(moved(key), WorldItem(std::move(interface)));
            }
        }
        return to;
    };
    world.package = out_.packages.at(world.package.value);
    world.imports = items(world.imports);
    world.exports = items(world.exports);
    world.span = moved(world.span);
    return world;
}

Result<> Merger::worlds() {
    for (std::size_t i = 0; i < from_.worlds.size(); ++i) {
        if (new_world_[i]) {
            TENON_ASSERT(into_.worlds.size() == out_.worlds[i].value);
            into_.worlds.push_back(moved(from_.worlds[i]));
            continue;
        }
        auto same = matched_world(from_.worlds[i], out_.worlds[i]);
        if (!same) {
            return fail(std::move(same).error().wrap(fmt::format(
                "failed to merge package `{}` into existing copy: failed to merge world `{}`",
                from_[from_.worlds[i].package].name.text(), from_.worlds[i].name)));
        }
    }
    return {};
}

Result<> Merger::matched_world(const World& from, WorldIdx into) {
    auto& world = into_.worlds[into.value];
    unite(world.stability, from.stability);
    TENON_TRY(matched_items(from.imports, world.imports, "import"));
    return matched_items(from.exports, world.exports, "export");
}

Result<> Merger::matched_items(const base::OrderedMap<WorldKey, WorldItem>& from,
                               base::OrderedMap<WorldKey, WorldItem>& into, std::string_view what) {
    if (from.size() != into.size()) {
        return fail(
            disagree(fmt::format("world contains different number of {}s than expected", what)));
    }
    for (const auto& [key, item] : from) {
        auto* const there = into.find(moved(key));
        const auto name = from_.key_name(key);
        if (there == nullptr)
            return fail(disagree(fmt::format("{} `{}` not found in target world", what, name)));
        if (there->index() != item.index())
            return fail(disagree(fmt::format("{} `{}` is of another kind", what, name)));
        if (const auto* const function = std::get_if<Function>(&item)) {
            TENON_TRY(same_function(*function, std::get<Function>(*there)));
        } else if (const auto* const interface = std::get_if<WorldInterface>(&item)) {
            auto& known = std::get<WorldInterface>(*there);
            unite(known.stability, interface->stability);
        }
    }
    return {};
}

} // namespace

Result<Moved> Union::add(const Model& from) {
    return Merger(*into_, types_, from).run();
}

Result<Moved> merge(Model& into, const Model& from) {
    auto changed = into;
    auto moved = Union(changed).add(from);
    if (moved)
        into = std::move(changed);
    return moved;
}

} // namespace tenon::wit
