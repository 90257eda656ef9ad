// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/package_docs.hpp"

#include "data/value.hpp"

#include <fmt/core.h>
#include <map>

namespace tenon::component {
namespace {

using data::Member, data::Value;

constexpr Byte version = 1;

/// An object that leaves out what is empty.
class Object {
public:
    void add(std::string_view key, Value value) {
        members_.push_back({std::string(key), std::move(value), {}});
    }
    void add(std::string_view key, Object value) {
        if (!value.members_.empty())
            add(key, std::move(value).take());
    }
    void docs(const std::string& text) {
        if (!text.empty())
            add("docs", Value(text));
    }
    void stability(const wit::Stability& of) { add("stability", written(of)); }
    Value take() && { return Value::object(std::move(members_)); }

    static Object written(const wit::Stability& of) {
        using Level = wit::Stability::Level;
        Object outer;
        if (of.level == Level::unknown)
            return outer;
        Object inner;
        if (of.level == Level::stable)
            inner.add("since", Value(of.since.value_or(wit::Version()).text()));
        else
            inner.add("feature", Value(of.feature));
        if (of.deprecated)
            inner.add("deprecated", Value(of.deprecated->text()));
        outer.add(of.level == Level::stable ? "stable" : "unstable", std::move(inner).take());
        return outer;
    }

private:
    std::vector<Member> members_;
};

// --- writing

template <class Item> Object items_of(const std::vector<Item>& list) {
    Object items;
    for (const auto& item : list)
        if (!item.docs.empty())
            items.add(item.name, Value(item.docs));
    return items;
}

struct Items {
    Object operator()(const wit::Record& of) const { return items_of(of.fields); }
    Object operator()(const wit::Variant& of) const { return items_of(of.cases); }
    Object operator()(const wit::Enum& of) const { return items_of(of.cases); }
    Object operator()(const wit::Flags& of) const { return items_of(of.flags); }
    template <class Other> Object operator()(const Other&) const { return {}; }
};

Object written(const wit::TypeDef& type) {
    Object object;
    object.docs(type.docs);
    object.stability(type.stability);
    object.add("items", std::visit(Items{}, type.kind));
    return object;
}

Object written(const wit::Function& function) {
    Object object;
    object.docs(function.docs);
    object.stability(function.stability);
    return object;
}

Object written(const wit::Model& model, const wit::Interface& interface) {
    Object object, functions, types;
    object.docs(interface.docs);
    object.stability(interface.stability);
    for (const auto& [name, function] : interface.functions)
        functions.add(name, written(function));
    for (const auto& [name, type] : interface.types)
        types.add(name, written(model[type]));
    object.add("funcs", std::move(functions));
    object.add("types", std::move(types));
    return object;
}

/// The imports or the exports of a world.
struct WorldSide {
    Object interfaces, functions, types, stability, docs;

    void add(const wit::Model& model, const wit::WorldKey& key, const wit::WorldItem& item) {
        const auto name = model.key_name(key);
        if (const auto* const function = std::get_if<wit::Function>(&item))
            functions.add(name, written(*function));
        else if (const auto* const type = std::get_if<wit::TypeIdx>(&item))
            types.add(name, written(model[*type]));
        else
            add(model, name, std::get<wit::WorldInterface>(item));
    }
    /// One with a name has its documentation elsewhere; here is what is said where it is used.
    void add(const wit::Model& model, const std::string& name, const wit::WorldInterface& item) {
        const auto& interface = model[item.interface];
        if (!interface.name) {
            interfaces.add(name, written(model, interface));
            return;
        }
        stability.add(name, Object::written(item.stability));
        if (!item.docs.empty())
            docs.add(name, Value(item.docs));
    }
};

Object written(const wit::Model& model, const wit::World& world) {
    WorldSide imports, exports;
    for (const auto& [key, item] : world.imports)
        imports.add(model, key, item);
    for (const auto& [key, item] : world.exports)
        exports.add(model, key, item);
    Object object;
    object.docs(world.docs);
    object.stability(world.stability);
    object.add("interfaces", std::move(imports.interfaces));
    object.add("types", std::move(imports.types));
    object.add("funcs", std::move(imports.functions));
    object.add("interface_exports", std::move(exports.interfaces));
    object.add("func_exports", std::move(exports.functions));
    object.add("interface_import_stability", std::move(imports.stability));
    object.add("interface_export_stability", std::move(exports.stability));
    object.add("interface_import_docs", std::move(imports.docs));
    object.add("interface_export_docs", std::move(exports.docs));
    return object;
}

// --- reading

base::Error wrong(std::string_view what, std::string_view name) {
    return {
        Errc::invalid,
        fmt::format("section `package-docs` speaks of {} `{}`, which is not there", what, name)};
}
base::Error wrong_kind(std::string_view key, std::string_view wanted) {
    return {Errc::malformed, fmt::format("section `package-docs`: `{}` is not {}", key, wanted)};
}

class Reading {
public:
    Reading(wit::Model& model, wit::PackageIdx package) : model_(model), package_(package) {}

