// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/retry.hpp"

#include <gtest/gtest.h>

namespace tenon::oci {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

TEST(Retry, pauses_double_up_to_a_limit) {
    auto surroundings = Surroundings::real();
    surroundings.random = [](std::uint32_t bound) { return bound - 1; };
    const RetryPolicy policy{5, 200ms, 1000ms, 60'000ms};
    EXPECT_EQ(pause_before(2, policy, surroundings), 200ms);
    EXPECT_EQ(pause_before(3, policy, surroundings), 400ms);
    EXPECT_EQ(pause_before(4, policy, surroundings), 800ms);
    EXPECT_EQ(pause_before(5, policy, surroundings), 1000ms);
    EXPECT_EQ(pause_before(4'000'000'000, policy, surroundings), 1000ms);
}

TEST(Retry, half_of_a_pause_is_chance) {
    auto surroundings = Surroundings::real();
    surroundings.random = [](std::uint32_t bound) {
        EXPECT_EQ(bound, 101u);
        return 7u;
    };
    EXPECT_EQ(pause_before(2, RetryPolicy(), surroundings), 107ms);
}

TEST(Retry, a_stop_ends_the_sleep) {
    std::stop_source source;
    source.request_stop();
    const auto slept = Surroundings::real().sleep(1h, source.get_token());
    ASSERT_FALSE(slept);
    EXPECT_EQ(slept.error().code(), Errc::interrupted);
}

TEST(RetryAfter, is_seconds_or_a_date) {
    // The example of RFC 9110 section 5.6.7; date -u -d '1994-11-06 08:49:37' +%s
    const std::chrono::sys_seconds now{784111700s};
    EXPECT_EQ(parse_retry_after("120", now), 120'000ms);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 77'000ms);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 0ms);
}

TEST(RetryAfter, nonsense_is_nothing) {
    for (const auto* field : {"", "-1", "soon", "1.5", "Sun, 31 Feb 1994 08:49:37 GMT",
                              "Sunday, 06-Nov-94 08:49:37 GMT"})
        EXPECT_EQ(parse_retry_after(field, {}), std::nullopt) << field;
}

TEST(RetryAfter, is_never_longer_than_a_week) {
    EXPECT_EQ(parse_retry_after("4294967295", {}), 168h);
    EXPECT_EQ(parse_retry_after("99999999999999999999", {}), 168h);
}

TEST(Passing, troubles) {
    for (const int status : {408, 429, 500, 502, 503, 504, 520})
        EXPECT_TRUE(is_passing(status)) << status;
    for (const int status : {200, 400, 401, 403, 404, 409, 413, 416, 501, 505, 507, 511, 600})
        EXPECT_FALSE(is_passing(status)) << status;
    for (const auto code : {Errc::io, Errc::truncated, Errc::timed_out})
        EXPECT_TRUE(is_passing(base::Error(code, "x")));
    for (const auto code : {Errc::untrusted, Errc::limit, Errc::interrupted, Errc::malformed})
        EXPECT_FALSE(is_passing(base::Error(code, "x")));
}

TEST(Endurance, ends_after_as_many_attempts) {
    Endurance endurance(3);
    EXPECT_TRUE(endurance.endures(0));
    EXPECT_TRUE(endurance.endures(0));
    EXPECT_FALSE(endurance.endures(0));
}

TEST(Endurance, begins_anew_whenever_it_got_further) {
    Endurance endurance(3);
    for (std::uint64_t reached = 1; reached <= 10; ++reached) {
        EXPECT_TRUE(endurance.endures(reached));
        EXPECT_EQ(endurance.failures(), 1u);
        EXPECT_TRUE(endurance.endures(reached));
    }
    EXPECT_FALSE(endurance.endures(10));
}

TEST(Endurance, does_not_take_a_second_way_over_the_same_ground_for_progress) {
    Endurance endurance(3);
    EXPECT_TRUE(endurance.endures(10));
    EXPECT_TRUE(endurance.endures(0)); // begun anew
    EXPECT_FALSE(endurance.endures(10));
}

TEST(Endurance, is_not_without_end) {
    Endurance endurance(3);
    std::uint64_t reached = 0;
    while (endurance.endures(++reached))
        ASSERT_LT(reached, 1000u);
    EXPECT_EQ(reached, 101u);
}

} // namespace
} // namespace tenon::oci
