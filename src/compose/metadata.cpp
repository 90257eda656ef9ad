// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/metadata.hpp"

#include "base/reader.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"
#include "compose/layout.hpp"
#include "compose/world_merge.hpp"
#include "wit/select.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::compose {
namespace {

namespace ast = component::ast;

constexpr std::string_view encoding_section = "wit-component-encoding";
constexpr std::uint8_t format_today = 4;
constexpr std::uint8_t format_before = 3;

Result<StringEncoding> string_encoding(std::uint8_t code) {
    if (code > static_cast<std::uint8_t>(StringEncoding::latin1_utf16))
        return fail(Errc::malformed, fmt::format("{:#04x} is no encoding of strings", code));
    return static_cast<StringEncoding>(code);
}

const ast::Custom* custom_section(const ast::Component& component, std::string_view name) {
    const ast::Custom* found = nullptr;
    for (const auto& section : component.sections)
        if (const auto* const custom = std::get_if<ast::Custom>(&section.kind))
            if (custom->name == name)
                found = custom;
    return found;
}

/// A world and the model that it is in.
struct Decoded {
    wit::Model model;
    wit::WorldIdx world;
    StringEncoding encoding;
    std::optional<Producers> producers;
};

Result<std::optional<Producers>> producers_of(const ast::Component& component) {
    std::optional<Producers> out;
    if (const auto* const section = custom_section(component, producers_section))
        out = TENON_TRY(Producers::read(section->payload));
    return out;
}

/// Encoding and name of the world in front of an encoded package.
Result<Decoded> decode_format_before(Bytes payload) {
    Reader in(payload);
    TENON_TRY(in.skip(1));
    const auto encoding = TENON_TRY(string_encoding(TENON_TRY(in.u8())));
    const auto name = TENON_TRY(in.name());
    const auto component = TENON_TRY(component::decode(in.rest()));
    auto producers = TENON_TRY(producers_of(component));
    auto wit = TENON_TRY(component::decode_wit(component));
    if (wit.world)
        return fail(Errc::malformed, "an encoded package is wanted, not a component");
    const auto world = TENON_TRY(wit::select_world(wit.model, wit.package, name));
    return Decoded{std::move(wit.model), world, encoding, std::move(producers)};
}

Result<Decoded> decode(Bytes payload) {
    if (!payload.empty() && payload[0] == format_before)
        return decode_format_before(payload);
    const auto component = TENON_TRY(component::decode(payload));
    const auto* const section = custom_section(component, encoding_section);
    if (section == nullptr)
        return fail(Errc::malformed, fmt::format("section `{}` is missing", encoding_section));
    if (section->payload.empty())
        return fail(Errc::malformed, fmt::format("section `{}` is empty", encoding_section));
    if (section->payload[0] != format_today)
        return fail(
            base::Error(
                Errc::unsupported,
                fmt::format("the world is in format {}, and only formats {} and {} are known",
                            section->payload[0], format_before, format_today))
                .help("build the module with a newer version of its bindings generator"));
    if (section->payload.size() != 2)
        return fail(Errc::malformed, fmt::format("section `{}` has {} bytes, and should have 2",
                                                 encoding_section, section->payload.size()));
    const auto encoding = TENON_TRY(string_encoding(section->payload[1]));
    auto producers = TENON_TRY(producers_of(component));
    auto wit = TENON_TRY(component::decode_wit(component));
    const auto& worlds = wit.model[wit.package].worlds;
    if (wit.world || worlds.size() != 1)
        return fail(Errc::malformed, "one world is wanted, as a type that is exported");
    const auto world = worlds.begin()->second;
    return Decoded{std::move(wit.model), world, encoding, std::move(producers)};
}

std::string key_of(const wit::Model& model, const wit::WorldKey& key, const std::string& function) {
    if (const auto* const name = std::get_if<std::string>(&key))
        return *name + '/' + function;
    const auto& interface = model[std::get<wit::InterfaceIdx>(key)];
    const auto& package = model[interface.package].name;
    return fmt::format("{}:{}/{}/{}", package.space, package.name, interface.name.value_or(""),
                       function);
}

} // namespace

std::string_view name_of(StringEncoding encoding) noexcept {
    static constexpr std::array<std::string_view, 3> names = {"utf8", "utf16", "compact-utf16"};
    return names[static_cast<std::size_t>(encoding)];
}

// --- encodings

