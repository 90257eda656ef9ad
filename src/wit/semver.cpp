// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Component Model, Linking: versions on one compatibility track can stand in for each other, the
// newer for the older.
#include "wit/semver.hpp"

#include "wit/dependencies.hpp"
#include "wit/elaborate.hpp"
#include "wit/order.hpp"
#include "wit/shape.hpp"
#include "wit/types.hpp"
#include "wit/types_each.hpp"

#include <fmt/core.h>
#include <map>
#include <set>
#include <tuple>

namespace tenon::wit {
namespace {

using Replacements = std::map<InterfaceIdx, InterfaceIdx>;

/// What exported interfaces use, and what that uses in turn.
std::set<InterfaceIdx> used_by_exports(const Model& model, const World& world) {
    std::vector<InterfaceIdx> open;
    for (const auto& [key, item] : world.exports)
        if (const auto* const interface = std::get_if<WorldInterface>(&item))
            open.push_back(interface->interface);
    std::set<InterfaceIdx> out;
    while (!open.empty()) {
        const auto next = open.back();
        open.pop_back();
        for (const auto used : interfaces_used(model, next)) {
            if (out.insert(used).second)
                open.push_back(used);
        }
    }
    return out;
}

/// The older versions among the imports, each with the newest of its track. Exports are never
/// merged; and where one of both is exported too, what exports use of the older one stays: they
/// would use an export in the place of an import, or the other way round.
Replacements find_replacements(const Model& model, const World& world) {
    using Track = std::tuple<std::string, std::string, std::string, std::string>;
    std::map<Track, std::vector<InterfaceIdx>> tracks;
    for (const auto& [key, item] : world.imports) {
        const auto* const at = std::get_if<InterfaceIdx>(&key);
        if (at == nullptr)
            continue;
        const auto& interface = model[*at];
        const auto& package = model[interface.package].name;
        if (interface.name && package.version) {
            tracks[Track(package.space, package.name, *interface.name, track_of(*package.version))]
                .push_back(*at);
        }
    }
    const auto version_of = [&](InterfaceIdx at) { return *model[model[at].package].name.version; };
    const auto is_exported = [&](InterfaceIdx at) { return world.exports.contains(WorldKey(at)); };
    const auto used = used_by_exports(model, world);
    Replacements out;
    for (const auto& [track, all] : tracks) {
        auto newest = all.front();
        for (const auto at : all) {
            if (version_of(at) > version_of(newest))
                newest = at;
        }
        for (const auto at : all) {
            const bool has_export = is_exported(at) || is_exported(newest);
            if (at != newest && !(has_export && used.contains(at)))
                out.emplace(at, newest);
        }
    }
    return out;
}

/// The type itself, or the one of the same name in the newer version.
TypeIdx replaced(const Model& model, const Replacements& replacements, TypeIdx at) {
    const auto& type = model[at];
    const auto* const owner = std::get_if<InterfaceIdx>(&type.owner);
    const auto found = owner != nullptr ? replacements.find(*owner) : replacements.end();
    if (found == replacements.end() || !type.name)
        return at;
    const auto* const there = model[found->second].types.find(*type.name);
    return there == nullptr ? at : *there;
}

/// Whether the newer of two versions has all that the older has, in the same shape.
class Comparison {
public:
    Comparison(const Model& model, const Replacements& replacements)
        : model_(model), meaning_(canonical_types(model, [&](TypeIdx type) {
              return replaced(model, replacements, type);
          })) {}

    Result<> check(InterfaceIdx older, InterfaceIdx newer) const {
        for (const auto& [name, type] : model_[older].types) {
            const auto* const there = model_[newer].types.find(name);
            if (there == nullptr)
                return missing(newer, "type", name);
            if (!same_shape(model_[type].kind, model_[*there].kind, same_))
                return different(newer, "type", name);
        }
        for (const auto& [name, function] : model_[older].functions) {
            const auto* const there = model_[newer].functions.find(name);
            if (there == nullptr)
                return missing(newer, "function", name);
            if (!same_function(function, *there))
                return different(newer, "function", name);
        }
        return {};
    }

private:
    std::unexpected<base::Error> missing(InterfaceIdx newer, std::string_view what,
                                         const std::string& name) const {
        return fail(Errc::invalid, fmt::format("`{}` has no {} `{}`, which an older version has",
                                               model_.id_of(newer).value_or(""), what, name));
    }
    std::unexpected<base::Error> different(InterfaceIdx newer, std::string_view what,
                                           const std::string& name) const {
        return fail(Errc::invalid,
                    fmt::format("{} `{}` of `{}` differs from that of an older version", what, name,
                                model_.id_of(newer).value_or("")));
    }

    [[nodiscard]] bool same(const std::optional<Type>& left,
                            const std::optional<Type>& right) const {
        const auto meaning = [&](const std::optional<Type>& type) {
            const auto* const at = type ? std::get_if<TypeIdx>(&*type) : nullptr;
            return at == nullptr ? type : std::optional(Type(meaning_.at(at->value)));
        };
        return meaning(left) == meaning(right);
    }
    [[nodiscard]] bool same_function(const Function& left, const Function& right) const {
        if (left.kind != right.kind || left.async != right.async ||
            left.params.size() != right.params.size() || !same(left.result, right.result))
            return false;
        for (std::size_t i = 0; i < left.params.size(); ++i) {
            if (left.params[i].name != right.params[i].name ||
                !same(left.params[i].type, right.params[i].type))
                return false;
        }
        return true;
    }