    Result<> package(const Value& value) {
        TENON_TRY(only(value, "package", {"docs", "worlds", "interfaces"}));
        TENON_TRY(text(value, "docs", model_.packages.at(package_.value).docs));
        TENON_TRY(each(value, "worlds", [&](const std::string& name, const Value& one) -> Result<> {
            const auto* const world = model_[package_].worlds.find(name);
            if (world == nullptr)
                return fail(wrong("world", name));
            return this->world(*world, one);
        }));
        return each(value, "interfaces",
                    [&](const std::string& name, const Value& one) -> Result<> {
                        const auto* const interface = model_[package_].interfaces.find(name);
                        if (interface == nullptr)
                            return fail(wrong("interface", name));
                        return this->interface(*interface, one);
                    });
    }

private:
    static Result<> only(const Value& value, std::string_view what,
                         std::initializer_list<std::string_view> keys) {
        if (value.kind() != data::Kind::object)
            return fail(wrong_kind(what, "an object"));
        for (const auto& member : value.members())
            if (std::ranges::find(keys, member.key) == keys.end())
                return fail(
                    Errc::malformed,
                    fmt::format("section `package-docs` has the unknown key `{}`", member.key));
        return {};
    }
    static Result<> text(const Value& value, std::string_view key, std::string& into) {
        const auto* const there = value.find(key);
        if (there == nullptr || there->is_null())
            return {};
        if (there->string() == nullptr)
            return fail(wrong_kind(key, "a string"));
        into = *there->string();
        return {};
    }
    template <class Visit>
    static Result<> each(const Value& value, std::string_view key, Visit visit) {
        const auto* const there = value.find(key);
        if (there == nullptr)
            return {};
        if (there->kind() != data::Kind::object)
            return fail(wrong_kind(key, "an object"));
        for (const auto& member : there->members())
            TENON_TRY(visit(member.key, member.value));
        return {};
    }
    static Result<> version(const Value& value, std::string_view key,
                            std::optional<wit::Version>& into) {
        std::string written;
        TENON_TRY(text(value, key, written));
        if (written.empty())
            return {};
        auto parsed = wit::Version::parse(written);
        if (!parsed)
            return fail(wrong_kind(key, "a version"));
        into = *std::move(parsed);
        return {};
    }
    static Result<> gates(const Value& value, wit::Stability& into) {
        TENON_TRY(only(value, "stability", {"stable", "unstable"}));
        for (const auto& [name, inner, place] : value.members()) {
            const bool stable = name == "stable";
            into = {};
            into.level = stable ? wit::Stability::Level::stable : wit::Stability::Level::unstable;
            TENON_TRY(only(inner, name, {stable ? "since" : "feature", "deprecated"}));
            if (stable)
                TENON_TRY(version(inner, "since", into.since));
            else
                TENON_TRY(text(inner, "feature", into.feature));
            TENON_TRY(version(inner, "deprecated", into.deprecated));
        }
        return {};
    }
    static Result<> stability(const Value& value, wit::Stability& into) {
        const auto* const there = value.find("stability");
        if (there == nullptr)
            return {};
        return gates(*there, into);
    }

    // Version 0 had the text alone here.
    static Result<> function(wit::Function& function, const Value& value) {
        if (value.is_null())
            return {};
        if (const auto* const docs = value.string()) {
            function.docs = *docs;
            return {};
        }
        TENON_TRY(only(value, function.name, {"docs", "stability"}));
        TENON_TRY(text(value, "docs", function.docs));
        return stability(value, function.stability);
    }
    Result<> type(wit::TypeIdx at, const Value& value) {
        auto& type = model_.types.at(at.value);
        TENON_TRY(only(value, *type.name, {"docs", "stability", "items"}));
        TENON_TRY(text(value, "docs", type.docs));
        TENON_TRY(stability(value, type.stability));
        if (value.find("items") == nullptr)
            return {};
        const auto items = docs_of_items(type.kind);
        return each(value, "items", [&](const std::string& name, const Value& docs) -> Result<> {
            const auto into = items.find(name);
            if (into == items.end())
                return fail(wrong("item", name));
            if (docs.string() == nullptr)
                return fail(wrong_kind(name, "a string"));
            *into->second = *docs.string();
            return {};
        });
    }
    /// Where the docs of fields, cases and labels go.
    static std::map<std::string, std::string*> docs_of_items(wit::TypeKind& kind) {
        std::map<std::string, std::string*> out;
        const auto add_all = [&](auto& list) {
            for (auto& item : list)
                out.emplace(item.name, &item.docs);
        };
        if (auto* const record = std::get_if<wit::Record>(&kind))
            add_all(record->fields);
        else if (auto* const variant = std::get_if<wit::Variant>(&kind))
            add_all(variant->cases);
        else if (auto* const cases = std::get_if<wit::Enum>(&kind))
            add_all(cases->cases);
        else if (auto* const flags = std::get_if<wit::Flags>(&kind))
            add_all(flags->flags);
        return out;
    }
    Result<> interface(wit::InterfaceIdx at, const Value& value) {
        auto& interface = model_.interfaces.at(at.value);
        TENON_TRY(only(value, "interface", {"docs", "stability", "funcs", "types"}));
        TENON_TRY(text(value, "docs", interface.docs));
        TENON_TRY(stability(value, interface.stability));
        TENON_TRY(each(value, "types", [&](const std::string& name, const Value& one) -> Result<> {
            const auto* const type = interface.types.find(name);
            if (type == nullptr)
                return fail(wrong("type", name));
            return this->type(*type, one);
        }));
        return each(value, "funcs", [&](const std::string& name, const Value& one) -> Result<> {
            auto* const function = interface.functions.find(name);
            if (function == nullptr)
                return fail(wrong("function", name));
            return this->function(*function, one);
        });
    }

