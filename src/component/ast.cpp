// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/ast.hpp"

#include <algorithm>

namespace tenon::component {

std::optional<Primitive> primitive_of(std::uint8_t code) noexcept {
    if ((code >= 0x73 && code <= 0x7f) || code == 0x64)
        return static_cast<Primitive>(code);
    return std::nullopt;
}

std::string_view name_of(Primitive primitive) noexcept {
    switch (primitive) {
    case Primitive::bool_: return "bool";
    case Primitive::s8: return "s8";
    case Primitive::u8: return "u8";
    case Primitive::s16: return "s16";
    case Primitive::u16: return "u16";
    case Primitive::s32: return "s32";
    case Primitive::u32: return "u32";
    case Primitive::s64: return "s64";
    case Primitive::u64: return "u64";
    case Primitive::f32: return "f32";
    case Primitive::f64: return "f64";
    case Primitive::char_: return "char";
    case Primitive::string: return "string";
    case Primitive::error_context: return "error-context";
    }
    return "";
}

std::string_view name_of(Sort sort, CoreSort core) noexcept {
    switch (sort) {
    case Sort::func: return "function";
    case Sort::value: return "value";
    case Sort::type: return "type";
    case Sort::component: return "component";
    case Sort::instance: return "instance";
    case Sort::core: break;
    }
    switch (core) {
    case CoreSort::func: return "core function";
    case CoreSort::table: return "core table";
    case CoreSort::memory: return "core memory";
    case CoreSort::global: return "core global";
    case CoreSort::tag: return "core tag";
    case CoreSort::type: return "core type";
    case CoreSort::module: return "core module";
    case CoreSort::instance: return "core instance";
    }
    return "";
}

namespace ast {
namespace {

constexpr CanonRow rows[] = {
#define TENON_CANON(name, code, text, immediates) {CanonOp::name, text, immediates},
#include "component/canon.def"
#undef TENON_CANON
};
static_assert(std::ranges::is_sorted(rows, {}, &CanonRow::op), "canon.def is in order of codes");

} // namespace

const CanonRow* canon_row(std::uint8_t code) noexcept {
    const auto* const row =
        std::ranges::lower_bound(rows, static_cast<CanonOp>(code), {}, &CanonRow::op);
    return row != std::end(rows) && row->op == static_cast<CanonOp>(code) ? row : nullptr;
}

} // namespace ast
} // namespace tenon::component
