// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Facts worked out from the table in CanonicalABI.md, "Flattening".
#include "compose/layout.hpp"

#include "compose/test_world.hpp"

namespace tenon::compose {
namespace {

using testing::TestWorld;

std::string shown(const TestWorld& world, const std::string& name, Abi abi) {
    return text_of(Layout(world.model).signature(world.import(name), abi).type);
}

TEST(Layout, strings_are_pointer_and_length_and_spilled_results_a_pointer_at_the_end) {
    const TestWorld world("package a:b; world w { import f: func(x: string) -> string; }");
    EXPECT_EQ(shown(world, "f", Abi::lower), "[i32 i32 i32] -> []");
    EXPECT_EQ(shown(world, "f", Abi::lift), "[i32 i32] -> [i32]");
}

TEST(Layout, cases_share_places_and_i64_takes_what_differs) {
    const TestWorld world(R"(package a:b; world w {
        import f: func(x: result<f32, s32>) -> option<u8>;
        import g: func(x: result<f32, s64>);
        import h: func(x: result<f64, string>);
    })");
    EXPECT_EQ(shown(world, "f", Abi::lift), "[i32 i32] -> [i32]");
    EXPECT_EQ(shown(world, "g", Abi::lift), "[i32 i64] -> []");
    EXPECT_EQ(shown(world, "h", Abi::lift), "[i32 i64 i32] -> []");
}

TEST(Layout, seventeen_parameters_go_behind_a_pointer_and_five_of_an_async_import) {
    const TestWorld world(R"(package a:b; world w {
        import p16: func(a: tuple<u8,u8,u8,u8,u8,u8,u8,u8>, b: tuple<u8,u8,u8,u8,u8,u8,u8,u8>);
        import p17: func(a: tuple<u8,u8,u8,u8,u8,u8,u8,u8>, b: tuple<u8,u8,u8,u8,u8,u8,u8,u8,u8>);
        import p5: func(a: u8, b: u8, c: u8, d: u8, e: u8) -> u8;
    })");
    const Layout layout(world.model);
    EXPECT_EQ(layout.signature(world.import("p16"), Abi::lower).type.params.size(), 16U);
    EXPECT_TRUE(layout.signature(world.import("p17"), Abi::lower).indirect_params);
    EXPECT_EQ(shown(world, "p5", Abi::lower_async), "[i32 i32] -> [i32]");
    EXPECT_EQ(shown(world, "p5", Abi::lift_async), "[i32 i32 i32 i32 i32] -> [i32]");
    EXPECT_EQ(shown(world, "p5", Abi::lift_stackful), "[i32 i32 i32 i32 i32] -> []");
}

TEST(Layout, what_comes_in_needs_an_allocator_and_what_goes_out_only_memory) {
    const TestWorld world(R"(package a:b; world w {
        import takes: func(x: string);
        import gives: func() -> list<u8>;
        import pair: func() -> tuple<u32, u32>;
    })");
    const Layout layout(world.model);
    const auto takes = layout.needs(world.import("takes"), Abi::lower);
    EXPECT_TRUE(takes.memory && takes.encoding && !takes.realloc);
    const auto gives = layout.needs(world.import("gives"), Abi::lower);
    EXPECT_TRUE(gives.memory && gives.realloc && !gives.encoding);
    const auto pair = layout.needs(world.import("pair"), Abi::lower);
    EXPECT_TRUE(pair.memory && !pair.realloc);
    const auto lifted = layout.needs(world.import("takes"), Abi::lift);
    EXPECT_TRUE(lifted.memory && lifted.realloc && lifted.encoding);
}

TEST(Layout, streams_count_in_the_order_of_the_signature_what_is_inside_first) {
    const TestWorld world(R"(package a:b; world w {
        import f: func(x: future<future<u32>>, y: u32) -> stream<u8>;
    })");
    const Layout layout(world.model);
    const auto& function = world.import("f");
    const auto streams = layout.streams(function);
    ASSERT_EQ(streams.count(), 3U);
    const auto kind = [&](std::uint32_t number) -> const wit::TypeKind& {
        return world.model[*streams.at(number)].kind;
    };
    EXPECT_EQ(std::get<wit::Future>(kind(0)).payload, wit::Type(wit::Primitive::u32));
    EXPECT_EQ(std::get<wit::Future>(kind(1)).payload, wit::Type(*streams.at(0)));
    EXPECT_EQ(std::get<wit::Stream>(kind(2)).payload, wit::Type(wit::Primitive::u8));
    EXPECT_FALSE(streams.at(3));
}

TEST(Layout, types_that_double_forty_times_are_flattened_at_once) {
    std::string text = "package a:b; interface i { type t0 = stream<u8>;";
    for (int i = 1; i < 40; ++i)
        text += " type t" + std::to_string(i) + " = tuple<t" + std::to_string(i - 1) + ", t" +
                std::to_string(i - 1) + ">;";
    const TestWorld world(text + " } world w { use i.{t39}; import f: func(x: t39); }");
    const Layout layout(world.model);
    EXPECT_TRUE(layout.signature(world.import("f"), Abi::lower).indirect_params);
    const auto streams = layout.streams(world.import("f"));
    EXPECT_EQ(streams.count(), 0xffff'ffffU);
    EXPECT_EQ(streams.at(0xffff'0000U), streams.at(0));
}

TEST(Layout, refuses_names_of_names_that_go_a_thousand_deep) {
    std::string text = "package a:b; interface i { type t0 = u8;";
    for (int i = 1; i < 1100; ++i)
        text += " type t" + std::to_string(i) + " = t" + std::to_string(i - 1) + ";";
    const TestWorld world(text + " } world w { import i; }");
    const auto done = check_depth(world.model);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), Errc::limit);
}

} // namespace
} // namespace tenon::compose
