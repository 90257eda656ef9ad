// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The functions that give an adapter its stack: one page, whose end is where the stack begins.
#pragma once

#include "compose/core_module.hpp"

#include <array>
#include <optional>

namespace tenon::compose {

/// `[i32 i32 i32 i32] -> [i32]`, as every allocator has it.
[[nodiscard]] wasm::FuncType page_realloc_type();
/// An allocator that gives one page at a time, from `memory.grow`, and traps for anything else.
[[nodiscard]] Code page_realloc();
inline constexpr std::array<wasm::ValType, 1> page_realloc_locals = {
    wasm::ValType(wasm::ValType::Kind::i32)};

/// Sets the global `stack_pointer`. With a global that says how far it is, only once, and not while
/// the allocator is at it: that may call the adapter, which then has to do without a stack.
[[nodiscard]] Code allocate_stack(std::uint32_t allocator, std::uint32_t stack_pointer,
                                  std::optional<std::uint32_t> allocation_state);

} // namespace tenon::compose
