// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Type definitions.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions
#include "component/decode_detail.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

Result<std::uint32_t> index(Input& in) {
    return in.u32();
}

Result<ast::Field> read_field(Input& in) {
    ast::Field field;
    field.name = TENON_TRY(read_name(in));
    field.type = TENON_TRY(read_component_val_type(in));
    return field;
}

Result<ast::Case> read_case(Input& in) {
    ast::Case one;
    one.name = TENON_TRY(read_name(in));
    one.type = TENON_TRY(read_optional(in, read_component_val_type));
    if (const auto end = TENON_TRY(in.u8()); end != 0)
        return fail(
            in.error_at(in.offset() - 1, Errc::malformed, "a case of a variant ends with 0x00"));
    return one;
}

Result<ast::Resource> read_resource(Input& in) {
    ast::Resource resource;
    resource.rep = TENON_TRY(wasm::read_val_type(in));
    resource.destructor = TENON_TRY(read_optional(in, index));
    return resource;
}

Result<ast::Func> read_func(Input& in, bool is_async) {
    ast::Func func;
    func.async = is_async;
    func.params = TENON_TRY(read_vector<ast::Field>(in, read_field, max_params));
    const auto code = TENON_TRY(in.u8());
    if (code == 0x00) {
        func.result = TENON_TRY(read_component_val_type(in));
        return func;
    }
    if (code != 0x01)
        return fail(no_such(in, "list of results", code));
    if (const auto count = TENON_TRY(in.u8()); count != 0)
        return fail(
            in.error_at(in.offset() - 1, Errc::malformed, "a list of named results is empty"));
    return func;
}

Result<ast::ExportDecl> read_export_decl(Input& in, std::uint64_t offset) {
    ast::ExportDecl one;
    one.offset = offset;
    one.name = TENON_TRY(read_extern_name(in));
    one.type = TENON_TRY(read_component_extern_type(in));
    return one;
}

/// Of component types; those of instance types are the same without imports.
Result<ast::Declarator> read_declarator(Input& in, bool with_imports, int depth) {
    const auto offset = in.offset();
    const auto code = TENON_TRY(in.u8());
    ast::Declarator one;
    switch (code) {
    case 0x00: one.kind = TENON_TRY(read_core_type(in)); return one;
    case 0x01: one.kind = TENON_TRY(read_type(in, depth + 1)); return one;
    case 0x02: one.kind = TENON_TRY(read_alias(in)); return one;
    case 0x04: one.kind = TENON_TRY(read_export_decl(in, offset)); return one;
    case 0x03:
        if (with_imports) {
            one.kind = TENON_TRY(read_import(in));
            return one;
        }
        [[fallthrough]];
    default:
        return fail(no_such(
            in, with_imports ? "declarator of a component type" : "declarator of an instance type",
            code));
    }
}

Result<std::vector<ast::Declarator>> read_declarators(Input& in, bool with_imports, int depth) {
    if (depth >= max_type_depth)
        return fail(in.error(Errc::limit, "types are nested too deeply"));
    return read_vector<ast::Declarator>(
        in, [=](Input& from) { return read_declarator(from, with_imports, depth); });
}

Result<ast::TypeKind> read_kind(Input& in, int depth) {
    const auto code = TENON_TRY(in.u8());
    if (const auto primitive = primitive_of(code))
        return *primitive;
    const auto value = [&] { return read_component_val_type(in); };
    const auto optional_value = [&] { return read_optional(in, read_component_val_type); };
    switch (code) {
    case 0x72: return ast::Record{TENON_TRY(read_vector<ast::Field>(in, read_field, max_members))};
    case 0x71: return ast::Variant{TENON_TRY(read_vector<ast::Case>(in, read_case, max_members))};
    case 0x70: return ast::List{TENON_TRY(value())};
    case 0x67: {
        const auto element = TENON_TRY(value());
        const auto length = TENON_TRY(in.u32());
        return ast::FixedList{element, length};
    }
    case 0x6f:
        return ast::Tuple{
            TENON_TRY(read_vector<ast::ValType>(in, read_component_val_type, max_members))};
    case 0x6e: return ast::Flags{TENON_TRY(read_vector<std::string>(in, read_name, max_members))};
    case 0x6d: return ast::Enum{TENON_TRY(read_vector<std::string>(in, read_name, max_members))};
    case 0x6b: return ast::Option{TENON_TRY(value())};
    case 0x6a: {
        const auto ok = TENON_TRY(optional_value());
        const auto error = TENON_TRY(optional_value());
        return ast::Result{ok, error};
    }
    case 0x69: return ast::Own{TENON_TRY(in.u32())};
    case 0x68: return ast::Borrow{TENON_TRY(in.u32())};
    case 0x66: return ast::Stream{TENON_TRY(optional_value())};
    case 0x65: return ast::Future{TENON_TRY(optional_value())};
    case 0x63: {
        const auto key = TENON_TRY(value());
        const auto mapped = TENON_TRY(value());
        return ast::Map{key, mapped};
    }
    case 0x3f: return TENON_TRY(read_resource(in));
    case 0x40: return TENON_TRY(read_func(in, false));
    case 0x43: return TENON_TRY(read_func(in, true));
    case 0x41: return ast::ComponentType{TENON_TRY(read_declarators(in, true, depth))};
    case 0x42: return ast::InstanceType{TENON_TRY(read_declarators(in, false, depth))};
    default: return fail(no_such(in, "type", code));
    }
}

