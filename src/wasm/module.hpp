// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A core module as its binary spells it: definitions by index, expressions and bodies as bytes that
// have not been looked into. Validator, printer and compilers start from this.
//
// Source: https://webassembly.github.io/spec/core/binary/modules.html
#pragma once

#include "wasm/types.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::wasm {

/// Bytes of the file that hold operators, `end` included.
struct Expression {
    Bytes bytes;
    std::uint64_t offset = 0; ///< of the first byte, in the whole file
};

struct Import {
    std::string_view module, name;
    ExternType type;
    std::uint64_t offset = 0;
};
struct Function {
    std::uint32_t type;
    std::uint64_t offset = 0;
};
struct Table {
    TableType type;
    std::optional<Expression> init; ///< the form with 0x40 0x00 in front
    std::uint64_t offset = 0;
};
struct Memory {
    MemoryType type;
    std::uint64_t offset = 0;
};
struct Global {
    GlobalType type;
    Expression init;
    std::uint64_t offset = 0;
};
struct Tag {
    TagType type;
    std::uint64_t offset = 0;
};

enum class ExternKind : std::uint8_t { func, table, memory, global, tag };
struct Export {
    std::string_view name;
    ExternKind kind;
    std::uint32_t index;
    std::uint64_t offset = 0;
};

enum class SegmentMode : std::uint8_t { active, passive, declarative };
struct Element {
    SegmentMode mode = SegmentMode::active;
    std::uint8_t flags = 0;  ///< the number in front, which says how it is spelled
    std::uint32_t table = 0; ///< of an active one
    Expression table_offset; ///< of an active one
    ValType type;            ///< of each item
    std::variant<std::vector<std::uint32_t>, std::vector<Expression>>
        items; ///< functions, or expressions
    std::uint64_t offset = 0;
};
struct Data {
    SegmentMode mode = SegmentMode::active;
    std::uint8_t flags = 0;
    std::uint32_t memory = 0;
    Expression memory_offset;
    Bytes bytes;
    std::uint64_t offset = 0;
};

/// An entry of the code section: locals, then operators.
struct Body {
    Bytes bytes;
    std::uint64_t offset = 0; ///< of the locals' count
};

struct CustomSection {
    std::string_view name;
    Bytes payload;
    std::uint8_t after = 0; ///< id of the last section before it that is not custom; 0: none
    std::uint64_t offset = 0;
};

/// Views look into the bytes that were decoded, which must outlive it.
struct Module {
    std::vector<RecType> types; ///< one entry a group; `type_offsets` counts types
    std::vector<std::uint64_t> type_offsets;
    std::vector<Import> imports;
    std::vector<Function> functions; ///< without those imported; so below
    std::vector<Table> tables;
    std::vector<Memory> memories;
    std::vector<Tag> tags;
    std::vector<Global> globals;
    std::vector<Export> exports;
    std::optional<std::uint32_t> start;
    std::uint64_t start_offset = 0;
    std::vector<Element> elements;
    std::optional<std::uint32_t> data_count;
    std::vector<Body> bodies;
    std::vector<Data> datas;
    std::vector<CustomSection> customs;
};

/// `malformed`, `truncated`, or `limit`, with the offset and the section. Sections are in their
/// order, functions and bodies as many as each other, data segments as many as were promised;
/// bodies are not looked into.
Result<Module> decode_module(Bytes data, std::uint64_t base = 0);

} // namespace tenon::wasm
