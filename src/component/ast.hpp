// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A component as its file spells it: sections in their order, definitions that name others by index
// and mean nothing yet. Decoder and text parser make this tree, encoder and printer read it; what
// the definitions mean is found out by `typing`.
//
// Source: Component Model, design/mvp/Binary.md.
#pragma once

#include "base/bytes.hpp"
#include "wasm/types.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::component {

/// Value types that need no definition; the value is the code of the binary format.
enum class Primitive : std::uint8_t {
    bool_ = 0x7f,
    s8 = 0x7e,
    u8 = 0x7d,
    s16 = 0x7c,
    u16 = 0x7b,
    s32 = 0x7a,
    u32 = 0x79,
    s64 = 0x78,
    u64 = 0x77,
    f32 = 0x76,
    f64 = 0x75,
    char_ = 0x74,
    string = 0x73,
    error_context = 0x64,
};
[[nodiscard]] std::optional<Primitive> primitive_of(std::uint8_t code) noexcept;
/// As the text format spells it: `bool`, `error-context`.
[[nodiscard]] std::string_view name_of(Primitive primitive) noexcept;

/// What an index counts; values are the codes of the binary format.
enum class Sort : std::uint8_t { core, func, value, type, component, instance };
enum class CoreSort : std::uint8_t {
    func,
    table,
    memory,
    global,
    tag,
    type = 0x10,
    module,
    instance,
};
/// `instance`, `core module`.
[[nodiscard]] std::string_view name_of(Sort sort, CoreSort core = {}) noexcept;

} // namespace tenon::component

