// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names, definitions and types. Functions are in functions.cpp.
#include "wit/definitions.hpp"

#include "base/nearest.hpp"
#include "wit/order.hpp"

#include <fmt/core.h>

namespace tenon::wit {

// --- names

Result<> Definitions::define(Entry entry) {
    const auto name = entry.name;
    const auto [there, is_new] = scope_.emplace(base::lower_case(name.name), std::move(entry));
    if (is_new)
        return {};
    const auto& before = there->second.name;
    auto error =
        context_->error(fmt::format("name `{}` is defined more than once", name.name), name.span);
    if (before.name != name.name)
        error =
            std::move(error).because(fmt::format("`{}` differs from it by case only", before.name));
    return fail(std::move(error).help(
        fmt::format("the first one is at {}", session().model.sources.where(before.span))));
}

/// The name of a type behind a closed gate.
Result<> Definitions::close(const ast::Id& name, const std::string& feature) {
    if (const auto* const interface = std::get_if<InterfaceIdx>(&owner_))
        session().closed_types.emplace(std::pair(*interface, std::string(name.name)), feature);
    return define(Entry{Entry::Kind::closed, TypeIdx{0}, name, feature});
}

const Definitions::Entry* Definitions::find(std::string_view name) const {
    const auto found = scope_.find(base::lower_case(name));
    return found != scope_.end() && found->second.name.name == name ? &found->second : nullptr;
}

base::Error Definitions::unknown_type(std::string_view name, Span span) const {
    auto error = context_->error(fmt::format("type `{}` does not exist", name), span, "not found");
    if (name == "float32" || name == "float64") {
        return std::move(error).help(
            fmt::format("`{}` has been renamed to `{}`", name, name == "float32" ? "f32" : "f64"));
    }
    if (function_names_.contains(base::lower_case(name)))
        return std::move(error).help(fmt::format("`{}` is a function", name));
    std::vector<std::string_view> known;
    for (const auto& [key, entry] : scope_) {
        if (entry.kind == Entry::Kind::type)
            known.push_back(entry.name.name);
    }
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Primitive::string); ++i)
        known.push_back(name_of(static_cast<Primitive>(i)));
    if (const auto near = base::nearest(name, known))
        return std::move(error).help(fmt::format("did you mean `{}`?", *near));
    return std::move(error).help(
        fmt::format("a type of another interface is brought with `use interface.{{{}}};`", name));
}

Result<> Definitions::use(const ast::Use& use) {
    const auto span = use.names.empty() ? use.from.name.span : use.names.front().name.span;
    const auto gate = TENON_TRY(context_->gate_of(use.attributes, span));
    if (!gate.open) {
        for (const auto& name : use.names)
            TENON_TRY(close(name.local(), gate.stability.feature));
        return {};
    }
    const auto from = TENON_TRY(context_->interface(use.from, part_));
    for (const auto& name : use.names)
        TENON_TRY(used_type(from, name, gate));
    return {};
}

Result<> Definitions::used_type(InterfaceIdx from, const ast::UseName& name, const Gate& gate) {
    auto& model = session().model;
    const auto* const type = model[from].types.find(name.name.name);
    if (type == nullptr) {
        const auto gone = session().closed_types.find(std::pair(from, std::string(name.name.name)));
        if (gone != session().closed_types.end())
            return fail(context_->closed("type", gone->second, name.name.span));
        const auto interface = model[from].name.value_or("");
        if (model[from].functions.contains(name.name.name)) {
            return fail(context_
                            ->error(fmt::format("cannot import function `{}`", name.name.name),
                                    name.name.span)
                            .help("`use` brings types; functions are imported with their whole "
                                  "interface, by a world"));
        }
        auto error = context_->error(
            fmt::format("type `{}` does not exist in interface `{}`", name.name.name, interface),
            name.name.span, "not found");
        std::vector<std::string_view> known;
        for (const auto& [there, index] : model[from].types)
            known.push_back(there);
        if (const auto near = base::nearest(name.name.name, known))
            error = std::move(error).help(fmt::format("did you mean `{}`?", *near));
        return fail(std::move(error));
    }
    TypeDef alias;
    alias.name = std::string(name.local().name);
    alias.kind = Alias{*type};
    alias.owner = owner_;
    alias.stability = gate.stability;
    alias.external_id = gate.external_id;
    alias.span = name.local().span;
    const auto at = session().types.add(std::move(alias));
    made_.push_back(at);
    return define(Entry{Entry::Kind::type, at, name.local(), {}});
}

