// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/quota.hpp"

#include <gtest/gtest.h>

namespace tenon::registry {
namespace {

TEST(Quota, gives_each_so_many_and_takes_them_back) {
    Quota quota(2);
    auto first = quota.take("a");
    const auto second = quota.take("a");
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(quota.take("a"));
    EXPECT_TRUE(quota.take("b"));
    first = Quota::Place();
    EXPECT_TRUE(quota.take("a"));
}

std::string holder(const char* address, bool forwarded = false) {
    return holder_of({address, false, forwarded}).value_or("(none)");
}

TEST(Holder, is_an_address_and_of_ipv6_a_network) {
    EXPECT_EQ(holder("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(holder("[2001:db8:1:2:3:4:5:6]"), "2001:db8:1:2::");
    EXPECT_EQ(holder("[2001:db8:1:2:ffff::]"), "2001:db8:1:2::");
    EXPECT_EQ(holder("[::ffff:192.0.2.1]"), "[::ffff:192.0.2.1]"); // not all of IPv4
    EXPECT_EQ(holder("[fe80::1%eth0]"), "[fe80::1%eth0]");
}

TEST(Holder, is_nobody_where_many_may_stand_behind_one_address) {
    for (const auto* address : {"127.0.0.1", "127.1.2.3", "[::1]", "unix"})
        EXPECT_EQ(holder(address), "(none)");
    EXPECT_EQ(holder("127.0.0.1", true), "127.0.0.1");
}

} // namespace
} // namespace tenon::registry
