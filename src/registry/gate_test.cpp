// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/gate.hpp"

#include <atomic>
#include <future>
#include <gtest/gtest.h>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace tenon::registry {
namespace {

TEST(Gate, is_shared_by_many) {
    Gate gate;
    std::future<void> second; // whoever waits for its end must hold nothing
    const std::shared_lock first(gate);
    second = std::async(std::launch::async, [&] { const std::shared_lock lock(gate); });
    EXPECT_EQ(second.wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(Gate, excludes_everybody_else_when_it_is_held_alone) {
    Gate gate;
    int value = 0; // the sanitizers see who touches it at the same time
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 500; ++turn) {
                {
                    const std::unique_lock lock(gate);
                    ++value;
                }
                const std::shared_lock lock(gate);
                EXPECT_GT(value, 0);
            }
        });
    threads.clear();
    EXPECT_EQ(value, 2000);
}

// At every moment somebody shares it; one who wants it alone gets it all the same.
TEST(Gate, opens_for_one_alone_under_constant_load) {
    Gate gate;
    std::atomic<bool> over = false;
    std::vector<std::jthread> load;
    for (int i = 0; i < 4; ++i)
        load.emplace_back([&, i] {
            std::this_thread::sleep_for(std::chrono::milliseconds(i * 2));
            while (!over) {
                const std::shared_lock lock(gate);
                std::this_thread::sleep_for(std::chrono::milliseconds(8));
            }
        });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    auto alone = std::async(std::launch::async, [&] {
        for (int turn = 0; turn < 5; ++turn)
            const std::unique_lock lock(gate);
    });
    EXPECT_EQ(alone.wait_for(std::chrono::seconds(2)), std::future_status::ready);
    over = true;
}

// And who wants it alone again and again does not keep out those who share it.
TEST(Gate, opens_for_many_while_others_want_it_alone) {
    Gate gate;
    std::atomic<bool> over = false;
    std::vector<std::jthread> load;
    for (int i = 0; i < 3; ++i)
        load.emplace_back([&] {
            while (!over) {
                const std::unique_lock lock(gate);
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
    auto sharing = std::async(std::launch::async, [&] {
        for (int turn = 0; turn < 5; ++turn)
            const std::shared_lock lock(gate);
    });
    EXPECT_EQ(sharing.wait_for(std::chrono::seconds(2)), std::future_status::ready);
    over = true;
}

} // namespace
} // namespace tenon::registry
