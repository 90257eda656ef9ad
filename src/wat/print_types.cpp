// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_types.hpp"

#include "wasm/type_text.hpp"

namespace tenon::wat {
namespace {

using wasm::Heap;
using wasm::ValType;

/// The abbreviation for a nullable reference to it.
std::string_view reference_text(Heap heap) noexcept {
    switch (heap) {
    case Heap::noexn: return "nullexnref";
    case Heap::nofunc: return "nullfuncref";
    case Heap::noextern: return "nullexternref";
    case Heap::none: return "nullref";
    case Heap::func: return "funcref";
    case Heap::extern_: return "externref";
    case Heap::any: return "anyref";
    case Heap::eq: return "eqref";
    case Heap::i31: return "i31ref";
    case Heap::struct_: return "structref";
    case Heap::array: return "arrayref";
    case Heap::exn: return "exnref";
    }
    return "";
}

void put_field(PrintLayout& to, const PrintScope& in, const wasm::FieldType& field) {
    if (field.is_mutable)
        to.put("(mut ");
    switch (field.storage.packed) {
    case wasm::Storage::Packed::i8: to.put("i8"); break;
    case wasm::Storage::Packed::i16: to.put("i16"); break;
    case wasm::Storage::Packed::no: put_type(to, in, field.storage.type); break;
    }
    if (field.is_mutable)
        to.put(')');
}

void put_struct(PrintLayout& to, const PrintScope& in, const wasm::StructType& type,
                std::uint32_t index) {
    PrintSpace names("field", "field");
    in.names.fields.select(index, names, true);
    std::uint32_t at = 0;
    for (const auto& field : type.fields) {
        to.put(" (field ");
        if (const auto* const name = names.find(at)) {
            names.put_identifier(to, *name);
            to.put(' ');
        } else if (to.options().name_unnamed) {
            to.put("$#field");
            to.put_number(at);
            to.put(' ');
        }
        put_field(to, in, field);
        to.put(')');
        ++at;
    }
}

void put_composite(PrintLayout& to, const PrintScope& in, const wasm::SubType& type,
                   std::uint32_t index) {
    if (const auto* const func = std::get_if<wasm::FuncType>(&type.composite)) {
        to.begin("func");
        PrintSpace params("local", "local");
        in.names.type_params.select(index, params, true);
        put_signature(to, in, *func, params.empty() ? nullptr : &params);
    } else if (const auto* const fields = std::get_if<wasm::StructType>(&type.composite)) {
        to.begin("struct");
        put_struct(to, in, *fields, index);
    } else {
        to.begin("array ");
        put_field(to, in, std::get<wasm::ArrayType>(type.composite).element);
    }
    to.end();
}

void put_definition(PrintLayout& to, PrintScope& in, const wasm::SubType& type, bool of_component) {
    const auto index = static_cast<std::uint32_t>(in.types.size());
    to.begin(of_component ? "core type " : "type ");
    in.names.types.put_definition(to, index);
    to.put(' ');
    // What says `sub` without need is spelled as it was.
    if (!type.is_plain) {
        to.begin("sub ");
        if (type.is_final)
            to.put("final ");
        for (const auto super : type.supertypes) {
            in.names.types.put_index(to, super);
            to.put(' ');
        }
    }
    put_composite(to, in, type, index);
    if (!type.is_plain)
        to.end();
    to.end();
    in.types.push_back(&type);
}

void put_limits(PrintLayout& to, const wasm::Limits& limits) {
    to.put_number(limits.min);
    if (limits.max) {
        to.put(' ');
        to.put_number(*limits.max);
    }
}

void begin_table(PrintLayout& to, const PrintScope& in, const wasm::TableType& type,
                 bool is_definition) {
    to.begin("table ");
    if (is_definition) {
        in.names.tables.put_definition(to, in.tables);
        to.put(' ');
    }
    if (type.limits.is_shared)
        to.put("shared ");
    if (type.limits.is_64)
        to.put("i64 ");
    put_limits(to, type.limits);
    to.put(' ');
    put_type(to, in, type.element);
}

void begin_memory(PrintLayout& to, const PrintScope& in, const wasm::MemoryType& type,
                  bool is_definition) {
    to.begin("memory ");
    if (is_definition) {
        in.names.memories.put_definition(to, in.memories);
        to.put(' ');
    }
    if (type.limits.is_64)
        to.put("i64 ");
    put_limits(to, type.limits);
    if (type.limits.is_shared)
        to.put(" shared");
    if (!type.page_size_log2)
        return;
    to.put(" (pagesize 0x");
    to.out().put_hex(*type.page_size_log2 < 64 ? std::uint64_t{1} << *type.page_size_log2 : 0);
    to.put(')');
}

void begin_global(PrintLayout& to, const PrintScope& in, const wasm::GlobalType& type,
                  bool is_definition) {
    to.begin("global ");
    if (is_definition) {
        in.names.globals.put_definition(to, in.globals);
        to.put(' ');
    }
    if (type.is_mutable)
        to.put("(mut ");
    put_type(to, in, type.type);
    if (type.is_mutable)
        to.put(')');
}

} // namespace

void put_heap_type(PrintLayout& to, const PrintScope& in, ValType reference) {
    if (reference.kind() == ValType::Kind::ref_to)
        return in.names.types.put_index(to, reference.type());
    to.put(wasm::heap_text(reference.heap()));
}

void put_type(PrintLayout& to, const PrintScope& in, ValType type) {
    switch (type.kind()) {
    case ValType::Kind::i32: to.put("i32"); return;
    case ValType::Kind::i64: to.put("i64"); return;
    case ValType::Kind::f32: to.put("f32"); return;
    case ValType::Kind::f64: to.put("f64"); return;
    case ValType::Kind::v128: to.put("v128"); return;
    case ValType::Kind::bottom: return; // no file has it
    case ValType::Kind::ref:
        if (type.is_nullable()) {
            to.put(reference_text(type.heap()));
            return;
        }
        break;
    case ValType::Kind::ref_to: break;
    }
    to.put(type.is_nullable() ? "(ref null " : "(ref ");
    put_heap_type(to, in, type);
    to.put(')');
}

void put_type_use(PrintLayout& to, const PrintScope& in, std::uint32_t type) {
    to.put("(type ");
    in.names.types.put_index(to, type);
    to.put(')');
}

void put_signature(PrintLayout& to, const PrintScope& in, const wasm::FuncType& type,
                   const PrintSpace* locals) {
    if (!type.params.empty())
        to.put(' ');
    LocalGroups params(to, in, "param", locals);
    std::uint32_t index = 0;
    for (const auto param : type.params)
        params.put(index++, param);
    params.finish();
    if (type.results.empty())
        return;
    to.put(" (result");
    for (const auto result : type.results) {
        to.put(' ');
        put_type(to, in, result);
    }
    to.put(')');
}

void put_type_use_in_full(PrintLayout& to, const PrintScope& in, std::uint32_t type,
                          const PrintSpace* locals) {
    put_type_use(to, in, type);
    if (const auto* const func = in.func_type(type))
        put_signature(to, in, *func, locals);
}

void put_rec_type(PrintLayout& to, PrintScope& in, const wasm::RecType& group_types,
                  std::optional<std::uint64_t> offset, bool of_component) {
    if (group_types.is_plain)
        return put_definition(to, in, group_types.types.front(), of_component);
    to.begin(of_component ? "core rec" : "rec");
    for (const auto& type : group_types.types) {
        to.line(offset ? std::optional(*offset + 2) : std::nullopt);
        put_definition(to, in, type, false);
    }
    to.end();
}

void begin_extern(PrintLayout& to, const PrintScope& in, const wasm::ExternType& type,
                  bool is_definition) {
    if (const auto* const func = std::get_if<wasm::FuncRef>(&type)) {
        to.begin("func ");
        if (is_definition) {
            in.names.funcs.put_definition(to, in.funcs);
            to.put(' ');
        }
        PrintSpace params("local", "local");
        in.names.locals.select(in.funcs, params, true);
        return put_type_use_in_full(to, in, func->type, is_definition ? &params : nullptr);
    }
    if (const auto* const table = std::get_if<wasm::TableType>(&type))
        return begin_table(to, in, *table, is_definition);
    if (const auto* const memory = std::get_if<wasm::MemoryType>(&type))
        return begin_memory(to, in, *memory, is_definition);
    if (const auto* const global = std::get_if<wasm::GlobalType>(&type))
        return begin_global(to, in, *global, is_definition);
    to.begin("tag ");
    if (is_definition) {
        in.names.tags.put_definition(to, in.tags);
        to.put(' ');
    }
    PrintSpace params("local", "local");
    in.names.tag_params.select(in.tags, params, true);
    put_type_use_in_full(to, in, std::get<wasm::TagType>(type).type,
                         is_definition && !params.empty() ? &params : nullptr);
}

void define(PrintScope& in, const wasm::ExternType& type) {
    if (const auto* const func = std::get_if<wasm::FuncRef>(&type)) {
        ++in.funcs;
        in.func_types.push_back(func->type);
    } else if (const auto* const tag = std::get_if<wasm::TagType>(&type)) {
        ++in.tags;
        in.tag_types.push_back(tag->type);
    } else if (std::holds_alternative<wasm::TableType>(type)) {
        ++in.tables;
    } else if (std::holds_alternative<wasm::MemoryType>(type)) {
        ++in.memories;
    } else {
        ++in.globals;
    }
}

void put_extern_index(PrintLayout& to, const PrintScope& in, wasm::ExternKind kind,
                      std::uint32_t index) {
    switch (kind) {
    case wasm::ExternKind::func:
        to.begin("func ");
        in.names.funcs.put_index(to, index);
        break;
    case wasm::ExternKind::table:
        to.begin("table ");
        in.names.tables.put_index(to, index);
        break;
    case wasm::ExternKind::memory:
        to.begin("memory ");
        in.names.memories.put_index(to, index);
        break;
    case wasm::ExternKind::global:
        to.begin("global ");
        in.names.globals.put_index(to, index);
        break;
    case wasm::ExternKind::tag:
        to.begin("tag ");
        in.names.tags.put_index(to, index);
        break;
    }
    to.end();
}

void LocalGroups::put(std::uint32_t index, ValType type) {
    const auto* const name = names_ == nullptr ? nullptr : names_->find(index);
    if (name != nullptr)
        finish(); // one with a name stands alone
    if (!is_first_)
        to_.put(' ');
    is_first_ = false;
    if (!is_open_) {
        to_.put('(');
        to_.put(word_);
        to_.put(' ');
        is_open_ = true;
    }
    const bool is_made_up = name == nullptr && names_ != nullptr && to_.options().name_unnamed;
    if (name != nullptr) {
        names_->put_named(to_, *name);
        to_.put(' ');
    } else if (is_made_up) {
        to_.put("$#local");
        to_.put_number(index);
        to_.put(' ');
    }
    put_type(to_, in_, type);
    if (name != nullptr || is_made_up)
        finish();
}

void LocalGroups::finish() {
    if (is_open_)
        to_.put(')');
    is_open_ = false;
}

} // namespace tenon::wat