// --- definitions

Result<> Definitions::types(std::span<const ast::TypeDef* const> definitions) {
    const auto all = TENON_TRY(needs(definitions));
    const auto order = in_order(all);
    if (!order) {
        const auto& name = definitions[order.error().what]->name.name;
        return fail(
            context_->error(fmt::format("type `{}` depends on itself", name), order.error().span)
                .help("values of such a type would be infinitely large; a `resource`, or an index "
                      "into a list, can stand for the inner one"));
    }
    for (const auto i : *order)
        TENON_TRY(definition(*definitions[i]));
    return {};
}

Result<std::vector<std::vector<Need>>>
Definitions::needs(std::span<const ast::TypeDef* const> definitions) const {
    std::map<std::string, std::uint32_t> defined;
    for (std::uint32_t i = 0; i < definitions.size(); ++i) {
        const auto& name = definitions[i]->name;
        const auto key = base::lower_case(name.name);
        const auto used = scope_.find(key);
        const auto [other, is_new] = defined.emplace(key, i);
        if (is_new && used == scope_.end())
            continue;
        const auto before = is_new ? used->second.name.span : definitions[other->second]->name.span;
        return fail(
            context_
                ->error(fmt::format("name `{}` is defined more than once", name.name), name.span)
                .help(
                    fmt::format("the first one is at {}", session().model.sources.where(before))));
    }
    std::vector<std::vector<Need>> all(definitions.size());
    for (std::uint32_t i = 0; i < definitions.size(); ++i) {
        const auto& tree = *definitions[i];
        if (tree.kind == Tok::kw_type)
            TENON_TRY(type_needs(all[i], tree.alias, defined));
        for (const auto& member : tree.members) {
            if (member.type)
                TENON_TRY(type_needs(all[i], *member.type, defined));
        }
    }
    return all;
}

Result<> Definitions::type_needs(std::vector<Need>& needs, const ast::Type& type,
                                 const std::map<std::string, std::uint32_t>& defined) const {
    if (!type.name.empty()) {
        const auto found = defined.find(base::lower_case(type.name));
        if (found != defined.end())
            needs.push_back(Need{found->second, type.name_span});
        else if (find(type.name) == nullptr)
            return fail(unknown_type(type.name, type.name_span));
    }
    for (const auto& argument : type.arguments)
        TENON_TRY(type_needs(needs, argument, defined));
    return {};
}

Result<> Definitions::definition(const ast::TypeDef& tree) {
    blame_ = tree.name.span;
    auto gate = TENON_TRY(context_->gate_of(tree.attributes, tree.name.span));
    if (!gate.open)
        return close(tree.name, gate.stability.feature);
    TypeDef out;
    out.kind = TENON_TRY(definition_kind(tree));
    out.name = std::string(tree.name.name);
    out.owner = owner_;
    out.docs = context_->docs(part_, tree.docs);
    out.stability = std::move(gate.stability);
    out.external_id = std::move(gate.external_id);
    out.span = tree.name.span;
    const auto at = session().types.add(std::move(out));
    made_.push_back(at);
    return define(Entry{Entry::Kind::type, at, tree.name, {}});
}

