// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/budget.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace tenon::registry {
namespace {

using std::chrono::milliseconds;

TEST(Budget, gives_what_is_there_and_takes_it_back) {
    Budget budget(10);
    {
        const auto much = budget.take(7);
        EXPECT_EQ(budget.taken(), 7U);
        EXPECT_FALSE(budget.take_within(4, milliseconds(0)));
        EXPECT_TRUE(budget.take_within(3, milliseconds(0)));
    }
    EXPECT_EQ(budget.taken(), 0U);
}

TEST(Budget, gives_all_to_who_wants_more_than_all) {
    Budget budget(10);
    const auto all = budget.take(11);
    EXPECT_EQ(budget.taken(), 10U);
    EXPECT_FALSE(budget.take_within(1, milliseconds(0)));
}

TEST(Budget, share_moves_with_its_owner) {
    Budget budget(10);
    auto first = budget.take(4);
    const auto second = std::move(first);
    EXPECT_EQ(budget.taken(), 4U);
    first = budget.take(5);
    EXPECT_EQ(budget.taken(), 9U);
    first = Budget::Share();
    EXPECT_EQ(budget.taken(), 4U);
}

// Small wishes that keep coming could otherwise keep a large one from ever being met.
TEST(Budget, nobody_overtakes_who_wants_much) {
    Budget budget(10);
    auto small = budget.take(1);
    std::jthread large([&] { EXPECT_TRUE(budget.take_within(10, std::chrono::seconds(10))); });
    // Until the other one stands in line.
    while (budget.take_within(1, milliseconds(0)))
        std::this_thread::yield();
    EXPECT_FALSE(budget.take_within(1, milliseconds(0)));
    small = Budget::Share();
    large.join();
    EXPECT_TRUE(budget.take_within(1, milliseconds(0)));
}

// Who gives up must not leave those behind him waiting.
TEST(Budget, line_moves_on_when_one_gives_up) {
    Budget budget(10);
    const auto some = budget.take(5);
    std::jthread large([&] { EXPECT_FALSE(budget.take_within(10, milliseconds(50))); });
    while (budget.take_within(1, milliseconds(0)))
        std::this_thread::yield();
    EXPECT_TRUE(budget.take_within(5, std::chrono::seconds(10)));
}

} // namespace
} // namespace tenon::registry
