// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/version.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace tenon::base {
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

std::string problem(std::string_view text) {
    const auto result = Version::parse(text);
    return result ? "none"
                  : fmt::format("@{} {}", result.error().offset().value_or(99),
                                result.error().message());
}

TEST(Version, takes_what_semver_org_lists_as_valid) {
    for (const auto* text :
         {"0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.0.0-alpha.0valid",
          "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay", "1.0.0-0A.is.legal",
          "2.0.0+build.1848", "1.2.3----RC-SNAPSHOT.12.9.1--.12+788", "1.0.0-0", "1.0.0+007"})
        EXPECT_EQ(problem(text), "none") << text;
}

TEST(Version, says_what_is_wrong_and_where) {
    EXPECT_EQ(problem("one"), "@0 `one` is no semantic version: unexpected character `o` where the "
                              "major version is expected");
    EXPECT_EQ(problem("v1.6.0"), "@0 `v1.6.0` is no semantic version: unexpected character `v` "
                                 "where the major version is expected");
    EXPECT_EQ(problem(""),
              "@0 `` is no semantic version: the text ends where the major version is expected");
    EXPECT_EQ(problem("1.2"),
              "@3 `1.2` is no semantic version: the text ends behind the minor version");
    EXPECT_EQ(problem("1.2.3.4"),
              "@5 `1.2.3.4` is no semantic version: unexpected character `.` behind the version");
    EXPECT_EQ(problem("1.02.3"),
              "@2 `1.02.3` is no semantic version: leading zero in the minor version");
    EXPECT_EQ(problem("1.2.3-01"),
              "@6 `1.2.3-01` is no semantic version: leading zero in the pre-release");
    EXPECT_EQ(problem("1.2.3-"),
              "@6 `1.2.3-` is no semantic version: the text ends in the pre-release");
    EXPECT_EQ(
        problem("1.2.3+a..b"),
        "@8 `1.2.3+a..b` is no semantic version: unexpected character `.` in the build metadata");
    EXPECT_EQ(problem("99999999999999999999.0.0"),
              "@0 `99999999999999999999.0.0` is no semantic version: major version is too large");
}

} // namespace
} // namespace tenon::base
