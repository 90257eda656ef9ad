// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/workers.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <latch>

namespace tenon::net {
namespace {

TEST(Workers, are_made_when_nobody_is_free_and_not_beyond_the_limit) {
    std::atomic<int> done{0};
    std::latch go{1};
    {
        Workers workers(3);
        EXPECT_EQ(workers.size(), 0u);
        for (int i = 0; i < 10; ++i)
            ASSERT_TRUE(workers.submit([&] {
                go.wait();
                ++done;
            }));
        EXPECT_EQ(workers.size(), 3u);
        go.count_down();
    }
    EXPECT_EQ(done, 10); // the end waits for all of them
}

TEST(Workers, are_used_again) {
    Workers workers(8);
    for (int i = 0; i < 20; ++i) {
        std::latch done{1};
        ASSERT_TRUE(workers.submit([&] { done.count_down(); }));
        done.wait();
        std::this_thread::sleep_for(std::chrono::milliseconds(1)); // until it waits again
    }
    EXPECT_LE(workers.size(), 3u);
}

} // namespace
} // namespace tenon::net
