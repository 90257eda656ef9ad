// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/interrupt.hpp"

#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace tenon::base {
namespace {

bool stops_within_a_minute(std::stop_token token) {
    for (int i = 0; i < 60'000 && !token.stop_requested(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return token.stop_requested();
}

TEST(Interruption, turns_a_signal_into_a_stop) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        const Interruption interruption;
        EXPECT_FALSE(interruption.token().stop_requested());
        EXPECT_EQ(interruption.signal(), 0);
        ASSERT_EQ(::kill(::getpid(), number), 0);
        EXPECT_TRUE(stops_within_a_minute(interruption.token()));
        EXPECT_EQ(interruption.signal(), number);
    }
}

TEST(Interruption, gives_the_signals_back_when_it_ends) {
    sigset_t before, during, after;
    pthread_sigmask(SIG_BLOCK, nullptr, &before);
    {
        const Interruption interruption;
        pthread_sigmask(SIG_BLOCK, nullptr, &during);
    }
    pthread_sigmask(SIG_BLOCK, nullptr, &after);
    EXPECT_EQ(sigismember(&before, SIGINT), 0);
    EXPECT_EQ(sigismember(&during, SIGINT), 1);
    EXPECT_EQ(sigismember(&after, SIGINT), 0);
}

TEST(Interruption, leaves_an_ignored_signal_ignored) {
    const auto previous = std::signal(SIGHUP, SIG_IGN);
    {
        const Interruption interruption;
        ASSERT_EQ(::kill(::getpid(), SIGHUP), 0);
        ASSERT_EQ(::kill(::getpid(), SIGTERM), 0);
        EXPECT_TRUE(stops_within_a_minute(interruption.token()));
        EXPECT_EQ(interruption.signal(), SIGTERM);
    }
    std::signal(SIGHUP, previous);
}

TEST(InterruptionDeathTest, lets_a_second_signal_kill_at_once) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            const Interruption interruption;
            ::kill(::getpid(), SIGINT);
            stops_within_a_minute(interruption.token());
            ::kill(::getpid(), SIGINT);
            std::this_thread::sleep_for(std::chrono::minutes(1));
        },
        testing::KilledBySignal(SIGINT), "");
}

} // namespace
} // namespace tenon::base
