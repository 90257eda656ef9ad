// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/tree_builder.hpp"

#include "base/leb128.hpp"

namespace tenon::compose {
namespace {

/// In a component a core module is `core`, and no other core sort can be imported or exported.
CoreSort core_of(Sort sort) {
    return sort == Sort::core ? CoreSort::module : CoreSort::func;
}

} // namespace

template <class Item> void TreeBuilder::append(Item item) {
    using List = std::vector<Item>;
    if (tree.sections.empty() || !std::holds_alternative<List>(tree.sections.back().kind))
        tree.sections.push_back({0, List()});
    std::get<List>(tree.sections.back().kind).push_back(std::move(item));
}

std::uint32_t TreeBuilder::next(Sort sort, CoreSort core, std::string_view name) {
    auto& space = spaces_[Space(sort, core)];
    if (!name.empty())
        space.names.emplace_back(space.count, name);
    return space.count++;
}

Bytes TreeBuilder::keep(Buffer bytes) {
    kept.push_back(std::move(bytes));
    return kept.back();
}

std::uint32_t TreeBuilder::import(ast::ExternName name, const ast::ExternType& type) {
    const auto index = next(type.sort, core_of(type.sort), name.name);
    append(ast::Import{0, std::move(name), type});
    return index;
}

std::uint32_t TreeBuilder::export_(ast::ExternName name, Sort sort, std::uint32_t index,
                                   std::optional<ast::ExternType> type) {
    const auto made = next(sort, core_of(sort), name.name);
    append(ast::Export{0, std::move(name), {sort, core_of(sort), index}, type});
    return made;
}

std::uint32_t TreeBuilder::type(ast::TypeKind kind, std::string_view name) {
    append(ast::Type{0, std::move(kind)});
    return next(Sort::type, name);
}

std::uint32_t TreeBuilder::core_type(const wasm::FuncType& type, std::string_view name) {
    wasm::SubType one;
    one.composite = type;
    wasm::RecType group;
    group.types.push_back(std::move(one));
    append(ast::CoreType{0, std::move(group)});
    return next(Sort::core, CoreSort::type, name);
}

std::uint32_t TreeBuilder::module_type(ast::ModuleType type) {
    append(ast::CoreType{0, std::move(type)});
    return next(Sort::core, CoreSort::type, {});
}

std::uint32_t TreeBuilder::alias(std::uint32_t instance, std::string_view name, Sort sort) {
    append(ast::Alias{0, sort, core_of(sort), ast::Alias::Export{instance, std::string(name)}});
    return next(sort, core_of(sort), name);
}

std::uint32_t TreeBuilder::core_alias(std::uint32_t instance, std::string_view of, CoreSort sort,
                                      std::string_view name) {
    append(ast::Alias{0, Sort::core, sort, ast::Alias::Export{instance, std::string(of)}});
    return next(Sort::core, sort, name);
}

std::uint32_t TreeBuilder::canon(ast::Canon canon, std::string_view name) {
    const bool is_lift = canon.op == ast::CanonOp::lift;
    append(std::move(canon));
    return is_lift ? next(Sort::func, name) : next(Sort::core, CoreSort::func, name);
}

std::uint32_t TreeBuilder::core_module(Bytes whole, std::string_view name) {
    tree.sections.push_back({0, ast::CoreModule{whole}});
    return next(Sort::core, CoreSort::module, name);
}

std::uint32_t TreeBuilder::core_module(Buffer whole, std::string_view name) {
    return core_module(keep(std::move(whole)), name);
}

std::uint32_t TreeBuilder::core_instance(std::vector<ast::CoreInstance::Export> exports,
                                         std::string_view name) {
    append(ast::CoreInstance{0, std::move(exports)});
    return next(Sort::core, CoreSort::instance, name);
}

std::uint32_t
TreeBuilder::core_instance(std::uint32_t module,
                           std::vector<ast::CoreInstance::Instantiate::Argument> arguments,
                           std::string_view name) {
    append(ast::CoreInstance{0, ast::CoreInstance::Instantiate{module, std::move(arguments)}});
    return next(Sort::core, CoreSort::instance, name);
}

std::uint32_t TreeBuilder::component(TreeBuilder nested, std::string_view name) {
    for (auto& bytes : nested.kept) // moving a buffer leaves its bytes where they are
        kept.push_back(std::move(bytes));
    std::vector<ast::Component> one;
    one.push_back(std::move(nested.tree));
    tree.sections.push_back({0, std::move(one)});
    return next(Sort::component, name);
}

std::uint32_t TreeBuilder::instance(std::uint32_t component,
                                    std::vector<ast::Instance::Instantiate::Argument> arguments,
                                    std::string_view name) {
    append(ast::Instance{0, ast::Instance::Instantiate{component, std::move(arguments)}});
    return next(Sort::instance, name);
}

void TreeBuilder::custom(std::string_view name, Buffer payload) {
    tree.sections.push_back({0, ast::Custom{std::string(name), keep(std::move(payload))}});
}

/// Component Model, design/mvp/Binary.md, "Name Section".
void TreeBuilder::names() {
    Buffer out;
    for (const auto& [space, counted] : spaces_) {
        if (counted.names.empty())
            continue;
        Buffer part;
        part.push_back(static_cast<Byte>(space.first));
        if (space.first == Sort::core)
            part.push_back(static_cast<Byte>(space.second));
        base::append_unsigned_leb(part, counted.names.size());
        for (const auto& [index, name] : counted.names) {
            base::append_unsigned_leb(part, index);
            base::append_unsigned_leb(part, name.size());
            part.insert(part.end(), name.begin(), name.end());
        }
        out.push_back(1);
        base::append_unsigned_leb(out, part.size());
        out.insert(out.end(), part.begin(), part.end());
    }
    if (!out.empty())
        custom("component-name", std::move(out));
}

} // namespace tenon::compose
