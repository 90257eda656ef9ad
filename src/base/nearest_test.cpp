// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/nearest.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tenon::base {
namespace {

std::optional<std::string_view> nearest_of(std::string_view word,
                                           std::vector<std::string_view> candidates) {
    return nearest(word, candidates);
}

TEST(Nearest, finds_one_slip_of_each_kind) {
    EXPECT_EQ(nearest_of("insprct", {"insert", "inspect"}), "inspect"); // another letter
    EXPECT_EQ(nearest_of("inspet", {"build", "inspect"}), "inspect");   // a letter missing
    EXPECT_EQ(nearest_of("innspect", {"build", "inspect"}), "inspect"); // one too many
    EXPECT_EQ(nearest_of("isnpect", {"build", "inspect"}), "inspect");  // two swapped
}

TEST(Nearest, a_swap_counts_as_one_edit) {
    // One swap, against one letter replaced and one inserted.
    EXPECT_EQ(nearest_of("par", {"pxra", "pra"}), "pra");
}

TEST(Nearest, upper_and_lower_case_are_alike) {
    EXPECT_EQ(nearest_of("BUILD", {"built", "build"}), "build");
}

TEST(Nearest, wants_at_most_a_third_of_the_letters_to_differ) {
    EXPECT_EQ(nearest_of("abcdef", {"abcdxy"}), "abcdxy"); // two of six
    EXPECT_EQ(nearest_of("abcdef", {"abcxyz"}), std::nullopt);
    EXPECT_EQ(nearest_of("version", {"vendor"}), std::nullopt);
}

TEST(Nearest, ties_go_to_the_first) {
    EXPECT_EQ(nearest_of("pat", {"par", "pad"}), "par");
    EXPECT_EQ(nearest_of("pat", {"pad", "par"}), "pad");
}

TEST(Nearest, nothing_is_near_to_nothing) {
    EXPECT_EQ(nearest_of("", {"a", "b"}), std::nullopt);
    EXPECT_EQ(nearest_of("word", {}), std::nullopt);
}

TEST(Nearest, does_not_compare_words_that_nobody_types) {
    const std::string word(65, 'a');
    EXPECT_EQ(nearest_of(word, {word}), std::nullopt);
}

} // namespace
} // namespace tenon::base
