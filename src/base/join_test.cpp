// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/join.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace tenon::base {
namespace {

TEST(Joined, has_separators_between_words_only) {
    EXPECT_EQ(joined(std::vector<std::string>{"a", "", "b c"}, ", "), "a, , b c");
    EXPECT_EQ(joined(std::vector<std::string_view>{"one"}, ", "), "one");
    EXPECT_EQ(joined(std::vector<const char*>{}, ", "), "");
}

} // namespace
} // namespace tenon::base
