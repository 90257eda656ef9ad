// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/problem_test.hpp"

#include <gtest/gtest.h>

namespace tenon::data {
namespace {

Result<Document> parse(std::string text) {
    return parse_yaml({"a.yaml", std::move(text)});
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

TEST(Yaml, reads_blocks_and_flows) {
    EXPECT_EQ(as_json("z: 1\na:\n  - x\n  - {k: [y, 'it''s', \"q\\n\"]}\n  -\nb: |\n  t\n   u\n"),
              R"({"z":1,"a":["x",{"k":["y","it's","q\n"]},null],"b":"t\n u\n"})");
}

TEST(Yaml, resolves_plain_scalars_by_the_core_schema) {
    EXPECT_EQ(as_json("[null, ~, true, False, yes, on, 12, -7, +3, 007, 0x1F, 0o17]"),
              R"([null,null,true,false,"yes","on",12,-7,3,7,31,15])");
    EXPECT_EQ(as_json("[1.50, .5, -1., 1e3, 6.E-2, 1.2.3, 0x, 0xg, -, e5, 1_000, 12:30:45]"),
              R"([1.50,0.5,-1.0,1e3,6.0E-2,"1.2.3","0x","0xg","-","e5","1_000","12:30:45"])");
}

TEST(Yaml, quoted_scalars_and_str_tags_are_strings) {
    EXPECT_EQ(as_json("['12', \"true\", !!str 12, ! 12, '', !!str null, !!int '12', !!float 1]"),
              R"(["12","true","12","12","","null",12,1])");
}

TEST(Yaml, refuses_tags_that_are_not_of_the_core_schema) {
    EXPECT_EQ(problem(parse("a: !!binary aGk=")),
              "unsupported 1:4+1: tag `tag:yaml.org,2002:binary` is not of YAML's core schema");
    EXPECT_EQ(problem(parse("a: !secret x")),
              "unsupported 1:4+1: tag `!secret` is not of YAML's core schema");
    EXPECT_EQ(problem(parse("a: !!set {}")),
              "unsupported 1:4+1: tag `tag:yaml.org,2002:set` is not of YAML's core schema");
    EXPECT_EQ(problem(parse("a: !!int abc")),
              "invalid 1:4+1: `abc` does not fit the tag `tag:yaml.org,2002:int`");
}

TEST(Yaml, refuses_numbers_that_json_cannot_hold) {
    EXPECT_EQ(problem(parse("a: .inf")), "invalid 1:4+4: `.inf` is no number that can be kept");
    EXPECT_EQ(problem(parse("a: -5e400")), "invalid 1:4+6: `-5e400` is no number that can be kept");
    EXPECT_EQ(problem(parse("a: 0x10000000000000000")),
              "invalid 1:4+19: `0x10000000000000000` is no number that can be kept");
}

TEST(Yaml, remembers_places_in_bytes) {
    const auto document = parse("grüße: \"ä\"\nlist: [1, two,\n  'x y']\n");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root.members()[0].key_place, (Place{1, 1, 7}));
    EXPECT_EQ(at(&document->root.members()[0].value), "1:10+4");
    const auto& list = document->root.members()[1].value;
    EXPECT_EQ(at(&list), "2:7+1");
    EXPECT_EQ(at(&list.items()[1]), "2:11+3");
    EXPECT_EQ(at(&list.items()[2]), "3:3+5");
}

TEST(Yaml, remembers_places_behind_a_byte_order_mark) {
    const auto document = parse("\xef\xbb\xbf"
                                "a: b\nc: d\n");
    ASSERT_TRUE(document);
    EXPECT_EQ(at(document->root.find("a")), "1:7+1");
    EXPECT_EQ(at(document->root.find("c")), "2:4+1");
}

TEST(Yaml, expands_aliases) {
    EXPECT_EQ(as_json("a: &x {k: [1]}\nb: *x\nc: [*x, &y q, *y]\n"),
              R"({"a":{"k":[1]},"b":{"k":[1]},"c":[{"k":[1]},"q","q"]})");
}

TEST(Yaml, takes_an_anchored_string_as_key) {
    EXPECT_EQ(as_json("- &k name\n- {*k : 1}\n"), R"(["name",{"name":1}])");
}

TEST(Yaml, refuses_an_alias_within_its_own_node) {
    EXPECT_EQ(problem(parse("a: &x [1, *x]")),
              "invalid 1:11+2: alias within the node that it stands for");
}

TEST(Yaml, refuses_an_alias_without_anchor) {
    EXPECT_EQ(problem(parse("a: *x")).substr(0, 10), "malformed ");
}

TEST(Yaml, refuses_aliases_that_double_a_document_too_often) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 30; ++i)
        text += fmt::format("a{}: &a{} [{}*a{}]\n", i, i, repeat(fmt::format("*a{}, ", i - 1), 9),
                            i - 1);
    EXPECT_EQ(problem(parse(text)).substr(0, 6), "limit ");
    EXPECT_EQ(parse(text).error().message(), "aliases make this document too large");
}

TEST(Yaml, refuses_long_texts_that_aliases_repeat) {
    const auto text = "a: &a " + std::string(1 << 20, 'x') + "\nb: [" + repeat("*a, ", 20) + "]\n";
    EXPECT_EQ(problem(parse(text)).substr(0, 6), "limit ");
}

TEST(Yaml, refuses_keys_that_are_not_strings) {
    EXPECT_EQ(problem(parse("8080: x")), "invalid 1:1+4: key is a number, not a string");
    EXPECT_EQ(problem(parse("{[a]: x}")), "invalid 1:2+1: key is an array, not a string");
    EXPECT_EQ(problem(parse("? {a: b}\n: x")), "invalid 1:3+1: key is an object, not a string");
    EXPECT_EQ(problem(parse("a: &n 1\nb: {*n : 2}")),
              "invalid 1:4+1: key is a number, not a string");
}

TEST(Yaml, refuses_repeated_keys) {
    EXPECT_EQ(problem(parse("a: 1\nb: 2\na: 3\n")),
              "malformed 3:1+1: key `a` is given twice (first given in line 1)");
}

TEST(Yaml, wants_exactly_one_document) {
    EXPECT_EQ(problem(parse("")), "truncated 1:1+1: empty text where a value is expected");
    EXPECT_EQ(problem(parse("# nothing\n")),
              "truncated 2:1+1: empty text where a value is expected");
    EXPECT_EQ(as_json("--- 1\n...\n"), "1");
    EXPECT_EQ(as_json("---\n"), "null");
    EXPECT_EQ(problem(parse("a: 1\n---\nb: 2\n")).substr(0, 44),
              "malformed 2:1+1: a second document begins (e");
}

TEST(Yaml, shows_where_the_grammar_breaks) {
    EXPECT_EQ(problem(parse("a: [1, 2\nb: 3")).substr(0, 10), "malformed ");
    EXPECT_EQ(problem(parse("a: b: c")), "malformed 1:5+1: illegal map value");
    EXPECT_EQ(problem(parse("a:\n\t- b")).substr(0, 10), "malformed ");
    EXPECT_EQ(problem(parse("\"abc")).substr(0, 10), "malformed ");
}

TEST(Yaml, refuses_control_characters_and_bad_utf8) {
    EXPECT_EQ(problem(parse("a: \x04 b")), "malformed 1:4+1: control character in the text");
    EXPECT_EQ(problem(parse(std::string("\0a", 2))),
              "malformed 1:1+1: control character in the text");
    EXPECT_EQ(problem(parse("a: \xff")), "malformed 1:4+1: text is not UTF-8");
}

TEST(Yaml, nests_128_levels_and_no_more) {
    EXPECT_TRUE(parse(repeat("[", 128) + repeat("]", 128)));
    EXPECT_EQ(problem(parse(repeat("[", 129) + repeat("]", 129))),
              "limit 1:129+1: nested deeper than 128 levels");
    EXPECT_EQ(problem(parse(repeat("- ", 129) + "x")),
              "limit 1:257+1: nested deeper than 128 levels");
}

TEST(Yaml, aliases_do_not_nest_deeper_than_the_limit) {
    std::string text = "a0: &a0 " + repeat("[", 60) + repeat("]", 60) + "\n";
    text += "b: " + repeat("[", 60) + "*a0" + repeat("]", 60) + "\n";
    EXPECT_TRUE(parse(text));
    text += "c: " + repeat("[", 70) + "*a0" + repeat("]", 70) + "\n";
    EXPECT_EQ(problem(parse(text)).substr(0, 6), "limit ");
}

TEST(Yaml, survives_text_that_nests_without_end) {
    for (const auto* unit : {"[", "{", "- ", "? ", "{a: ", "[[", "-\t", ": ", "!!seq ["})
        EXPECT_NE(problem(parse(repeat(unit, 100'000))).substr(0, 10), "no problem") << unit;
    std::string steps;
    for (std::size_t i = 0; i < 2000; ++i)
        steps += std::string(i, ' ') + "a:\n";
    EXPECT_EQ(problem(parse(steps)).substr(0, 6), "limit ");
}

} // namespace
} // namespace tenon::data
