// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Adapters: what is left of them, and how they meet the main module.
#include "compose/adapter_reduce.hpp"

#include "compose/new_component.hpp"
#include "compose/test_world.hpp"
#include "wasm/validate.hpp"

namespace tenon::compose {
namespace {

using testing::told;
using testing::trap;
using wasm::ExternKind;
using wasm::Op;

const wasm::ValType i32(wasm::ValType::Kind::i32);

/// Imports a memory and two functions, of which the exports `used` and `unused` call one each.
Buffer adapter(bool with_stack, bool with_state) {
    CoreModule module;
    const auto type = module.type({});
    module.import("env", "memory", wasm::MemoryType{});
    const auto used = module.import("new", "used", wasm::FuncRef{type});
    const auto unused = module.import("new", "unused", wasm::FuncRef{type});
    Code zero;
    zero.constant(0).end();
    std::uint32_t stack = 0;
    if (with_stack) {
        stack = module.global({i32, true}, zero);
        module.name_global(stack, "__stack_pointer");
    }
    std::uint32_t state = 0;
    if (with_state) {
        state = module.global({i32, true}, zero);
        module.name_global(state, "allocation_state");
    }
    Code first;
    first.call(used);
    first.constant(0).op(Op::memory_grow, 0).op(Op::drop);
    if (with_stack)
        first.global_get(stack).op(Op::drop);
    if (with_state)
        first.global_get(state).op(Op::drop);
    module.export_("used", ExternKind::func, module.function(type, first.end()));
    module.export_("unused", ExternKind::func, module.function(type, Code().call(unused).end()));
    return module.finish();
}

struct Reduced {
    Buffer bytes;
    wasm::Module module;
};
Reduced reduced(const Buffer& from, const std::optional<std::string>& realloc) {
    const auto decoded = wasm::decode_module(from);
    EXPECT_TRUE(decoded);
    auto bytes = reduce_adapter(*decoded, {"used"}, realloc, "name");
    EXPECT_TRUE(bytes) << told(bytes.error());
    Reduced out{*std::move(bytes), {}};
    out.module = *wasm::decode_module(out.bytes);
    EXPECT_TRUE(wasm::validate(out.module));
    return out;
}

std::vector<std::string> imports_of(const wasm::Module& module) {
    std::vector<std::string> out;
    for (const auto& import : module.imports)
        out.push_back(std::string(import.module) + " " + std::string(import.name));
    return out;
}

TEST(AdapterReduce, keeps_what_the_exports_reach_and_nothing_else) {
    const auto from = adapter(false, false);
    const auto of = reduced(from, std::nullopt);
    EXPECT_EQ(imports_of(of.module), (std::vector<std::string>{"env memory", "new used"}));
    EXPECT_EQ(of.module.exports.size(), 1U);
    EXPECT_EQ(of.module.bodies.size(), 1U);
    EXPECT_FALSE(of.module.start);
}

TEST(AdapterReduce, a_stack_is_made_when_it_starts_if_nothing_says_that_it_was) {
    const auto of = reduced(adapter(true, false), "cabi_realloc");
    EXPECT_TRUE(of.module.start);
    EXPECT_EQ(of.module.bodies.size(), 3U); // its own, an allocator, and the start
}

TEST(AdapterReduce, a_stack_is_made_on_first_use_by_the_allocator_of_the_main_module) {
    const auto of = reduced(adapter(true, true), "canonical_abi_realloc");
    EXPECT_FALSE(of.module.start);
    EXPECT_EQ(imports_of(of.module),
              (std::vector<std::string>{"env memory", "new used",
                                        "__main_module__ canonical_abi_realloc"}));
    EXPECT_EQ(of.module.bodies.size(), 2U);
    // The export begins with the call of the function that makes it, the last one: 2 imported, 1
    // own.
    EXPECT_EQ(of.module.bodies[0].bytes[1], 0x10);
    EXPECT_EQ(of.module.bodies[0].bytes[2], 3);
}

TEST(AdapterReduce, refuses_what_adapters_may_not_have) {
    CoreModule data;
    trap(data, "used", {});
    data.export_("table", ExternKind::table,
                 data.table({wasm::ValType::ref(wasm::Heap::func, true), {}}));
    data.fill_table({0});
    const auto bytes = data.finish();
    const auto module = wasm::decode_module(bytes);
    ASSERT_TRUE(module);
    const auto done = reduce_adapter(*module, {"used"}, std::nullopt, "");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), Errc::unsupported);
    EXPECT_EQ(done.error().message(), "an adapter may not have element segments");
}

TEST(AdapterReduce, refuses_a_global_that_is_made_of_a_later_one) {
    CoreModule module;
    const auto first = module.global({i32, false}, Code().global_get(1).end());
    module.global({i32, false}, Code().constant(0).end());
    module.export_("used", ExternKind::func,
                   module.function(module.type({}), Code().global_get(first).op(Op::drop).end()));
    const auto bytes = module.finish();
    const auto decoded = wasm::decode_module(bytes);
    ASSERT_TRUE(decoded);
    const auto done = reduce_adapter(*decoded, {"used"}, std::nullopt, "");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), Errc::invalid);
    EXPECT_EQ(done.error().offset(), 23U); // `global.get 1`
}

TEST(Adapter, an_error_in_one_names_its_file_and_the_import) {
    const testing::TestWorld nothing("package a:main; world w {}");
    CoreModule main;
    main.import("old", "used", wasm::FuncRef{main.type({})});
    const auto module = nothing.in(main.finish());
    CoreModule old;
    const auto type = old.type({});
    const auto lost = old.import("__main_module__", "lost", wasm::FuncRef{type});
    old.export_("used", ExternKind::func, old.function(type, Code().call(lost).end()));
    const auto file = old.finish();
    const auto made = NewComponent::create(module, {{"old", file, "old.wasm"}}, {});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Errc::not_found);
    EXPECT_EQ(made.error().file(), "old.wasm");
    EXPECT_EQ(told(made.error()), "adapter `old`: import `__main_module__` `lost`: the main module "
                                  "exports no core function `lost`");
}

TEST(Adapter, stands_between_the_main_module_and_the_world) {
    const testing::TestWorld nothing("package a:main; world w {}");
    CoreModule main;
    main.import("old", "used", wasm::FuncRef{main.type({})});
    main.export_("memory", ExternKind::memory, main.memory({}));
    const auto module = nothing.in(main.finish());
    const testing::TestWorld world(
        "package a:adapter; world w { import new: interface { used: func(); unused: func(); } }");
    const auto file = world.in(adapter(true, true));
    const auto made = NewComponent::create(module, {{"old", file}}, {});
    ASSERT_TRUE(made) << told(made.error());

    CoreModule other;
    other.import("old", "lost", wasm::FuncRef{other.type({})});
    const auto without = nothing.in(other.finish());
    const auto refused = NewComponent::create(without, {{"old", file}}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(told(refused.error()), "adapter `old`: the adapter does not export `lost`, which the "
                                     "main module imports");
}

} // namespace
} // namespace tenon::compose