    // --- worlds

    using Side = base::OrderedMap<wit::WorldKey, wit::WorldItem>;

    /// What version 0 keeps in one place for both sides is an import if there is one.
    Result<> world(wit::WorldIdx at, const Value& value) {
        auto& world = model_.worlds.at(at.value);
        TENON_TRY(only(value, "world",
                       {"docs", "stability", "interfaces", "types", "funcs", "interface_exports",
                        "func_exports", "interface_import_stability", "interface_export_stability",
                        "interface_import_docs", "interface_export_docs"}));
        TENON_TRY(text(value, "docs", world.docs));
        TENON_TRY(stability(value, world.stability));
        TENON_TRY(plain_items(value, "interfaces", world, true));
        TENON_TRY(plain_items(value, "types", world, true));
        TENON_TRY(plain_items(value, "funcs", world, true));
        TENON_TRY(plain_items(value, "interface_exports", world, false));
        TENON_TRY(plain_items(value, "func_exports", world, false));
        TENON_TRY(named(value, "interface_import_stability", world.imports));
        TENON_TRY(named(value, "interface_export_stability", world.exports));
        TENON_TRY(named(value, "interface_import_docs", world.imports));
        return named(value, "interface_export_docs", world.exports);
    }
    Result<> plain_items(const Value& value, std::string_view key, wit::World& world,
                         bool import_first) {
        return each(value, key, [&](const std::string& name, const Value& one) -> Result<> {
            const wit::WorldKey at(name);
            auto* item = import_first ? world.imports.find(at) : nullptr;
            if (item == nullptr)
                item = world.exports.find(at);
            if (item == nullptr)
                return fail(wrong("item", name));
            if (auto* const function = std::get_if<wit::Function>(item))
                return this->function(*function, one);
            if (const auto* const type = std::get_if<wit::TypeIdx>(item))
                return this->type(*type, one);
            auto& interface = std::get<wit::WorldInterface>(*item);
            TENON_TRY(stability(one, interface.stability));
            return this->interface(interface.interface, one);
        });
    }
    /// What is said of an interface where a world uses it.
    Result<> named(const Value& value, std::string_view key, Side& side) {
        const auto* const there = value.find(key);
        if (there == nullptr)
            return {};
        std::map<std::string, wit::WorldInterface*> by_name;
        for (std::size_t i = 0; i < side.size(); ++i)
            if (auto* const item = std::get_if<wit::WorldInterface>(&side.value(i)))
                by_name.emplace(model_.key_name(side.entry(i).first), item);
        return each(value, key, [&](const std::string& name, const Value& one) -> Result<> {
            const auto item = by_name.find(name);
            if (item == by_name.end())
                return fail(wrong("interface", name));
            if (key.ends_with("stability"))
                return gates(one, item->second->stability);
            if (one.string() == nullptr)
                return fail(wrong_kind(name, "a string"));
            item->second->docs = *one.string();
            return {};
        });
    }

    wit::Model& model_;
    wit::PackageIdx package_;
};

} // namespace

Buffer write_package_docs(const wit::Model& model, wit::PackageIdx package) {
    const auto& of = model[package];
    Object object, worlds, interfaces;
    object.docs(of.docs);
    for (const auto& [name, world] : of.worlds)
        worlds.add(name, written(model, model[world]));
    for (const auto& [name, interface] : of.interfaces)
        interfaces.add(name, written(model, model[interface]));
    object.add("worlds", std::move(worlds));
    object.add("interfaces", std::move(interfaces));
    const auto text = data::to_json(std::move(object).take());
    Buffer out;
    out.reserve(text.size() + 1);
    out.push_back(version);
    out.insert(out.end(), text.begin(), text.end());
    return out;
}

Result<> apply_package_docs(wit::Model& model, wit::PackageIdx package, Bytes section) {
    if (section.empty() || section.front() > version)
        return fail(Errc::unsupported, "section `package-docs` has a version that is not known");
    const auto document = TENON_TRY(data::parse_json(
        {std::string(package_docs_section), std::string(section.begin() + 1, section.end())}));
    return Reading(model, package).package(document.root);
}

} // namespace tenon::component
