// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What WIT packages mean once every name has been found: flat lists of packages, interfaces, worlds
// and types that refer to each other by index. WIT text, encoded packages and the worlds of
// components all become this; printers, encoders and binding generators read nothing else.
//
// Source: Component Model, design/mvp/WIT.md.
#pragma once

#include "base/ordered_map.hpp"
#include "wit/source.hpp"
#include "wit/version.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tenon::wit {

/// A position in one of the lists of a `Model`; means nothing in another one.
template <class Tag> struct Index {
    std::uint32_t value;
    friend auto operator<=>(Index, Index) = default;
};
using PackageIdx = Index<struct PackageTag>;
using InterfaceIdx = Index<struct InterfaceTag>;
using WorldIdx = Index<struct WorldTag>;
using TypeIdx = Index<struct TypeTag>;

/// `namespace:name@version`.
struct PackageName {
    std::string space;
    std::string name;
    std::optional<Version> version;

    [[nodiscard]] std::string text() const;
    /// The id of one of its interfaces or worlds: `namespace:name/item@version`.
    [[nodiscard]] std::string item(std::string_view item) const;
    friend bool operator==(const PackageName&, const PackageName&) = default;
    friend auto operator<=>(const PackageName&, const PackageName&) = default;
};

// --- types

enum class Primitive : std::uint8_t {
    bool_,
    s8,
    u8,
    s16,
    u16,
    s32,
    u32,
    s64,
    u64,
    f32,
    f64,
    char_,
    string,
    error_context,
};
/// As WIT spells it: `bool`, `error-context`.
[[nodiscard]] std::string_view name_of(Primitive primitive) noexcept;

using Type = std::variant<Primitive, TypeIdx>;

struct Field {
    std::string name;
    Type type;
    std::string docs;
    Span span;
};
struct Case {
    std::string name;
    std::optional<Type> type;
    std::string docs;
    Span span;
};
struct Label {
    std::string name;
    std::string docs;
    Span span;
};

struct Record {
    std::vector<Field> fields;
};
struct Variant {
    std::vector<Case> cases;
};
struct Enum {
    std::vector<Label> cases;
};
struct Flags {
    std::vector<Label> flags;
};
struct Tuple {
    std::vector<Type> types;
};
struct List {
    Type element;
};
struct FixedList {
    Type element;
    std::uint32_t length;
};
struct Map {
    Type key, value;
};
struct Option {
    Type type;
};
struct ResultType {
    std::optional<Type> ok, error;
};
struct Future {
    std::optional<Type> payload;
};
struct Stream {
    std::optional<Type> payload;
};
struct Resource {};
struct Own {
    TypeIdx resource;
};
struct Borrow {
    TypeIdx resource;
};
/// `type a = b`, or what `use` brings; the same type under another name.
struct Alias {
    Type of;
};

using TypeKind = std::variant<Record, Variant, Enum, Flags, Tuple, List, FixedList, Map, Option,
                              ResultType, Future, Stream, Resource, Own, Borrow, Alias>;

/// What the gates of an item said; gated-out items are not in the model at all.
struct Stability {
    enum class Level : std::uint8_t { unknown, stable, unstable };
    Level level = Level::unknown;
    std::optional<Version> since;      ///< of stable ones
    std::string feature;               ///< of unstable ones
    std::optional<Version> deprecated; ///< `@deprecated(version = …)`
    friend bool operator==(const Stability&, const Stability&) = default;
};

using Owner = std::variant<std::monostate, InterfaceIdx, WorldIdx>;

struct TypeDef {
    std::optional<std::string> name; ///< none: written inside another type
    TypeKind kind;
    Owner owner;
    std::string docs;
    Stability stability;
    std::optional<std::string> external_id;
    Span span;
};

// --- functions, interfaces, worlds, packages

struct Param {
    std::string name;
    Type type;
    Span span;
};

struct Function {
    enum class Kind : std::uint8_t { freestanding, method, static_, constructor };
    std::string name; ///< in full: `[method]file.read`
    Kind kind = Kind::freestanding;
    bool async = false;
    std::optional<TypeIdx> resource; ///< unless freestanding
    std::vector<Param> params;       ///< of a method with `self`
    std::optional<Type> result;      ///< of a constructor the resource, or a `result` of it
    std::string docs;
    Stability stability;
    std::optional<std::string> external_id;
    Span span;

    /// The name alone: `read` of `[method]file.read`.
    [[nodiscard]] std::string_view item_name() const noexcept;
};

struct Interface {
    std::optional<std::string> name; ///< none: written inside a world
    PackageIdx package;
    /// `use`d ones too; in the order of the text, as far as each comes after those that it needs.
    base::OrderedMap<std::string, TypeIdx> types;
    base::OrderedMap<std::string, Function> functions;
    std::string docs;
    Stability stability;
    std::optional<std::string> external_id;
    Span span;
};

/// Under what a world imports or exports: a plain name, or the id of an interface.
using WorldKey = std::variant<std::string, InterfaceIdx>;

struct WorldInterface {
    InterfaceIdx interface;
    Stability stability;
    std::string docs;
    std::optional<std::string> external_id;
    Span span;
};
using WorldItem = std::variant<WorldInterface, Function, TypeIdx>;

/// Imports are there with everything that they need in turn, each after what it needs: interfaces,
/// then types (those of `use` first), then functions, then functions of resources.
struct World {
    std::string name;
    PackageIdx package;
    base::OrderedMap<WorldKey, WorldItem> imports;
    base::OrderedMap<WorldKey, WorldItem> exports;
    std::string docs;
    Stability stability;
    std::optional<std::string> external_id;
    Span span;
};

struct Package {
    PackageName name;
    base::OrderedMap<std::string, InterfaceIdx> interfaces;
    base::OrderedMap<std::string, WorldIdx> worlds;
    std::string docs;
    Span span; ///< of the name
};

/// Types refer only to types before them, so whoever needs a fact about all of them (is there a
/// `borrow` inside?) makes one pass over `types`. For the order of packages see `dependencies.hpp`.
struct Model {
    std::vector<Package> packages;
    std::vector<Interface> interfaces;
    std::vector<World> worlds;
    std::vector<TypeDef> types;
    std::map<PackageName, PackageIdx> by_name;
    Sources sources; ///< where spans point

    [[nodiscard]] const Package& operator[](PackageIdx at) const { return packages.at(at.value); }
    [[nodiscard]] const Interface& operator[](InterfaceIdx at) const {
        return interfaces.at(at.value);
    }
    [[nodiscard]] const World& operator[](WorldIdx at) const { return worlds.at(at.value); }
    [[nodiscard]] const TypeDef& operator[](TypeIdx at) const { return types.at(at.value); }

    /// `namespace:name/item@version`; nothing for an interface without a name.
    [[nodiscard]] std::optional<std::string> id_of(InterfaceIdx at) const;
    [[nodiscard]] std::string id_of(WorldIdx at) const;
    /// The type behind all aliases; that of the last alias where a primitive stands behind it. As
    /// slow as the chain is long.
    [[nodiscard]] TypeIdx unaliased(TypeIdx at) const;
    /// The interface that a type was brought from by `use`; nothing for one that is defined here.
    [[nodiscard]] std::optional<InterfaceIdx> used_from(TypeIdx at) const;
    /// The name of an import or export in a component.
    [[nodiscard]] std::string key_name(const WorldKey& key) const;
};

} // namespace tenon::wit
