// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types and functions of one interface or world, from tree to model.
#pragma once

#include "base/ascii.hpp"
#include "wit/session.hpp"

#include <span>
#include <string>
#include <vector>

namespace tenon::wit {

class Definitions {
public:
    /// `context` must outlive it; `owner` is in the model already.
    Definitions(const PackageContext& context, std::uint32_t part, Owner owner)
        : context_(&context), part_(part), owner_(owner) {}

    /// All names must be declared before types are made: what is brought by `use`, then types, then
    /// functions (which share their names' scope in interfaces).
    Result<> use(const ast::Use& use);
    void note_function(const ast::Id& name) {
        function_names_.emplace(base::lower_case(name.name), name);
    }
    Result<> types(std::span<const ast::TypeDef* const> definitions);

    /// A function that is not of a resource; claims its name.
    Result<> claim_function(const ast::Id& name);
    Result<Function> function(const ast::Function& tree, Gate gate);
    /// The functions of a resource, those behind closed gates left out.
    Result<std::vector<Function>> methods(const ast::TypeDef& resource);

    /// The types made so far by their names, in order.
    [[nodiscard]] const std::vector<TypeIdx>& made() const noexcept { return made_; }

private:
    struct Entry {
        enum class Kind : std::uint8_t { type, function, closed };
        Kind kind;
        TypeIdx type;
        ast::Id name;
        std::string feature; ///< of a closed one
    };

    Result<> define(Entry entry);
    Result<> close(const ast::Id& name, const std::string& feature);
    [[nodiscard]] const Entry* find(std::string_view name) const;
    [[nodiscard]] base::Error unknown_type(std::string_view name, Span span) const;
    Result<> used_type(InterfaceIdx from, const ast::UseName& name, const Gate& gate);

    Result<std::vector<std::vector<struct Need>>>
    needs(std::span<const ast::TypeDef* const> definitions) const;
    Result<> type_needs(std::vector<struct Need>& needs, const ast::Type& type,
                        const std::map<std::string, std::uint32_t>& defined) const;
    Result<> definition(const ast::TypeDef& tree);
    Result<TypeKind> definition_kind(const ast::TypeDef& tree);
    Result<TypeKind> record(const ast::TypeDef& tree);
    Result<TypeKind> variant(const ast::TypeDef& tree);
    Result<std::vector<Label>> labels(const ast::TypeDef& tree);
    Result<> check_members(const ast::TypeDef& tree) const;

    Result<Type> type(const ast::Type& tree);
    Result<TypeKind> structure(const ast::Type& tree);
    Result<TypeKind> result(const ast::Type& tree);
    Result<std::optional<Type>> payload(const ast::Type& tree);
    Result<TypeIdx> named(std::string_view name, Span span);
    Result<TypeIdx> resource(const ast::Type& handle);

    Result<Function> signature(const ast::Function& tree, Gate gate,
                               std::optional<TypeIdx> resource);
    Result<> params(const ast::Function& tree, Function& into);
    Result<Type> constructed(const ast::Function& tree, TypeIdx resource);
    Result<> check_no_borrow(const Function& function) const;

    [[nodiscard]] Session& session() const noexcept { return context_->session; }

    const PackageContext* context_;
    std::uint32_t part_;
    Owner owner_;
    std::map<std::string, Entry>
        scope_; // by name in lower case, since names that differ in nothing else clash
    std::map<std::string, ast::Id> function_names_;
    std::vector<TypeIdx> made_;
    Span blame_; // what is pointed at when a type leads to something behind a closed gate
};

} // namespace tenon::wit
