// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/core_module.hpp"

#include "base/leb128.hpp"
#include "wasm/op_reader.hpp"

namespace tenon::compose {
namespace {

using base::append_unsigned_leb;

void append(Buffer& out, std::string_view text) {
    append_unsigned_leb(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}
void append(Buffer& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

wasm::RecType alone(const wasm::FuncType& type) {
    wasm::SubType one;
    one.composite = type;
    wasm::RecType group;
    group.types.push_back(std::move(one));
    return group;
}

/// What a type looks like inside an import, behind the byte of its kind.
Buffer without_kind(const wasm::ExternType& type) {
    Buffer bytes;
    wasm::append(bytes, type);
    bytes.erase(bytes.begin());
    return bytes;
}

Buffer entry(const Code& code, std::span<const wasm::ValType> locals) {
    Buffer body;
    append_unsigned_leb(body, locals.size());
    for (const auto local : locals) {
        append_unsigned_leb(body, 1);
        wasm::append(body, local);
    }
    append(body, code.bytes());
    return body;
}

void append_custom(Buffer& out, std::string_view name, Bytes payload) {
    out.push_back(0);
    append_unsigned_leb(out, base::unsigned_leb_size(name.size()) + name.size() + payload.size());
    append(out, name);
    append(out, payload);
}

} // namespace

// --- code

Code& Code::op(wasm::Op op) {
    return this->op(op, 0, 0);
}
Code& Code::op(wasm::Op op, std::uint32_t index) {
    return this->op(op, index, 0);
}
Code& Code::op(wasm::Op op, std::uint32_t first, std::uint32_t second) {
    wasm::Instruction instruction;
    instruction.row = &wasm::row_of(op);
    instruction.index = first;
    instruction.second = second;
    wasm::append(bytes_, instruction);
    return *this;
}
Code& Code::end() {
    return op(wasm::Op::end);
}
Code& Code::trap() {
    return op(wasm::Op::unreachable);
}
Code& Code::call(std::uint32_t function) {
    return op(wasm::Op::call, function);
}
Code& Code::local_get(std::uint32_t local) {
    return op(wasm::Op::local_get, local);
}
Code& Code::global_get(std::uint32_t global) {
    return op(wasm::Op::global_get, global);
}
Code& Code::global_set(std::uint32_t global) {
    return op(wasm::Op::global_set, global);
}
Code& Code::constant(std::int32_t value) {
    wasm::Instruction instruction;
    instruction.row = &wasm::row_of(wasm::Op::i32_const);
    instruction.bits = static_cast<std::uint64_t>(std::int64_t{value});
    wasm::append(bytes_, instruction);
    return *this;
}

Code& Code::constant64(std::int64_t value) {
    wasm::Instruction instruction;
    instruction.row = &wasm::row_of(wasm::Op::i64_const);
    instruction.bits = static_cast<std::uint64_t>(value);
    wasm::append(bytes_, instruction);
    return *this;
}

// --- definitions

std::uint32_t CoreModule::new_type(const wasm::FuncType& type) {
    wasm::append(type_section_.bytes, alone(type));
    ++type_section_.count;
    return types_++;
}

std::uint32_t CoreModule::type(const wasm::FuncType& of) {
    Buffer spelled;
    wasm::append(spelled, alone(of));
    const auto [there, is_new] = known_types_.emplace(std::string(as_text(spelled)), types_);
    return is_new ? new_type(of) : there->second;
}

std::uint32_t CoreModule::import(std::string_view module, std::string_view name,
                                 const wasm::ExternType& type) {
    append(imports_.bytes, module);
    append(imports_.bytes, name);
    wasm::append(imports_.bytes, type);
    ++imports_.count;
    return counts_[type.index()]++;
}

std::uint32_t CoreModule::declare(std::uint32_t type) {
    append_unsigned_leb(functions_.bytes, type);
    ++functions_.count;
    return counts_[0]++;
}

void CoreModule::body(Bytes body) {
    append_unsigned_leb(code_.bytes, body.size());
    append(code_.bytes, body);
    ++code_.count;
}

void CoreModule::body(const Code& code, std::span<const wasm::ValType> locals) {
    body(entry(code, locals));
}

std::uint32_t CoreModule::function(std::uint32_t type, Bytes of) {
    body(of);
    return declare(type);
}

std::uint32_t CoreModule::function(std::uint32_t type, const Code& code,
                                   std::span<const wasm::ValType> locals) {
    return function(type, entry(code, locals));
}

std::uint32_t CoreModule::table(const wasm::TableType& type) {
    append(tables_.bytes, without_kind(type));
    ++tables_.count;
    return counts_[static_cast<std::size_t>(wasm::ExternKind::table)]++;
}

std::uint32_t CoreModule::memory(const wasm::MemoryType& type) {
    append(memories_.bytes, without_kind(type));
    ++memories_.count;
    return counts_[static_cast<std::size_t>(wasm::ExternKind::memory)]++;
}

std::uint32_t CoreModule::global(const wasm::GlobalType& type, Bytes init) {
    append(globals_.bytes, without_kind(type));
    append(globals_.bytes, init);
    ++globals_.count;
    return counts_[static_cast<std::size_t>(wasm::ExternKind::global)]++;
}

std::uint32_t CoreModule::global(const wasm::GlobalType& type, const Code& init) {
    return global(type, Bytes(init.bytes()));
}

void CoreModule::export_(std::string_view name, wasm::ExternKind kind, std::uint32_t index) {
    append(exports_.bytes, name);
    exports_.bytes.push_back(static_cast<Byte>(kind));
    append_unsigned_leb(exports_.bytes, index);
    ++exports_.count;
}

void CoreModule::fill_table(const std::vector<std::uint32_t>& functions) {
    append_unsigned_leb(elements_.bytes, 0);
    append(elements_.bytes, Code().constant(0).end().bytes());
    append_unsigned_leb(elements_.bytes, functions.size());
    for (const auto function : functions)
        append_unsigned_leb(elements_.bytes, function);
    ++elements_.count;
}

void CoreModule::declare_references(const std::vector<std::uint32_t>& functions) {
    append_unsigned_leb(elements_.bytes, 3);
    elements_.bytes.push_back(0); // of functions
    append_unsigned_leb(elements_.bytes, functions.size());
    for (const auto function : functions)
        append_unsigned_leb(elements_.bytes, function);
    ++elements_.count;
}

// --- names, and the whole

void CoreModule::name_function(std::uint32_t index, std::string_view name) {
    function_names_.emplace(index, name);
}
void CoreModule::name_global(std::uint32_t index, std::string_view name) {
    global_names_.emplace(index, name);
}

void CoreModule::forget_names() {
    module_name_.clear();
    function_names_.clear();
    global_names_.clear();
}

void CoreModule::custom(std::string_view name, Bytes payload) {
    append_custom(customs_, name, payload);
}

bool CoreModule::is_empty() const noexcept {
    return functions_.count == 0 && exports_.count == 0 && elements_.count == 0 && !start_;
}

Buffer CoreModule::name_section() const {
    Buffer out;
    const auto part = [&](Byte id, const Buffer& content) {
        out.push_back(id);
        append_unsigned_leb(out, content.size());
        append(out, content);
    };
    const auto map = [&](Byte id, const Names& names) {
        if (names.empty())
            return;
        Buffer content;
        append_unsigned_leb(content, names.size());
        for (const auto& [index, name] : names) {
            append_unsigned_leb(content, index);
            append(content, name);
        }
        part(id, content);
    };
    if (!module_name_.empty()) {
        Buffer content;
        append(content, module_name_);
        part(0, content);
    }
    map(1, function_names_);
    map(7, global_names_);
    return out;
}

void CoreModule::append_section(Buffer& out, Byte id, const List& list) {
    if (list.count == 0)
        return;
    out.push_back(id);
    append_unsigned_leb(out, base::unsigned_leb_size(list.count) + list.bytes.size());
    append_unsigned_leb(out, list.count);
    append(out, list.bytes);
}

Buffer CoreModule::finish() const {
    Buffer out{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
    append_section(out, 1, type_section_);
    append_section(out, 2, imports_);
    append_section(out, 3, functions_);
    append_section(out, 4, tables_);
    append_section(out, 5, memories_);
    append_section(out, 6, globals_);
    append_section(out, 7, exports_);
    if (start_) {
        out.push_back(8);
        append_unsigned_leb(out, base::unsigned_leb_size(*start_));
        append_unsigned_leb(out, *start_);
    }
    append_section(out, 9, elements_);
    append_section(out, 10, code_);
    append(out, customs_);
    if (const auto names = name_section(); !names.empty())
        append_custom(out, "name", names);
    return out;
}

} // namespace tenon::compose
