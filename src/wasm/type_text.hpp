// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Core types in words of the text format, for messages.
#pragma once

#include "wasm/op.hpp"
#include "wasm/types.hpp"

#include <string>

namespace tenon::wasm {

/// `i32`, `(ref null any)`; defined types by their number.
[[nodiscard]] std::string type_text(ValType type);
/// `any`, `none`.
[[nodiscard]] std::string_view heap_text(Heap heap) noexcept;
/// As `--features` has it: `relaxed-simd`.
[[nodiscard]] std::string_view name_of(Feature feature) noexcept;

} // namespace tenon::wasm
