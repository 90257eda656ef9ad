// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/encode_detail.hpp"

namespace tenon::component {
namespace {

struct AppendKind {
    Buffer& out;

    void value(const std::optional<ast::ValType>& type) const {
        append_optional(out, type, [&](ast::ValType one) { append(out, one); });
    }
    void fields(const std::vector<ast::Field>& list) const {
        append_list(out, list, [&](const ast::Field& field) {
            append(out, field.name);
            append(out, field.type);
        });
    }
    void labels(const std::vector<std::string>& list) const {
        append_list(out, list, [&](const std::string& label) { append(out, label); });
    }

    void operator()(Primitive primitive) const { append_code(out, primitive); }
    void operator()(const ast::Record& record) const {
        out.push_back(0x72);
        fields(record.fields);
    }
    void operator()(const ast::Variant& variant) const {
        out.push_back(0x71);
        append_list(out, variant.cases, [&](const ast::Case& one) {
            append(out, one.name);
            value(one.type);
            out.push_back(0x00);
        });
    }
    void operator()(const ast::List& list) const {
        out.push_back(0x70);
        append(out, list.element);
    }
    void operator()(const ast::FixedList& list) const {
        out.push_back(0x67);
        append(out, list.element);
        append(out, list.length);
    }
    void operator()(const ast::Tuple& tuple) const {
        out.push_back(0x6f);
        append_list(out, tuple.types, [&](ast::ValType type) { append(out, type); });
    }
    void operator()(const ast::Flags& flags) const {
        out.push_back(0x6e);
        labels(flags.labels);
    }
    void operator()(const ast::Enum& type) const {
        out.push_back(0x6d);
        labels(type.labels);
    }
    void operator()(const ast::Option& option) const {
        out.push_back(0x6b);
        append(out, option.type);
    }
    void operator()(const ast::Result& result) const {
        out.push_back(0x6a);
        value(result.ok);
        value(result.error);
    }
    void operator()(ast::Own own) const {
        out.push_back(0x69);
        append(out, own.resource);
    }
    void operator()(ast::Borrow borrow) const {
        out.push_back(0x68);
        append(out, borrow.resource);
    }
    void operator()(const ast::Stream& stream) const {
        out.push_back(0x66);
        value(stream.element);
    }
    void operator()(const ast::Future& future) const {
        out.push_back(0x65);
        value(future.payload);
    }
    void operator()(const ast::Map& map) const {
        out.push_back(0x63);
        append(out, map.key);
        append(out, map.value);
    }
    void operator()(const ast::Resource& resource) const {
        out.push_back(0x3f);
        wasm::append(out, resource.rep);
        append_optional(out, resource.destructor, [&](std::uint32_t func) { append(out, func); });
    }
    void operator()(const ast::Func& func) const {
        out.push_back(func.async ? 0x43 : 0x40);
        fields(func.params);
        append_results(out, func.result);
    }
    void operator()(const ast::ComponentType& type) const {
        out.push_back(0x41);
        declarators(type.declarators);
    }
    void operator()(const ast::InstanceType& type) const {
        out.push_back(0x42);
        declarators(type.declarators);
    }
    void declarators(const std::vector<ast::Declarator>& list) const;
};

struct AppendDeclarator {
    Buffer& out;
    void operator()(const ast::CoreType& type) const {
        out.push_back(0x00);
        append(out, type);
    }
    void operator()(const ast::Type& type) const {
        out.push_back(0x01);
        append(out, type);
    }
    void operator()(const ast::Alias& alias) const {
        out.push_back(0x02);
        append(out, alias);
    }
    void operator()(const ast::Import& import) const {
        out.push_back(0x03);
        append(out, import);
    }
    void operator()(const ast::ExportDecl& exported) const {
        out.push_back(0x04);
        append(out, exported.name);
        append(out, exported.type);
    }
};

void AppendKind::declarators(const std::vector<ast::Declarator>& list) const {
    append_list(out, list,
                [&](const ast::Declarator& one) { std::visit(AppendDeclarator{out}, one.kind); });
}

struct AppendModuleDeclarator {
    Buffer& out;
    void operator()(const ast::ModuleDeclarator::Import& import) const {
        out.push_back(0x00);
        append(out, import.module);
        append(out, import.name);
        wasm::append(out, import.type);
    }
    void operator()(const wasm::RecType& type) const {
        out.push_back(0x01);
        wasm::append(out, type);
    }
    void operator()(const ast::Alias& alias) const {
        out.push_back(0x02);
        const auto& outer = std::get<ast::Alias::Outer>(alias.target);
        append_code(out, alias.core);
        out.push_back(0x01);
        append(out, outer.count);
        append(out, outer.index);
    }
    void operator()(const ast::ModuleDeclarator::Export& exported) const {
        out.push_back(0x03);
        append(out, exported.name);
        wasm::append(out, exported.type);
    }
};

} // namespace

void append(Buffer& out, ast::ValType type) {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        append_code(out, *primitive);
    else
        base::append_signed_leb(out, std::get<ast::TypeRef>(type).index);
}

void append_results(Buffer& out, const std::optional<ast::ValType>& result) {
    out.push_back(result ? 0x00 : 0x01);
    if (result)
        append(out, *result);
    else
        out.push_back(0x00);
}

void append(Buffer& out, const ast::ExternType& type) {
    append_code(out, type.sort);
    if (type.sort == Sort::core)
        out.push_back(0x11);
    if (type.sort == Sort::type) {
        append_code(out, type.bound);
        if (type.bound == ast::ExternType::Bound::sub_resource)
            return;
    }
    if (type.sort == Sort::value) {
        const bool is_eq = type.bound == ast::ExternType::Bound::eq;
        out.push_back(is_eq ? 0x00 : 0x01);
        if (!is_eq) {
            append(out, type.value);
            return;
        }
    }
    append(out, type.index);
}

void append(Buffer& out, const ast::Type& type) {
    std::visit(AppendKind{out}, type.kind);
}

void append(Buffer& out, const ast::CoreType& type) {
    if (const auto* const module = std::get_if<ast::ModuleType>(&type.kind)) {
        out.push_back(0x50);
        append_list(out, module->declarators, [&](const ast::ModuleDeclarator& one) {
            std::visit(AppendModuleDeclarator{out}, one.kind);
        });
        return;
    }
    const auto& rec = std::get<wasm::RecType>(type.kind);
    if (rec.is_plain && !rec.types.front().is_plain && !rec.types.front().is_final)
        out.push_back(0x00);
    wasm::append(out, rec);
}

} // namespace tenon::component
