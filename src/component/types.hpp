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
#include "component/core_types.hpp"
#include "component/layout.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tenon::component {

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

/// A core module by what it imports and exports.
struct CoreModule {
    std::optional<ModuleIdx> type; ///< none where nobody looked into core modules
};

/// What stands behind a name: of a function, instance, component, core module or value its type; of
/// a type the index that the name made.
struct Extern {
    Sort sort; ///< `core` means a core module
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
                                Func, InstanceType, ComponentType, CoreModule>;

/// The types of one component and of all that is nested in it.
class Types {
public:
    /// A type that is equal to nothing before it, except by structure. `limit` beyond 300 levels
    /// (99 of values), or where it is made of more than a million types, or all together of more
    /// than eight million parts; `invalid` for a type whose values could take more than memory has.
    Result<TypeIdx> define(Definition definition);
    /// Counts work that grows with what was defined, so that it is limited as the types are.
    Result<> charge(std::size_t parts);
    /// Counts steps of work that leaves nothing behind, such as comparing: a small file can ask for
    /// much of it. `limit` when it is too much.
    Result<> work(std::uint64_t steps);
    /// A new index for the same type.
    Result<TypeIdx> alias(TypeIdx of);
    /// The index of a type, which primitives get when they need one.
    Result<TypeIdx> index_of(const ValueType& type);
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
    /// Whether what has an owner is in it: a resource, stream, future or error context.
    [[nodiscard]] bool has_handle(const ValueType& type) const;

    /// Whether values of it have something in memory beside them: a string, list or map.
    [[nodiscard]] bool has_pointer(const ValueType& type) const;
    /// Of how many types it is made, each counted as often as it is used.
    [[nodiscard]] std::uint32_t size(TypeIdx type) const;
    /// Of its values, in memories with addresses of 64 bits.
    [[nodiscard]] Layout layout_64(const ValueType& type) const;

    /// Whether a resource is in it that no instance or component type in it binds.
    [[nodiscard]] bool has_free_resource(TypeIdx type) const;
    /// Those of them that are not older than `from`.
    void add_free_resources(TypeIdx type, ResourceId from, std::set<ResourceId>& found) const;

    [[nodiscard]] bool is_equal(TypeIdx left, TypeIdx right) const;

    [[nodiscard]] std::uint32_t resource_count() const noexcept { return resources_; }

    [[nodiscard]] CoreTypes& core() noexcept { return core_; }
    [[nodiscard]] const CoreTypes& core() const noexcept { return core_; }

private:
    struct Entry {
        std::uint32_t definition;
        std::optional<TypeIdx> parent;
        std::uint32_t size = 1;
        std::uint32_t resources = 0; ///< all that are in it have smaller numbers
        std::uint32_t bytes = 0;     ///< with `align` its `layout_64`
        std::uint16_t depth = 0;
        std::uint8_t align = 1;
        bool has_borrow = false, has_handle = false, has_pointer = false;
        bool has_free_resource = false;
    };
    [[nodiscard]] Result<Entry> entry_of(const Definition& definition) const;
    void find_free(TypeIdx type, ResourceId from, std::set<ResourceId>& found,
                   std::size_t at_most) const;
    Result<TypeIdx> add(Entry entry);

    std::vector<Entry> entries_;
    std::vector<Definition> definitions_;
    std::uint32_t resources_ = 0;
    std::size_t parts_ = 0;
    std::uint64_t steps_ = 0;
    CoreTypes core_;
};

} // namespace tenon::component
