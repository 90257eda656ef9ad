// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/secret.hpp"

#include <algorithm>
#include <gtest/gtest.h>

namespace tenon::crypto {
namespace {

SecretArray<4> four() {
    SecretArray<4> secret;
    std::ranges::copy(as_bytes("four"), secret.get().begin());
    return secret;
}

TEST(Secret, wipe_overwrites_with_zeros) {
    std::array<Byte, 3> bytes{1, 2, 3};
    wipe(bytes);
    EXPECT_EQ(bytes, (std::array<Byte, 3>{}));
}

TEST(Secret, an_array_that_moved_away_leaves_zeros) {
    auto source = four();
    const auto target = std::move(source);
    EXPECT_EQ(as_text(target.get()), "four");
    EXPECT_TRUE(std::ranges::all_of(source.get(), [](Byte b) { return b == 0; }));
}

TEST(Secret, an_array_that_is_assigned_away_leaves_zeros) {
    auto source = four();
    SecretArray<4> target;
    target = std::move(source);
    EXPECT_EQ(as_text(target.get()), "four");
    EXPECT_TRUE(std::ranges::all_of(source.get(), [](Byte b) { return b == 0; }));
}

TEST(Secret, a_clone_leaves_the_original) {
    const auto source = four();
    EXPECT_EQ(as_text(source.clone().get()), "four");
    EXPECT_EQ(as_text(source.get()), "four");
}

TEST(Secret, taking_a_short_text_wipes_the_string_it_came_from) {
    std::string text = "short";
    const auto secret = SecretText::take(std::move(text));
    EXPECT_EQ(secret.get(), "short");
    EXPECT_EQ(text.size(), 0U);
    // What a short string holds inside itself outlives its size.
    EXPECT_EQ(std::string_view(text.data(), 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(Secret, a_text_moves_and_leaves_nothing) {
    SecretText source(std::string_view("a text too long to be held inside the string object"));
    SecretText target;
    target = std::move(source);
    EXPECT_EQ(target.get(), "a text too long to be held inside the string object");
    EXPECT_EQ(source.get(), "");
    const SecretText last(std::move(target));
    EXPECT_EQ(last.get(), "a text too long to be held inside the string object");
    EXPECT_EQ(target.get(), "");
}

} // namespace
} // namespace tenon::crypto
