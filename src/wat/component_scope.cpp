// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/component_scope.hpp"

#include "base/leb128.hpp"

namespace tenon::wat {
namespace {

using component::CoreSort;
using component::Sort;

constexpr std::array<ItemRow, item_space_count> rows = {{
    {ItemSpace::core_func, Sort::core, CoreSort::func, "func", "core function"},
    {ItemSpace::core_table, Sort::core, CoreSort::table, "table", "core table"},
    {ItemSpace::core_memory, Sort::core, CoreSort::memory, "memory", "core memory"},
    {ItemSpace::core_global, Sort::core, CoreSort::global, "global", "core global"},
    {ItemSpace::core_tag, Sort::core, CoreSort::tag, "tag", "core tag"},
    {ItemSpace::core_type, Sort::core, CoreSort::type, "type", "core type", true},
    {ItemSpace::core_module, Sort::core, CoreSort::module, "module", "core module", true},
    {ItemSpace::core_instance, Sort::core, CoreSort::instance, "instance", "core instance"},
    {ItemSpace::func, Sort::func, {}, "func", "function"},
    {ItemSpace::value, Sort::value, {}, "value", "value"},
    {ItemSpace::type, Sort::type, {}, "type", "type", true},
    {ItemSpace::component, Sort::component, {}, "component", "component", true},
    {ItemSpace::instance, Sort::instance, {}, "instance", "instance"},
}};

} // namespace

const ItemRow& row_of(ItemSpace space) noexcept {
    return rows[static_cast<std::size_t>(space)];
}

std::string with_article(std::string_view shown) {
    return std::string(shown.starts_with('i') ? "an " : "a ").append(shown);
}

Result<std::uint32_t> ItemScope::define(Cursor& in, ItemSpace space, const Naming& naming) {
    auto& [ids, shown, count] = at(space);
    const auto index = count++;
    if (naming.shown)
        shown.emplace_back(index, *naming.shown);
    if (space == ItemSpace::core_type)
        return core_types_.define(in, Space::type, naming);
    TENON_TRY(ids.add(in, naming, index, row_of(space).shown));
    return index;
}

const std::uint32_t* ItemScope::find(ItemSpace space, std::string_view id) const noexcept {
    if (space == ItemSpace::core_type)
        return core_types_.scope(Space::type).find(id);
    return spaces_[static_cast<std::size_t>(space)].ids.find(id);
}

base::Error ItemScope::unknown(Cursor& in, ItemSpace space, const Token& at) const {
    const auto& scope = space == ItemSpace::core_type
                            ? core_types_.scope(Space::type)
                            : spaces_[static_cast<std::size_t>(space)].ids;
    return scope.unknown(in, row_of(space).shown, at);
}

// Component Model, design/mvp/Binary.md, name section
Buffer ItemScope::names(std::optional<std::string_view> component) const {
    Buffer out, content;
    if (component) {
        append_name(content, *component);
        append_section(out, 0, content);
    }
    for (const auto& row : rows) {
        const auto& shown = spaces_[static_cast<std::size_t>(row.space)].shown;
        if (shown.empty())
            continue;
        content.clear();
        content.push_back(static_cast<Byte>(row.sort));
        if (row.sort == Sort::core)
            content.push_back(static_cast<Byte>(row.core));
        append_map(content, shown);
        append_section(out, 1, content);
    }
    return out;
}

} // namespace tenon::wat
