// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/version.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

Version version(std::string_view text) {
    auto parsed = Version::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(Version());
}

TEST(Version, reads_all_parts) {
    const auto read = version("1.20.300-rc.1-x+build.007");
    EXPECT_EQ(read.major, 1U);
    EXPECT_EQ(read.minor, 20U);
    EXPECT_EQ(read.patch, 300U);
    EXPECT_EQ(read.prerelease, "rc.1-x");
    EXPECT_EQ(read.build, "build.007");
    EXPECT_EQ(read.text(), "1.20.300-rc.1-x+build.007");
}

TEST(Version, takes_a_prerelease_of_one_hyphen) {
    EXPECT_EQ(version("1.0.1--").prerelease, "-");
}

TEST(Version, says_where_it_is_wrong) {
    struct Case {
        std::string_view text;
        std::uint64_t offset;
    };
    for (const auto& [text, offset] :
         {Case{"", 0}, Case{"1", 1}, Case{"1.2", 3}, Case{"1.02.3", 2}, Case{"1.2.3-", 6},
          Case{"1.2.3-a..b", 8}, Case{"1.2.3-01", 6}, Case{"1.2.3+", 6}, Case{"1.2.3 ", 5},
          Case{"18446744073709551616.0.0", 0}}) {
        const auto read = Version::parse(text);
        ASSERT_FALSE(read.has_value()) << text;
        EXPECT_EQ(read.error().code(), Errc::malformed);
        EXPECT_EQ(read.error().offset(), offset) << text;
    }
}

// The example of https://semver.org/#spec-item-11.
TEST(Version, orders_as_the_standard_does) {
    constexpr std::string_view rising[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                           "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                           "1.0.0-rc.1",  "1.0.0",         "1.0.1",
                                           "1.1.0",       "2.0.0"};
    for (std::size_t i = 1; i < std::size(rising); ++i)
        EXPECT_LT(version(rising[i - 1]), version(rising[i])) << rising[i];
}

TEST(Version, knows_its_compatibility_track) {
    EXPECT_EQ(version("1.2.3").track(), "1");
    EXPECT_EQ(version("0.2.12").track(), "0.2");
    EXPECT_EQ(version("0.0.3").track(), "0.0.3");
    EXPECT_EQ(version("0.3.0-rc-2026-01-06").track(), "0.3.0-rc-2026-01-06");
    EXPECT_EQ(version("1.2.3+build").track(), "1");
}

} // namespace
} // namespace tenon::wit
