// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/type_writer.hpp"

#include "component/definition.hpp"
#include "component/primitives.hpp"
#include "wit/types.hpp"

#include <utility>

namespace tenon::compose {

using Bound = ast::ExternType::Bound;

CanonicalModel::CanonicalModel(const wit::Model& of)
    : model(of), canonical(wit::canonical_types(of)) {}

ast::ExternName plain_name(std::string name, const std::optional<std::string>& external_id) {
    return {std::move(name), {}, {}, external_id};
}

std::optional<ast::ValType> TypeWriter::value(const std::optional<wit::Type>& type) {
    return type ? std::optional(value(*type)) : std::nullopt;
}

ast::ValType TypeWriter::value(const wit::Type& type) {
    if (const auto* const primitive = std::get_if<wit::Primitive>(&type))
        return component::from_wit(*primitive);
    const auto at = model_.canonical.at(std::get<wit::TypeIdx>(type).value);
    if (const auto there = known_.types.find(at); there != known_.types.end())
        return ast::TypeRef{there->second};
    const auto made = encode(at);
    if (const auto* const ref = std::get_if<ast::TypeRef>(&made))
        known_.types.emplace(at, ref->index);
    return made;
}

std::uint32_t TypeWriter::index_of(wit::TypeIdx type) {
    return std::get<ast::TypeRef>(value(wit::Type(type))).index;
}

ast::ValType TypeWriter::encode(wit::TypeIdx type) {
    const auto& of = model()[type];
    const auto* const owner = std::get_if<wit::InterfaceIdx>(&of.owner);
    if (owner != nullptr && interface_ != *owner)
        return ast::TypeRef{from(*owner, type)};
    if (std::holds_alternative<wit::Resource>(of.kind))
        return ast::TypeRef{resource(type, plain_name(*of.name, of.external_id))};
    const auto* const alias = std::get_if<wit::Alias>(&of.kind);
    auto made = alias != nullptr
                    ? value(alias->of)
                    : ast::ValType(ast::TypeRef{define(component::definition_of(of.kind, *this))});
    if (!of.name)
        return made;
    if (const auto* const primitive = std::get_if<component::Primitive>(&made))
        made = ast::TypeRef{define(*primitive)};
    return ast::TypeRef{
        give_name(type, std::get<ast::TypeRef>(made).index, plain_name(*of.name, of.external_id))};
}

void TypeWriter::append_key(std::string& key, const wit::Type& type) const {
    if (const auto* const primitive = std::get_if<wit::Primitive>(&type))
        key += wit::name_of(*primitive);
    else
        key += '#' + std::to_string(model_.canonical.at(std::get<wit::TypeIdx>(type).value).value);
    key += ';';
}

std::uint32_t TypeWriter::function(const wit::Function& of) {
    std::string key(1, of.async ? 'a' : 's');
    for (const auto& param : of.params) {
        key += param.name + ':';
        append_key(key, param.type);
    }
    if (of.result) {
        key += '>';
        append_key(key, *of.result);
    }
    if (const auto there = known_.functions.find(key); there != known_.functions.end())
        return there->second;
    ast::Func func;
    func.async = of.async;
    for (const auto& param : of.params)
        func.params.push_back({param.name, value(param.type)});
    func.result = value(of.result);
    const auto index = define(std::move(func));
    known_.functions.emplace(std::move(key), index);
    return index;
}

std::uint32_t TypeWriter::unit(bool is_stream) {
    auto& there = is_stream ? known_.unit_stream : known_.unit_future;
    if (!there)
        there = is_stream ? define(ast::Stream{}) : define(ast::Future{});
    return *there;
}

// --- types of instances

std::uint32_t InstanceTypeWriter::define(ast::TypeKind kind) {
    declarators_.push_back({ast::Type{0, std::move(kind)}});
    return types_++;
}

std::uint32_t InstanceTypeWriter::give_name(wit::TypeIdx, std::uint32_t index,
                                            ast::ExternName name) {
    declarators_.push_back(
        {ast::ExportDecl{0, std::move(name), {Sort::type, Bound::eq, {}, index}}});
    return types_++;
}

std::uint32_t InstanceTypeWriter::resource(wit::TypeIdx, ast::ExternName name) {
    declarators_.push_back(
        {ast::ExportDecl{0, std::move(name), {Sort::type, Bound::sub_resource}}});
    return types_++;
}

std::uint32_t InstanceTypeWriter::from(wit::InterfaceIdx owner, wit::TypeIdx type) {
    const auto outer = outside_.type_of(owner, type);
    declarators_.push_back({ast::Alias{0, Sort::type, {}, ast::Alias::Outer{1, outer}}});
    return types_++;
}

void InstanceTypeWriter::export_function(const wit::Function& one) {
    const auto index = function(one);
    declarators_.push_back({ast::ExportDecl{
        0, plain_name(one.name, one.external_id), {Sort::func, Bound::eq, {}, index}}});
}

} // namespace tenon::compose
