// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/extern_writer.hpp"

#include "component/types_each.hpp"
#include "compose/module_type_writer.hpp"

#include <fmt/core.h>
#include <utility>

namespace tenon::compose {

using component::Extern;
using Bound = ast::ExternType::Bound;

namespace {

/// Imports that wait for each other; each costs stack.
constexpr std::size_t max_waiting = 200;

ast::ExternName name_of_import(const std::string& name, const Extern& item) {
    return {name, item.implements, item.version_suffix, item.external_id};
}

} // namespace

ExternWriter::ExternWriter(TreeBuilder& out, const component::Types& types,
                           std::vector<WantedImport> imports)
    : out_(out), types_(types), imports_(std::move(imports)), states_(imports_.size()) {
    root_.is_root = true;
    for (const bool optional : {false, true})
        for (std::size_t i = 0; i < imports_.size(); ++i)
            if (imports_[i].is_optional == optional)
                note_owner(i, imports_[i].item);
}

void ExternWriter::note_owner(std::size_t import, const Extern& item) {
    if (item.sort == Sort::type)
        owners_.emplace(item.type, import);
    else if (item.sort == Sort::instance)
        for (const auto& [name, exported] : types_.get<component::InstanceType>(item.type)->exports)
            note_owner(import, exported);
}

Result<> ExternWriter::write(const std::vector<std::size_t>& first) {
    for (const auto i : first)
        if (states_[i].at == State::waiting)
            TENON_TRY(write_import(i));
    for (std::size_t i = 0; i < imports_.size(); ++i)
        if (!imports_[i].is_optional && states_[i].at == State::waiting)
            TENON_TRY(write_import(i));
    return {};
}

// --- imports

Result<> ExternWriter::write_import(std::size_t import) {
    if (depth_ >= max_waiting)
        return fail(Errc::limit, "imports need each other in too long a chain");
    states_[import].at = State::begun;
    ++depth_;
    auto outside = std::exchange(inner_, {});
    auto index = written(import);
    inner_ = std::move(outside);
    --depth_;
    if (!index)
        return fail(
            std::move(index).error().within(fmt::format("import `{}`", imports_[import].name)));
    states_[import] = {State::done, *index};
    return {};
}

Result<std::uint32_t> ExternWriter::written(std::size_t import) {
    const auto& [name, item, is_optional] = imports_[import];
    const auto type = TENON_TRY(extern_type(item));
    const auto index = out_.import(name_of_import(name, item), type);
    if (item.sort == Sort::type)
        root_.known[item.type] = index;
    else if (item.sort == Sort::instance)
        note(root_, {index, 0, {}}, item.type);
    return index;
}

// --- exports

// Chains of names for one type can be long; what is in it is the same for all of them.
bool ExternWriter::needs_optional(TypeIdx type) {
    std::vector<TypeIdx> seen;
    bool found = false;
    for (std::optional at = type; at && !found; at = types_.parent(*at)) {
        if (!without_optional_.insert(*at).second)
            break;
        seen.push_back(*at);
        const auto owner = owners_.find(*at);
        found = owner != owners_.end() && imports_[owner->second].is_optional;
    }
    if (!seen.empty() && !found)
        found = needs_optional_inside(type);
    if (found)
        for (const auto one : seen)
            without_optional_.erase(one);
    return found;
}

bool ExternWriter::needs_optional_inside(TypeIdx type) {
    bool found = false;
    component::for_each_type(types_[type], [&](const auto& one) {
        if (const auto* const index = component::index_in(one); index != nullptr && !found)
            found = needs_optional(*index);
    });
    return found;
}

Result<std::optional<ast::ExternType>> ExternWriter::ascribed(const Extern& exported) {
    const bool can_be = exported.sort == Sort::func || exported.sort == Sort::instance ||
                        exported.sort == Sort::type;
    if (!can_be || types_.has_free_resource(exported.type) || !needs_optional(exported.type))
        return std::optional<ast::ExternType>();
    return std::optional(TENON_TRY(extern_type(exported)));
}

// --- levels

std::uint32_t ExternWriter::define(Level& level, ast::TypeKind kind) {
    if (level.is_root)
        return out_.type(std::move(kind));
    level.declarators.push_back({ast::Type{0, std::move(kind)}});
    return level.types++;
}

std::uint32_t ExternWriter::take(Level& level, std::uint32_t instance, std::string_view name,
                                 Sort sort) {
    if (level.is_root)
        return out_.alias(instance, name, sort);
    level.declarators.push_back(
        {ast::Alias{0, sort, {}, ast::Alias::Export{instance, std::string(name)}}});
    return sort == Sort::type ? level.types++ : level.instances++;
}

std::uint32_t ExternWriter::instance_of(Level& level, std::size_t place) {
    std::vector<std::size_t> path;
    while (!level.places[place].index) {
        path.push_back(place);
        place = level.places[place].parent;
    }
    auto index = *level.places[place].index;
    for (; !path.empty(); path.pop_back()) {
        auto& next = level.places[path.back()];
        index = take(level, index, next.name, Sort::instance);
        next.index = index;
    }
    return index;
}

std::optional<std::uint32_t> ExternWriter::known_in(Level& level, TypeIdx type) {
    if (const auto known = level.known.find(type); known != level.known.end())
        return known->second;
    const auto via = level.via.find(type);
    if (via == level.via.end())
        return std::nullopt;
    const auto instance = instance_of(level, via->second.place);
    const auto index = take(level, instance, via->second.name, Sort::type);
    level.known.emplace(type, index);
    return index;
}

void ExternWriter::note(Level& level, Place place, TypeIdx instance) {
    const auto at = level.places.size();
    level.places.push_back(place);
    for (const auto& [name, item] : types_.get<component::InstanceType>(instance)->exports) {
        if (item.sort == Sort::type)
            level.via.emplace(item.type, Via{at, name});
        else if (item.sort == Sort::instance)
            note(level, {std::nullopt, at, name}, item.type);
    }
}

// --- types

/// The type where it has a name already, here or further out.
Result<std::optional<std::uint32_t>> ExternWriter::find(TypeIdx type) {
    for (std::size_t out = 0; out <= inner_.size(); ++out) {
        auto& level = out < inner_.size() ? *inner_[inner_.size() - 1 - out] : root_;
        auto index = known_in(level, type);
        if (!index && level.is_root) {
            const auto owner = owners_.find(type);
            if (owner == owners_.end())
                break;
            if (states_[owner->second].at == State::begun)
                return fail(Errc::invalid,
                            fmt::format("it needs a type of `{}`, which needs a type of it",
                                        imports_[owner->second].name));
            if (states_[owner->second].at == State::waiting)
                TENON_TRY(write_import(owner->second));
            index = known_in(root_, type);
        }
        if (!index)
            continue;
        if (out == 0)
            return index;
        auto& here = *inner_.back();
        here.declarators.push_back({ast::Alias{
            0, Sort::type, {}, ast::Alias::Outer{static_cast<std::uint32_t>(out), *index}}});
        here.known.emplace(type, here.types);
        return here.types++;
    }
    return std::optional<std::uint32_t>();
}

Result<std::uint32_t> ExternWriter::type(TypeIdx type) {
    std::vector<TypeIdx> same; // a chain of names can be long
    auto found = TENON_TRY(find(type));
    for (; !found; found = TENON_TRY(find(type))) {
        same.push_back(type);
        const auto parent = types_.parent(type);
        if (!parent)
            break;
        type = *parent;
    }
    if (!found) {
        if (types_.get<component::Resource>(type) != nullptr)
            return fail(
                base::Error(Errc::invalid,
                            "it speaks of a resource that is not imported, but plugged in")
                    .help("an import that uses what is plugged in has to be plugged in too"));
        auto kind = TENON_TRY(definition(type));
        found = define(level(), std::move(kind));
    }
    for (const auto one : same)
        level().known.emplace(one, *found);
    return *found;
}

Result<ast::ValType> ExternWriter::value(const component::ValueType& type) {
    if (const auto* const primitive = std::get_if<component::Primitive>(&type))
        return *primitive;
    return ast::TypeRef{TENON_TRY(this->type(std::get<TypeIdx>(type)))};
}

Result<std::optional<ast::ValType>>
ExternWriter::value(const std::optional<component::ValueType>& type) {
    if (!type)
        return std::optional<ast::ValType>();
    return std::optional(TENON_TRY(value(*type)));
}

// --- definitions

struct ExternWriter::Define {
    ExternWriter& to;

