// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/problem_test.hpp"

#include <gtest/gtest.h>

namespace tenon::data {
namespace {

Result<Document> parse(std::string text) {
    return parse_toml({"a.toml", std::move(text)});
}

std::string as_json(std::string text) {
    const auto document = parse(std::move(text));
    return document ? to_json(document->root) : in_short(document.error());
}

std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

TEST(Toml, reads_tables_arrays_and_scalars_in_their_order) {
    EXPECT_EQ(as_json("z = 'x'\na = true\n[t.u]\nk = [1, {b = 2, a = 3}]\n[[l]]\n[[l]]\nm = \"\""),
              R"({"z":"x","a":true,"t":{"u":{"k":[1,{"b":2,"a":3}]}},"l":[{},{"m":""}]})");
}

TEST(Toml, empty_text_is_an_empty_object) {
    EXPECT_EQ(as_json(""), "{}");
    EXPECT_EQ(as_json("# nothing\n"), "{}");
}

TEST(Toml, writes_numbers_as_json_does) {
    EXPECT_EQ(as_json("a = [0x1F, 0o17, 0b101, 1_000, +7, -0]"), R"({"a":[31,15,5,1000,7,0]})");
    EXPECT_EQ(as_json("a = [1.50, +0.5, 1_0.0_1, 6.6e-34, 1e06, -0.0]"),
              R"({"a":[1.50,0.5,10.01,6.6e-34,1e06,-0.0]})");
}

TEST(Toml, dates_are_strings_as_written) {
    EXPECT_EQ(as_json("a = 1979-05-27T07:32:00Z\nb = 1979-05-27\nc = 07:32:00.5"),
              R"({"a":"1979-05-27T07:32:00Z","b":"1979-05-27","c":"07:32:00.5"})");
}

TEST(Toml, byte_order_mark_moves_nothing) {
    EXPECT_EQ(as_json("\xef\xbb\xbf"
                      "a = 1.5\nb = 07:32:00"),
              R"({"a":1.5,"b":"07:32:00"})");
    EXPECT_EQ(problem(parse("\xef\xbb\xbf"
                            "a = inf")),
              "invalid 1:8+3: number is not finite");
    EXPECT_EQ(problem(parse("\xef\xbb\xbf"
                            "a = !")),
              "malformed 1:8+1: could not determine value type (in this value)");
}

TEST(Toml, refuses_numbers_that_are_not_finite) {
    EXPECT_EQ(problem(parse("a = 1\nb = inf")), "invalid 2:5+3: number is not finite");
    EXPECT_EQ(problem(parse("b = -nan")), "invalid 1:5+4: number is not finite");
}

TEST(Toml, remembers_places_in_bytes) {
    const auto document =
        parse("name = \"ü\" # c\n[component]\n  tags = ['ä', 'b', 17]\n\"ö k\"=1");
    ASSERT_TRUE(document);
    const auto& name = document->root.members()[0];
    EXPECT_EQ(name.key_place, (Place{1, 1, 4}));
    EXPECT_EQ(at(&name.value), "1:8+4");
    const auto& component = document->root.members()[1];
    EXPECT_EQ(component.key_place, (Place{2, 2, 9}));
    EXPECT_EQ(component.value.members()[0].key_place, (Place{3, 3, 4}));
    const auto& tags = component.value.members()[0].value;
    EXPECT_EQ(at(&tags), "3:10+1");
    EXPECT_EQ(at(&tags.items()[1]), "3:17+3"); // behind a letter of two bytes
    EXPECT_EQ(at(&tags.items()[2]), "3:22+2");
    EXPECT_EQ(component.value.members()[1].key_place, (Place{4, 1, 6}));
}

TEST(Toml, remembers_places_behind_windows_line_ends) {
    const auto document = parse("a = 1\r\nbc = \"x\"\r\n");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root.members()[1].key_place, (Place{2, 1, 2}));
    EXPECT_EQ(at(document->root.find("bc")), "2:6+3");
}

TEST(Toml, marks_only_the_beginning_of_a_string_over_lines) {
    const auto document = parse("a = \"\"\"x\ny\"\"\"\n");
    ASSERT_TRUE(document);
    EXPECT_EQ(at(document->root.find("a")), "1:5+1");
}

TEST(Toml, shows_where_the_grammar_breaks) {
    EXPECT_EQ(problem(parse("this is { not toml")),
              "malformed 1:6+1: expected `=`, saw `i` (in this key-value pair)");
    EXPECT_EQ(problem(parse("a = 1\nb = ")),
              "truncated 2:5+1: text ends too early (in this key-value pair)");
    EXPECT_EQ(problem(parse("a = 'x")).substr(0, 9), "truncated");
}

TEST(Toml, refuses_a_date_with_letters_for_a_time) {
    EXPECT_EQ(problem(parse("a = 1979-05-27Tt---07:32:00Z")),
              "malformed 1:16+1: expected 2-digit hour, saw `t` (in this time)");
}

TEST(Toml, letters_beyond_ascii_are_no_blanks) {
    EXPECT_EQ(as_json("a = \"\"\"x\\\n  \u00e9\"\"\""), "{\"a\":\"x\u00e9\"}");
    EXPECT_EQ(problem(parse("a = [\u02c71F, 1e;6]")),
              "malformed 1:6+1: could not determine value type (in this value)");
}

TEST(Toml, refuses_repeated_keys) {
    EXPECT_EQ(problem(parse("a = 1\na = 2")).substr(0, 9), "malformed");
    EXPECT_EQ(problem(parse("[a]\n[a]")).substr(0, 9), "malformed");
}

TEST(Toml, refuses_bytes_that_are_not_utf8) {
    EXPECT_EQ(problem(parse("a = 1\nb = '\xff'")), "malformed 2:6+1: text is not UTF-8");
}

TEST(Toml, nests_128_levels_and_no_more) {
    EXPECT_TRUE(parse("a = " + repeat("[", 127) + repeat("]", 127)));
    EXPECT_EQ(problem(parse("a = " + repeat("[", 128) + repeat("]", 128))),
              "limit 1:132+1: nested deeper than 128 levels");
    EXPECT_TRUE(parse("[a" + repeat(".a", 126) + "]"));
    EXPECT_EQ(problem(parse("[a" + repeat(".a", 127) + "]\nb=1")).substr(0, 6), "limit ");
}

TEST(Toml, survives_text_that_nests_without_end) {
    for (const auto* unit : {"[", "{a=", "a.", "[[a]]\n[a.b]\n"})
        EXPECT_NE(problem(parse("a = " + repeat(unit, 100'000))).substr(0, 10), "no problem");
    EXPECT_EQ(problem(parse(repeat("a.", 100'000) + "a = 1")).substr(0, 6), "limit ");
    EXPECT_EQ(problem(parse("[" + repeat("a.", 100'000) + "a]")).substr(0, 6), "limit ");
    EXPECT_EQ(problem(parse("x = {" + repeat("'a'.", 100'000) + "a = 1}")).substr(0, 6), "limit ");
}

TEST(Toml, deep_keys_in_deep_brackets_count_together) {
    // 120 inline tables, each behind a key of 120 parts: 14 400 levels.
    const auto key = repeat("a.", 119) + "a = {";
    EXPECT_EQ(problem(parse(repeat(key, 120))).substr(0, 6), "limit ");
}

TEST(Toml, dots_in_strings_comments_and_numbers_do_not_count) {
    const auto dots = repeat("a.", 1000);
    EXPECT_TRUE(
        parse("# " + dots + "\na = '" + dots + "'\nb = \"\"\"\n" + dots + "\"\\\"\"\"\"\nc = 1.5"));
}

TEST(Toml, many_keys_beside_each_other_are_not_deep) {
    EXPECT_TRUE(parse(repeat("[[a.b.c]]\nd = {e.f = [1, 2.5], g = [[], [{h.i = 1}]]}\n", 300)));
}

} // namespace
} // namespace tenon::data
