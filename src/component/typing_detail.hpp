// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The walk over a component's definitions, whose steps are in several files: `typing.cpp` the
// sections and types, `typing_externs.cpp` imports, exports, aliases and instances,
// `typing_core.cpp` core definitions, `canon_typing.cpp` canonical ones.
#pragma once

#include "component/canon_gc.hpp"
#include "component/flatten.hpp"
#include "component/scope.hpp"
#include "component/substitution.hpp"
#include "wasm/validate_parallel.hpp"

namespace tenon::component {

struct TypingOptions {
    wasm::ValidateOptions core; ///< `features` are those of components too
    /// Whether core modules are validated; if not, core definitions have no types, and canonical
    /// ones are not checked.
    bool looks_into_core = false;
};

/// The same error, at the definition that it is about unless it has a place already, or none.
base::Error located(base::Error error, std::uint64_t offset);

class Typing {
public:
    Typing(Types& types, TypingOptions options)
        : types_(types), options_(std::move(options)), flattening_(types), gc_(types) {}

    /// The scope of a component that is at its end.
    Result<Scope> component(const ast::Component& tree, const Scope* outer);

private:
    template <class Item> Result<> section(Scope& scope, const std::vector<Item>& items);
    static Result<> section(Scope&, const ast::Custom&) { return {}; }
    Result<> section(Scope& scope, const ast::CoreModule& module, std::uint64_t offset);
    Result<> section(Scope& scope, const ast::Start& start);
    Result<> finish(const Scope& scope);

    // --- components and types
    Result<> define(Scope& scope, const ast::Component& tree);
    Result<> define(Scope& scope, const ast::Type& type);
    Result<TypeIdx> type(Scope& scope, const ast::Type& type);
    Result<TypeIdx> resource(Scope& scope, const ast::Resource& resource);
    Result<> check_destructor(const Scope& scope, const ast::Resource& resource);
    Result<> declarators(Scope& scope, const std::vector<ast::Declarator>& list);

    // --- what has names outside
    Result<> define(Scope& scope, const ast::Import& import);
    Result<> define(Scope& scope, const ast::ExportDecl& exported);
    Result<> define(Scope& scope, const ast::Export& exported);
    Result<> define(Scope& scope, const ast::Alias& alias);
    Result<> define(Scope& scope, const ast::Instance& instance);
    Result<> add_export(Scope& scope, const ast::ExternName& name, Extern item);
    /// What an import or export of the type stands for, with resources of its own.
    Result<Extern> external(Scope& scope, const ast::ExternType& type);
    /// What an index names; a value is used up by that.
    Result<Extern> found(Scope& scope, const ast::SortIdx& what);
    static Result<> add(Scope& scope, const Extern& item);
    Result<> outer_alias(Scope& scope, const ast::Alias& alias, ast::Alias::Outer target);
    Result<> check_named(Scope& scope, const std::string& name, const Extern& item, bool is_import);
    void note_resources(std::set<ResourceId>& into, const Extern& item) const;

    // --- core definitions
    Result<> define(Scope& scope, const ast::CoreInstance& instance);
    Result<> define(Scope& scope, const ast::CoreType& type);
    Result<ModuleIdx> module_type(const Scope& scope, const ast::ModuleType& type);
    Result<ModuleIdx> validated_module(Bytes whole, std::uint64_t offset);
    Result<CoreItem> instantiated(const Scope& scope,
                                  const ast::CoreInstance::Instantiate& instantiate);
    Result<CoreItem> bundled(const Scope& scope,
                             const std::vector<ast::CoreInstance::Export>& exports);
    Result<> core_alias(Scope& scope, CoreSort sort, const ast::Alias::Export& exported);
    Result<TypeIdx> opaque_module();

    // --- canonical definitions
    Result<> define(Scope& scope, const ast::Canon& canon);

    [[nodiscard]] const wasm::Features& features() const noexcept { return options_.core.features; }

    Types& types_;
    const TypingOptions options_;
    Flattening flattening_;
    GcLowering gc_;
    std::optional<TypeIdx> opaque_module_;
};

} // namespace tenon::component
