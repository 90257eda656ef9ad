// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/names.hpp"

#include "compose/layout.hpp"
#include "compose/test_world.hpp"

namespace tenon::compose {
namespace {

using component::ast::CanonOp;

TEST(Names, built_ins_are_found_with_what_stands_in_front_and_behind) {
    const auto wait = find_built_in(legacy_scheme, "[cancellable][waitable-set-wait-i64]");
    ASSERT_TRUE(wait);
    EXPECT_EQ(wait->row->op, CanonOp::waitable_set_wait);
    EXPECT_TRUE(wait->flag);
    EXPECT_EQ(text_of(type_of(*wait)), "[i32 i64] -> [i32]");

    const auto slot = find_built_in(legacy_scheme, "[context-set-i64-1]");
    ASSERT_TRUE(slot);
    EXPECT_EQ(slot->slot, 1U);
    EXPECT_EQ(text_of(type_of(*slot)), "[i64] -> []");

    const auto error = find_built_in(legacy_scheme, "[error-context-new-latin1+utf16]");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->encoding, 2);

    EXPECT_FALSE(find_built_in(legacy_scheme, "[cancellable][backpressure-inc]"));
    EXPECT_FALSE(find_built_in(legacy_scheme, "[context-get-x]"));
    EXPECT_FALSE(find_built_in(standard_scheme, "[backpressure-inc]"));
}

TEST(Names, streams_are_found_with_their_number_and_function) {
    const auto read = find_copy(legacy_scheme, "[async-lower][stream-read-12][method]r.f");
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->async && read->row->copies && read->row->reads && read->row->is_stream);
    EXPECT_EQ(read->number, "12");
    EXPECT_EQ(read->function, "[method]r.f");
    EXPECT_FALSE(find_copy(legacy_scheme, "[async-lower][future-new-0]f")); // it never waits
    const auto forward = find_copy(legacy_scheme, "[stream-forward-1]f");
    ASSERT_TRUE(forward);
    EXPECT_EQ(text_of(type_of(forward->row->params, forward->row->results)), "[i32 i32] -> []");
    EXPECT_FALSE(find_copy(legacy_scheme, "[async-lower][future-forward-0]f"));
}

TEST(Names, nothing_begins_with_a_name_that_a_scheme_lacks) {
    std::string_view text = "[task-return]f";
    EXPECT_FALSE(strip(text, standard_scheme.task_return));
    EXPECT_TRUE(strip(text, legacy_scheme.task_return));
    EXPECT_EQ(text, "f");
}

TEST(Names, both_schemes_name_the_function_of_an_interface) {
    const testing::TestWorld world("package a:b@1.2.3; interface i { f: func(); } "
                                   "world w { export i; export g: func(); }");
    const auto& exports = world.model[world.world].exports;
    wit::WorldKey key;
    for (const auto& [one, item] : exports)
        if (std::holds_alternative<wit::InterfaceIdx>(one))
            key = one;
    EXPECT_EQ(export_text(legacy_scheme, world.model, &key, "f"), "a:b/i@1.2.3#f");
    EXPECT_EQ(export_text(standard_scheme, world.model, &key, "f"), "cm32p2|a:b/i@1|f");
    EXPECT_EQ(export_text(legacy_scheme, world.model, nullptr, "g"), "g");
    EXPECT_EQ(export_text(standard_scheme, world.model, nullptr, "g"), "cm32p2||g");
}

} // namespace
} // namespace tenon::compose
