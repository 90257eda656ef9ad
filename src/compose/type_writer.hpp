// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT types as definitions of the component that is being built. Where they are defined differs:
// at the root, in the type of an instance, or in a component of their own; what is the same is
// here.
#pragma once

#include "compose/tree_builder.hpp"
#include "wit/model.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tenon::compose {

/// What has an index in one space of types.
struct KnownTypes {
    std::map<wit::TypeIdx, std::uint32_t> types;
    std::map<std::string, std::uint32_t> functions;
    std::optional<std::uint32_t> unit_future, unit_stream;
};

/// The types of a model with those that are equal and have no names made one.
struct CanonicalModel {
    explicit CanonicalModel(const wit::Model& model);
    const wit::Model& model; ///< outlives it
    std::vector<wit::TypeIdx> canonical;
};

class TypeWriter {
public:
    virtual ~TypeWriter() = default;

    /// The type, defined here if it was not yet, with all that it needs.
    ast::ValType value(const wit::Type& type);
    std::optional<ast::ValType> value(const std::optional<wit::Type>& type);
    /// Of a type that is never a primitive.
    std::uint32_t index_of(wit::TypeIdx type);
    std::uint32_t function(const wit::Function& function);
    /// A stream or future of no values.
    std::uint32_t unit(bool is_stream);

protected:
    TypeWriter(const CanonicalModel& model, KnownTypes& known,
               std::optional<wit::InterfaceIdx> interface)
        : interface_(interface), model_(model), known_(known) {}
    TypeWriter(const TypeWriter&) = default;
    TypeWriter& operator=(const TypeWriter&) = delete;

    virtual std::uint32_t define(ast::TypeKind kind) = 0;
    /// Gives a type its name here; the index that stands for it from now on.
    virtual std::uint32_t give_name(wit::TypeIdx type, std::uint32_t index,
                                    ast::ExternName name) = 0;
    virtual std::uint32_t resource(wit::TypeIdx type, ast::ExternName name) = 0;
    /// The index of a type of another interface.
    virtual std::uint32_t from(wit::InterfaceIdx owner, wit::TypeIdx type) = 0;

    [[nodiscard]] const wit::Model& model() const noexcept { return model_.model; }
    [[nodiscard]] KnownTypes& known() noexcept { return known_; }
    /// Whose types are defined here; those of others come from them.
    std::optional<wit::InterfaceIdx> interface_;

private:
    ast::ValType encode(wit::TypeIdx type);
    void append_key(std::string& key, const wit::Type& type) const;

    const CanonicalModel& model_;
    KnownTypes& known_;
};

[[nodiscard]] ast::ExternName plain_name(std::string name,
                                         const std::optional<std::string>& external_id = {});

/// The type of an instance: what it exports.
class InstanceTypeWriter final : public TypeWriter {
public:
    /// `from_outside` gives the index, in the component around it, of another interface's type.
    class Outside {
    public:
        virtual std::uint32_t type_of(wit::InterfaceIdx owner, wit::TypeIdx type) = 0;

    protected:
        ~Outside() = default;
    };
    InstanceTypeWriter(const CanonicalModel& model, wit::InterfaceIdx interface, Outside& outside)
        : TypeWriter(model, own_, interface), outside_(outside) {}

    void export_function(const wit::Function& function);
    [[nodiscard]] bool is_empty() const noexcept { return declarators_.empty(); }
    ast::InstanceType take() { return {std::move(declarators_)}; }

private:
    std::uint32_t define(ast::TypeKind kind) override;
    std::uint32_t give_name(wit::TypeIdx type, std::uint32_t index, ast::ExternName name) override;
    std::uint32_t resource(wit::TypeIdx type, ast::ExternName name) override;
    std::uint32_t from(wit::InterfaceIdx owner, wit::TypeIdx type) override;

    KnownTypes own_;
    Outside& outside_;
    std::vector<ast::Declarator> declarators_;
    std::uint32_t types_ = 0;
};

} // namespace tenon::compose
