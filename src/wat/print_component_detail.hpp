// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The walk through the tree of a component. Definitions are numbered as they come; names are those
// of the component around them.
#pragma once

#include "component/ast.hpp"
#include "wat/print_types.hpp"

#include <deque>
#include <unordered_map>

namespace tenon::wat {

class ComponentPrinter {
public:
    /// `binary` is what the tree was made of.
    ComponentPrinter(PrintLayout& to, Bytes binary) : to_(to), binary_(binary) {}

    /// `end` is the offset behind it.
    Result<> component(const component::ast::Component& tree, std::uint64_t end);

private:
    using Sort = component::Sort;
    using CoreSort = component::CoreSort;

    /// A component around what is printed, or one of the types.
    struct Level {
        explicit Level(bool of_component) : scope(of_component) {}
        PrintScope scope;
        /// What this component is called where its text begins.
        const PrintSpace* id_space = nullptr;
        std::optional<PrintName> id;
    };

    // --- definitions
    Result<> section(const component::ast::Section& section);
    void custom(const component::ast::Custom& custom, std::uint64_t offset);
    Result<> nested(const component::ast::Component& tree, std::uint64_t offset);
    void define(const component::ast::CoreInstance& instance);
    void define(const component::ast::Instance& instance);
    void define(const component::ast::Alias& alias);
    void define(const component::ast::Canon& canon);
    void define(const component::ast::Start& start);
    void define(const component::ast::Import& import);
    void define(const component::ast::Export& one);
    void define(const component::ast::CoreType& type);
    void define(const component::ast::Type& type);
    void define(const component::ast::ExportDecl& one);
    template <class Definition> void each(const std::vector<Definition>& definitions) {
        for (const auto& one : definitions) {
            to_.line(one.offset);
            define(one);
        }
    }

    // --- types
    void declarators(const std::vector<component::ast::Declarator>& all, std::string_view word);
    void module_type(const component::ast::ModuleType& type);
    void put_kind(const component::ast::TypeKind& kind);
    void put_value_type(const component::ast::ValType& type);
    void put_optional(const std::optional<component::ast::ValType>& type);
    void put_one(std::string_view word, const component::ast::ValType& type);
    void put_handle(std::string_view word, std::uint32_t resource);
    void put_labels(std::string_view word, const std::vector<std::string>& labels);
    void put_resource(const component::ast::Resource& type);
    void put_function_type(const component::ast::Func& type);
    /// A group for something of a type; with a number of its own where it is a definition.
    void put_extern_type(const component::ast::ExternType& type, bool is_definition);

    // --- parts
    void put_canon_option(const component::ast::CanonOption& option);
    void put_canon_immediates(const component::ast::Canon& canon);
    void put_extern_name(const component::ast::ExternName& name);
    void put_item(const component::ast::SortIdx& what);
    void put_outer(const component::ast::Alias::Outer& outer, Sort sort, CoreSort core,
                   std::string_view word);
    [[nodiscard]] const Level* outer_level(std::uint32_t count) const noexcept;
    [[nodiscard]] bool is_nearest(std::size_t at) const noexcept;

    // --- numbers
    /// `func`, `core module`: as the text format has it, which abbreviates functions.
    [[nodiscard]] static std::string_view word_of(Sort sort, CoreSort core) noexcept {
        const bool of_core = sort == Sort::core;
        if (sort == Sort::func || (of_core && core == CoreSort::func))
            return of_core ? "core func" : "func";
        return component::name_of(sort, core);
    }
    [[nodiscard]] static const PrintSpace& names_of(const PrintScope& scope, Sort sort,
                                                    CoreSort core);
    [[nodiscard]] static std::uint32_t count_of(const PrintScope& scope, Sort sort, CoreSort core);
    /// Prints the number of the next definition of a sort, and counts it.
    void put_definition(Sort sort, CoreSort core = {});
    void put_index(Sort sort, std::uint32_t index);
    void put_core_index(CoreSort sort, std::uint32_t index);
    /// `(memory $m)`.
    void put_core_group(std::string_view word, CoreSort sort, std::uint32_t index);
    void put_group(std::string_view word, Sort sort, std::uint32_t index);

    [[nodiscard]] PrintScope& scope() noexcept { return levels_.back().scope; }
    [[nodiscard]] std::uint64_t end_of(std::uint64_t offset);
    void find_ends(Bytes binary, std::uint64_t base, int depth);

    PrintLayout& to_;
    Bytes binary_;
    std::deque<Level> levels_;
    /// Where what begins at an offset ends; made when it is first asked for.
    std::unordered_map<std::uint64_t, std::uint64_t> ends_;
};

} // namespace tenon::wat
