// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds the tree of a component from a plan: what it imports, its core modules and their
// instances, what it exports. The order of definitions is that in which they need each other, and
// the same for the same plan.
#pragma once

#include "compose/plan.hpp"
#include "compose/shims.hpp"
#include "compose/tree_builder.hpp"
#include "compose/type_writer.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::compose {

/// The parts of the work are in files of their own: imports and types in `composer_types.cpp`, core
/// instances in `composer_core.cpp`, what fills shims in `composer_shims.cpp`, exports in
/// `composer_exports.cpp`.
class Composer final : private InstanceTypeWriter::Outside {
public:
    /// Both must outlive it.
    Composer(const Plan& plan, const Shims& shims, const NewOptions& options)
        : plan_(plan), shims_(shims), options_(options) {}

    /// `invalid` or `not_found` with what the module lacks.
    Result<TreeBuilder> run();

private:
    friend class RootTypeWriter;
    friend class NestedTypeWriter;
    using CoreExports = std::vector<ast::CoreInstance::Export>;
    using CoreArguments = std::vector<ast::CoreInstance::Instantiate::Argument>;
    using Arguments = std::vector<ast::Instance::Instantiate::Argument>;

    // What the component imports.
    void imports();
    void import_interface(const wit::WorldKey& key, const wit::WorldInterface& item);
    void import_function(const wit::Function& function);
    std::uint32_t type_of(wit::InterfaceIdx owner, wit::TypeIdx type) override;
    [[nodiscard]] std::string import_name(const wit::WorldKey& key) const;
    [[nodiscard]] ast::ExternName interface_name(const wit::WorldKey& key,
                                                 const wit::WorldInterface& item,
                                                 ast::ExternName name) const;

    // Its core modules and their instances.
    void core_modules();
    void shim_module();
    void own_types();
    Result<> instantiate(std::size_t part);
    Result<std::pair<CoreSort, std::uint32_t>> satisfy(std::size_t part, const Import& import);
    Result<std::uint32_t> function(std::size_t part, const Import& import);
    Result<std::uint32_t> lowered(std::size_t part, const Import& import);
    Result<std::uint32_t> task_return(const Import& import, Needs needs, StringEncoding encoding);
    Result<std::uint32_t> copy(std::size_t part, const Import& import, Moment moment);
    Result<std::uint32_t> built_in(std::size_t part, const Import& import, Moment moment);
    std::uint32_t thread_base(const Import& import);
    std::uint32_t imported_resource(wit::TypeIdx resource);
    std::uint32_t component_function(const WorldFunction& function);
    std::uint32_t core_alias(std::uint32_t instance, const std::string& name, CoreSort sort,
                             std::string_view debug_name);
    std::uint32_t shim(std::uint32_t number);
    std::uint32_t canon(ast::CanonOp op, std::uint32_t number = 0, bool flag = false);
    std::optional<std::uint32_t> realloc(const Needs& needs, const std::optional<Realloc>& of,
                                         Moment moment);
    Result<std::vector<ast::CanonOption>> options(const Needs& needs, StringEncoding encoding,
                                                  std::optional<std::uint32_t> realloc) const;
    std::uint32_t payload_type(const Import& import);

    // What fills the shims.
    Result<> fix_up();
    Result<std::uint32_t> filling(const Shim& shim);
    Result<std::uint32_t> thread_new(const Import& import);

    // What the component exports.
    Result<> exports(const Plan::Provider& provider);
    Result<> export_interface(std::size_t part, const wit::WorldKey& key,
                              const wit::WorldInterface& item);
    Result<std::uint32_t> lift(std::size_t part, const wit::WorldKey& key,
                               const wit::Function& function, std::uint32_t type);
    std::uint32_t lifted_alias(std::size_t part, const std::string& name);

    const Plan& plan_;
    const Shims& shims_;
    const NewOptions& options_;
    TreeBuilder out_;
    KnownTypes known_;
    std::map<wit::InterfaceIdx, std::uint32_t> instances_;
    std::map<std::string, std::uint32_t> imported_functions_;
    std::vector<std::uint32_t> modules_, core_instances_; ///< by part
    std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> core_aliases_;
    std::optional<std::uint32_t> memory_, shim_instance_;
    /// Functions that tell of tasks, in the place of exports of parts.
    std::map<std::pair<std::size_t, std::string>, std::uint32_t> wrapped_;
    std::optional<wit::InterfaceIdx> missing_; ///< was needed, and is not there
};

/// Types at the root of the component.
class RootTypeWriter final : public TypeWriter {
public:
    /// Without an interface types get names, as imports; for an exported interface they stay
    /// without, since they are named in a component of their own.
    RootTypeWriter(Composer& composer, std::optional<wit::InterfaceIdx> interface);

private:
    std::uint32_t define(ast::TypeKind kind) override;
    std::uint32_t give_name(wit::TypeIdx type, std::uint32_t index, ast::ExternName name) override;
    std::uint32_t resource(wit::TypeIdx type, ast::ExternName name) override;
    std::uint32_t from(wit::InterfaceIdx owner, wit::TypeIdx type) override;

    Composer& composer_;
};

} // namespace tenon::compose
