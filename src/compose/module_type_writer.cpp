// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/module_type_writer.hpp"

#include <algorithm>
#include <utility>

namespace tenon::compose {
namespace {

base::Error not_plain() {
    return base::Error(Errc::unsupported,
                       "a core module whose imports or exports speak of types that it defines "
                       "itself cannot be imported");
}

Result<> check_plain(wasm::ValType type) {
    if (type.kind() == wasm::ValType::Kind::ref_to)
        return fail(not_plain());
    return {};
}

} // namespace

Result<wasm::RecType> plain_func_type(const wasm::TypeStore& store, wasm::TypeId id) {
    const auto& type = store[id].type;
    const auto* const func = std::get_if<wasm::FuncType>(&type.composite);
    if (func == nullptr || !type.is_final || !type.supertypes.empty())
        return fail(not_plain());
    for (const auto* const list : {&func->params, &func->results})
        for (const auto one : *list)
            TENON_TRY(check_plain(one));
    wasm::SubType plain;
    plain.composite = *func;
    wasm::RecType group;
    group.types.push_back(std::move(plain));
    return group;
}

Result<std::uint32_t> ModuleTypeWriter::func(wasm::TypeId id) {
    if (const auto known = known_.find(id); known != known_.end())
        return known->second;
    made_.declarators.push_back(TENON_TRY(declare_(id)));
    const auto index = static_cast<std::uint32_t>(known_.size());
    known_.emplace(id, index);
    return index;
}

Result<wasm::ExternType> ModuleTypeWriter::item(const component::CoreExtern& item) {
    if (const auto* const one = std::get_if<component::CoreFunc>(&item))
        return wasm::FuncRef{TENON_TRY(func(one->type))};
    if (const auto* const tag = std::get_if<component::CoreTag>(&item))
        return wasm::TagType{TENON_TRY(func(tag->type))};
    if (const auto* const table = std::get_if<wasm::TableType>(&item)) {
        TENON_TRY(check_plain(table->element));
        return *table;
    }
    if (const auto* const memory = std::get_if<wasm::MemoryType>(&item))
        return *memory;
    const auto& global = std::get<wasm::GlobalType>(item);
    TENON_TRY(check_plain(global.type));
    return global;
}

Result<ast::ModuleType> ModuleTypeWriter::write(const component::ModuleType& module) {
    for (const auto& [key, what] : module.imports) {
        auto type = TENON_TRY(item(what));
        made_.declarators.push_back(
            {0, ast::ModuleDeclarator::Import{key.first, key.second, type}});
    }
    for (const auto& [name, what] : module.exports) {
        auto type = TENON_TRY(item(what));
        made_.declarators.push_back({0, ast::ModuleDeclarator::Export{name, type}});
    }
    return std::exchange(made_, {});
}

} // namespace tenon::compose
