// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the name sections of modules and components call things, made into identifiers of the text
// format that are unique where they have to be.
//
// Sources: https://webassembly.github.io/spec/core/appendix/custom.html#name-section and the
// Component Model, design/mvp/Binary.md, name section.
#pragma once

#include "base/keyed_hash.hpp"
#include "base/reader.hpp"
#include "component/ast.hpp"
#include "wasm/module.hpp"
#include "wat/print_layout.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tenon::wat {

/// A name and what it takes to write it as an identifier.
struct PrintName {
    enum class Form : std::uint8_t {
        plain,    ///< `$name`
        quoted,   ///< `$"a name"`
        numbered, ///< `$"#func7 name"`: empty, taken, or one that could be meant for such
    };
    std::string_view text; ///< a view of the module
    std::uint32_t index = 0;
    Form form = Form::plain;
};

/// The names of one index space.
class PrintSpace {
public:
    PrintSpace() = default;
    /// `group` is what numbered names begin with, `unnamed` what those begin with that are made up
    /// for what has none.
    PrintSpace(std::string_view group, std::string_view unnamed)
        : group_(group), unnamed_(unnamed) {}

    [[nodiscard]] const PrintName* find(std::uint32_t index) const noexcept {
        if (names_.empty())
            return nullptr;
        // Where everything has a name its place is its index.
        if (index < names_.size() && names_[index].index == index)
            return &names_[index];
        return search(index);
    }
    /// Adds the entries of a name map; whatever has a name already gets the new one. Stops in front
    /// of what cannot be read, and says so with false. `are_unique`: a name that something else
    /// has, also by an earlier map, is numbered.
    bool read(Reader& in, bool are_unique);
    /// Behind the last map, in front of the first question.
    void finish();
    void clear();
    [[nodiscard]] bool empty() const noexcept { return names_.empty(); }

    /// `$name`, or the index.
    void put_index(PrintLayout& to, std::uint32_t index) const;
    /// `$name (;7;)`, or `(;7;)`.
    void put_definition(PrintLayout& to, std::uint32_t index) const;
    /// `$name`, without a comment.
    void put_identifier(PrintLayout& to, const PrintName& name) const;
    /// The same with an annotation that keeps what an identifier cannot: ` (@name "")`.
    void put_named(PrintLayout& to, const PrintName& name) const;
    [[nodiscard]] std::string_view unnamed() const noexcept { return unnamed_; }

private:
    [[nodiscard]] const PrintName* search(std::uint32_t index) const noexcept;

    std::string_view group_, unnamed_;
    std::vector<PrintName> names_;           ///< by index, each once
    base::TextViewMap<std::uint32_t> taken_; ///< by what, where they have to be unique
    bool is_sorted_ = true;
};

/// The names of locals by function, of labels by function, or of fields by type: name maps that are
/// looked into when their function or type is printed.
class NestedNames {
public:
    /// Goes over an indirect name map. False where it cannot be read to its end.
    bool read(Reader& in);
    /// Behind the last map, in front of the first question.
    void finish();
    [[nodiscard]] bool empty() const noexcept { return maps_.empty(); }
    /// Makes `into` the names within one function or type.
    void select(std::uint32_t index, PrintSpace& into, bool are_unique) const;

private:
    struct Map {
        std::uint32_t index;
        Bytes bytes;
    };
    std::vector<Map> maps_; ///< sorted by index, in the order of the file where they are equal
    bool is_sorted_ = true;
};

/// What can be named in a module or component. Of a module the core parts alone.
struct PrintNames {
    /// `of_component`: numbered names of core things say that they are.
    explicit PrintNames(bool of_component);

    std::optional<PrintName> self; ///< of the module or component
    PrintSpace self_space;
    PrintSpace funcs, types, tables, memories, globals, elements, datas, tags;
    PrintSpace modules, instances; ///< core ones
    NestedNames locals, labels, fields;
    NestedNames type_params, tag_params;
    PrintSpace component_types, component_funcs, components, component_instances, values;
};

/// From the custom sections `name` of a core module. What is malformed ends one, as that is no
/// error.
PrintNames names_of(const wasm::Module& module);
/// So from the sections `component-name`, without those of what is nested in it.
PrintNames names_of(const component::ast::Component& component);

} // namespace tenon::wat
