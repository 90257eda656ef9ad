// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/ordered_map.hpp"

#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::base {
namespace {

using Words = OrderedMap<std::string, int>;

std::vector<std::string> keys(const Words& words) {
    std::vector<std::string> out;
    for (const auto& [key, value] : words)
        out.push_back(key);
    return out;
}

TEST(OrderedMap, keeps_the_order_of_insertion) {
    Words words;
    words.insert("pear", 1);
    words.insert("apple", 2);
    words.insert("fig", 3);
    EXPECT_EQ(keys(words), (std::vector<std::string>{"pear", "apple", "fig"}));
}

TEST(OrderedMap, keeps_the_first_value_of_a_key) {
    Words words;
    words.insert("pear", 1);
    const auto [value, is_new] = words.insert("pear", 2);
    EXPECT_FALSE(is_new);
    EXPECT_EQ(*value, 1);
    EXPECT_EQ(words.size(), 1U);
}

TEST(OrderedMap, finds_by_view) {
    Words words;
    words.insert("pear", 1);
    ASSERT_NE(words.find(std::string_view("pear")), nullptr);
    EXPECT_EQ(words.find(std::string_view("plum")), nullptr);
}

TEST(OrderedMap, finds_every_key_of_many) {
    Words words;
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(words.insert(std::to_string(i * 7919 % 1000), i).second);
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(words.at(std::to_string(i * 7919 % 1000)), i);
    EXPECT_EQ(words.entry(1).first, "919");
    EXPECT_FALSE(words.insert("919", 0).second);
    EXPECT_EQ(words.size(), 1000U);
}

TEST(OrderedMap, erases_and_keeps_the_order_of_the_rest) {
    Words words;
    for (int i = 0; i < 20; ++i)
        words.insert(std::to_string(i), i);
    words.erase_if([](const std::string&, int value) { return value % 2 == 0 || value > 10; });
    EXPECT_EQ(keys(words), (std::vector<std::string>{"1", "3", "5", "7", "9"}));
    EXPECT_TRUE(words.insert("0", 0).second);
    EXPECT_EQ(words.at("7"), 7);
}

TEST(OrderedMap, takes_variants_as_keys) {
    using Key = std::variant<std::string, int>;
    OrderedMap<Key, int> map;
    for (int i = 0; i < 12; ++i)
        map.insert(Key(i), i);
    map.insert(Key("x"), -1);
    EXPECT_EQ(map.at(Key("x")), -1);
    EXPECT_EQ(map.at(Key(11)), 11);
    EXPECT_FALSE(map.contains(Key(12)));
}

} // namespace
} // namespace tenon::base
