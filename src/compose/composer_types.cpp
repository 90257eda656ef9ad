// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a component imports, and the types at its root.
#include "compose/composer.hpp"

#include <algorithm>

namespace tenon::compose {

using Bound = ast::ExternType::Bound;

RootTypeWriter::RootTypeWriter(Composer& composer, std::optional<wit::InterfaceIdx> interface)
    : TypeWriter(composer.plan_.canonical(), composer.known_, interface), composer_(composer) {}

std::uint32_t RootTypeWriter::define(ast::TypeKind kind) {
    return composer_.out_.type(std::move(kind));
}

std::uint32_t RootTypeWriter::give_name(wit::TypeIdx, std::uint32_t index, ast::ExternName name) {
    if (interface_)
        return index;
    return composer_.out_.import(std::move(name), {Sort::type, Bound::eq, {}, index});
}

/// Those of exported interfaces are there before anything can name them.
std::uint32_t RootTypeWriter::resource(wit::TypeIdx, ast::ExternName name) {
    TENON_ASSERT(!interface_);
    return composer_.out_.import(std::move(name), {Sort::type, Bound::sub_resource});
}

std::uint32_t RootTypeWriter::from(wit::InterfaceIdx owner, wit::TypeIdx type) {
    return composer_.type_of(owner, type);
}

/// The export of an instance that was imported, or exported before.
std::uint32_t Composer::type_of(wit::InterfaceIdx owner, wit::TypeIdx type) {
    const auto instance = instances_.find(owner);
    if (instance == instances_.end()) {
        missing_ = owner;
        return 0;
    }
    return out_.alias(instance->second, *plan_.model()[type].name, Sort::type);
}

void Composer::imports() {
    const auto& world = plan_.world();
    for (const auto& [key, item] : world.imports)
        if (const auto* const interface = std::get_if<wit::WorldInterface>(&item))
            import_interface(key, *interface);
    RootTypeWriter types(*this, std::nullopt);
    for (const auto& [key, item] : world.imports)
        if (const auto* const type = std::get_if<wit::TypeIdx>(&item))
            types.value(wit::Type(*type));
    for (const auto& [key, item] : world.imports)
        if (const auto* const function = std::get_if<wit::Function>(&item))
            import_function(*function);
}

std::string Composer::import_name(const wit::WorldKey& key) const {
    auto name = plan_.model().key_name(key);
    for (const auto& [old_name, new_name] : options_.import_names)
        if (old_name == name)
            return new_name;
    return name;
}

/// What an instance is called outside, with what its name leaves open.
ast::ExternName Composer::interface_name(const wit::WorldKey& key, const wit::WorldInterface& item,
                                         ast::ExternName name) const {
    if (std::holds_alternative<std::string>(key))
        name.implements = plan_.model().id_of(item.interface);
    if (options_.interface_names == component::InterfaceNames::canonical)
        component::make_canonical(name);
    return name;
}

/// Only what is used of it; nothing if nothing is.
void Composer::import_interface(const wit::WorldKey& key, const wit::WorldInterface& item) {
    const auto& model = plan_.model();
    InstanceTypeWriter type(plan_.canonical(), item.interface, *this);
    for (const auto live : plan_.live_types(item.interface))
        type.value(wit::Type(live));
    for (const auto& [name, function] : model[item.interface].functions)
        if (plan_.is_used(item.interface, name))
            type.export_function(function);
    if (type.is_empty())
        return;
    auto name = plain_name(import_name(key), item.external_id);
    const auto index = out_.type(type.take(), "ty-" + name.name);
    name = interface_name(key, item, std::move(name));
    instances_.emplace(item.interface,
                       out_.import(std::move(name), {Sort::instance, Bound::eq, {}, index}));
}

void Composer::import_function(const wit::Function& function) {
    if (!plan_.is_used(std::nullopt, function.name))
        return;
    const auto type = RootTypeWriter(*this, std::nullopt).function(function);
    imported_functions_.emplace(function.name,
                                out_.import(plain_name(function.name, function.external_id),
                                            {Sort::func, Bound::eq, {}, type}));
}

} // namespace tenon::compose
