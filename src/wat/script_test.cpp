// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/script.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

std::vector<Command> script(std::string_view text) {
    auto commands = parse_script("t.wast", text);
    EXPECT_TRUE(commands) << commands.error().message();
    return commands ? *std::move(commands) : std::vector<Command>();
}

TEST(Script, commands_know_their_lines) {
    const auto all = script("(module)\n\n(module $a) (register \"r\" $a)\n(invoke \"f\")");
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[1].line, 3U);
    EXPECT_EQ(all[1].module->id, "a");
    EXPECT_EQ(all[2].kind, Command::Kind::register_);
    EXPECT_EQ(all[2].name, "r");
    EXPECT_EQ(all[2].definition, "a");
    EXPECT_EQ(all[3].line, 4U);
    EXPECT_EQ(all[3].action->name, "f");
}

TEST(Script, every_form_of_a_module_is_assembled) {
    const std::string_view text = "(module definition (start 0)) (module binary \"\\00a\" \"s\")"
                                  "(module quote \"(star\" \"t 0)\") (component)";
    const auto all = script(text);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_TRUE(all[0].module->is_definition);
    const Buffer start = {0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 8, 1, 0};
    EXPECT_EQ(assemble("t", text, *all[0].module), start);
    EXPECT_EQ(assemble("t", text, *all[1].module), (Buffer{0, 0x61, 0x73}));
    EXPECT_EQ(assemble("t", text, *all[2].module), start);
    EXPECT_TRUE(all[3].is_component);
    EXPECT_EQ(assemble("t", text, *all[3].module).error().code(), Errc::unsupported);
}

TEST(Script, the_fields_of_one_module_are_a_script) {
    const std::string_view text = "(func)\n(func)";
    const auto all = script(text);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(assemble("t", text, *all[0].module));
}

TEST(Script, a_wrong_module_is_one_command_s_failure) {
    const std::string_view text = "(assert_malformed (module quote \"(fun)\") \"unknown\")\n"
                                  "(module (fun))";
    const auto all = script(text);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].message, "unknown");
    EXPECT_FALSE(assemble("t", text, *all[0].module));
    const auto second = assemble("t", text, *all[1].module);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().source()->place, (Place{2, 10, 3}));
}

TEST(Script, values_are_bits_or_patterns) {
    const auto all = script("(assert_return (invoke $i \"f\" (i32.const -1) (f32.const 1) "
                            "(ref.extern 7) (ref.null func) (v128.const i16x8 1 2 3 4 5 6 7 -8)) "
                            "(f64.const nan:canonical) (ref.struct) (either (i64.const -1) "
                            "(ref.null)))");
    ASSERT_EQ(all.size(), 1U);
    const auto& arguments = all[0].action->arguments;
    ASSERT_EQ(arguments.size(), 5U);
    EXPECT_EQ(all[0].action->instance, "i");
    EXPECT_EQ(arguments[0].lanes[0].bits, 0xffffffffU);
    EXPECT_EQ(arguments[1].lanes[0].bits, 0x3f800000U);
    EXPECT_EQ(arguments[2].host, 7U);
    EXPECT_EQ(arguments[3].heap, wasm::Heap::func);
    EXPECT_EQ(arguments[4].lane_bits, 16U);
    EXPECT_EQ(arguments[4].lanes[7].bits, 0xfff8U);
    const auto& results = all[0].results;
    ASSERT_EQ(results.size(), 3U);
    EXPECT_EQ(results[0].lanes[0].kind, Lane::Kind::nan_canonical);
    EXPECT_EQ(results[1].heap, wasm::Heap::struct_);
    ASSERT_EQ(results[2].choices.size(), 2U);
    EXPECT_EQ(results[2].choices[0].lanes[0].bits, UINT64_MAX);
}

TEST(Script, values_of_components_are_recognised) {
    const auto all = script("(assert_return (invoke \"f\" (list.const (u8.const 1))) (str.const "
                            "\")\"))");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].is_component);
}

TEST(Script, threads_hold_commands) {
    const auto all = script("(thread $T (shared (module $m)) (module) (invoke \"f\")) (wait $T)");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "T");
    EXPECT_EQ(all[0].commands.size(), 2U);
    EXPECT_EQ(all[1].kind, Command::Kind::wait);
}

TEST(Script, a_mistyped_command_gets_a_suggestion) {
    const auto wrong = parse_script("t.wast", "(module)\n(assert_retrun)");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message(), "expected a command, found `assert_retrun`");
    EXPECT_EQ(wrong.error().helps(), std::vector<std::string>{"did you mean `assert_return`?"});
    EXPECT_EQ(wrong.error().source()->place, (Place{2, 2, 13}));
}

} // namespace
} // namespace tenon::wat
