// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/type_encoder.hpp"

#include "component/definition.hpp"
#include "component/primitives.hpp"
#include "wit/types.hpp"

#include <fmt/core.h>
#include <utility>

namespace tenon::component {
namespace {

ast::ExternName plain(std::string name, const std::optional<std::string>& external_id) {
    return {std::move(name), {}, {}, external_id};
}

bool has_encoding(const wit::TypeKind& kind) {
    constexpr std::size_t max_flags = 32;
    if (const auto* const record = std::get_if<wit::Record>(&kind))
        return !record->fields.empty();
    const auto* const flags = std::get_if<wit::Flags>(&kind);
    return flags == nullptr || (!flags->flags.empty() && flags->flags.size() <= max_flags);
}

/// The names in a definition, and two bytes for each type; declarators inside are counted already.
struct SizeOf {
    std::uint64_t operator()(const ast::Record& of) const { return named(of.fields); }
    std::uint64_t operator()(const ast::Variant& of) const { return named(of.cases); }
    std::uint64_t operator()(const ast::Func& of) const { return named(of.params); }
    std::uint64_t operator()(const ast::Enum& of) const { return labels(of.labels); }
    std::uint64_t operator()(const ast::Flags& of) const { return labels(of.labels); }
    std::uint64_t operator()(const ast::Tuple& of) const { return 2 * of.types.size(); }
    template <class Other> std::uint64_t operator()(const Other&) const { return 4; }

private:
    static std::uint64_t named(const auto& list) {
        std::uint64_t size = 0;
        for (const auto& part : list)
            size += part.name.size() + 3;
        return size;
    }
    static std::uint64_t labels(const std::vector<std::string>& list) {
        std::uint64_t size = 0;
        for (const auto& label : list)
            size += label.size() + 1;
        return size;
    }
};

} // namespace

EncodedModel::EncodedModel(const wit::Model& of, InterfaceNames with)
    : model(of), names(with), canonical(wit::canonical_types(of)) {}

/// What does not fit any more is left out, and `take` says so: indices are of no use then.
bool TypeEncoder::has_room(std::uint64_t size) {
    constexpr std::uint64_t overhead = 16, limit = std::uint64_t{16} << 20;
    whole_.size += overhead + size;
    is_too_large_ = is_too_large_ || whole_.size > limit;
    return !is_too_large_;
}

std::uint32_t TypeEncoder::define(ast::TypeKind kind) {
    auto& into = space();
    if (has_room(std::visit(SizeOf{}, kind)))
        into.declarators.push_back({ast::Type{0, std::move(kind)}});
    return into.types++;
}

void TypeEncoder::declare(bool as_import, ast::ExternName name, ast::ExternType type) {
    auto& into = space();
    if (type.sort == Sort::type)
        ++into.types;
    if (type.sort == Sort::instance)
        ++instances_;
    if (!has_room(name.name.size() + name.implements.value_or("").size() +
                  name.external_id.value_or("").size()))
        return;
    if (as_import)
        into.declarators.push_back({ast::Import{0, std::move(name), type}});
    else
        into.declarators.push_back({ast::ExportDecl{0, std::move(name), type}});
}

ast::ExternName TypeEncoder::extern_name(const wit::WorldKey& key,
                                         const wit::WorldInterface& item) const {
    auto name = plain(model_.key_name(key), item.external_id);
    if (std::holds_alternative<std::string>(key))
        name.implements = model_.id_of(item.interface);
    return named(std::move(name));
}

ast::ExternName TypeEncoder::named(ast::ExternName name) const {
    if (whole_.names == InterfaceNames::canonical)
        make_canonical(name);
    return name;
}

// --- interfaces

/// An instance type with all that the interface has, in the component's space.
std::uint32_t TypeEncoder::instance_type(wit::InterfaceIdx interface, bool with_functions) {
    TENON_ASSERT(!in_instance_);
    in_instance_ = true;
    interface_ = interface;
    instance_ = {};
    const auto& of = model_[interface];
    for (const auto& [name, type] : of.types)
        value(wit::Type(type));
    if (with_functions)
        functions_of(of);
    in_instance_ = false;
    interface_.reset();
    const auto index = define(ast::InstanceType{std::exchange(instance_.declarators, {})});
    instance_of_.insert_or_assign(interface, instances_);
    return index;
}

/// Those of resources come first, in the order of the resources: text read back would have them so.
void TypeEncoder::functions_of(const wit::Interface& interface) {
    std::map<wit::TypeIdx, std::size_t> order;
    for (const auto& [name, type] : interface.types)
        order.emplace(type, order.size());
    std::map<std::pair<std::size_t, std::size_t>, const wit::Function*> functions;
    for (const auto& [name, one] : interface.functions) {
        const auto found = one.resource ? order.find(*one.resource) : order.end();
        const auto rank = found == order.end() ? order.size() : found->second;
        functions.emplace(std::pair(rank, functions.size()), &one);
    }
    for (const auto& [rank, one] : functions)
        declare(false, plain(one->name, one->external_id), {Sort::func, {}, {}, function(*one)});
}

void TypeEncoder::import_interface(const wit::WorldKey& key, const wit::WorldInterface& item) {
    const auto type = instance_type(item.interface, true);
    declare(true, extern_name(key, item), {Sort::instance, {}, {}, type});
}

void TypeEncoder::export_interface(const wit::WorldKey& key, const wit::WorldInterface& item) {
    const auto type = instance_type(item.interface, true);
    declare(false, extern_name(key, item), {Sort::instance, {}, {}, type});
}

void TypeEncoder::import_types_of(wit::InterfaceIdx interface) {
    const auto type = instance_type(interface, false);
    declare(true, named(plain(*model_.id_of(interface), {})), {Sort::instance, {}, {}, type});
}

void TypeEncoder::export_whole(wit::InterfaceIdx interface) {
    const auto type = instance_type(interface, true);
    declare(false, named(plain(*model_.id_of(interface), {})), {Sort::instance, {}, {}, type});
}

// --- functions and types of a world

void TypeEncoder::import_function(const wit::Function& one) {
    declare(true, plain(one.name, one.external_id), {Sort::func, {}, {}, function(one)});
}

void TypeEncoder::export_function(const wit::Function& one) {
    declare(false, plain(one.name, one.external_id), {Sort::func, {}, {}, function(one)});
}

void TypeEncoder::import_type(wit::TypeIdx type) {
    types_are_imports_ = true;
    value(wit::Type(type));
    types_are_imports_ = false;
}

std::uint32_t TypeEncoder::function(const wit::Function& of) {
    std::string key(1, of.async ? 'a' : 's');
    ast::Func func;
    func.async = of.async;
    for (const auto& param : of.params)
        func.params.push_back({param.name, value(param.type)});
    func.result = value(of.result);
    // Equal signatures have equal indices by now.
    const auto add = [&](const ast::ValType& type) {
        const auto* const ref = std::get_if<ast::TypeRef>(&type);
        key += ref != nullptr ? "#" + std::to_string(ref->index)
                              : std::string(name_of(std::get<Primitive>(type)));
        key += ';';
    };
    for (const auto& param : func.params) {
        key += param.name + ':';
        add(param.type);
    }
    if (func.result) {
        key += '>';
        add(*func.result);
    }
    auto& known = space().known.functions;
    if (const auto there = known.find(key); there != known.end())
        return there->second;
    const auto index = define(std::move(func));
    space().known.functions.emplace(std::move(key), index);
    return index;
}

// --- types

std::optional<ast::ValType> TypeEncoder::value(const std::optional<wit::Type>& type) {
    if (!type)
        return std::nullopt;
    return value(*type);
}

ast::ValType TypeEncoder::value(const wit::Type& type) {
    if (const auto* const plain_type = std::get_if<wit::Primitive>(&type))
        return from_wit(*plain_type);
    const auto at = whole_.canonical.at(std::get<wit::TypeIdx>(type).value);
    const auto& known = space().known.types;
    if (const auto there = known.find(at); there != known.end())
        return ast::TypeRef{there->second};
    const auto made = encode(at);
    if (const auto* const ref = std::get_if<ast::TypeRef>(&made))
        space().known.types.emplace(at, ref->index);
    return made;
}

std::uint32_t TypeEncoder::index_of(wit::TypeIdx type) {
    return std::get<ast::TypeRef>(value(wit::Type(type))).index;
}

ast::ValType TypeEncoder::encode(wit::TypeIdx type) {
    const auto& of = model_[type];
    const auto* const owner = std::get_if<wit::InterfaceIdx>(&of.owner);
    if (owner != nullptr && interface_ != *owner)
        return ast::TypeRef{from_other_interface(*owner, type)};
    using Bound = ast::ExternType::Bound;
    if (std::holds_alternative<wit::Resource>(of.kind)) {
        declare(types_are_imports_, plain(*of.name, of.external_id),
                {Sort::type, Bound::sub_resource});
        return ast::TypeRef{space().types - 1};
    }
    if (!impossible_ && !has_encoding(of.kind))
        impossible_ = type;
    const auto* const alias = std::get_if<wit::Alias>(&of.kind);
    auto made = alias != nullptr
                    ? value(alias->of)
                    : ast::ValType(ast::TypeRef{define(definition_of(of.kind, *this))});
    if (!of.name)
        return made;
    if (const auto* const plain_type = std::get_if<Primitive>(&made))
        made = ast::TypeRef{define(*plain_type)};
    declare(types_are_imports_, plain(*of.name, of.external_id),
            {Sort::type, Bound::eq, {}, std::get<ast::TypeRef>(made).index});
    return ast::TypeRef{space().types - 1};
}

/// By an alias of the instance's export, and from inside an instance type by one of that.
std::uint32_t TypeEncoder::from_other_interface(wit::InterfaceIdx owner, wit::TypeIdx type) {
    const auto instance = instance_of_.find(owner);
    if (instance == instance_of_.end()) { // a decoded world can be so
        missing_ = owner;
        return 0;
    }
    auto there = aliased_.find(type);
    if (there == aliased_.end()) {
        const auto& name = *model_[type].name;
        if (has_room(name.size()))
            component_.declarators.push_back(
                {ast::Alias{0, Sort::type, {}, ast::Alias::Export{instance->second, name}}});
        there = aliased_.emplace(type, component_.types++).first;
    }
    if (!in_instance_)
        return there->second;
    if (has_room(0))
        instance_.declarators.push_back(
            {ast::Alias{0, Sort::type, {}, ast::Alias::Outer{1, there->second}}});
    return instance_.types++;
}

Result<ast::ComponentType> TypeEncoder::take() {
    if (is_too_large_)
        return fail(base::Error(Errc::limit, "the package is too large to be encoded")
                        .help("each interface and world is encoded with the types of all "
                              "interfaces that it needs: let fewer interfaces use each other, or "
                              "put them into several packages"));
    if (missing_)
        return fail(Errc::invalid,
                    fmt::format("interface `{}` is used, and is not imported before that",
                                model_.id_of(*missing_).value_or("")));
    if (!impossible_)
        return ast::ComponentType{std::move(component_.declarators)};
    const auto& type = model_[*impossible_];
    const auto* const flags = std::get_if<wit::Flags>(&type.kind);
    const auto* const problem = flags == nullptr       ? "record without fields"
                                : flags->flags.empty() ? "set of flags without labels"
                                                       : "set of more than 32 flags";
    return fail(model_.sources.point(
        base::Error(Errc::invalid, fmt::format("`{}` is a {}, which has no binary encoding",
                                               type.name.value_or(""), problem)),
        type.span));
}

} // namespace tenon::component
