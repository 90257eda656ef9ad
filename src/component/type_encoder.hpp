// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT types, interfaces and worlds as declarators of component and instance types. What has an
// index already is named by it, so the order of definitions is that in which WIT needs them.
//
// Source: Component Model, design/mvp/WIT.md, "Package Format".
#pragma once

#include "component/canonical_name.hpp"
#include "wit/model.hpp"

#include <map>
#include <string>
#include <vector>

namespace tenon::component {

/// What the encoders of all parts of a package share.
struct EncodedModel {
    /// `model` must outlive it.
    EncodedModel(const wit::Model& model, InterfaceNames names);

    const wit::Model& model;
    InterfaceNames names;
    std::vector<wit::TypeIdx> canonical; ///< see `wit::canonical_types`
    std::uint64_t size = 0;              ///< of what has been encoded, about; in bytes
};

/// Encodes into one component type, and into at most one instance type inside it at a time.
class TypeEncoder {
public:
    /// `whole` must outlive it.
    explicit TypeEncoder(EncodedModel& whole) : whole_(whole), model_(whole.model) {}

    void import_interface(const wit::WorldKey& key, const wit::WorldInterface& item);
    void export_interface(const wit::WorldKey& key, const wit::WorldInterface& item);
    void import_function(const wit::Function& function);
    void export_function(const wit::Function& function);
    void import_type(wit::TypeIdx type);

    /// The interface under its id: only its types.
    void import_types_of(wit::InterfaceIdx interface);
    void export_whole(wit::InterfaceIdx interface);

    /// `invalid`, at its place in the text, for a type that has no encoding: WIT lets records
    /// without fields and flags without labels (or with more than 32) be written, components do
    /// not. `limit` where all parts together become too large: each holds the types of all
    /// interfaces that it needs, so that a chain of a thousand interfaces is half a million.
    Result<ast::ComponentType> take();

    // For `definition_of`: the type's index here, after it was defined where it was not yet.

    ast::ValType value(const wit::Type& type);
    /// Of a type that is never a primitive: a resource.
    std::uint32_t index_of(wit::TypeIdx type);

private:
    /// What has an index in one of the two spaces.
    struct Known {
        std::map<wit::TypeIdx, std::uint32_t> types;
        std::map<std::string, std::uint32_t> functions;
    };
    struct Space {
        std::vector<ast::Declarator> declarators;
        std::uint32_t types = 0;
        Known known;
    };

    [[nodiscard]] Space& space() { return in_instance_ ? instance_ : component_; }
    /// Whether there is room for this many bytes more.
    bool has_room(std::uint64_t size);
    std::uint32_t define(ast::TypeKind kind);
    std::uint32_t instance_type(wit::InterfaceIdx interface, bool with_functions);
    void functions_of(const wit::Interface& interface);
    std::optional<ast::ValType> value(const std::optional<wit::Type>& type);
    ast::ValType encode(wit::TypeIdx type);
    std::uint32_t from_other_interface(wit::InterfaceIdx owner, wit::TypeIdx type);
    std::uint32_t function(const wit::Function& function);
    void declare(bool as_import, ast::ExternName name, ast::ExternType type);
    [[nodiscard]] ast::ExternName extern_name(const wit::WorldKey& key,
                                              const wit::WorldInterface& item) const;
    [[nodiscard]] ast::ExternName named(ast::ExternName name) const;

    EncodedModel& whole_;
    const wit::Model& model_;
    Space component_, instance_;
    bool in_instance_ = false;
    bool types_are_imports_ = false;
    std::optional<wit::InterfaceIdx> interface_; ///< whose types are defined here
    std::uint32_t instances_ = 0;
    std::map<wit::InterfaceIdx, std::uint32_t> instance_of_;
    std::map<wit::TypeIdx, std::uint32_t> aliased_; ///< in the component's space
    std::optional<wit::InterfaceIdx> missing_;      ///< used, and not there before that
    std::optional<wit::TypeIdx> impossible_;        ///< the first type without an encoding
    bool is_too_large_ = false;
};

} // namespace tenon::component
