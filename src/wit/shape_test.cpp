// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/shape.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

constexpr Type a = Primitive::u8;
constexpr Type b = Primitive::s8;

bool equal(const std::optional<Type>& left, const std::optional<Type>& right) {
    return left == right;
}

Field field(std::string name, Type type) {
    Field made;
    made.name = std::move(name);
    made.type = type;
    return made;
}

TEST(Shape, tells_which_side_of_a_result_is_left_out) {
    EXPECT_TRUE(same_shape(ResultType{a, std::nullopt}, ResultType{a, std::nullopt}, equal));
    EXPECT_FALSE(same_shape(ResultType{a, std::nullopt}, ResultType{std::nullopt, a}, equal));
}

TEST(Shape, tells_a_payload_from_none) {
    EXPECT_FALSE(same_shape(Future{a}, Future{}, equal));
    EXPECT_FALSE(same_shape(Stream{}, Stream{a}, equal));
    EXPECT_TRUE(same_shape(Future{}, Future{}, equal));
}

TEST(Shape, of_fixed_lists_has_their_length) {
    EXPECT_TRUE(same_shape(FixedList{a, 4}, FixedList{a, 4}, equal));
    EXPECT_FALSE(same_shape(FixedList{a, 4}, FixedList{a, 5}, equal));
}

TEST(Shape, has_the_names_of_members_in_their_order) {
    const Record record{{field("x", a), field("y", a)}};
    EXPECT_TRUE(same_shape(record, record, equal));
    EXPECT_FALSE(same_shape(record, Record{{field("y", a), field("x", a)}}, equal));
    EXPECT_FALSE(same_shape(record, Record{{field("x", a)}}, equal));
}

TEST(Shape, has_the_kind) {
    EXPECT_FALSE(same_shape(List{a}, Option{a}, equal));
}

TEST(Shape, asks_which_types_inside_are_the_same) {
    EXPECT_FALSE(same_shape(Map{a, b}, Map{a, a}, equal));
    EXPECT_TRUE(same_shape(Map{a, b}, Map{a, a}, [](const auto&, const auto&) { return true; }));
}

} // namespace
} // namespace tenon::wit