    Result<ast::TypeKind> operator()(component::Primitive primitive) { return primitive; }
    Result<ast::TypeKind> operator()(const component::Record& of) {
        ast::Record made;
        for (const auto& [name, type] : of.fields) {
            auto inside = TENON_TRY(to.value(type));
            made.fields.push_back({name, inside});
        }
        return made;
    }
    Result<ast::TypeKind> operator()(const component::Variant& of) {
        ast::Variant made;
        for (const auto& [name, type] : of.cases) {
            auto inside = TENON_TRY(to.value(type));
            made.cases.push_back({name, inside});
        }
        return made;
    }
    Result<ast::TypeKind> operator()(const component::List& of) {
        return ast::List{TENON_TRY(to.value(of.element))};
    }
    Result<ast::TypeKind> operator()(const component::FixedList& of) {
        const auto element = TENON_TRY(to.value(of.element));
        return ast::FixedList{element, of.length};
    }
    Result<ast::TypeKind> operator()(const component::Tuple& of) {
        ast::Tuple made;
        for (const auto& type : of.types)
            made.types.push_back(TENON_TRY(to.value(type)));
        return made;
    }
    Result<ast::TypeKind> operator()(const component::Flags& of) { return ast::Flags{of.labels}; }
    Result<ast::TypeKind> operator()(const component::Enum& of) { return ast::Enum{of.labels}; }
    Result<ast::TypeKind> operator()(const component::Option& of) {
        return ast::Option{TENON_TRY(to.value(of.type))};
    }
    Result<ast::TypeKind> operator()(const component::ResultType& of) {
        const auto ok = TENON_TRY(to.value(of.ok));
        const auto error = TENON_TRY(to.value(of.error));
        return ast::Result{ok, error};
    }
    Result<ast::TypeKind> operator()(const component::Own& of) {
        return ast::Own{TENON_TRY(to.type(of.resource))};
    }
    Result<ast::TypeKind> operator()(const component::Borrow& of) {
        return ast::Borrow{TENON_TRY(to.type(of.resource))};
    }
    Result<ast::TypeKind> operator()(const component::Stream& of) {
        return ast::Stream{TENON_TRY(to.value(of.element))};
    }
    Result<ast::TypeKind> operator()(const component::Future& of) {
        return ast::Future{TENON_TRY(to.value(of.payload))};
    }
    Result<ast::TypeKind> operator()(const component::Map& of) {
        const auto key = TENON_TRY(to.value(of.key));
        const auto mapped = TENON_TRY(to.value(of.value));
        return ast::Map{key, mapped};
    }
    Result<ast::TypeKind> operator()(const component::Func& of) {
        ast::Func made;
        made.async = of.async;
        for (const auto& [name, type] : of.params) {
            auto inside = TENON_TRY(to.value(type));
            made.params.push_back({name, inside});
        }
        made.result = TENON_TRY(to.value(of.result));
        return made;
    }
    Result<ast::TypeKind> operator()(const component::InstanceType& of) {
        to.inner_.push_back(std::make_unique<Level>());
        for (const auto& [name, item] : of.exports)
            TENON_TRY(to.declare(name, item, false));
        ast::InstanceType made{std::move(to.inner_.back()->declarators)};
        to.inner_.pop_back();
        return made;
    }
    Result<ast::TypeKind> operator()(const component::ComponentType& of) {
        to.inner_.push_back(std::make_unique<Level>());
        for (const auto& [name, item] : of.imports)
            TENON_TRY(to.declare(name, item, true));
        for (const auto& [name, item] : of.exports)
            TENON_TRY(to.declare(name, item, false));
        ast::ComponentType made{std::move(to.inner_.back()->declarators)};
        to.inner_.pop_back();
        return made;
    }
    // A resource is declared by its name, and the type of a module is a core type.
    Result<ast::TypeKind> operator()(const component::Resource&) { std::unreachable(); }
    Result<ast::TypeKind> operator()(const component::CoreModule&) { std::unreachable(); }
};

Result<ast::TypeKind> ExternWriter::definition(TypeIdx type) {
    return std::visit(Define{*this}, types_[type]);
}

Result<std::uint32_t> ExternWriter::module_type(TypeIdx type) {
    const auto& core = types_.core();
    const auto module = types_.get<component::CoreModule>(type)->type;
    if (!module)
        return fail(Errc::unsupported, "nothing is known of the core module");
    ModuleTypeWriter writer([&](wasm::TypeId id) -> Result<ast::ModuleDeclarator> {
        auto group = TENON_TRY(plain_func_type(core.store, id));
        return ast::ModuleDeclarator{0, std::move(group)};
    });
    auto made = TENON_TRY(writer.write(core[*module]));
    auto& here = level();
    if (here.is_root)
        return out_.module_type(std::move(made));
    here.declarators.push_back({ast::CoreType{0, std::move(made)}});
    return here.core_types++;
}

Result<ast::ExternType> ExternWriter::extern_type(const Extern& item) {
    if (item.sort == Sort::value)
        return fail(Errc::unsupported, "a value that is imported");
    if (item.sort == Sort::core)
        return ast::ExternType{item.sort, {}, {}, TENON_TRY(module_type(item.type))};
    if (item.sort != Sort::type)
        return ast::ExternType{item.sort, {}, {}, TENON_TRY(type(item.type))};
    if (const auto known = level().known.find(item.type); known != level().known.end())
        return ast::ExternType{item.sort, {}, {}, known->second};
    // What is getting a name here needs none from an optional import, unless what is in it does.
    const bool is_alone = needs_optional(item.type) && !needs_optional_inside(item.type);
    const auto parent = types_.parent(item.type);
    if (parent && !is_alone)
        return ast::ExternType{item.sort, {}, {}, TENON_TRY(type(*parent))};
    if (!parent && types_.get<component::Resource>(item.type) != nullptr)
        return ast::ExternType{item.sort, Bound::sub_resource, {}, 0};
    auto kind = TENON_TRY(definition(item.type));
    return ast::ExternType{item.sort, {}, {}, define(level(), std::move(kind))};
}

Result<> ExternWriter::declare(const std::string& name, const Extern& item, bool is_import) {
    const auto type = TENON_TRY(extern_type(item));
    auto& here = level();
    auto called = name_of_import(name, item);
    if (is_import)
        here.declarators.push_back({ast::Import{0, std::move(called), type}});
    else
        here.declarators.push_back({ast::ExportDecl{0, std::move(called), type}});
    if (item.sort == Sort::type)
        here.known[item.type] = here.types++;
    else if (item.sort == Sort::instance)
        note(here, {here.instances++, 0, {}}, item.type);
    return {};
}

} // namespace tenon::compose