Result<ast::ModuleDeclarator> read_module_declarator(Input& in) {
    ast::ModuleDeclarator one;
    one.offset = in.offset();
    const auto code = TENON_TRY(in.u8());
    switch (code) {
    case 0x00: {
        ast::ModuleDeclarator::Import import;
        import.module = TENON_TRY(read_name(in));
        import.name = TENON_TRY(read_name(in));
        import.type = TENON_TRY(wasm::read_extern_type(in));
        one.kind = std::move(import);
        return one;
    }
    case 0x01: one.kind = TENON_TRY(wasm::read_rec_type(in)); return one;
    case 0x02: {
        const auto sort = TENON_TRY(in.u8());
        const auto target = TENON_TRY(in.u8());
        if (sort != 0x10 || target != 0x01)
            return fail(in.error_at(in.offset() - 2, Errc::malformed,
                                    "a module type has aliases of outer core types only"));
        const auto count = TENON_TRY(in.u32());
        const auto type = TENON_TRY(in.u32());
        one.kind =
            ast::Alias{one.offset, Sort::core, CoreSort::type, ast::Alias::Outer{count, type}};
        return one;
    }
    case 0x03: {
        ast::ModuleDeclarator::Export exported;
        exported.name = TENON_TRY(read_name(in));
        exported.type = TENON_TRY(wasm::read_extern_type(in));
        one.kind = std::move(exported);
        return one;
    }
    default: return fail(no_such(in, "declarator of a module type", code));
    }
}

} // namespace

// Only types without a definition stand where they are used; all others are named by index.
Result<ast::ValType> read_component_val_type(Input& in) {
    const auto rest = in.rest();
    if (!rest.empty() && rest[0] >= 0x40 && rest[0] < 0x80) { // a negative number of one byte
        const auto primitive = primitive_of(rest[0]);
        TENON_TRY(in.skip(1));
        if (!primitive)
            return fail(no_such(in, "value type", rest[0]));
        return *primitive;
    }
    const auto offset = in.offset();
    const auto number = TENON_TRY(in.s33());
    if (number < 0)
        return fail(in.error_at(offset, Errc::malformed, "a value type's code is one byte"));
    return ast::TypeRef{static_cast<std::uint32_t>(number)};
}

Result<ast::ExternType> read_component_extern_type(Input& in) {
    const auto code = TENON_TRY(in.u8());
    ast::ExternType type;
    switch (code) {
    case 0x00:
        if (const auto core = TENON_TRY(in.u8()); core != 0x11)
            return fail(no_such(in, "core import or export", core));
        type.sort = Sort::core;
        break;
    case 0x01: type.sort = Sort::func; break;
    case 0x02: {
        type.sort = Sort::value;
        const auto bound = TENON_TRY(in.u8());
        if (bound > 1)
            return fail(no_such(in, "bound of a value", bound));
        if (bound == 0)
            break;
        type.bound = ast::ExternType::Bound::sub_resource;
        type.value = TENON_TRY(read_component_val_type(in));
        return type;
    }
    case 0x03: {
        type.sort = Sort::type;
        const auto bound = TENON_TRY(in.u8());
        if (bound > 1)
            return fail(no_such(in, "bound of a type", bound));
        if (bound == 1) {
            type.bound = ast::ExternType::Bound::sub_resource;
            return type;
        }
        break;
    }
    case 0x04: type.sort = Sort::component; break;
    case 0x05: type.sort = Sort::instance; break;
    default: return fail(no_such(in, "import or export", code));
    }
    type.index = TENON_TRY(in.u32());
    return type;
}

Result<ast::Type> read_type(Input& in, int depth) {
    ast::Type type;
    type.offset = in.offset();
    type.kind = TENON_TRY(read_kind(in, depth));
    return type;
}

// 0x50 begins a module type here, so a subtype that is not final has 0x00 in front.
Result<ast::CoreType> read_core_type(Input& in) {
    ast::CoreType type;
    type.offset = in.offset();
    const auto rest = in.rest();
    if (!rest.empty() && rest[0] == 0x50) {
        TENON_TRY(in.skip(1));
        type.kind = ast::ModuleType{TENON_TRY(
            read_vector<ast::ModuleDeclarator>(in, read_module_declarator, max_arguments))};
        return type;
    }
    if (!rest.empty() && rest[0] == 0x00) {
        TENON_TRY(in.skip(1));
        if (rest.size() < 2 || rest[1] != 0x50)
            return fail(in.error(Errc::malformed, "0x00 stands in front of 0x50 only"));
    }
    type.kind = TENON_TRY(wasm::read_rec_type(in));
    return type;
}

} // namespace tenon::component
