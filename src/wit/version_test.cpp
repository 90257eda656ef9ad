// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/version.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

TEST(Track, is_what_compatible_versions_share) {
    const auto track = [](std::string_view text) { return track_of(Version::parse(text).value()); };
    EXPECT_EQ(track("1.2.3"), "1");
    EXPECT_EQ(track("0.2.12"), "0.2");
    EXPECT_EQ(track("0.0.3"), "0.0.3");
    EXPECT_EQ(track("0.3.0-rc-2026-01-06"), "0.3.0-rc-2026-01-06");
    EXPECT_EQ(track("1.2.3+build"), "1");
}

} // namespace
} // namespace tenon::wit
