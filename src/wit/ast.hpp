// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WIT text as it is written: names not yet looked up, gates not yet applied. Everything looks into
// the text of a `Sources`, which must outlive it.
#pragma once

#include "wit/token.hpp"
#include "wit/version.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::wit::ast {

struct Id {
    std::string_view name;
    Span span;
};

struct PackageId {
    Id space, name;
    std::optional<Version> version;
    Span span; ///< of `namespace:name`
};

struct Path {
    std::optional<PackageId> package;
    Id name;
};

struct Attribute {
    enum class Kind : std::uint8_t { since, unstable, deprecated, external_id };
    Kind kind;
    Span span;
    Version version;  ///< of `@since` and `@deprecated`
    std::string text; ///< feature of `@unstable`, id of `@external-id`
};
using Attributes = std::vector<Attribute>;

/// The keyword that a type begins with, or an identifier.
struct Type {
    Tok kind = Tok::id;
    Span span;
    std::string_view name;               ///< of an identifier, `own` and `borrow`
    Span name_span;                      ///< of that name
    std::vector<Type> arguments;         ///< in `result<_, e>` the first has kind `kw_underscore`
    std::optional<std::uint32_t> length; ///< of a list
};

struct Param {
    Id name;
    Type type;
};

struct Function {
    enum class Kind : std::uint8_t { plain, static_, constructor };
    Comments docs;
    Attributes attributes;
    Id name; ///< of a constructor the keyword
    Kind kind = Kind::plain;
    bool async = false;
    std::vector<Param> params;
    std::optional<Type> result;
};

/// A field, case or flag.
struct Member {
    Comments docs;
    Id name;
    std::optional<Type> type;
};

struct TypeDef {
    Comments docs;
    Attributes attributes;
    Tok kind = Tok::kw_type; ///< `type`, `record`, `variant`, `enum`, `flags` or `resource`
    Id name;
    Type alias;                  ///< of `type`
    std::vector<Member> members; ///< of the four in the middle
    std::vector<Function> methods;
};

struct UseName {
    Id name;
    std::optional<Id> as;
    [[nodiscard]] const Id& local() const noexcept { return as ? *as : name; }
};
struct Use {
    Attributes attributes;
    Path from;
    std::vector<UseName> names;
};

using InterfaceItem = std::variant<Use, TypeDef, Function>;

struct Interface {
    Comments docs;
    Attributes attributes;
    Id name; ///< of one inside a world the label
    std::vector<InterfaceItem> items;
};

/// `import` or `export`.
struct Extern {
    Comments docs;
    Attributes attributes;
    bool exported = false;
    std::optional<Id> label; ///< none: only a path
    std::variant<Path, Function, Interface> what;
    Span span; ///< of the label or path
};

struct Rename {
    Id from, to;
};
struct Include {
    Attributes attributes;
    Path from;
    std::vector<Rename> with;
};

using WorldItem = std::variant<Use, TypeDef, Extern, Include>;

struct World {
    Comments docs;
    Attributes attributes;
    Id name;
    std::vector<WorldItem> items;
};

struct TopUse {
    Path path;
    std::optional<Id> as;
    [[nodiscard]] const Id& local() const noexcept { return as ? *as : path.name; }
};

using Item = std::variant<Interface, World, TopUse>;

struct NestedPackage {
    PackageId name;
    Comments docs;
    std::vector<Item> items;
};

struct File {
    std::uint32_t source = 0;
    std::vector<Span> comments; ///< what `Comments` count in
    std::optional<PackageId> package;
    Comments package_docs;
    std::vector<Item> items;
    std::vector<NestedPackage> nested;
};

} // namespace tenon::wit::ast
