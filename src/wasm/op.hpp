// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of operators, `opcodes.def`, as code sees it.
#pragma once

#include "wasm/types.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace tenon::wasm {

/// Numbers are positions in the table; codes are in the rows.
enum class Op : std::uint16_t {
#define TENON_OP(name, prefix, code, text, in, out, immediate, feature) name,
#include "wasm/opcodes.def"
#undef TENON_OP
};

/// What stands behind an operator's code. `memarg`, `memarg_lane` and `lane` are told apart by the
/// row's `size`.
enum class Immediate : std::uint8_t {
    none,
    block,
    label,
    labels,
    func,
    type,
    type_table,
    types,
    try_table,
    tag,
    local,
    global,
    table,
    table_table,
    memory,
    memory_memory,
    memarg,
    memarg_lane,
    lane,
    shuffle,
    i32,
    i64,
    f32,
    f64,
    v128,
    heap,
    field,
    type_count,
    type_data,
    type_elem,
    type_type,
    cast,
    data,
    data_memory,
    elem,
    elem_table,
    zero,
};

/// Names as `--features` has them, with `-` for `_`.
enum class Feature : std::uint8_t {
    mvp,
    sign_extension,
    saturating_float_to_int,
    bulk_memory,
    reference_types,
    simd,
    relaxed_simd,
    tail_call,
    exceptions,
    legacy_exceptions,
    function_references,
    gc,
    multi_memory,
    memory64,
    threads,
    wide_arithmetic,
    mutable_global,
    multi_value,
    extended_const,
    bulk_memory_opt, ///< of `bulk_memory` copying and filling alone
    custom_page_sizes,
    shared_everything_threads, ///< of it what components have of it; types are never shared
    // Of the Component Model; see there what each of its marks stands for.
    cm_async,
    cm_async_stackful,
    cm_more_async_builtins,
    cm_threading,
    cm_error_context,
    cm_fixed_length_lists,
    cm_gc,
    cm_values,
    cm_nested_names,
    cm_map,
    cm64,
    cm_implements,
    cm_canon_names,
    cm_forward,
};
inline constexpr auto last_feature = Feature::cm_forward;

struct OpRow {
    Op op;
    std::uint8_t prefix; ///< 0: none
    std::uint16_t code;  ///< behind the prefix, as LEB128
    std::string_view text;
    std::string_view in, out; ///< see opcodes.def; `*` where the table does not say
    Immediate immediate;
    std::uint8_t size; ///< natural alignment in bytes of a memarg, number of lanes of a lane
    Feature feature;
    /// Operands and results are all that there is to validate.
    bool is_plain;
    std::array<ValType, 3> in_types, out_types; ///< of plain ones; `p` is i32 here
};

inline constexpr std::size_t op_count = 0
#define TENON_OP(...) +1
#include "wasm/opcodes.def"
#undef TENON_OP
    ;

extern const std::array<OpRow, op_count> op_rows;

[[nodiscard]] inline const OpRow& row_of(Op op) noexcept {
    return op_rows[static_cast<std::size_t>(op)];
}
/// By code, of operators without a prefix; null where there is none.
extern const std::array<const OpRow*, 256> plain_op_rows;
/// The row of a code (prefix 0 for those of one byte), or null.
[[nodiscard]] const OpRow* find_op(std::uint8_t prefix, std::uint32_t code) noexcept;
/// The row of a name in the text format, or null; of `select` that without types, of `ref.test` and
/// `ref.cast` those that do not take null.
[[nodiscard]] const OpRow* find_op(std::string_view text) noexcept;

} // namespace tenon::wasm
