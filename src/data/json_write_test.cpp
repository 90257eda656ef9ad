// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/value.hpp"

#include <gtest/gtest.h>

namespace tenon::data {
namespace {

TEST(JsonWrite, escapes_quotes_backslashes_and_control_characters_only) {
    using namespace std::string_view_literals;
    EXPECT_EQ(to_json(Value("a\"b\\c/\n\t\r\b\f\0\x1f\x7f"sv)),
              "\"a\\\"b\\\\c/\\n\\t\\r\\b\\f\\u0000\\u001f\x7f\"");
}

TEST(JsonWrite, leaves_utf8_as_it_is) {
    EXPECT_EQ(to_json(Value("grüße \u2028 🦀")), "\"grüße \u2028 🦀\"");
}

TEST(JsonWrite, keeps_the_spelling_of_numbers) {
    EXPECT_EQ(to_json(Value(Number{"1.50e+07"})), "1.50e+07");
}

TEST(JsonWrite, writes_empty_containers_without_blanks) {
    const auto value = Value::object({{"a", Value::array({}), {}}, {"o", Value::object({}), {}}});
    EXPECT_EQ(to_json(value), R"({"a":[],"o":{}})");
    EXPECT_EQ(to_pretty_json(value), "{\n  \"a\": [],\n  \"o\": {}\n}");
}

TEST(JsonWrite, pretty_text_has_one_entry_a_line_and_two_blanks_a_level) {
    const auto value =
        Value::object({{"list", Value::array({Value(true), Value(), Value("x")}), {}},
                       {"n", Value::integer(-7), {}}});
    EXPECT_EQ(to_pretty_json(value),
              "{\n  \"list\": [\n    true,\n    null,\n    \"x\"\n  ],\n  \"n\": -7\n}");
}

} // namespace
} // namespace tenon::data
