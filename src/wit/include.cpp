// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `include`: what another world has, taken over. Interfaces keep their identity; types and inline
// interfaces are made anew, since each belongs to one world.
#include "wit/parser.hpp"
#include "wit/resolve.hpp"
#include "wit/types_each.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

/// How large a copy is, for the budget: in parts, and in text.
std::size_t weight(const TypeDef& type) {
    std::size_t parts = 1;
    std::size_t text = type.docs.size() + type.name.value_or("").size();
    const auto members = [&](const auto& list) {
        parts += list.size();
        for (const auto& member : list)
            text += member.name.size() + member.docs.size();
    };
    if (const auto* const record = std::get_if<Record>(&type.kind))
        members(record->fields);
    else if (const auto* const variant = std::get_if<Variant>(&type.kind))
        members(variant->cases);
    else if (const auto* const cases = std::get_if<Enum>(&type.kind))
        members(cases->cases);
    else if (const auto* const flags = std::get_if<Flags>(&type.kind))
        members(flags->flags);
    else if (const auto* const tuple = std::get_if<Tuple>(&type.kind))
        parts += tuple->types.size();
    return parts + text / 64;
}

std::size_t weight(const Function& function) {
    auto text =
        function.name.size() + function.docs.size() + function.external_id.value_or("").size();
    for (const auto& param : function.params)
        text += param.name.size();
    return 1 + function.params.size() + text / 64;
}

class Includer {
public:
    Includer(PackageContext& context, const ast::Include& tree, WorldIdx from, WorldIdx into)
        : context_(context), tree_(tree), from_(from), into_(into),
          foreign_(context.session.model[from].package != context.package) {}

    Result<> run();

private:
    struct Renamed {
        const ast::Rename* rename;
        bool used = false;
    };

    Result<> items(bool exported);
    Result<> item(bool exported, const WorldKey& key, const WorldItem& item);
    Result<> merge(bool exported, InterfaceIdx key, const WorldInterface& from);
    [[nodiscard]] std::string renamed(const std::string& name);
    [[nodiscard]] Stability gate_of(const Stability& stability) const;
    Result<WorldItem> copied(const WorldItem& item, const std::string& name);
    Result<TypeIdx> type(TypeIdx from, const std::string& name);
    Result<Function> function(const Function& from);
    Result<InterfaceIdx> interface(InterfaceIdx from);
    Result<TypeKind> kind(const TypeKind& from);
    Result<Type> mapped(const Type& from);
    [[nodiscard]] Model& model() { return context_.session.model; }

    PackageContext& context_;
    const ast::Include& tree_;
    WorldIdx from_, into_;
    bool foreign_; // the other world is of another package
    std::map<std::string, Renamed, std::less<>> renames_;
    std::map<TypeIdx, TypeIdx> types_; // of `from_` to ours
    std::uint32_t depth_ = 0;
};

Result<> Includer::run() {
    for (const auto& rename : tree_.with) {
        if (!renames_.emplace(std::string(rename.from.name), Renamed{&rename}).second) {
            return fail(
                context_.error(fmt::format("name `{}` is renamed more than once", rename.from.name),
                               rename.from.span));
        }
    }
    TENON_TRY(items(false));
    TENON_TRY(items(true));
    for (const auto& rename : tree_.with) {
        if (renames_.find(rename.from.name)->second.used)
            continue;
        return fail(
            context_
                .error(fmt::format("no import or export kebab-name `{}`. Note that an ID does not "
                                   "support renaming",
                                   rename.from.name),
                       tree_.from.name.span)
                .help(fmt::format("world `{}` has nothing of that name", model()[from_].name)));
    }
    return {};
}

Result<> Includer::items(bool exported) {
    // Taken by position: making types and interfaces moves the model's lists, though not this
    // world.
    const auto count = exported ? model()[from_].exports.size() : model()[from_].imports.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& world = model()[from_];
        const auto entry = exported ? world.exports.entry(i) : world.imports.entry(i);
        TENON_TRY(item(exported, entry.first, entry.second));
    }
    return {};
}

Result<> Includer::item(bool exported, const WorldKey& key, const WorldItem& item) {
    std::size_t cost = 1;
    if (const auto* const function = std::get_if<Function>(&item))
        cost += weight(*function);
    else if (const auto* const type = std::get_if<TypeIdx>(&item))
        cost += weight(model()[*type]);
    else
        cost += std::get<WorldInterface>(item).docs.size() / 64;
    TENON_TRY(context_.session.budget.spend(cost));
    if (const auto* const id = std::get_if<InterfaceIdx>(&key))
        return merge(exported, *id, std::get<WorldInterface>(item));

    const auto name = renamed(std::get<std::string>(key));
    auto copy = TENON_TRY(copied(item, name));
    auto& world = model().worlds[into_.value];
    auto& items = exported ? world.exports : world.imports;
    if (const auto* const one = std::get_if<Function>(&copy); one != nullptr && one->resource) {
        WorldKey full(one->name);
        items.insert(std::move(full), std::move(copy));
        return {};
    }
    if (items.insert(WorldKey(name), std::move(copy)).second)
        return {};
    const std::string_view what = exported ? "export" : "import";
    return fail(context_
                    .error(fmt::format("{0} of `{1}` shadows previously {0}ed items", what, name),
                           tree_.from.name.span)
                    .help(fmt::format("give it another name: `include {} with {{ {} as … }}`",
                                      tree_.from.name.name, name)));
}

