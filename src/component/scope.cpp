// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/scope.hpp"

#include "component/names.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::component {
namespace {

constexpr std::size_t max_items = 1'000'000;
/// So many modules, components, values, and instances of both kinds.
constexpr std::size_t max_large_items = 1'000;
constexpr std::uint64_t max_scope_size = 1'000'000;

} // namespace

Result<TypeIdx> Scope::at(Sort sort, std::uint32_t index) const {
    const auto& space = spaces_.at(static_cast<std::size_t>(sort));
    if (index >= space.size())
        return fail(Errc::invalid, fmt::format("{} {} is not there: so far there are {}",
                                               name_of(sort), index, space.size()));
    return space[index];
}

Result<CoreItem> Scope::core_at(CoreSort sort, std::uint32_t index) const {
    const auto& space = core_[slot(sort)];
    if (index >= space.size())
        return fail(Errc::invalid, fmt::format("{} {} is not there: so far there are {}",
                                               name_of(Sort::core, sort), index, space.size()));
    return space[index];
}

// Functions, types and instances of both kinds count together.
std::size_t Scope::count(Sort sort, CoreSort core) const {
    const bool is_core = sort == Sort::core;
    if (sort == Sort::type || (is_core && core == CoreSort::type))
        return size(Sort::type) + size(CoreSort::type);
    if (sort == Sort::func || (is_core && core == CoreSort::func))
        return size(Sort::func) + size(CoreSort::func);
    if (sort == Sort::instance || (is_core && core == CoreSort::instance))
        return size(Sort::instance) + size(CoreSort::instance);
    return is_core ? size(core) : size(sort);
}

Result<> Scope::check_room(Sort sort, CoreSort core) const {
    const bool is_large =
        sort == Sort::value || sort == Sort::component || sort == Sort::instance ||
        (sort == Sort::core && (core == CoreSort::module || core == CoreSort::instance));
    const auto most = is_large ? max_large_items : max_items;
    if (count(sort, core) < most)
        return {};
    return fail(Errc::limit, fmt::format("{}s are more than {}", name_of(sort, core), most));
}

Result<> Scope::add(Sort sort, TypeIdx type) {
    TENON_TRY(check_room(sort));
    spaces_.at(static_cast<std::size_t>(sort)).push_back(type);
    if (sort == Sort::value)
        used_values_.push_back(false);
    return {};
}

Result<> Scope::add_core(CoreSort sort, CoreItem item) {
    TENON_TRY(check_room(Sort::core, sort));
    if (sort == CoreSort::type) {
        const auto* const id = std::get_if<wasm::TypeId>(&item);
        core_types_.push_back(id != nullptr ? *id : wasm::no_type);
    }
    core_[slot(sort)].push_back(item);
    return {};
}

Result<TypeIdx> Scope::use_value(std::uint32_t index) {
    const auto type = TENON_TRY(at(Sort::value, index));
    if (used_values_[index])
        return fail(Errc::invalid, fmt::format("value {} cannot be used more than once", index));
    used_values_[index] = true;
    return type;
}

std::optional<std::uint32_t> Scope::unused_value() const {
    const auto found = std::ranges::find(used_values_, false);
    if (found == used_values_.end())
        return std::nullopt;
    return static_cast<std::uint32_t>(found - used_values_.begin());
}

base::Error Scope::wrong_kind(std::uint32_t index, std::string_view wanted) {
    return {Errc::invalid, fmt::format("type {} is not {}", index, wanted)};
}

Result<> Scope::add_to(Externs& externs, std::set<std::string>& forms, const ast::ExternName& name,
                       Extern item, std::string_view what) {
    if (!forms.insert(unique_form(name.name)).second)
        return fail(Errc::invalid,
                    fmt::format("{} `{}` clashes with another of the same name", what, name.name));
    item.implements = name.implements;
    item.version_suffix = name.version_suffix;
    item.external_id = name.external_id;
    externs.insert(name.name, std::move(item));
    return {};
}

Result<> Scope::add_import(const Types& types, const ast::ExternName& name, Extern item,
                           const wasm::Features& features) {
    TENON_TRY(check_extern_name(types, name, item, imported_resources, features));
    size_ += item.sort == Sort::core ? 1 : types.size(item.type);
    if (size_ > max_scope_size)
        return fail(Errc::limit, "imports and exports are made of more than a million types");
    return add_to(imports, import_forms_, name, std::move(item), "import");
}

Result<> Scope::add_export(const Types& types, const ast::ExternName& name, Extern item,
                           const wasm::Features& features) {
    TENON_TRY(check_extern_name(types, name, item, exported_resources, features));
    size_ += item.sort == Sort::core ? 1 : types.size(item.type);
    if (size_ > max_scope_size)
        return fail(Errc::limit, "imports and exports are made of more than a million types");
    return add_to(exports, export_forms_, name, std::move(item), "export");
}

} // namespace tenon::component