    const Model& model_;
    std::vector<TypeIdx> meaning_; // by type; equal for types that stand for each other
    SameType same_ = [this](const auto& left, const auto& right) { return same(left, right); };
};

// --- the model's types in an order in which each refers back

class Renumbering {
public:
    explicit Renumbering(Model& model) : model_(model), now_(model.types.size()) {}

    Result<> run() {
        std::vector<std::vector<Need>> needs(model_.types.size());
        for (std::size_t i = 0; i < needs.size(); ++i) {
            each_type(model_.types[i].kind, [&](const Type& type) {
                if (const auto* const at = std::get_if<TypeIdx>(&type))
                    needs[i].push_back(Need{at->value, {}});
            });
        }
        const auto order = in_order(needs);
        if (!order)
            return fail(Errc::invalid, "interfaces would depend on each other after merging");
        std::vector<TypeDef> types;
        for (const auto old : *order) {
            now_[old] = TypeIdx{static_cast<std::uint32_t>(types.size())};
            types.push_back(std::move(model_.types[old]));
            auto& kind = types.back().kind;
            kind = with_types(std::move(kind), [&](const Type& type) { return moved(type); });
        }
        model_.types = std::move(types);
        for (auto& interface : model_.interfaces) {
            for (std::size_t i = 0; i < interface.types.size(); ++i)
                interface.types.value(i) = now_[interface.types.value(i).value];
            for (std::size_t i = 0; i < interface.functions.size(); ++i)
                move(interface.functions.value(i));
        }
        for (auto& world : model_.worlds) {
            move(world.imports);
            move(world.exports);
        }
        return {};
    }

private:
    [[nodiscard]] Type moved(const Type& type) const {
        const auto* const at = std::get_if<TypeIdx>(&type);
        return at == nullptr ? type : Type(now_[at->value]);
    }
    void move(Function& function) const {
        if (function.resource)
            function.resource = now_[function.resource->value];
        for (auto& param : function.params)
            param.type = moved(param.type);
        if (function.result)
            function.result = moved(*function.result);
    }
    void move(base::OrderedMap<WorldKey, WorldItem>& items) const {
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (auto* const type = std::get_if<TypeIdx>(&items.value(i)))
                *type = now_[type->value];
            else if (auto* const function = std::get_if<Function>(&items.value(i)))
                move(*function);
        }
    }

    Model& model_;
    std::vector<TypeIdx> now_;
};

/// The interfaces of a world whose types are to use the newer versions.
std::set<InterfaceIdx> users(const World& world, const Replacements& replacements) {
    std::set<InterfaceIdx> out;
    for (const auto* const items : {&world.imports, &world.exports}) {
        for (const auto& [key, item] : *items) {
            const auto* const interface = std::get_if<WorldInterface>(&item);
            const bool stays = items == &world.exports || interface == nullptr ||
                               !replacements.contains(interface->interface);
            if (interface != nullptr && stays)
                out.insert(interface->interface);
        }
    }
    return out;
}

Result<> apply(Model& model, WorldIdx world, const Replacements& replacements) {
    const auto changed = users(model[world], replacements);
    for (auto& type : model.types) {
        auto* const alias = std::get_if<Alias>(&type.kind);
        auto* const of = alias != nullptr ? std::get_if<TypeIdx>(&alias->of) : nullptr;
        const auto* const owner = std::get_if<InterfaceIdx>(&type.owner);
        if (of != nullptr &&
            (type.owner == Owner(world) || (owner != nullptr && changed.contains(*owner))))
            *of = replaced(model, replacements, *of);
    }
    model.worlds[world.value].imports.erase_if([&](const WorldKey& key, const WorldItem&) {
        const auto* const at = std::get_if<InterfaceIdx>(&key);
        return at != nullptr && replacements.contains(*at);
    });
    TENON_TRY(Renumbering(model).run());

    // Other worlds that share these interfaces need the newer versions as well.
    Session session(model, Features());
    for (std::uint32_t i = 0; i < model.worlds.size(); ++i) {
        const auto shared = users(model.worlds[i], {});
        bool touched = i == world.value;
        for (const auto interface : shared)
            touched = touched || changed.contains(interface);
        if (touched)
            TENON_TRY(elaborate(session, WorldIdx{i}));
    }
    return {};
}

} // namespace

Result<> merge_world_imports_based_on_semver(Model& model, WorldIdx world) {
    const auto replacements = find_replacements(model, model[world]);
    if (replacements.empty()) {
        Session session(model, Features());
        return elaborate(session, world);
    }
    const Comparison comparison(model, replacements);
    for (const auto& [older, newer] : replacements)
        TENON_TRY(comparison.check(older, newer));
    auto changed = model;
    TENON_TRY(apply(changed, world, replacements));
    model = std::move(changed);
    return {};
}

} // namespace tenon::wit
