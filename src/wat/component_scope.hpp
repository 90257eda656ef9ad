// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The index spaces of one component or type in the text format: what identifiers stand for in it,
// and where its definitions go.
#pragma once

#include "component/ast.hpp"
#include "wat/names.hpp"

namespace tenon::wat {

namespace ast = component::ast;

/// In the order of the `component-name` section.
enum class ItemSpace : std::uint8_t {
    core_func,
    core_table,
    core_memory,
    core_global,
    core_tag,
    core_type,
    core_module,
    core_instance,
    func,
    value,
    type,
    component,
    instance,
};
inline constexpr std::size_t item_space_count = 13;

struct ItemRow {
    ItemSpace space;
    component::Sort sort;
    component::CoreSort core;
    std::string_view word;  ///< behind `core` for core ones
    std::string_view shown; ///< in messages
    bool has_outer_alias = false;
};
[[nodiscard]] const ItemRow& row_of(ItemSpace space) noexcept;
/// `a function`, `an instance`.
[[nodiscard]] std::string with_article(std::string_view shown);
[[nodiscard]] inline bool is_core(ItemSpace space) noexcept {
    return space <= ItemSpace::core_instance;
}

class ItemScope {
public:
    /// A component, a component or instance type, a module type: where its definitions go.
    using Output = std::variant<std::vector<ast::Section>*, std::vector<ast::Declarator>*,
                                std::vector<ast::ModuleDeclarator>*>;
    ItemScope(Output output, std::optional<std::string_view> id) : output_(output), id_(id) {}

    /// What `outer` calls it.
    [[nodiscard]] std::optional<std::string_view> id() const noexcept { return id_; }

    /// The index of the next definition in the space.
    Result<std::uint32_t> define(Cursor& in, ItemSpace space, const Naming& naming);
    [[nodiscard]] const std::uint32_t* find(ItemSpace space, std::string_view id) const noexcept;
    [[nodiscard]] base::Error unknown(Cursor& in, ItemSpace space, const Token& at) const;
    /// Core types, for the readers of core modules.
    [[nodiscard]] Names& core_types() noexcept { return core_types_; }

    /// Puts a definition behind those that are there, into their section where it is of their kind.
    template <class Definition> void add(Definition definition);
    /// An export that is written behind all fields.
    void export_later(ast::Export exported) { late_.push_back(std::move(exported)); }
    [[nodiscard]] std::vector<ast::Export> take_late_exports() { return std::move(late_); }

    /// What the `component-name` section holds; empty if nothing has a name.
    [[nodiscard]] Buffer names(std::optional<std::string_view> component) const;

private:
    struct IndexSpace {
        Scope ids;
        NameMap shown;
        std::uint32_t count = 0;
    };
    [[nodiscard]] IndexSpace& at(ItemSpace space) noexcept {
        return spaces_[static_cast<std::size_t>(space)];
    }

    Output output_;
    std::optional<std::string_view> id_;
    std::array<IndexSpace, item_space_count> spaces_;
    Names core_types_;
    std::vector<ast::Export> late_;
};

template <class Definition> void ItemScope::add(Definition definition) {
    if (auto* const* const sections = std::get_if<std::vector<ast::Section>*>(&output_)) {
        if constexpr (std::is_constructible_v<decltype(ast::Section::kind), Definition>) {
            (*sections)->push_back({0, std::move(definition)});
        } else if constexpr (std::is_constructible_v<decltype(ast::Section::kind),
                                                     std::vector<Definition>>) {
            using List = std::vector<Definition>;
            if ((*sections)->empty() || !std::holds_alternative<List>((*sections)->back().kind))
                (*sections)->push_back({0, List()});
            std::get<List>((*sections)->back().kind).push_back(std::move(definition));
        }
    } else if (auto* const* const all = std::get_if<std::vector<ast::Declarator>*>(&output_)) {
        if constexpr (std::is_constructible_v<decltype(ast::Declarator::kind), Definition>)
            (*all)->push_back({std::move(definition)});
    } else {
        auto* const declarators = std::get<std::vector<ast::ModuleDeclarator>*>(output_);
        if constexpr (std::is_constructible_v<decltype(ast::ModuleDeclarator::kind), Definition>)
            declarators->push_back({0, std::move(definition)});
    }
}

} // namespace tenon::wat