void Encodings::add_all(const wit::Model& model,
                        const base::OrderedMap<wit::WorldKey, wit::WorldItem>& items,
                        StringEncoding encoding) {
    for (const auto& [key, item] : items) {
        if (const auto* const function = std::get_if<wit::Function>(&item))
            by_function_.insert_or_assign(key_of(model, key, function->name), encoding);
        else if (const auto* const interface = std::get_if<wit::WorldInterface>(&item))
            for (const auto& [name, one] : model[interface->interface].functions)
                by_function_.insert_or_assign(key_of(model, key, name), encoding);
    }
}

Result<> Encodings::merge(const Encodings& other) {
    for (const auto& [function, encoding] : other.by_function_) {
        const auto [there, is_new] = by_function_.emplace(function, encoding);
        if (!is_new && there->second != encoding)
            return fail(Errc::invalid,
                        fmt::format("`{}` has strings in {} in one place and in {} in another",
                                    function, name_of(there->second), name_of(encoding)));
    }
    return {};
}

std::optional<StringEncoding> Encodings::find(const wit::Model& model, const wit::WorldKey& key,
                                              const std::string& function) const {
    const auto there = by_function_.find(key_of(model, key, function));
    return there == by_function_.end() ? std::nullopt : std::optional(there->second);
}

// --- metadata

Metadata Metadata::empty() {
    Metadata out;
    wit::Package package;
    package.name = {"root", "root", std::nullopt};
    package.worlds.insert("root", wit::WorldIdx{0});
    out.model.by_name.emplace(package.name, wit::PackageIdx{0});
    out.model.packages.push_back(std::move(package));
    wit::World world{};
    world.name = "root";
    world.package = wit::PackageIdx{0};
    out.model.worlds.push_back(std::move(world));
    return out;
}

Result<Metadata> Metadata::read(Bytes payload) {
    auto decoded = TENON_TRY(decode(payload));
    TENON_TRY(check_depth(decoded.model));
    Metadata out;
    const auto& world = decoded.model[decoded.world];
    out.imports.add_all(decoded.model, world.imports, decoded.encoding);
    out.exports.add_all(decoded.model, world.exports, decoded.encoding);
    out.model = std::move(decoded.model);
    out.world = decoded.world;
    out.producers = std::move(decoded.producers);
    return out;
}

Result<std::vector<wit::WorldKey>> Metadata::add(const Metadata& other, wit::Union& models) {
    auto moved = models.add(other.model);
    if (!moved)
        return fail(std::move(moved).error().wrap("the packages of two worlds do not agree"));
    const auto from = moved->worlds.at(other.world.value);
    std::vector<wit::WorldKey> exported;
    for (const auto& [key, item] : model[from].exports)
        exported.push_back(key);
    auto merged = merge_worlds(model, from, world);
    if (!merged)
        return fail(std::move(merged).error().wrap("two worlds do not fit into one"));
    TENON_TRY(imports.merge(other.imports));
    TENON_TRY(exports.merge(other.exports));
    if (other.producers) {
        if (!producers)
            producers.emplace();
        producers->merge(*other.producers);
    }
    return exported;
}

Result<Buffer> encode_metadata(const wit::Model& model, wit::WorldIdx world,
                               StringEncoding encoding, const Producers& producers,
                               component::InterfaceNames names) {
    ast::ComponentType wrapper;
    auto type = TENON_TRY(component::encode_world(model, world, names));
    wrapper.declarators.push_back({ast::Type{0, std::move(type)}});
    wrapper.declarators.push_back({ast::ExportDecl{
        0, {model.id_of(world), {}, {}, {}}, {component::Sort::component, {}, {}, 0}}});

    const std::array<Byte, 2> format = {format_today, static_cast<Byte>(encoding)};
    const auto made_by = producers.payload();
    ast::Component component;
    component.sections.push_back({0, ast::Custom{std::string(encoding_section), format}});
    std::vector<ast::Type> types;
    types.push_back({0, std::move(wrapper)});
    component.sections.push_back({0, std::move(types)});
    std::vector<ast::Export> exports;
    exports.push_back({0, {model[world].name, {}, {}, {}}, {component::Sort::type, {}, 0}, {}});
    component.sections.push_back({0, std::move(exports)});
    component.sections.push_back({0, ast::Custom{std::string(producers_section), made_by}});
    return component::encode(component);
}

} // namespace tenon::compose
