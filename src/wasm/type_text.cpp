// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/type_text.hpp"

#include <fmt/core.h>

namespace tenon::wasm {

std::string_view heap_text(Heap heap) noexcept {
    switch (heap) {
    case Heap::noexn: return "noexn";
    case Heap::nofunc: return "nofunc";
    case Heap::noextern: return "noextern";
    case Heap::none: return "none";
    case Heap::func: return "func";
    case Heap::extern_: return "extern";
    case Heap::any: return "any";
    case Heap::eq: return "eq";
    case Heap::i31: return "i31";
    case Heap::struct_: return "struct";
    case Heap::array: return "array";
    case Heap::exn: return "exn";
    }
    return "";
}

std::string type_text(ValType type) {
    switch (type.kind()) {
    case ValType::Kind::i32: return "i32";
    case ValType::Kind::i64: return "i64";
    case ValType::Kind::f32: return "f32";
    case ValType::Kind::f64: return "f64";
    case ValType::Kind::v128: return "v128";
    case ValType::Kind::bottom: return "a value";
    case ValType::Kind::ref:
        return fmt::format("(ref {}{})", type.is_nullable() ? "null " : "", heap_text(type.heap()));
    case ValType::Kind::ref_to:
        return fmt::format("(ref {}{})", type.is_nullable() ? "null " : "", type.type());
    }
    return "";
}

std::string_view name_of(Feature feature) noexcept {
    switch (feature) {
    case Feature::mvp: return "mvp";
    case Feature::sign_extension: return "sign-extension";
    case Feature::saturating_float_to_int: return "saturating-float-to-int";
    case Feature::bulk_memory: return "bulk-memory";
    case Feature::reference_types: return "reference-types";
    case Feature::simd: return "simd";
    case Feature::relaxed_simd: return "relaxed-simd";
    case Feature::tail_call: return "tail-call";
    case Feature::exceptions: return "exceptions";
    case Feature::legacy_exceptions: return "legacy-exceptions";
    case Feature::function_references: return "function-references";
    case Feature::gc: return "gc";
    case Feature::multi_memory: return "multi-memory";
    case Feature::memory64: return "memory64";
    case Feature::threads: return "threads";
    case Feature::wide_arithmetic: return "wide-arithmetic";
    case Feature::mutable_global: return "mutable-global";
    case Feature::multi_value: return "multi-value";
    case Feature::extended_const: return "extended-const";
    case Feature::bulk_memory_opt: return "bulk-memory-opt";
    case Feature::custom_page_sizes: return "custom-page-sizes";
    case Feature::shared_everything_threads: return "shared-everything-threads";
    case Feature::cm_async: return "cm-async";
    case Feature::cm_async_stackful: return "cm-async-stackful";
    case Feature::cm_more_async_builtins: return "cm-more-async-builtins";
    case Feature::cm_threading: return "cm-threading";
    case Feature::cm_error_context: return "cm-error-context";
    case Feature::cm_fixed_length_lists: return "cm-fixed-length-lists";
    case Feature::cm_gc: return "cm-gc";
    case Feature::cm_values: return "cm-values";
    case Feature::cm_nested_names: return "cm-nested-names";
    case Feature::cm_map: return "cm-map";
    case Feature::cm64: return "cm64";
    case Feature::cm_implements: return "cm-implements";
    case Feature::cm_canon_names: return "cm-canon-names";
    case Feature::cm_forward: return "cm-forward";
    }
    return "";
}

} // namespace tenon::wasm
