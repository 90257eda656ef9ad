// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/problem_test.hpp"

#include <gtest/gtest.h>

namespace tenon::data {
namespace {

Result<Document> parse(std::string text) {
    return parse_json({"a.json", std::move(text)});
}

std::string again(std::string text) {
    const auto document = parse(std::move(text));
    return document ? to_json(document->root) : in_short(document.error());
}

TEST(Json, reads_every_kind) {
    EXPECT_EQ(again(" {\"a\" : [ null, true , false, 1, -2.5e3 ,\"x\" ],\n\"b\":{}} "),
              R"({"a":[null,true,false,1,-2.5e3,"x"],"b":{}})");
}

TEST(Json, reads_a_lone_scalar) {
    EXPECT_EQ(again("12"), "12");
    EXPECT_EQ(again("\"\""), "\"\"");
}

TEST(Json, keeps_numbers_as_they_were_spelled) {
    EXPECT_EQ(again("[0,-0,1.0,1.50,1E+5,123456789012345678901234567890,0.1]"),
              "[0,-0,1.0,1.50,1E+5,123456789012345678901234567890,0.1]");
}

TEST(Json, keeps_the_order_of_members) {
    EXPECT_EQ(again(R"({"z":1,"a":2,"m":3})"), R"({"z":1,"a":2,"m":3})");
}

TEST(Json, decodes_escapes) {
    EXPECT_EQ(*parse(R"("\u00e9\ud83e\udd80\n\/\"\\")")->root.string(), "é🦀\n/\"\\");
}

TEST(Json, remembers_places_of_keys_and_values) {
    const auto document =
        parse("{\n  \"na:me\" : \"x,\\\"]y\",\n  \"list\":[1.25, {\"ü\":true}]\n}");
    ASSERT_TRUE(document);
    const auto members = document->root.members();
    EXPECT_EQ(at(&document->root), "1:1+1");
    EXPECT_EQ(members[0].key_place, (Place{2, 3, 7}));
    EXPECT_EQ(at(&members[0].value), "2:13+8");
    EXPECT_EQ(members[1].key_place, (Place{3, 3, 6}));
    EXPECT_EQ(at(&members[1].value.items()[0]), "3:11+4");
    EXPECT_EQ(at(&members[1].value.items()[1]), "3:17+1");
    EXPECT_EQ(at(members[1].value.items()[1].find("ü")), "3:23+4");
}

TEST(Json, skips_a_byte_order_mark) {
    EXPECT_EQ(again("\xef\xbb\xbf[1]"), "[1]");
    EXPECT_EQ(problem(parse("\xef\xbb\xbf[1,]")), "malformed 1:7+1: expected a value, found `]`");
    EXPECT_EQ(problem(parse("\xef\xbb\xbf\xef\xbb\xbf"
                            "33")),
              "malformed 1:4+1: invalid literal");
}

TEST(Json, refuses_empty_text) {
    EXPECT_EQ(problem(parse("")), "truncated 1:1+1: empty text where a value is expected");
    EXPECT_EQ(problem(parse(" \n ")), "truncated 2:2+1: empty text where a value is expected");
}

TEST(Json, refuses_text_behind_the_value) {
    EXPECT_EQ(problem(parse("{}\n x")), "malformed 2:2+1: invalid literal");
    EXPECT_EQ(problem(parse("{} {}")),
              "malformed 1:4+1: text goes on behind the value (expected nothing here)");
    EXPECT_EQ(problem(parse("1 \"ab\"")),
              "malformed 1:3+4: text goes on behind the value (expected nothing here)");
}

TEST(Json, refuses_a_cut_text_at_its_end) {
    EXPECT_EQ(problem(parse("{\"a\": [1, 2")),
              "truncated 1:12+1: text ends too early (expected `,` or `]`)");
    EXPECT_EQ(problem(parse("{\"a\"")), "truncated 1:5+1: text ends too early (expected `:`)");
    EXPECT_EQ(problem(parse("{\"a\": \"x")), "truncated 1:9+1: text ends within a string");
}

TEST(Json, says_what_it_expected) {
    EXPECT_EQ(problem(parse("[1 2]")), "malformed 1:4+1: expected `,` or `]`, found `2`");
    EXPECT_EQ(problem(parse("{\"a\" 1}")), "malformed 1:6+1: expected `:`, found `1`");
    EXPECT_EQ(problem(parse("{\"a\":1,}")),
              "malformed 1:8+1: expected a key in double quotes, found `}`");
    EXPECT_EQ(problem(parse("[,]")), "malformed 1:2+1: expected a value, found `,`");
    EXPECT_EQ(problem(parse("{\"a\":1 \"b\":2}")),
              "malformed 1:8+3: expected `,` or `}`, found `\"b\"`");
}

TEST(Json, refuses_what_only_javascript_allows) {
    EXPECT_EQ(problem(parse("{a:1}")), "malformed 1:2+1: invalid literal");
    EXPECT_EQ(problem(parse("// no\n1")), "malformed 1:1+1: invalid literal");
    EXPECT_EQ(problem(parse("[NaN]")), "malformed 1:2+1: invalid literal");
    EXPECT_EQ(problem(parse("[01]")), "malformed 1:3+1: expected `,` or `]`, found `1`");
    EXPECT_EQ(problem(parse("[.5]")), "malformed 1:2+1: invalid literal");
}

TEST(Json, refuses_a_raw_line_feed_in_a_string) {
    EXPECT_EQ(problem(parse("[\"a\nb\"]")).substr(0, 16), "malformed 1:4+1:");
}

TEST(Json, refuses_a_lone_surrogate) {
    EXPECT_EQ(problem(parse(R"(["\ud800"])")).substr(0, 10), "malformed ");
}

TEST(Json, refuses_bytes_that_are_not_utf8) {
    EXPECT_EQ(problem(parse("[\n\"a\xff\"]")), "malformed 2:3+1: text is not UTF-8");
    EXPECT_EQ(problem(parse("\"\xed\xa0\x80\"")), "malformed 1:2+1: text is not UTF-8");
}

TEST(Json, refuses_a_nul_byte_even_behind_the_value) {
    EXPECT_EQ(problem(parse(std::string("1\0rubbish", 9))),
              "malformed 1:2+1: NUL byte in the text");
}

TEST(Json, refuses_repeated_keys_and_names_the_first) {
    EXPECT_EQ(problem(parse("{\"a\":1,\n\"b\":2,\n\"a\":3}")),
              "malformed 3:1+3: key `a` is given twice (first given in line 1)");
    EXPECT_EQ(problem(parse(R"({"a":1,"\u0061":2})")),
              "malformed 1:8+8: key `a` is given twice (first given in line 1)");
}

TEST(Json, refuses_numbers_beyond_a_double) {
    EXPECT_EQ(problem(parse("[1, 1e999]")), "limit 1:5+5: number is too large");
}

TEST(Json, nests_128_levels_and_no_more) {
    const auto nested = [](std::size_t levels) {
        return std::string(levels, '[') + std::string(levels, ']');
    };
    EXPECT_TRUE(parse(nested(128)));
    EXPECT_EQ(problem(parse(nested(129))), "limit 1:129+1: nested deeper than 128 levels");
    EXPECT_EQ(problem(parse(std::string(1'000'000, '['))),
              "limit 1:129+1: nested deeper than 128 levels");
}

} // namespace
} // namespace tenon::data