/// The same interface twice is one; of two gates the one that says something stays.
Result<> Includer::merge(bool exported, InterfaceIdx key, const WorldInterface& from) {
    auto& world = model().worlds[into_.value];
    auto& items = exported ? world.exports : world.imports;
    auto item = from;
    item.stability = gate_of(from.stability);
    const auto [there, is_new] = items.insert(WorldKey(key), WorldItem(item));
    if (!is_new) {
        auto& stability = std::get<WorldInterface>(*there).stability;
        if (stability.level == Stability::Level::unknown)
            stability = item.stability;
    }
    return {};
}

/// `@since` counts in the versions of its own package, and says nothing in another one.
Stability Includer::gate_of(const Stability& stability) const {
    if (foreign_ && stability.level == Stability::Level::stable)
        return {};
    auto out = stability;
    if (foreign_)
        out.deprecated.reset();
    return out;
}

std::string Includer::renamed(const std::string& name) {
    const auto found = renames_.find(name);
    if (found == renames_.end())
        return name;
    found->second.used = true;
    return std::string(found->second.rename->to.name);
}

Result<WorldItem> Includer::copied(const WorldItem& item, const std::string& name) {
    if (const auto* const at = std::get_if<TypeIdx>(&item)) {
        const auto made = TENON_TRY(type(*at, name));
        return WorldItem(made);
    }
    if (const auto* const from = std::get_if<Function>(&item)) {
        auto made = TENON_TRY(function(*from));
        if (!made.resource)
            made.name = name;
        return WorldItem(std::move(made));
    }
    auto made = std::get<WorldInterface>(item);
    made.stability = gate_of(made.stability);
    if (!model()[made.interface].name)
        made.interface = TENON_TRY(interface(made.interface));
    return WorldItem(std::move(made));
}

Result<TypeIdx> Includer::type(TypeIdx from, const std::string& name) {
    auto made = model()[from];
    made.kind = TENON_TRY(kind(made.kind));
    made.name = name;
    made.owner = into_;
    made.stability = gate_of(made.stability);
    const auto at = context_.session.types.add(std::move(made));
    types_.emplace(from, at);
    return at;
}

Result<Function> Includer::function(const Function& from) {
    auto made = from;
    made.stability = gate_of(from.stability);
    for (auto& param : made.params)
        param.type = TENON_TRY(mapped(param.type));
    if (made.result)
        made.result = TENON_TRY(mapped(*made.result));
    if (!made.resource)
        return made;
    const auto resource = types_.find(*made.resource);
    if (resource == types_.end())
        return made; // of an interface's resource
    made.resource = resource->second;
    const auto& name = *model()[resource->second].name;
    const auto item = std::string(made.item_name());
    if (made.kind == Function::Kind::constructor)
        made.name = fmt::format("[constructor]{}", name);
    else
        made.name = fmt::format(
            "[{}]{}.{}", made.kind == Function::Kind::method ? "method" : "static", name, item);
    return made;
}

/// An inline interface; it can speak of types of named interfaces and of its own.
Result<InterfaceIdx> Includer::interface(InterfaceIdx from) {
    const InterfaceIdx at{static_cast<std::uint32_t>(model().interfaces.size())};
    const auto old = model()[from];
    Interface made;
    made.package = context_.package;
    made.docs = old.docs;
    made.stability = gate_of(old.stability);
    made.external_id = old.external_id;
    made.span = old.span;
    model().interfaces.push_back(std::move(made));
    for (const auto& [name, index] : old.types) {
        TENON_TRY(context_.session.budget.spend(weight(model()[index])));
        auto inner = model()[index];
        inner.kind = TENON_TRY(kind(inner.kind));
        inner.owner = at;
        inner.stability = gate_of(inner.stability);
        const auto copy = context_.session.types.add(std::move(inner));
        types_.emplace(index, copy);
        model().interfaces[at.value].types.insert(name, copy);
    }
    for (const auto& [name, old_function] : old.functions) {
        TENON_TRY(context_.session.budget.spend(weight(old_function)));
        auto copy = TENON_TRY(function(old_function));
        model().interfaces[at.value].functions.insert(name, std::move(copy));
    }
    return at;
}

Result<TypeKind> Includer::kind(const TypeKind& from) {
    std::optional<base::Error> problem;
    auto made = with_types(from, [&](const Type& inner) {
        auto type = mapped(inner);
        if (type)
            return *type;
        if (!problem)
            problem = std::move(type).error();
        return inner;
    });
    if (problem)
        return fail(std::move(*problem));
    return made;
}

Result<Type> Includer::mapped(const Type& from) {
    const auto* const at = std::get_if<TypeIdx>(&from);
    if (at == nullptr)
        return from;
    if (const auto known = types_.find(*at); known != types_.end())
        return Type(known->second);
    if (model()[*at].name)
        return from; // of an interface that stays as it is
    if (depth_ > max_nesting)
        return fail(context_.error("type nesting too deep", tree_.from.name.span));
    ++depth_;
    const auto old = model()[*at].kind;
    TENON_TRY(context_.session.budget.spend(weight(model()[*at])));
    auto made = TENON_TRY(kind(old));
    --depth_;
    const auto copy = context_.session.types.anonymous(std::move(made));
    types_.emplace(*at, copy);
    return Type(copy);
}

} // namespace

Result<> include_world(PackageContext& context, const ast::Include& tree, std::uint32_t part,
                       WorldIdx into) {
    const auto gate = TENON_TRY(context.gate_of(tree.attributes, tree.from.name.span));
    if (!gate.open)
        return {};
    const auto from = TENON_TRY(context.world(tree.from, part));
    return Includer(context, tree, from, into).run();
}

} // namespace tenon::wit
