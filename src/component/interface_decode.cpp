// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/interface_decode.hpp"

#include "component/primitives.hpp"
#include "wit/dependencies.hpp"
#include "wit/order.hpp"

#include <fmt/core.h>
#include <set>

namespace tenon::component {
namespace {

wit::PackageName package_of(const Name& name) {
    return {name.space, name.package, name.version};
}

/// With the part of the version that stands beside it.
std::string whole_name(const std::string& name, const Extern& item) {
    return name + item.version_suffix.value_or("");
}

Result<Name> interface_name(const std::string& id) {
    auto name = parse_name(id);
    if (!name || name->kind != Name::Kind::interface)
        return fail(Errc::invalid, fmt::format("`{}` is not the id of an interface or world", id));
    return *std::move(name);
}

wit::InterfaceIdx add_interface(wit::Model& model, std::optional<std::string> name) {
    wit::Interface interface;
    interface.name = std::move(name);
    interface.package = {0}; // until it is known
    model.interfaces.push_back(std::move(interface));
    return {static_cast<std::uint32_t>(model.interfaces.size() - 1)};
}

} // namespace

// --- interfaces

Result<wit::InterfaceIdx> WitDecoder::foreign_interface(const std::string& id) {
    const auto name = TENON_TRY(interface_name(id));
    auto package_name = package_of(name);
    auto& package = *foreign_.insert(package_name.text(), {package_name, {}, {}}).first;
    if (const auto* const there = package.interfaces.find(name.interface))
        return *there;
    const auto interface = add_interface(model_, name.interface);
    package.interfaces.insert(name.interface, interface);
    return interface;
}

/// One of this package, or of another; in that case what has been seen of it is all there is.
Result<wit::InterfaceIdx> WitDecoder::known_interface(const std::string& id, const Extern& item) {
    const auto* const type = types_.get<InstanceType>(item.type);
    if (item.sort != Sort::instance || type == nullptr)
        return fail(Errc::invalid, fmt::format("import `{}` is not an instance", id));
    const auto own = own_by_id_.find(id);
    const bool is_own = own != own_by_id_.end();
    const auto interface = is_own ? own->second : TENON_TRY(foreign_interface(id));
    for (const auto& [name, exported] : type->exports)
        if (auto done = add_again(interface, is_own, name, exported); !done)
            return fail(std::move(done).error().within(fmt::format("interface `{}`", id)));
    return interface;
}

/// Types and functions of an interface can be met several times; the first time they are added.
Result<> WitDecoder::add_again(wit::InterfaceIdx interface, bool is_own, const std::string& name,
                               const Extern& item) {
    const wit::Owner owner = interface;
    const auto& there = model_[interface];
    if (item.sort == Sort::type) {
        if (const auto* const known = there.types.find(name))
            return same_named(name, item, *known);
    } else if (item.sort != Sort::func) {
        return fail(Errc::invalid, fmt::format("`{}` is neither a type nor a function", name));
    } else if (const auto* const known = there.functions.find(name)) {
        return same_function(name, item, *known);
    }
    if (is_own)
        return fail(Errc::invalid,
                    fmt::format("`{}` is not in the interface that was defined", name));
    if (item.sort == Sort::type) {
        const auto type = TENON_TRY(named_type(name, item, owner));
        model_.interfaces[interface.value].types.insert(name, type);
        return {};
    }
    auto made = TENON_TRY(function(name, item, owner));
    model_.interfaces[interface.value].functions.insert(name, std::move(made));
    return {};
}

/// One that is defined here: of the main package, or (with a plain name) of a world.
Result<wit::InterfaceIdx> WitDecoder::own_interface(const std::string& name, const Extern& item) {
    if (own_by_id_.contains(name))
        return known_interface(name, item);
    const auto parsed = parse_name(name);
    if (!parsed || (parsed->kind != Name::Kind::interface && parsed->kind != Name::Kind::label))
        return fail(Errc::invalid, fmt::format("`{}` does not name an interface", name));
    const bool is_named = parsed->kind == Name::Kind::interface;
    const auto interface =
        add_interface(model_, is_named ? std::optional(parsed->interface) : std::nullopt);
    const auto* const type = types_.get<InstanceType>(item.type);
    for (const auto& [inner, exported] : type->exports)
        if (auto done = add_again(interface, false, inner, exported); !done)
            return fail(std::move(done).error().within(fmt::format("interface `{}`", name)));
    if (is_named) {
        main_.interfaces.insert(parsed->interface, interface);
        own_by_id_.emplace(name, interface);
    }
    return interface;
}

Result<wit::PackageName> WitDecoder::interface(const std::string& id, const Externs& imports,
                                               const Extern& item) {
    const auto whole = whole_name(id, item);
    const auto name = TENON_TRY(interface_name(whole));
    for (const auto& [import, used] : imports)
        TENON_TRY(known_interface(whole_name(import, used), used));
    TENON_TRY(own_interface(whole, item));
    return package_of(name);
}

// --- worlds

Result<WitDecoder::Imported> WitDecoder::world_interface(const std::string& name,
                                                         const Extern& item) {
    wit::WorldInterface made{};
    made.external_id = item.external_id;
    if (item.implements) {
        made.interface = TENON_TRY(known_interface(whole_name(*item.implements, item), item));
        return Imported{name, std::move(made)};
    }
    const auto whole = whole_name(name, item);
    const auto parsed = parse_name(whole);
    if (parsed && parsed->kind == Name::Kind::interface) {
        made.interface = TENON_TRY(known_interface(whole, item));
        return Imported{made.interface, std::move(made)};
    }
    made.interface = TENON_TRY(own_interface(name, item));
    return Imported{name, std::move(made)};
}

Result<> WitDecoder::world_import(wit::WorldIdx world, const std::string& name, const Extern& item,
                                  bool is_component) {
    const wit::Owner owner = world;
    const auto add = [&](wit::WorldKey key, wit::WorldItem what) {
        model_.worlds[world.value].imports.insert(std::move(key), std::move(what));
    };
    switch (item.sort) {
    case Sort::instance: {
        auto made = TENON_TRY(world_interface(name, item));
        add(std::move(made.first), std::move(made.second));
        return {};
    }
    case Sort::func: add(name, TENON_TRY(function(name, item, owner))); return {};
    case Sort::type: add(name, TENON_TRY(named_type(name, item, owner))); return {};
    case Sort::core:
    case Sort::value:
    case Sort::component: break;
    }
    if (is_component)
        return {};
    return fail(Errc::invalid, "a world imports interfaces, functions and types");
}

Result<> WitDecoder::world_export(wit::WorldIdx world, const std::string& name,
                                  const Extern& item) {
    auto& exports = model_.worlds[world.value].exports;
    if (item.sort == Sort::func) {
        auto made = TENON_TRY(function(name, item, wit::Owner(world)));
        exports.insert(wit::WorldKey(name), std::move(made));
        return {};
    }
    if (item.sort != Sort::instance)
        return fail(Errc::invalid,
                    fmt::format("a {} is exported, which WIT cannot say: worlds export interfaces "
                                "and functions",
                                name_of(item.sort, CoreSort::module)));
    auto made = TENON_TRY(world_interface(name, item));
    exports.insert(std::move(made.first), std::move(made.second));
    return {};
}

Result<wit::WorldIdx> WitDecoder::new_world(const std::string& name, const Externs& imports,
                                            const Externs& exports, bool is_component) {
    if (main_.worlds.contains(name))
        return fail(Errc::invalid, fmt::format("world `{}` is there twice", name));
    wit::World world{};
    world.name = name;
    model_.worlds.push_back(std::move(world));
    const wit::WorldIdx at{static_cast<std::uint32_t>(model_.worlds.size() - 1)};
    for (const auto& [import, item] : imports)
        if (auto done = world_import(at, import, item, is_component); !done)
            return fail(std::move(done).error().within(fmt::format("import `{}`", import)));
    for (const auto& [exported, item] : exports)
        if (auto done = world_export(at, exported, item); !done)
            return fail(std::move(done).error().within(fmt::format("export `{}`", exported)));
    main_.worlds.insert(name, at);
    return at;
}

Result<wit::PackageName> WitDecoder::world(const std::string& id, const ComponentType& type) {
    const auto name = TENON_TRY(interface_name(id));
    TENON_TRY(new_world(name.interface, type.imports, type.exports, false));
    return package_of(name);
}

Result<wit::WorldIdx> WitDecoder::component(const Externs& imports, const Externs& exports) {
    return new_world("root", imports, exports, true);
}

Result<wit::PackageName> WitDecoder::old_package(const std::string& id, const ComponentType& type) {
    const auto name = TENON_TRY(interface_name(id));
    for (const auto& [import, used] : type.imports)
        TENON_TRY(known_interface(whole_name(import, used), used));
    for (const auto& [exported, item] : type.exports) {
        if (item.sort == Sort::instance)
            TENON_TRY(own_interface(whole_name(exported, item), item));
        else if (item.sort == Sort::component)
            TENON_TRY(world(exported, *types_.get<ComponentType>(item.type)));
        else
            return fail(Errc::invalid,
                        fmt::format("`{}` is neither an interface nor a world", exported));
    }
    return package_of(name);
}

// --- functions and types

const wit::TypeIdx* WitDecoder::resource_of(const wit::Owner& owner,
                                            const std::string& name) const {
    const wit::TypeIdx* found = nullptr;
    if (const auto* const interface = std::get_if<wit::InterfaceIdx>(&owner))
        found = model_[*interface].types.find(name);
    else if (const auto* const item =
                 model_[std::get<wit::WorldIdx>(owner)].imports.find(wit::WorldKey(name)))
        found = std::get_if<wit::TypeIdx>(item);
    const bool is_resource =
        found != nullptr && std::holds_alternative<wit::Resource>(model_[*found].kind);
    return is_resource ? found : nullptr;
}

Result<wit::Function> WitDecoder::function(const std::string& name, const Extern& item,
                                           const wit::Owner& owner) {
    const auto& type = *types_.get<Func>(item.type);
    wit::Function made;
    made.name = name;
    made.async = type.async;
    made.external_id = item.external_id;
    const auto parsed = parse_name(name);
    using Kind = Name::Kind;
    if (!parsed || parsed->kind == Kind::interface)
        return fail(Errc::invalid, fmt::format("`{}` does not name a function", name));
    switch (parsed->kind) {
    case Kind::constructor: made.kind = wit::Function::Kind::constructor; break;
    case Kind::method: made.kind = wit::Function::Kind::method; break;
    case Kind::static_: made.kind = wit::Function::Kind::static_; break;
    case Kind::label:
    case Kind::interface: break;
    }
    if (parsed->kind != Kind::label) {
        const auto* const resource = resource_of(owner, parsed->label);
        if (resource == nullptr)
            return fail(Errc::invalid,
                        fmt::format("`{}`: there is no resource `{}` here", name, parsed->label));
        made.resource = *resource;
    }
    for (const auto& [param, of] : type.params)
        made.params.push_back({param, TENON_TRY(value(of)), {}});
    made.result = TENON_TRY(value(type.result));
    return made;
}

/// All that are passed on the way know it from then on, so that no chain is walked twice.
std::optional<wit::TypeIdx> WitDecoder::find(TypeIdx type) {
    std::vector<TypeIdx> way;
    for (std::optional<TypeIdx> at = type; at; at = types_.parent(*at)) {
        const auto there = known_.find(*at);
        if (there == known_.end()) {
            way.push_back(*at);
            continue;
        }
        const auto found = there->second;
        for (const auto passed : way)
            known_.emplace(passed, found);
        return found;
    }
    return std::nullopt;
}

/// The type that an export or import of this name makes: another name for a known one, or a new
/// one.
Result<wit::TypeIdx> WitDecoder::named_type(const std::string& name, const Extern& item,
                                            wit::Owner owner) {
    const auto referenced = types_.parent(item.type).value_or(item.type);
    wit::TypeDef made;
    made.name = name;
    made.owner = owner;
    made.external_id = item.external_id;
    if (const auto known = find(referenced))
        made.kind = wit::Alias{*known};
    else if (types_.get<Resource>(referenced) != nullptr)
        made.kind = wit::Resource{};
    else if (types_.is_value(referenced))
        made.kind = TENON_TRY(kind(types_[referenced]));
    else
        return fail(Errc::invalid, fmt::format("type `{}` is neither a resource nor the type of a "
                                               "value",
                                               name));
    model_.types.push_back(std::move(made));
    const wit::TypeIdx at{static_cast<std::uint32_t>(model_.types.size() - 1)};
    known_.insert_or_assign(item.type, at);
    return at;
}

Result<std::optional<wit::Type>> WitDecoder::value(const std::optional<ValueType>& type) {
    std::optional<wit::Type> made;
    if (type)
        made = TENON_TRY(value(*type));
    return made;
}

Result<wit::Type> WitDecoder::value(const ValueType& type) {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        return to_wit(*primitive);
    const auto at = std::get<TypeIdx>(type);
    if (const auto known = find(at))
        return *known;
    auto made = TENON_TRY(kind(types_[at]));
    if (const auto* const alias = std::get_if<wit::Alias>(&made))
        return alias->of; // of a primitive
    if (std::holds_alternative<wit::Record>(made) || std::holds_alternative<wit::Variant>(made) ||
        std::holds_alternative<wit::Enum>(made) || std::holds_alternative<wit::Flags>(made))
        return fail(Errc::invalid, "a record, variant, enum or flags type without a name is used");
    wit::TypeDef anonymous;
    anonymous.kind = std::move(made);
    model_.types.push_back(std::move(anonymous));
    const wit::TypeIdx index{static_cast<std::uint32_t>(model_.types.size() - 1)};
    known_.emplace(at, index);
    return index;
}

Result<wit::TypeIdx> WitDecoder::resource(TypeIdx type) {
    if (const auto known = find(type))
        return *known;
    return fail(Errc::invalid, "a handle of a resource without a name is used");
}

Result<wit::TypeKind> WitDecoder::kind(const Definition& definition) {
    struct Convert {
        WitDecoder& self;
        Result<wit::TypeKind> operator()(Primitive of) const { return wit::Alias{to_wit(of)}; }
        Result<wit::TypeKind> operator()(const Record& of) const {
            wit::Record record;
            for (const auto& [name, type] : of.fields)
                record.fields.push_back({name, TENON_TRY(self.value(type)), {}, {}});
            return record;
        }
        Result<wit::TypeKind> operator()(const Variant& of) const {
            wit::Variant variant;
            for (const auto& [name, type] : of.cases)
                variant.cases.push_back({name, TENON_TRY(self.value(type)), {}, {}});
            return variant;
        }
        Result<wit::TypeKind> operator()(const List& of) const {
            return wit::List{TENON_TRY(self.value(of.element))};
        }
        Result<wit::TypeKind> operator()(const FixedList& of) const {
            return wit::FixedList{TENON_TRY(self.value(of.element)), of.length};
        }
        Result<wit::TypeKind> operator()(const Tuple& of) const {
            wit::Tuple tuple;
            for (const auto& type : of.types)
                tuple.types.push_back(TENON_TRY(self.value(type)));
            return tuple;
        }
        Result<wit::TypeKind> operator()(const Flags& of) const {
            wit::Flags flags;
            for (const auto& label : of.labels)
                flags.flags.push_back({label, {}, {}});
            return flags;
        }
        Result<wit::TypeKind> operator()(const Enum& of) const {
            wit::Enum cases;
            for (const auto& label : of.labels)
                cases.cases.push_back({label, {}, {}});
            return cases;
        }
        Result<wit::TypeKind> operator()(const Option& of) const {
            return wit::Option{TENON_TRY(self.value(of.type))};
        }
        Result<wit::TypeKind> operator()(const ResultType& of) const {
            auto ok = TENON_TRY(self.value(of.ok));
            auto error = TENON_TRY(self.value(of.error));
            return wit::ResultType{ok, error};
        }
        Result<wit::TypeKind> operator()(Own of) const {
            return wit::Own{TENON_TRY(self.resource(of.resource))};
        }
        Result<wit::TypeKind> operator()(Borrow of) const {
            return wit::Borrow{TENON_TRY(self.resource(of.resource))};
        }
        Result<wit::TypeKind> operator()(const Stream& of) const {
            return wit::Stream{TENON_TRY(self.value(of.element))};
        }
        Result<wit::TypeKind> operator()(const Future& of) const {
            return wit::Future{TENON_TRY(self.value(of.payload))};
        }
        Result<wit::TypeKind> operator()(const Map& of) const {
            auto key = TENON_TRY(self.value(of.key));
            auto mapped = TENON_TRY(self.value(of.value));
            return wit::Map{key, mapped};
        }
        static Result<wit::TypeKind> no_value() {
            return fail(Errc::invalid, "definition is no type of a value");
        }
        Result<wit::TypeKind> operator()(const Resource&) const { return no_value(); }
        Result<wit::TypeKind> operator()(const Func&) const { return no_value(); }
        Result<wit::TypeKind> operator()(const InstanceType&) const { return no_value(); }
        Result<wit::TypeKind> operator()(const ComponentType&) const { return no_value(); }
        Result<wit::TypeKind> operator()(const CoreModule&) const { return no_value(); }
    };
    return std::visit(Convert{*this}, definition);
}

// --- packages

Result<wit::PackageIdx> WitDecoder::finish(const wit::PackageName& name) {
    main_.name = name;
    const auto main_key = name.text();
    std::vector<Package> packages;
    std::map<wit::InterfaceIdx, std::uint32_t> package_of_interface;
    for (const auto& [key, package] : foreign_) {
        if (key == main_key) { // what was seen of it before it was known to be the main one
            // Before the others, which may use them.
            auto all = package.interfaces;
            for (const auto& [interface, at] : main_.interfaces)
                if (!all.insert(interface, at).second)
                    return fail(Errc::invalid,
                                fmt::format("interface `{}` is there twice", interface));
            main_.interfaces = std::move(all);
            continue;
        }
        for (const auto& [interface, at] : package.interfaces)
            package_of_interface.emplace(at, static_cast<std::uint32_t>(packages.size()));
        packages.push_back(package);
    }
    std::set<std::string> names;
    for (const auto& [interface, at] : main_.interfaces)
        names.insert(unique_form(interface));
    for (const auto& [world, at] : main_.worlds)
        names.insert(unique_form(world));
    if (names.size() != main_.interfaces.size() + main_.worlds.size())
        return fail(Errc::invalid, "two interfaces or worlds of the package have the same name");
    std::vector<std::vector<wit::Need>> needs(packages.size());
    for (std::uint32_t i = 0; i < packages.size(); ++i)
        for (const auto& [interface, at] : packages[i].interfaces)
            for (const auto used : wit::interfaces_used(model_, at))
                if (const auto other = package_of_interface.find(used);
                    other != package_of_interface.end() && other->second != i)
                    needs[i].push_back({other->second, {}});
    const auto order = wit::in_order(needs);
    if (!order)
        return fail(Errc::invalid, fmt::format("package `{}` is part of a cycle of packages",
                                               packages[order.error().what].name.text()));
    for (const auto at : *order)
        add_package(packages[at]);
    return add_package(main_);
}

wit::PackageIdx WitDecoder::add_package(const Package& from) {
    const wit::PackageIdx at{static_cast<std::uint32_t>(model_.packages.size())};
    wit::Package package;
    package.name = from.name;
    package.interfaces = from.interfaces;
    package.worlds = from.worlds;
    for (const auto& [name, interface] : from.interfaces)
        model_.interfaces[interface.value].package = at;
    for (const auto& [name, world] : from.worlds) {
        auto& of = model_.worlds[world.value];
        of.package = at;
        for (const auto* const side : {&of.imports, &of.exports})
            for (const auto& [key, item] : *side)
                if (const auto* const used = std::get_if<wit::WorldInterface>(&item))
                    if (auto& interface = model_.interfaces[used->interface.value]; !interface.name)
                        interface.package = at;
    }
    model_.by_name.emplace(from.name, at);
    model_.packages.push_back(std::move(package));
    return at;
}

} // namespace tenon::component