Result<TypeKind> Definitions::definition_kind(const ast::TypeDef& tree) {
    TENON_TRY(check_members(tree));
    switch (tree.kind) {
    case Tok::kw_record: return record(tree);
    case Tok::kw_variant: return variant(tree);
    case Tok::kw_resource: return TypeKind(Resource{});
    case Tok::kw_enum: {
        auto cases = TENON_TRY(labels(tree));
        return TypeKind(Enum{std::move(cases)});
    }
    case Tok::kw_flags: {
        auto flags = TENON_TRY(labels(tree));
        return TypeKind(Flags{std::move(flags)});
    }
    default: break;
    }
    switch (tree.alias.kind) {
    case Tok::kw_tuple:
    case Tok::kw_list:
    case Tok::kw_map:
    case Tok::kw_option:
    case Tok::kw_result:
    case Tok::kw_future:
    case Tok::kw_stream:
    case Tok::kw_own:
    case Tok::kw_borrow: return structure(tree.alias);
    case Tok::id: {
        // The same type once more, also for resources: not a handle.
        const auto of = TENON_TRY(named(tree.alias.name, tree.alias.span));
        return TypeKind(Alias{of});
    }
    default: break;
    }
    const auto of = TENON_TRY(type(tree.alias));
    return TypeKind(Alias{of});
}

Result<> Definitions::check_members(const ast::TypeDef& tree) const {
    if (tree.members.empty() && (tree.kind == Tok::kw_enum || tree.kind == Tok::kw_variant)) {
        const std::string_view what = tree.kind == Tok::kw_enum ? "enum" : "variant";
        return fail(
            context_->error(fmt::format("empty {}", what), tree.name.span)
                .help(fmt::format("a value of it could not exist; give the {} a case", what)));
    }
    std::map<std::string, Span> seen;
    for (const auto& member : tree.members) {
        const auto [there, is_new] =
            seen.emplace(base::lower_case(member.name.name), member.name.span);
        if (is_new)
            continue;
        const std::string_view what = tree.kind == Tok::kw_record  ? "field"
                                      : tree.kind == Tok::kw_flags ? "flag"
                                                                   : "case";
        return fail(
            context_
                ->error(fmt::format("{} `{}` is defined more than once", what, member.name.name),
                        member.name.span)
                .help(fmt::format("the first one is at {}",
                                  session().model.sources.where(there->second))));
    }
    return {};
}

Result<TypeKind> Definitions::record(const ast::TypeDef& tree) {
    Record out;
    for (const auto& member : tree.members) {
        blame_ = member.name.span;
        const auto of = TENON_TRY(type(*member.type));
        out.fields.push_back(Field{std::string(member.name.name), of,
                                   context_->docs(part_, member.docs), member.name.span});
    }
    return TypeKind(std::move(out));
}

Result<TypeKind> Definitions::variant(const ast::TypeDef& tree) {
    Variant out;
    for (const auto& member : tree.members) {
        blame_ = member.name.span;
        std::optional<Type> of;
        if (member.type)
            of = TENON_TRY(type(*member.type));
        out.cases.push_back(Case{std::string(member.name.name), of,
                                 context_->docs(part_, member.docs), member.name.span});
    }
    return TypeKind(std::move(out));
}

Result<std::vector<Label>> Definitions::labels(const ast::TypeDef& tree) {
    std::vector<Label> out;
    out.reserve(tree.members.size());
    for (const auto& member : tree.members) {
        out.push_back(Label{std::string(member.name.name), context_->docs(part_, member.docs),
                            member.name.span});
    }
    return out;
}

// --- types

Result<TypeIdx> Definitions::named(std::string_view name, Span span) {
    const auto* const entry = find(name);
    if (entry == nullptr)
        return fail(unknown_type(name, span));
    switch (entry->kind) {
    case Entry::Kind::type: return entry->type;
    case Entry::Kind::closed: return fail(context_->closed("type", entry->feature, blame_));
    case Entry::Kind::function: break;
    }
    return fail(context_->error(fmt::format("cannot use function `{}` as a type", name), span));
}

Result<TypeIdx> Definitions::resource(const ast::Type& handle) {
    const auto at = TENON_TRY(named(handle.name, handle.name_span));
    if (session().types.is_resource(at))
        return at;
    return fail(
        context_
            ->error(fmt::format("type `{}` used in a handle must be a resource", handle.name),
                    handle.name_span)
            .help(fmt::format("`own` and `borrow` are for resources; write `{}` alone",
                              handle.name)));
}

