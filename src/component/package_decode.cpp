// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/package_decode.hpp"

#include "component/decode.hpp"
#include "component/interface_decode.hpp"
#include "component/names.hpp"
#include "component/package_docs.hpp"
#include "component/typing.hpp"
#include "wasm/sections.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

/// The component type that an export is, in a component that has nothing but such exports.
const ComponentType* exported_type(const Typed& typed, const Extern& item) {
    return item.sort == Sort::type ? typed.types.get<ComponentType>(item.type) : nullptr;
}

enum class Content { component, package, old_package };

/// In the older form of an encoded package one export, `namespace:name/wit`, holds everything.
Content content_of(const Typed& typed) {
    if (!typed.imports.empty() || typed.exports.empty())
        return Content::component;
    for (const auto& [name, item] : typed.exports)
        if (exported_type(typed, item) == nullptr)
            return Content::component;
    const auto name = parse_name(typed.exports.begin()->first);
    if (!name)
        return Content::component;
    if (name->kind == Name::Kind::interface && name->interface == "wit")
        return Content::old_package;
    return name->kind == Name::Kind::label ? Content::package : Content::component;
}

Result<const ast::Custom*> docs_section(const ast::Component& component) {
    const ast::Custom* found = nullptr;
    for (const auto& section : component.sections) {
        const auto* const custom = std::get_if<ast::Custom>(&section.kind);
        if (custom == nullptr || custom->name != package_docs_section)
            continue;
        if (found != nullptr)
            return fail(Errc::invalid, "section `package-docs` is there twice", section.offset);
        found = custom;
    }
    return found;
}

Result<wit::PackageIdx> read_package(WitDecoder& decoder, const Typed& typed) {
    std::optional<wit::PackageName> name;
    for (const auto& [label, item] : typed.exports) {
        const auto& wrapper = *exported_type(typed, item);
        if (wrapper.exports.size() != 1)
            return fail(Errc::invalid,
                        fmt::format("type `{}` of an encoded package has {} exports, not one",
                                    label, wrapper.exports.size()));
        const auto& [id, what] = *wrapper.exports.begin();
        auto of = what.sort == Sort::component
                      ? decoder.world(id, *typed.types.get<ComponentType>(what.type))
                  : what.sort == Sort::instance
                      ? decoder.interface(id, wrapper.imports, what)
                      : fail(Errc::invalid, fmt::format("`{}` is neither an interface "
                                                        "nor a world",
                                                        id));
        if (!of)
            return fail(std::move(of).error().within(fmt::format("type `{}`", label)));
        if (name && *name != *of)
            return fail(Errc::invalid, fmt::format("`{}` is in package `{}`, others in `{}`", id,
                                                   of->text(), name->text()));
        name = *std::move(of);
    }
    return decoder.finish(*name);
}

} // namespace

Result<DecodedWit> decode_wit(const ast::Component& component) {
    const auto typed = TENON_TRY(find_types(component));
    const auto* const docs = TENON_TRY(docs_section(component));
    WitDecoder decoder(typed.types);
    DecodedWit decoded;
    switch (content_of(typed)) {
    case Content::old_package: {
        if (typed.exports.size() != 1)
            return fail(Errc::invalid, "an encoded package has more than one export");
        const auto& [id, item] = *typed.exports.begin();
        const auto name = TENON_TRY(decoder.old_package(id, *exported_type(typed, item)));
        decoded.package = TENON_TRY(decoder.finish(name));
        break;
    }
    case Content::package: decoded.package = TENON_TRY(read_package(decoder, typed)); break;
    case Content::component: {
        const auto world = TENON_TRY(decoder.component(typed.imports, typed.exports));
        decoded.package = TENON_TRY(decoder.finish({"root", "component", std::nullopt}));
        decoded.world = world;
        break;
    }
    }
    decoded.model = decoder.take();
    if (docs != nullptr)
        TENON_TRY(apply_package_docs(decoded.model, decoded.package, docs->payload));
    return decoded;
}

Result<DecodedWit> decode_wit(Bytes component, std::uint64_t base) {
    return decode_wit(TENON_TRY(decode(component, base)));
}

Result<wit::Decoded> decode_package(Bytes content, const std::string& name) {
    if (!wasm::looks_like_wasm(content))
        return fail(
            base::Error(Errc::unsupported, "components in the text format cannot be read yet")
                .in_file(name));
    auto decoded = decode_wit(content);
    if (!decoded)
        return fail(std::move(decoded).error().in_file(name));
    if (decoded->world)
        return fail(base::Error(Errc::invalid, "this is a component, not an encoded WIT package")
                        .in_file(name));
    return wit::Decoded{std::move(decoded->model), decoded->package};
}

} // namespace tenon::component
