// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/canon_gc.hpp"

#include "wasm/type_text.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

using Kind = wasm::ValType::Kind;
using Packed = wasm::Storage::Packed;

std::string storage_text(const wasm::Storage& storage) {
    if (storage.packed == Packed::no)
        return wasm::type_text(storage.type);
    return storage.packed == Packed::i8 ? "i8" : "i16";
}

Result<> mismatch(std::string_view component, std::string_view wanted, const wasm::Storage& core) {
    return fail(Errc::invalid, fmt::format("`{}` is passed as {}: expected {}, found {}", component,
                                           wanted, wanted, storage_text(core)));
}

} // namespace

struct GcLowering::Visitor {
    GcLowering& self;
    const wasm::Storage& core;
    const CanonOptions& options;
    bool is_field;

    Result<> number(std::string_view name, Kind kind) const {
        if (core.packed == Packed::no && core.type == wasm::ValType(kind))
            return {};
        return mismatch(name, wasm::type_text(wasm::ValType(kind)), core);
    }
    /// Small integers are packed in fields.
    Result<> small(std::string_view name, Packed packed) const {
        if (!is_field)
            return number(name, Kind::i32);
        if (core.packed == packed)
            return {};
        return mismatch(name, packed == Packed::i8 ? "i8" : "i16", core);
    }
    Result<> handle(std::string_view name) const {
        if (core.packed == Packed::no && core.type.kind() == Kind::ref &&
            core.type.heap() == wasm::Heap::extern_)
            return {};
        return mismatch(name, "(ref null extern)", core);
    }
    Result<> string() const {
        const bool is_wide = options.encoding == ast::CanonOption::Kind::utf16;
        if (const auto id = defined(core))
            if (const auto* const array = self.types_.core().store.array(*id);
                array != nullptr &&
                array->element.storage.packed == (is_wide ? Packed::i16 : Packed::i8))
                return {};
        return mismatch("string", is_wide ? "(ref null (array i16))" : "(ref null (array i8))",
                        core);
    }
    /// Cases are subtypes of an empty structure.
    Result<> sum(std::string_view name) const {
        if (const auto id = defined(core))
            if (const auto* const structure = self.types_.core().store.structure(*id);
                structure != nullptr && structure->fields.empty())
                return {};
        return mismatch(name, "(ref null (struct))", core);
    }
    Result<> list(const ValueType& element) const {
        const auto id = defined(core);
        const auto* const array = id ? self.types_.core().store.array(*id) : nullptr;
        if (array == nullptr)
            return mismatch("list", "(ref null (array …))", core);
        return self.value(element, array->element.storage, options, true);
    }

    Result<> operator()(Primitive type) const {
        const auto name = name_of(type);
        switch (type) {
        case Primitive::bool_:
        case Primitive::s8:
        case Primitive::u8: return small(name, Packed::i8);
        case Primitive::s16:
        case Primitive::u16: return small(name, Packed::i16);
        case Primitive::s32:
        case Primitive::u32:
        case Primitive::char_: return number(name, Kind::i32);
        case Primitive::s64:
        case Primitive::u64: return number(name, Kind::i64);
        case Primitive::f32: return number(name, Kind::f32);
        case Primitive::f64: return number(name, Kind::f64);
        case Primitive::string: return string();
        case Primitive::error_context: break;
        }
        return handle(name);
    }
    Result<> operator()(const Record& type) const {
        std::vector<ValueType> fields;
        for (const auto& [name, field] : type.fields)
            fields.push_back(field);
        return self.product("record", fields, core, options);
    }
    Result<> operator()(const Tuple& type) const {
        return self.product("tuple", type.types, core, options);
    }
    Result<> operator()(const Variant&) const { return sum("variant"); }
    Result<> operator()(const Option&) const { return sum("option"); }
    Result<> operator()(const ResultType&) const { return sum("result"); }
    Result<> operator()(const Flags&) const { return number("flags", Kind::i32); }
    Result<> operator()(const Enum&) const { return number("enum", Kind::i32); }
    Result<> operator()(const List& type) const { return list(type.element); }
    Result<> operator()(const FixedList& type) const { return list(type.element); }
    Result<> operator()(const Map&) const {
        return fail(Errc::unsupported, "nobody has said yet how a map is passed with `gc`");
    }
    Result<> operator()(Own) const { return handle("own"); }
    Result<> operator()(Borrow) const { return handle("borrow"); }
    Result<> operator()(const Stream&) const { return handle("stream"); }
    Result<> operator()(const Future&) const { return handle("future"); }
    template <class Other> Result<> operator()(const Other&) const {
        return fail(Errc::invalid, "only values can be passed");
    }
};

std::optional<wasm::TypeId> GcLowering::defined(const wasm::Storage& core) {
    if (core.packed != Packed::no || core.type.kind() != Kind::ref_to)
        return std::nullopt;
    return wasm::TypeId{core.type.type()};
}

template <class List> Result<> GcLowering::product(std::string_view what, const List& fields,
                                                   const wasm::Storage& core,
                                                   const CanonOptions& options) {
    const auto id = defined(core);
    const auto* const structure = id ? types_.core().store.structure(*id) : nullptr;
    if (structure == nullptr)
        return mismatch(what, "(ref null (struct …))", core);
    if (structure->fields.size() != fields.size())
        return fail(Errc::invalid, fmt::format("the structure has {} fields, and the {} has {}",
                                               structure->fields.size(), what, fields.size()));
    for (std::size_t i = 0; i < fields.size(); ++i)
        TENON_TRY(value(fields[i], structure->fields[i].storage, options, true));
    return {};
}

// Pairs that were found to fit are not walked again: both sides may share much.
Result<> GcLowering::value(const ValueType& type, const wasm::Storage& core,
                           const CanonOptions& options, bool is_field) {
    const Visitor visitor{*this, core, options, is_field};
    const auto* const at = std::get_if<TypeIdx>(&type);
    if (at == nullptr)
        return visitor(std::get<Primitive>(type));
    const auto id = defined(core);
    const Pair pair(at->value, id ? id->value : 0,
                    options.encoding ? static_cast<int>(*options.encoding) : 0);
    if (id && fine_.contains(pair))
        return {};
    TENON_TRY(std::visit(visitor, types_[*at]));
    if (id)
        fine_.insert(pair);
    return {};
}

Result<> GcLowering::check(const Func& func, wasm::TypeId core, const CanonOptions& options) {
    const auto& type = *types_.core().store.func(core);
    const std::size_t results = func.result ? 1 : 0;
    if (type.params.size() != func.params.size() || type.results.size() != results)
        return fail(Errc::invalid,
                    fmt::format("the core type has {} parameters and {} results, and the function "
                                "has {} and {}",
                                type.params.size(), type.results.size(), func.params.size(),
                                results));
    for (std::size_t i = 0; i < func.params.size(); ++i) {
        const wasm::Storage storage{Packed::no, type.params[i]};
        if (auto done = value(func.params[i].second, storage, options, false); !done)
            return fail(std::move(done).error().within(
                fmt::format("parameter `{}`", func.params[i].first)));
    }
    if (func.result)
        TENON_TRY(value(*func.result, {Packed::no, type.results[0]}, options, false));
    return {};
}

} // namespace tenon::component
