// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Types in the small component that an exported interface becomes. It imports its functions and the
// types that they speak of, and exports them again under their names; so types get the names that
// the interface gives them, without being exported from the root.
#pragma once

#include "compose/type_writer.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tenon::compose {

class NestedTypeWriter final : public TypeWriter {
public:
    NestedTypeWriter(const CanonicalModel& model, TreeBuilder& out, KnownTypes& known)
        : TypeWriter(model, known, std::nullopt), out_(out) {}

    /// Whose types are written next.
    void of(wit::InterfaceIdx interface) { interface_ = interface; }
    /// From now on names are exports; before that they were imports.
    void begin_exports() { exports_ = true; }
    /// The types that were imported, under their names there.
    [[nodiscard]] const std::vector<std::pair<std::string, wit::TypeIdx>>&
    imported() const noexcept {
        return imported_;
    }

private:
    std::uint32_t define(ast::TypeKind kind) override;
    std::uint32_t give_name(wit::TypeIdx type, std::uint32_t index, ast::ExternName name) override;
    std::uint32_t resource(wit::TypeIdx type, ast::ExternName name) override;
    std::uint32_t from(wit::InterfaceIdx owner, wit::TypeIdx type) override;
    std::uint32_t import(wit::TypeIdx type, const std::string& name, const ast::ExternType& what);

    TreeBuilder& out_;
    bool exports_ = false;
    std::set<std::string> names_;
    std::vector<std::pair<std::string, wit::TypeIdx>> imported_;
};

} // namespace tenon::compose
