// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How many operands an operator takes and how many results it leaves, as far as that can be said
// without validating: what folded text puts into its parentheses.
#pragma once

#include "wat/print_code.hpp"

namespace tenon::wat {

struct Arity {
    std::uint32_t in = 0, out = 0;
};

/// Of a function type; nothing for one that is none.
[[nodiscard]] Arity arity_of(const wasm::FuncType* type) noexcept;
/// Of a block's type.
[[nodiscard]] Arity arity_of(const PrintScope& in, const wasm::BlockType& type) noexcept;
/// Of all operators but those that begin, continue or end blocks. `labels` are those around it, and
/// `function` the type behind them. What names nothing is taken for one that takes and leaves
/// nothing.
[[nodiscard]] Arity arity_of(const PrintScope& in, std::span<const CodePrinter::Label> labels,
                             const wasm::FuncType* function, const wasm::Instruction& one) noexcept;

} // namespace tenon::wat
