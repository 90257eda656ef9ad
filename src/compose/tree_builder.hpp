// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds the tree of a component one definition after the other. Each gets the next index of its
// space, and a name for people; definitions of one kind in a row share a section.
#pragma once

#include "component/ast.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::compose {

namespace ast = component::ast;
using component::CoreSort;
using component::Sort;

class TreeBuilder {
public:
    std::uint32_t import(ast::ExternName name, const ast::ExternType& type);
    /// Without `type` what is exported has the type that it has.
    std::uint32_t export_(ast::ExternName name, Sort sort, std::uint32_t index,
                          std::optional<ast::ExternType> type = {});
    std::uint32_t type(ast::TypeKind kind, std::string_view name = {});
    std::uint32_t core_type(const wasm::FuncType& type, std::string_view name);
    std::uint32_t module_type(ast::ModuleType type);
    std::uint32_t alias(std::uint32_t instance, std::string_view name, Sort sort);
    std::uint32_t core_alias(std::uint32_t instance, std::string_view of, CoreSort sort,
                             std::string_view name);
    /// A lift makes a function, all others make core functions.
    std::uint32_t canon(ast::Canon canon, std::string_view name);
    /// `whole` must outlive the tree.
    std::uint32_t core_module(Bytes whole, std::string_view name);
    /// The same for bytes that the tree keeps.
    std::uint32_t core_module(Buffer whole, std::string_view name);
    std::uint32_t core_instance(std::vector<ast::CoreInstance::Export> exports,
                                std::string_view name);
    std::uint32_t core_instance(std::uint32_t module,
                                std::vector<ast::CoreInstance::Instantiate::Argument> arguments,
                                std::string_view name);
    std::uint32_t component(TreeBuilder nested, std::string_view name);
    std::uint32_t instance(std::uint32_t component,
                           std::vector<ast::Instance::Instantiate::Argument> arguments,
                           std::string_view name);
    void custom(std::string_view name, Buffer payload);
    /// The section `component-name`, if anything has a name.
    void names();

    /// Views in it look into `kept`, and into what was given as views.
    ast::Component tree;
    std::deque<Buffer> kept;

private:
    /// A space of indices: `Sort` and, for core ones, `CoreSort`.
    using Space = std::pair<Sort, CoreSort>;
    struct Counted {
        std::uint32_t count = 0;
        std::vector<std::pair<std::uint32_t, std::string>> names;
    };

    template <class Item> void append(Item item);
    std::uint32_t next(Sort sort, CoreSort core, std::string_view name);
    std::uint32_t next(Sort sort, std::string_view name) {
        return next(sort, CoreSort::func, name);
    }
    Bytes keep(Buffer bytes);

    std::map<Space, Counted> spaces_;
};

} // namespace tenon::compose
