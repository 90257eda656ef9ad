// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/value.hpp"

#include <gtest/gtest.h>

namespace tenon::data {
namespace {

TEST(Value, is_null_by_default) {
    EXPECT_EQ(Value().kind(), Kind::null);
    EXPECT_TRUE(Value().is_null());
}

TEST(Value, kind_follows_from_what_it_was_made_of) {
    EXPECT_EQ(Value(true).kind(), Kind::boolean);
    EXPECT_EQ(Value(Number{"1"}).kind(), Kind::number);
    EXPECT_EQ(Value("text").kind(), Kind::string);
    EXPECT_EQ(Value::array({}).kind(), Kind::array);
    EXPECT_EQ(Value::object({}).kind(), Kind::object);
}

TEST(Value, gives_nothing_when_asked_for_another_kind) {
    const Value text("text");
    EXPECT_EQ(text.number(), nullptr);
    EXPECT_EQ(text.boolean(), std::nullopt);
    EXPECT_EQ(text.integer(), std::nullopt);
    EXPECT_TRUE(text.items().empty());
    EXPECT_EQ(text.find("key"), nullptr);
}

TEST(Value, reads_integers_to_the_limits_of_64_bits) {
    EXPECT_EQ(Value(Number{"-9223372036854775808"}).integer(), INT64_MIN);
    EXPECT_EQ(Value(Number{"9223372036854775808"}).integer(), std::nullopt);
    EXPECT_EQ(Value(Number{"18446744073709551615"}).unsigned_integer(), UINT64_MAX);
    EXPECT_EQ(Value(Number{"18446744073709551616"}).unsigned_integer(), std::nullopt);
}

TEST(Value, takes_no_fraction_or_exponent_for_an_integer) {
    EXPECT_EQ(Value(Number{"1.0"}).integer(), std::nullopt);
    EXPECT_EQ(Value(Number{"1e3"}).integer(), std::nullopt);
}

TEST(Value, reads_minus_zero_as_zero_and_minus_one_not_as_unsigned) {
    EXPECT_EQ(Value(Number{"-0"}).unsigned_integer(), 0u);
    EXPECT_EQ(Value(Number{"-1"}).unsigned_integer(), std::nullopt);
}

TEST(Value, finds_the_last_of_equal_keys) {
    const auto object = Value::object({{"a", Value("first"), {}}, {"a", Value("last"), {}}});
    EXPECT_EQ(*object.find("a")->string(), "last");
}

TEST(Value, set_replaces_in_place_or_appends) {
    auto object = Value::object({{"a", Value::integer(1), {}}, {"b", Value::integer(2), {}}});
    object.set("a", Value::integer(3));
    object.set("c", Value::integer(4));
    EXPECT_EQ(to_json(object), R"({"a":3,"b":2,"c":4})");
}

TEST(Value, a_copy_does_not_change_with_the_original) {
    auto list = Value::array({Value::integer(1)});
    const auto copy = list;
    list.push_back(Value::integer(2));
    EXPECT_EQ(to_json(copy), "[1]");
    EXPECT_EQ(to_json(list), "[1,2]");
}

TEST(Value, document_error_shows_the_line_of_the_place) {
    const Document document{{"a.toml", "one\ntwo = 2\nthree"}, {}};
    const auto error = document.error({2, 7, 1}, Errc::config, "no such number", "here");
    ASSERT_TRUE(error.source());
    EXPECT_EQ(error.source()->file, "a.toml");
    EXPECT_EQ(error.source()->line_text, "two = 2");
    EXPECT_EQ(error.source()->label, "here");
    EXPECT_EQ(error.code(), Errc::config);
}

} // namespace
} // namespace tenon::data
