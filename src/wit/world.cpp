// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Worlds from tree to model: what is written in them, then what they include, then what all of that
// needs.
#include "base/ascii.hpp"
#include "wit/definitions.hpp"
#include "wit/elaborate.hpp"
#include "wit/resolve.hpp"

#include <fmt/core.h>
#include <set>

namespace tenon::wit {
namespace {

std::string_view kind_of(const WorldItem& item) noexcept {
    if (std::holds_alternative<WorldInterface>(item))
        return "interface";
    return std::holds_alternative<Function>(item) ? "func" : "type";
}

class WorldMaker {
public:
    WorldMaker(PackageContext& context, std::uint32_t part, WorldIdx world)
        : context_(context), part_(part), world_(world), definitions_(context, part, world) {}

    Result<> items(const ast::World& tree);

private:
    Result<> types(const ast::World& tree);
    Result<> methods(const ast::TypeDef& resource);
    Result<> external(const ast::Extern& tree);
    Result<> insert(bool exported, const ast::Id& name, WorldItem item);
    Result<> interface_by_id(const ast::Extern& tree, const ast::Path& path, Gate gate);
    [[nodiscard]] WorldItem of_interface(InterfaceIdx interface, const ast::Extern& tree,
                                         Gate gate) const;
    [[nodiscard]] World& world() { return context_.session.model.worlds[world_.value]; }

    PackageContext& context_;
    std::uint32_t part_;
    WorldIdx world_;
    Definitions definitions_;
};

Result<> WorldMaker::items(const ast::World& tree) {
    TENON_TRY(types(tree));
    for (const auto& item : tree.items) {
        if (const auto* const type = std::get_if<ast::TypeDef>(&item))
            TENON_TRY(methods(*type));
        else if (const auto* const external_item = std::get_if<ast::Extern>(&item))
            TENON_TRY(external(*external_item));
    }
    for (const auto& item : tree.items) {
        if (const auto* const include = std::get_if<ast::Include>(&item))
            TENON_TRY(include_world(context_, *include, part_, world_));
    }
    return {};
}

Result<> WorldMaker::types(const ast::World& tree) {
    std::vector<const ast::TypeDef*> all;
    for (const auto& item : tree.items) {
        if (const auto* const use = std::get_if<ast::Use>(&item))
            TENON_TRY(definitions_.use(*use));
        else if (const auto* const type = std::get_if<ast::TypeDef>(&item))
            all.push_back(type);
    }
    TENON_TRY(definitions_.types(all));
    for (const auto type : definitions_.made()) {
        const auto& name = *context_.session.model[type].name;
        world().imports.insert(WorldKey(name), WorldItem(type));
    }
    return {};
}

Result<> WorldMaker::methods(const ast::TypeDef& resource) {
    auto all = TENON_TRY(definitions_.methods(resource));
    for (auto& method : all) {
        WorldKey key(method.name);
        world().imports.insert(std::move(key), WorldItem(std::move(method)));
    }
    return {};
}

Result<> WorldMaker::external(const ast::Extern& tree) {
    auto gate = TENON_TRY(context_.gate_of(tree.attributes, tree.span));
    if (!gate.open)
        return {};
    if (const auto* const path = std::get_if<ast::Path>(&tree.what)) {
        if (!tree.label)
            return interface_by_id(tree, *path, std::move(gate));
        const auto interface = TENON_TRY(context_.interface(*path, part_));
        return insert(tree.exported, *tree.label, of_interface(interface, tree, std::move(gate)));
    }
    if (const auto* const function = std::get_if<ast::Function>(&tree.what)) {
        auto made = TENON_TRY(definitions_.function(*function, std::move(gate)));
        return insert(tree.exported, *tree.label, WorldItem(std::move(made)));
    }
    const auto& inner = std::get<ast::Interface>(tree.what);
    const auto interface = TENON_TRY(resolve_interface(context_, inner, part_, std::nullopt, gate));
    WorldInterface item{
        interface, std::move(gate.stability), {}, std::move(gate.external_id), tree.span};
    return insert(tree.exported, *tree.label, WorldItem(std::move(item)));
}

WorldItem WorldMaker::of_interface(InterfaceIdx interface, const ast::Extern& tree,
                                   Gate gate) const {
    return WorldInterface{interface, std::move(gate.stability), context_.docs(part_, tree.docs),
                          std::move(gate.external_id), tree.span};
}

Result<> WorldMaker::interface_by_id(const ast::Extern& tree, const ast::Path& path, Gate gate) {
    const auto interface = TENON_TRY(context_.interface(path, part_));
    auto& items = tree.exported ? world().exports : world().imports;
    const bool is_new =
        items.insert(WorldKey(interface), of_interface(interface, tree, std::move(gate))).second;
    if (is_new)
        return {};
    return fail(context_.error(fmt::format("interface cannot be {} more than once",
                                           tree.exported ? "exported" : "imported"),
                               path.name.span));
}

Result<> WorldMaker::insert(bool exported, const ast::Id& name, WorldItem item) {
    auto& items = exported ? world().exports : world().imports;
    const auto [there, is_new] = items.insert(WorldKey(std::string(name.name)), std::move(item));
    if (is_new)
        return {};
    return fail(
        context_.error(fmt::format("{} `{}` conflicts with prior {} of same name",
                                   exported ? "export" : "import", name.name, kind_of(*there)),
                       name.span));
}

// --- checks of the whole

Span span_of(const Model& model, const WorldItem& item) {
    if (const auto* const type = std::get_if<TypeIdx>(&item))
        return model[*type].span;
    if (const auto* const function = std::get_if<Function>(&item))
        return function->span;
    return std::get<WorldInterface>(item).span;
}

/// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#wit-identifiers
Result<> check_case(const PackageContext& context, const World& world, bool exported) {
    const std::string_view what = exported ? "export" : "import";
    std::map<std::string, std::string> seen;
    for (const auto& [key, item] : exported ? world.exports : world.imports) {
        const auto* const name = std::get_if<std::string>(&key);
        if (name == nullptr)
            continue;
        const auto [there, is_new] = seen.emplace(base::lower_case(*name), *name);
        if (is_new)
            continue;
        return fail(context.error(
            fmt::format("{0} `{1}` in world `{2}` conflicts with {0} `{3}` (kebab-case identifiers "
                        "are case-insensitive)",
                        what, *name, world.name, there->second),
            span_of(context.session.model, item)));
    }
    return {};
}

} // namespace

Result<WorldIdx> resolve_world(PackageContext& context, const ast::World& tree, std::uint32_t part,
                               Gate gate) {
    auto& model = context.session.model;
    const WorldIdx at{static_cast<std::uint32_t>(model.worlds.size())};
    World made;
    made.name = std::string(tree.name.name);
    made.package = context.package;
    made.docs = context.docs(part, tree.docs);
    made.stability = std::move(gate.stability);
    made.external_id = std::move(gate.external_id);
    made.span = tree.name.span;
    model.worlds.push_back(std::move(made));

    TENON_TRY(WorldMaker(context, part, at).items(tree));
    TENON_TRY(elaborate(context.session, at));
    TENON_TRY(check_case(context, model[at], false));
    TENON_TRY(check_case(context, model[at], true));
    return at;
}

} // namespace tenon::wit
