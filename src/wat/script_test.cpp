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
    EXPECT_EQ(assemble("t", text, *all[3].module), (Buffer{0, 0x61, 0x73, 0x6d, 13, 0, 1, 0}));
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

TEST(Script, every_form_of_a_component_is_assembled) {
    const std::string_view text =
        "(component definition $c (type u8)) (component binary \"\\00a\") "
        "(assert_malformed (component quote \"(type\" \"u8)\") \"m\") (component instance $i $c)";
    const auto all = script(text);
    ASSERT_EQ(all.size(), 4U);
    const Buffer type = {0, 0x61, 0x73, 0x6d, 13, 0, 1, 0, 7, 2, 1, 0x7d};
    EXPECT_EQ(all[0].module->id, "c");
    const auto first = assemble("t", text, *all[0].module);
    ASSERT_TRUE(first);
    EXPECT_EQ(Buffer(first->begin(), first->begin() + 12), type);
    EXPECT_EQ(assemble("t", text, *all[1].module), (Buffer{0, 0x61}));
    EXPECT_EQ(assemble("t", text, *all[2].module), type);
    EXPECT_EQ(all[3].kind, Command::Kind::instance);
    EXPECT_TRUE(all[3].is_component);
}

TEST(Script, values_of_components_are_read) {
    using Kind = ComponentValue::Kind;
    const auto all = script(
        "(assert_return (invoke \"f\" (list.const (u8.const 255) (s8.const -1)) (f32.const 1) "
        "(record.const (field \"a\" (char.const \"\\u{26f3}\")) (field \"b\" (option.none)))) "
        "(variant.const \"x\" (str.const \")\")) (result.err) (flags.const \"p\" \"q\") "
        "(tuple.const (f64.const nan:canonical) (bool.const true)))");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].is_component);
    const auto& arguments = all[0].action->arguments;
    ASSERT_EQ(arguments.size(), 3U);
    const auto& list = *arguments[0].component;
    EXPECT_EQ(list.kind, Kind::list);
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_EQ(list.items[0].bits, 255U);
    EXPECT_EQ(list.items[1].bits, UINT64_MAX);
    EXPECT_EQ(arguments[1].kind, Value::Kind::f32);
    const auto& record = *arguments[2].component;
    EXPECT_EQ(record.labels, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(record.items[0].bits, 0x26f3U);
    EXPECT_EQ(record.items[1].kind, Kind::option);
    const auto& results = all[0].results;
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0].component->text, "x");
    EXPECT_EQ(results[0].component->items[0].text, ")");
    EXPECT_EQ(results[1].component->bits, 1U);
    EXPECT_TRUE(results[1].component->items.empty());
    EXPECT_EQ(results[2].component->labels, (std::vector<std::string>{"p", "q"}));
    EXPECT_EQ(results[3].component->items[0].nan, NanPattern::canonical);
}

TEST(Script, a_wrong_value_of_a_component_is_named) {
    const auto message = [](std::string value) {
        const auto read = parse_script("t", "(invoke \"f\" (list.const " + value + "))");
        return read ? "fine" : read.error().message();
    };
    EXPECT_EQ(message("(u8.const 256)"), "`256` is out of range of its type");
    EXPECT_EQ(message("(char.const \"ab\")"), "a `char` is one character");
    EXPECT_EQ(message("(strr.const \"\")"), "expected a value, found `strr.const`");
    EXPECT_EQ(message("(option.some)"), "expected the value in the option, found `)`");
    std::string deep;
    for (int depth = 0; depth < 100; ++depth)
        deep += "(list.const ";
    EXPECT_EQ(message(deep), "nested too deeply: 100 levels at most");
}

TEST(Script, threads_hold_commands) {
    const auto all = script("(thread $T (shared (module $m)) (module) (invoke \"f\")) (wait $T)");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "T");
    EXPECT_EQ(all[0].commands.size(), 2U);
    EXPECT_EQ(all[1].kind, Command::Kind::wait);
}

TEST(Script, assertions_about_instances_stay_assertions) {
    const auto all = script("(assert_unlinkable (module instance $i $m) \"no\")");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].kind, Command::Kind::assert_unlinkable);
    EXPECT_EQ(all[0].definition, "m");
    EXPECT_EQ(all[0].message, "no");
    // What an instance is made of is neither malformed nor invalid any more.
    const auto wrong = parse_script("t.wast", "(assert_invalid (module instance $i $m) \"no\")");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message(), "expected what the module consists of, found `instance`");
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
