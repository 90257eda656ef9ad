// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/adapter_stack.hpp"

namespace tenon::compose {
namespace {

using wasm::Op;

constexpr std::int32_t page_size = 65536;
constexpr std::int32_t page_size_log2 = 16;
constexpr std::int32_t stack_align = 8;

// What `allocation_state` holds, as the adapters of WASI 0.1 know it too.
constexpr std::int32_t not_allocated = 0;
constexpr std::int32_t allocating = 1;
constexpr std::int32_t allocated = 2;

void trap_unless_equal(Code& code, std::int32_t value, std::uint32_t local) {
    code.constant(value).local_get(local).op(Op::i32_ne);
    code.op(Op::if_).trap().end();
}

} // namespace

wasm::FuncType page_realloc_type() {
    const wasm::ValType i32(wasm::ValType::Kind::i32);
    return {{i32, i32, i32, i32}, {i32}};
}

Code page_realloc() {
    constexpr std::uint32_t old_pointer = 0;
    constexpr std::uint32_t old_size = 1;
    constexpr std::uint32_t new_size = 3;
    constexpr std::uint32_t page = 4; // a local
    Code code;
    trap_unless_equal(code, 0, old_pointer);
    trap_unless_equal(code, 0, old_size);
    trap_unless_equal(code, page_size, new_size);
    code.constant(1).op(Op::memory_grow, 0).op(Op::local_tee, page);
    code.constant(-1).op(Op::i32_eq);
    code.op(Op::if_).trap().end();
    code.local_get(page).constant(page_size_log2).op(Op::i32_shl);
    code.end();
    return code;
}

Code allocate_stack(std::uint32_t allocator, std::uint32_t stack_pointer,
                    std::optional<std::uint32_t> allocation_state) {
    Code code;
    if (allocation_state) {
        code.global_get(*allocation_state).constant(not_allocated).op(Op::i32_eq);
        code.op(Op::if_).constant(allocating).global_set(*allocation_state);
    }
    code.constant(0).constant(0).constant(stack_align).constant(page_size);
    code.call(allocator).constant(page_size).op(Op::i32_add);
    code.global_set(stack_pointer);
    if (allocation_state)
        code.constant(allocated).global_set(*allocation_state).end();
    code.end();
    return code;
}

} // namespace tenon::compose