Result<Type> Definitions::type(const ast::Type& tree) {
    switch (tree.kind) {
    case Tok::kw_bool: return Type(Primitive::bool_);
    case Tok::kw_s8: return Type(Primitive::s8);
    case Tok::kw_u8: return Type(Primitive::u8);
    case Tok::kw_s16: return Type(Primitive::s16);
    case Tok::kw_u16: return Type(Primitive::u16);
    case Tok::kw_s32: return Type(Primitive::s32);
    case Tok::kw_u32: return Type(Primitive::u32);
    case Tok::kw_s64: return Type(Primitive::s64);
    case Tok::kw_u64: return Type(Primitive::u64);
    case Tok::kw_f32: return Type(Primitive::f32);
    case Tok::kw_f64: return Type(Primitive::f64);
    case Tok::kw_char: return Type(Primitive::char_);
    case Tok::kw_string: return Type(Primitive::string);
    case Tok::kw_error_context: return Type(Primitive::error_context);
    case Tok::id: {
        const auto at = TENON_TRY(named(tree.name, tree.span));
        // The plain name of a resource means a handle that owns it.
        if (session().types.is_resource(at))
            return Type(session().types.anonymous(Own{at}));
        return Type(at);
    }
    default: break;
    }
    auto kind = TENON_TRY(structure(tree));
    return Type(session().types.anonymous(std::move(kind)));
}

Result<TypeKind> Definitions::structure(const ast::Type& tree) {
    switch (tree.kind) {
    case Tok::kw_tuple: {
        Tuple out;
        for (const auto& argument : tree.arguments) {
            const auto one = TENON_TRY(type(argument));
            out.types.push_back(one);
        }
        return TypeKind(std::move(out));
    }
    case Tok::kw_list: {
        const auto element = TENON_TRY(type(tree.arguments.at(0)));
        if (tree.length)
            return TypeKind(FixedList{element, *tree.length});
        return TypeKind(List{element});
    }
    case Tok::kw_map: {
        const auto key = TENON_TRY(type(tree.arguments.at(0)));
        if (!session().types.is_map_key(key)) {
            return fail(context_->error("invalid map key type: map keys must be bool, u8, u16, "
                                        "u32, u64, s8, s16, s32, s64, char, or string",
                                        tree.span));
        }
        const auto value = TENON_TRY(type(tree.arguments.at(1)));
        return TypeKind(Map{key, value});
    }
    case Tok::kw_option: {
        const auto inner = TENON_TRY(type(tree.arguments.at(0)));
        return TypeKind(Option{inner});
    }
    case Tok::kw_result: return result(tree);
    case Tok::kw_future: {
        const auto inner = TENON_TRY(payload(tree));
        return TypeKind(Future{inner});
    }
    case Tok::kw_stream: {
        const auto inner = TENON_TRY(payload(tree));
        return TypeKind(Stream{inner});
    }
    case Tok::kw_own: {
        const auto of = TENON_TRY(resource(tree));
        return TypeKind(Own{of});
    }
    case Tok::kw_borrow: {
        const auto of = TENON_TRY(resource(tree));
        return TypeKind(Borrow{of});
    }
    default: break;
    }
    TENON_ASSERT(false); // the parser makes no other kinds
    return TypeKind(Resource{});
}

Result<std::optional<Type>> Definitions::payload(const ast::Type& tree) {
    std::optional<Type> out;
    if (!tree.arguments.empty())
        out = TENON_TRY(type(tree.arguments.front()));
    return out;
}

Result<TypeKind> Definitions::result(const ast::Type& tree) {
    ResultType out;
    if (!tree.arguments.empty() && tree.arguments[0].kind != Tok::kw_underscore)
        out.ok = TENON_TRY(type(tree.arguments[0]));
    if (tree.arguments.size() > 1)
        out.error = TENON_TRY(type(tree.arguments[1]));
    return TypeKind(out);
}

} // namespace tenon::wit