namespace tenon::component::ast {

/// The name of an import or export with its attributes.
struct ExternName {
    std::string name;
    std::optional<std::string> implements, version_suffix, external_id;
    /// The byte in front: 1 means the same as 0, and some tools still write it.
    std::uint8_t form = 0;
    /// The codes of the attributes (0 for `implements`, and so on) as they follow each other.
    std::array<std::uint8_t, 3> order = {0, 1, 2};
};

struct SortIdx {
    Sort sort;
    CoreSort core = {}; ///< for `Sort::core`
    std::uint32_t index = 0;
};

// --- types

struct TypeRef {
    std::uint32_t index;
};
using ValType = std::variant<Primitive, TypeRef>;

struct Field {
    std::string name;
    ValType type;
};
struct Case {
    std::string name;
    std::optional<ValType> type;
};
struct Record {
    std::vector<Field> fields;
};
struct Variant {
    std::vector<Case> cases;
};
struct List {
    ValType element;
};
struct FixedList {
    ValType element;
    std::uint32_t length;
};
struct Tuple {
    std::vector<ValType> types;
};
struct Flags {
    std::vector<std::string> labels;
};
struct Enum {
    std::vector<std::string> labels;
};
struct Option {
    ValType type;
};
struct Result {
    std::optional<ValType> ok, error;
};
struct Own {
    std::uint32_t resource;
};
struct Borrow {
    std::uint32_t resource;
};
struct Stream {
    std::optional<ValType> element;
};
struct Future {
    std::optional<ValType> payload;
};
struct Map {
    ValType key, value;
};
struct Resource {
    wasm::ValType rep;
    std::optional<std::uint32_t> destructor; ///< a core function
};
struct Func {
    bool async = false;
    std::vector<Field> params;
    std::optional<ValType> result;
};
struct Declarator;
struct ComponentType {
    std::vector<Declarator> declarators;
};
struct InstanceType {
    std::vector<Declarator> declarators;
};
using TypeKind =
    std::variant<Primitive, Record, Variant, List, FixedList, Tuple, Flags, Enum, Option, Result,
                 Own, Borrow, Stream, Future, Map, Resource, Func, ComponentType, InstanceType>;
struct Type {
    std::uint64_t offset = 0; ///< of its first byte, in the whole file
    TypeKind kind;
};

struct CoreType;
struct ModuleType {
    std::vector<struct ModuleDeclarator> declarators;
};

struct Alias {
    /// The export of an instance, or (where the sort is a core one) of a core instance.
    struct Export {
        std::uint32_t instance;
        std::string name;
    };
    struct Outer {
        std::uint32_t count, index;
    };
    std::uint64_t offset = 0;
    Sort sort;
    CoreSort core = {};
    std::variant<Export, Outer> target;
};

/// The type of an import or export.
struct ExternType {
    enum class Bound : std::uint8_t { eq, sub_resource };
    Sort sort;               ///< `core` means a core module
    Bound bound = Bound::eq; ///< of types; of values that are ascribed a type it is not `eq`
    ValType value = {};      ///< of values that are ascribed a type
    std::uint32_t index = 0; ///< of the type, or of the value that `eq` names
};

struct Import {
    std::uint64_t offset = 0;
    ExternName name;
    ExternType type;
};
/// In a component or instance type.
struct ExportDecl {
    std::uint64_t offset = 0;
    ExternName name;
    ExternType type;
};
struct Export {
    std::uint64_t offset = 0;
    ExternName name;
    SortIdx what;
    std::optional<ExternType> type;
};

struct CoreType {
    std::uint64_t offset = 0;
    std::variant<wasm::RecType, ModuleType> kind;
};
struct Declarator {
    std::variant<CoreType, Type, Alias, Import, ExportDecl> kind;
};
/// In a module type.
struct ModuleDeclarator {
    struct Import {
        std::string module, name;
        wasm::ExternType type;
    };
    struct Export {
        std::string name;
        wasm::ExternType type;
    };
    std::uint64_t offset = 0;
    std::variant<Import, wasm::RecType, Alias, Export> kind;
};

// --- instances

struct CoreInstance {
    struct Instantiate {
        struct Argument {
            std::string name;
            std::uint32_t instance;
        };
        std::uint32_t module;
        std::vector<Argument> arguments;
    };
    struct Export {
        std::string name;
        CoreSort sort;
        std::uint32_t index;
    };
    std::uint64_t offset = 0;
    std::variant<Instantiate, std::vector<Export>> kind;
};
struct Instance {
    struct Instantiate {
        struct Argument {
            std::string name;
            SortIdx what;
        };
        std::uint32_t component;
        std::vector<Argument> arguments;
    };
    struct Export {
        ExternName name;
        SortIdx what;
    };
    std::uint64_t offset = 0;
    std::variant<Instantiate, std::vector<Export>> kind;
};

// --- canonical definitions

/// The rows of `canon.def`; values are the codes of the binary format.
enum class CanonOp : std::uint8_t {
#define TENON_CANON(name, code, text, immediates) name = code,
#include "component/canon.def"
#undef TENON_CANON
};

struct CanonOption {
    enum class Kind : std::uint8_t {
        utf8,
        utf16,
        latin1_utf16,
        memory,
        realloc,
        post_return,
        async,
        callback,
        core_type,
        gc,
    };
    Kind kind;
    std::uint32_t index = 0; ///< where the kind `has_index`: of a memory, function or type
};
/// Whether a number stands behind the option's code.
[[nodiscard]] constexpr bool has_index(CanonOption::Kind kind) noexcept {
    using Kind = CanonOption::Kind;
    return kind == Kind::memory || kind == Kind::realloc || kind == Kind::post_return ||
           kind == Kind::callback || kind == Kind::core_type;
}

struct Canon {
    std::uint64_t offset = 0;
    CanonOp op;
    /// What the row's immediates of one number name, in their order.
    std::array<std::uint32_t, 2> numbers = {};
    bool flag = false;                      ///< `async` or `cancellable`
    std::optional<ValType> result;          ///< of `task.return`
    std::optional<wasm::ValType> slot_type; ///< of `context.get` and `context.set`
    std::vector<CanonOption> options;
};
struct CanonRow {
    CanonOp op;
    std::string_view text;
    std::string_view immediates;
};
/// The row of a code, or null.
[[nodiscard]] const CanonRow* canon_row(std::uint8_t code) noexcept;

struct Start {
    std::uint64_t offset = 0;
    std::uint32_t function;
    std::vector<std::uint32_t> arguments; ///< values
    std::uint32_t results;
};

// --- sections

struct Custom {
    std::string name;
    Bytes payload; ///< part of the file
};
struct CoreModule {
    Bytes whole; ///< part of the file
};
struct Component;

struct Section {
    std::uint64_t offset = 0; ///< of its content, in the whole file
    std::variant<Custom, CoreModule, std::vector<CoreInstance>, std::vector<CoreType>,
                 std::vector<Component>, std::vector<Instance>, std::vector<Alias>,
                 std::vector<Type>, std::vector<Canon>, Start, std::vector<Import>,
                 std::vector<Export>>
        kind;
};

/// Views in it (custom sections, core modules) look into the bytes that were decoded.
struct Component {
    std::uint64_t offset = 0; ///< of its preamble
    std::vector<Section> sections;
};

} // namespace tenon::component::ast
