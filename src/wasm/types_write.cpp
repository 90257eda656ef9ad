// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/types.hpp"

#include "base/leb128.hpp"

namespace tenon::wasm {
namespace {

using base::append_signed_leb, base::append_unsigned_leb;

void append(Buffer& out, const FieldType& field) {
    if (field.storage.packed == Storage::Packed::no)
        append(out, field.storage.type);
    else
        out.push_back(static_cast<Byte>(field.storage.packed));
    out.push_back(field.is_mutable ? 1 : 0);
}

void append(Buffer& out, const FuncType& type) {
    out.push_back(0x60);
    for (const auto* const list : {&type.params, &type.results}) {
        append_unsigned_leb(out, list->size());
        for (const auto& one : *list)
            append(out, one);
    }
}

void append(Buffer& out, const StructType& type) {
    out.push_back(0x5f);
    append_unsigned_leb(out, type.fields.size());
    for (const auto& field : type.fields)
        append(out, field);
}

void append(Buffer& out, const ArrayType& type) {
    out.push_back(0x5e);
    append(out, type.element);
}

void append(Buffer& out, const SubType& type) {
    if (!type.is_plain) {
        out.push_back(type.is_final ? 0x4f : 0x50);
        append_unsigned_leb(out, type.supertypes.empty() ? 0 : 1);
        for (const auto index : type.supertypes)
            append_unsigned_leb(out, index);
    }
    std::visit([&](const auto& composite) { append(out, composite); }, type.composite);
}

void append_limits(Buffer& out, const MemoryType& type) {
    const auto& limits = type.limits;
    out.push_back(static_cast<Byte>((limits.max ? 1 : 0) | (limits.is_shared ? 2 : 0) |
                                    (limits.is_64 ? 4 : 0) | (type.page_size_log2 ? 8 : 0)));
    append_unsigned_leb(out, limits.min);
    if (limits.max)
        append_unsigned_leb(out, *limits.max);
    if (type.page_size_log2)
        append_unsigned_leb(out, *type.page_size_log2);
}

struct AppendExtern {
    Buffer& out;
    void operator()(FuncRef func) const {
        out.push_back(0x00);
        append_unsigned_leb(out, func.type);
    }
    void operator()(const TableType& table) const {
        out.push_back(0x01);
        append(out, table.element);
        append_limits(out, {table.limits, std::nullopt});
    }
    void operator()(const MemoryType& memory) const {
        out.push_back(0x02);
        append_limits(out, memory);
    }
    void operator()(const GlobalType& global) const {
        out.push_back(0x03);
        append(out, global.type);
        out.push_back(global.is_mutable ? 1 : 0);
    }
    void operator()(TagType tag) const {
        out.push_back(0x04);
        out.push_back(0x00);
        append_unsigned_leb(out, tag.type);
    }
};

} // namespace

void append(Buffer& out, ValType type) {
    if (!type.is_reference()) {
        out.push_back(static_cast<Byte>(type.kind()));
        return;
    }
    const bool is_abstract = type.kind() == ValType::Kind::ref;
    if (!is_abstract || !type.is_nullable())
        out.push_back(type.is_nullable() ? 0x63 : 0x64);
    if (is_abstract)
        out.push_back(static_cast<Byte>(type.heap()));
    else
        append_signed_leb(out, type.type());
}

void append(Buffer& out, const RecType& type) {
    if (!type.is_plain) {
        out.push_back(0x4e);
        append_unsigned_leb(out, type.types.size());
    }
    for (const auto& one : type.types)
        append(out, one);
}

void append(Buffer& out, const ExternType& type) {
    std::visit(AppendExtern{out}, type);
}

} // namespace tenon::wasm
