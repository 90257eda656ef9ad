// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the definitions of a component mean: types that refer to each other, resources that are told
// apart by identity. `typing` fills it; the linker, the compilers and the decoder of WIT read it.
//
// A type's index says more than its structure: whoever exports or imports a type under a name makes
// a new index for it, whose `parent` is the index it was given. So it can be asked which name came
// first, and two indices mean the same type if `is_equal` says so.
//
// A component or instance *type* is a description with resources of its own (those that it imports,
// defines, or exports as fresh); they are the numbers in its `bound` range. Each use of the
// description gets fresh ones, see `typing`.
//
// Source: Component Model, design/mvp/Explainer.md, "Type Checking".
#pragma once

#include "base/error.hpp"
#include "base/ordered_map.hpp"
#include "component/ast.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tenon::component {

template <class Tag> struct Index {
    std::uint32_t value;
    friend auto operator<=>(Index, Index) = default;
};
using TypeIdx = Index<struct TypeTag>;
using ResourceId = Index<struct ResourceTag>;

using ValueType = std::variant<Primitive, TypeIdx>;

struct Record {
    std::vector<std::pair<std::string, ValueType>> fields;
};
struct Variant {
    std::vector<std::pair<std::string, std::optional<ValueType>>> cases;
};
struct List {
    ValueType element;
};
struct FixedList {
    ValueType element;
    std::uint32_t length;
};
struct Tuple {
    std::vector<ValueType> types;
};
struct Flags {
    std::vector<std::string> labels;
};
struct Enum {
    std::vector<std::string> labels;
};
struct Option {
    ValueType type;
};
struct ResultType {
    std::optional<ValueType> ok, error;
};
struct Own {
    TypeIdx resource;
};
struct Borrow {
    TypeIdx resource;
};
struct Stream {
    std::optional<ValueType> element;
};
struct Future {
    std::optional<ValueType> payload;
};
struct Map {
    ValueType key, value;
};
struct Resource {
    ResourceId id;
};
struct Func {
    bool async = false;
    std::vector<std::pair<std::string, ValueType>> params;
    std::optional<ValueType> result;
};

/// What stands behind a name: of a function, instance or component its type; of a type the index
/// that the name made.
struct Extern {
    Sort sort; ///< `core` means a core module, whose type is not known here
    TypeIdx type;
    std::optional<std::string> implements, version_suffix, external_id;
};
using Externs = base::OrderedMap<std::string, Extern>;

struct ResourceRange {
    std::uint32_t begin = 0, end = 0;
    [[nodiscard]] bool holds(ResourceId id) const noexcept {
        return id.value >= begin && id.value < end;
    }
};
struct InstanceType {
    Externs exports;
    ResourceRange bound; ///< empty for the type of an instance that is there
};
struct ComponentType {
    Externs imports, exports;
    ResourceRange bound;
};

using Definition = std::variant<Primitive, Record, Variant, List, FixedList, Tuple, Flags, Enum,
                                Option, ResultType, Own, Borrow, Stream, Future, Map, Resource,
                                Func, InstanceType, ComponentType>;

/// The types of one component and of all that is nested in it.
class Types {
public:
    /// A type that is equal to nothing before it, except by structure. `limit` beyond ten million
    /// types, or 300 levels.
    Result<TypeIdx> define(Definition definition);
    /// A new index for the same type.
    Result<TypeIdx> alias(TypeIdx of);
    /// A resource type like no other.
    Result<TypeIdx> define_resource();

    [[nodiscard]] const Definition& operator[](TypeIdx at) const {
        return definitions_.at(entries_.at(at.value).definition);
    }
    template <class Kind> [[nodiscard]] const Kind* get(TypeIdx at) const {
        return std::get_if<Kind>(&(*this)[at]);
    }
    /// The index that `at` is an alias of.
    [[nodiscard]] std::optional<TypeIdx> parent(TypeIdx at) const;
    /// Whether it can stand where a value is described: neither resource, function nor instance.
    [[nodiscard]] bool is_value(TypeIdx at) const;
    /// Whether a `borrow` is in it, at any depth.
    [[nodiscard]] bool has_borrow(const ValueType& type) const;

    /// Whether a resource is in it that no instance or component type in it binds.
    [[nodiscard]] bool has_free_resource(TypeIdx type) const;

    [[nodiscard]] bool is_equal(TypeIdx left, TypeIdx right) const;

    [[nodiscard]] std::uint32_t resource_count() const noexcept { return resources_; }

private:
    struct Entry {
        std::uint32_t definition;
        std::optional<TypeIdx> parent;
        std::uint16_t depth;
        bool has_borrow;
    };

    std::vector<Entry> entries_;
    std::vector<Definition> definitions_;
    std::uint32_t resources_ = 0;
};

} // namespace tenon::component
