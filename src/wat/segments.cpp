// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Element and data segments, those inside tables and memories too.
//
// Source: https://webassembly.github.io/spec/core/binary/modules.html#element-section
#include "base/leb128.hpp"
#include "wat/module_parser.hpp"

#include <fmt/core.h>

namespace tenon::wat {

using base::append_unsigned_leb;

namespace {

// Bits of the number that begins a segment.
constexpr Byte is_not_active = 1;
constexpr Byte has_index = 2; ///< of a table or memory; or, of one that is not active, declared
constexpr Byte has_expressions = 4;
constexpr Byte kind_func = 0;

void append_end(Buffer& out) {
    out.push_back(static_cast<Byte>(wasm::row_of(Op::end).code));
}

void append_bytes(Buffer& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

constexpr auto funcref = ValType::ref(wasm::Heap::func, true);

} // namespace

/// Instructions up to `)`, and `end`.
Result<> ModuleParser::expression(Buffer& out) {
    TENON_TRY(code_.expression(out));
    append_end(out);
    return {};
}

/// `(offset …)`, or one instruction in parentheses.
Result<> ModuleParser::offset(Buffer& out) {
    if (in_.take_form("offset")) {
        TENON_TRY(expression(out));
        return in_.expect_close();
    }
    TENON_TRY(code_.folded_instruction(out));
    append_end(out);
    return {};
}

void ModuleParser::zero_offset(Buffer& out, bool is_64) {
    out.push_back(static_cast<Byte>(wasm::row_of(is_64 ? Op::i64_const : Op::i32_const).code));
    out.push_back(0);
    append_end(out);
}

// Elements

/// Functions by index.
Result<std::uint32_t> ModuleParser::elem_indices(Buffer& out) {
    std::uint32_t count = 0;
    for (; Names::at_index(in_); ++count)
        append_unsigned_leb(out, TENON_TRY(context_.names.index(in_, Space::func)));
    return count;
}

/// `(item …)`, or instructions in parentheses.
Result<std::uint32_t> ModuleParser::elem_expressions(Buffer& out) {
    std::uint32_t count = 0;
    for (; in_.at(TokenKind::open); ++count) {
        if (in_.take_form("item")) {
            TENON_TRY(expression(out));
            TENON_TRY(in_.expect_close());
        } else {
            TENON_TRY(code_.folded_instruction(out));
            append_end(out);
        }
    }
    return count;
}

/// The number of elements and they, up to `)`; the type where they are expressions. Functions by
/// index stand behind `func`, or alone where `may_be_bare`.
Result<> ModuleParser::elem_list(Buffer& list, std::optional<ValType>& type, bool may_be_bare) {
    Buffer elements;
    std::uint32_t count = 0;
    if (at_ref_type(in_)) {
        type = TENON_TRY(read_ref_type(in_, context_.names));
        count = TENON_TRY(elem_expressions(elements));
    } else {
        if (!in_.take_keyword("func") && !may_be_bare)
            return fail(in_.unexpected("`func` or the type of the elements"));
        count = TENON_TRY(elem_indices(elements));
    }
    append_unsigned_leb(list, count);
    append_bytes(list, elements);
    return {};
}

Result<> ModuleParser::elem() {
    define(Space::elem);
    TENON_TRY(read_naming(in_));
    Byte flags = 0;
    bool may_be_bare = true; // in the spellings of old
    std::optional<std::uint32_t> table;
    Buffer place, list;
    std::optional<ValType> type;
    if (in_.take_keyword("declare")) {
        flags = is_not_active | has_index;
    } else {
        if (in_.take_form("table")) {
            table = TENON_TRY(context_.names.index(in_, Space::table));
            TENON_TRY(in_.expect_close());
            may_be_bare = false;
        } else if (Names::at_index(in_) &&
                   (in_.ahead().kind == TokenKind::open)) { // an older spelling
            table = TENON_TRY(context_.names.index(in_, Space::table));
        }
        if (table || (in_.at(TokenKind::open) && !in_.at_form("ref")))
            TENON_TRY(offset(place));
        else
            flags = is_not_active;
    }
    may_be_bare = may_be_bare && (flags & is_not_active) == 0;
    TENON_TRY(elem_list(list, type, may_be_bare));
    if (type)
        flags |= has_expressions;
    if ((flags & is_not_active) == 0 && (table || (type && *type != funcref)))
        flags |= has_index;
    auto& elems = section(SectionKind::elem);
    ++elems.count;
    auto& out = elems.bytes;
    out.push_back(flags);
    if ((flags & is_not_active) == 0 && (flags & has_index) != 0)
        append_unsigned_leb(out, table.value_or(0));
    append_bytes(out, place);
    if ((flags & (is_not_active | has_index)) != 0) {
        if (type)
            wasm::append(out, *type);
        else
            out.push_back(kind_func);
    }
    append_bytes(out, list);
    return {};
}

/// `(elem …)` inside of a table: its size is the number of elements.
Result<> ModuleParser::elem_of_table(std::uint32_t table, ValType element, bool is_64) {
    define(Space::elem);
    TENON_TRY(in_.expect_form("elem"));
    Buffer elements;
    std::uint32_t count = 0;
    // Functions by index are of `funcref`; for any other type they must be expressions.
    const bool are_indices = !in_.at(TokenKind::open);
    const bool are_expressions = !are_indices || element != funcref;
    if (!are_indices)
        count = TENON_TRY(elem_expressions(elements));
    else if (!are_expressions)
        count = TENON_TRY(elem_indices(elements));
    for (; are_indices && Names::at_index(in_); ++count) {
        elements.push_back(static_cast<Byte>(wasm::row_of(Op::ref_func).code));
        append_unsigned_leb(elements, TENON_TRY(context_.names.index(in_, Space::func)));
        append_end(elements);
    }
    TENON_TRY(in_.expect_close());

    auto& tables = section(SectionKind::table);
    ++tables.count;
    wasm::TableType type{element, {}};
    type.limits.min = count;
    type.limits.max = count;
    type.limits.is_64 = is_64;
    append_type(tables.bytes, type);

    auto& elems = section(SectionKind::elem);
    ++elems.count;
    auto& out = elems.bytes;
    // The long form even for table 0, as others write it.
    out.push_back(static_cast<Byte>(has_index | (are_expressions ? has_expressions : 0)));
    append_unsigned_leb(out, table);
    zero_offset(out, is_64);
    if (are_expressions)
        wasm::append(out, element);
    else
        out.push_back(kind_func);
    append_unsigned_leb(out, count);
    append_bytes(out, elements);
    return {};
}

// Data

Result<> ModuleParser::data_strings(Buffer& out) {
    while (!in_.at(TokenKind::close)) {
        const auto bytes = TENON_TRY(in_.string("a string"));
        append_bytes(out, as_bytes(bytes));
    }
    return {};
}

/// Strings, and numbers as they lie in memory.
Result<> ModuleParser::data_content(Buffer& out) {
    while (!in_.at(TokenKind::close)) {
        if (in_.at(TokenKind::string)) {
            const auto bytes = TENON_TRY(in_.string("a string"));
            append_bytes(out, as_bytes(bytes));
        } else {
            TENON_TRY(code_.data_numbers(out));
        }
    }
    return {};
}

Result<> ModuleParser::data() {
    define(Space::data);
    TENON_TRY(read_naming(in_));
    Buffer place, bytes;
    Byte flags = is_not_active;
    std::uint32_t memory = 0;
    if (in_.take_form("memory")) {
        memory = TENON_TRY(context_.names.index(in_, Space::memory));
        TENON_TRY(in_.expect_close());
        flags = memory == 0 ? 0 : has_index;
    } else if (Names::at_index(in_)) { // an older spelling
        memory = TENON_TRY(context_.names.index(in_, Space::memory));
        flags = memory == 0 ? 0 : has_index;
    } else if (in_.at(TokenKind::open) && !code_.at_data_numbers()) {
        flags = 0;
    }
    if (flags != is_not_active)
        TENON_TRY(offset(place));
    TENON_TRY(data_content(bytes));
    auto& datas = section(SectionKind::data);
    ++datas.count;
    auto& out = datas.bytes;
    out.push_back(flags);
    if (flags == has_index)
        append_unsigned_leb(out, memory);
    append_bytes(out, place);
    append_unsigned_leb(out, bytes.size());
    append_bytes(out, bytes);
    return {};
}

/// `(data …)` inside of a memory: its size is that of the bytes, in whole pages.
Result<> ModuleParser::data_of_memory(std::uint32_t memory, bool is_64,
                                      std::optional<std::uint32_t> page_size) {
    define(Space::data);
    TENON_TRY(in_.expect_form("data"));
    Buffer bytes;
    TENON_TRY(data_content(bytes));
    TENON_TRY(in_.expect_close());
    const auto page_log2 = page_size.value_or(16);
    const auto pages = (bytes.size() + (std::uint64_t{1} << page_log2) - 1) >> page_log2;

    auto& memories = section(SectionKind::memory);
    ++memories.count;
    wasm::MemoryType type;
    type.limits.min = pages;
    type.limits.max = pages;
    type.limits.is_64 = is_64;
    type.page_size_log2 = page_size;
    append_type(memories.bytes, type);

    auto& datas = section(SectionKind::data);
    ++datas.count;
    auto& out = datas.bytes;
    out.push_back(memory == 0 ? 0 : has_index);
    if (memory != 0)
        append_unsigned_leb(out, memory);
    zero_offset(out, is_64);
    append_unsigned_leb(out, bytes.size());
    append_bytes(out, bytes);
    return {};
}

} // namespace tenon::wat
