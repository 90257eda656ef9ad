// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/lint.hpp"
#include "wit/test_wit.hpp"

namespace tenon::wit {
namespace {

/// `line:column: message`, for what breaks.
std::vector<std::string> breaks(const std::string& old_text, const std::string& now_text) {
    const auto old = read_good(old_text);
    const auto now = read_good(now_text);
    std::vector<std::string> out;
    for (const auto& finding : lint_against(old.model, old.main, now.model, now.main)) {
        EXPECT_EQ(finding.rule, "breaking-change");
        const auto place = finding.problem.source().value_or(base::SourceExcerpt()).place;
        out.push_back(std::to_string(place.line) + ":" + std::to_string(place.column) + ": " +
                      finding.problem.message());
    }
    return out;
}
using Lines = std::vector<std::string>;

TEST(LintAgainst, what_was_added_breaks_nobody) {
    EXPECT_EQ(breaks("package a:b@1.0.0; interface i { f: func(); } world w { export i; }",
                     "package a:b@1.0.1; interface i { f: func(); } interface j {} "
                     "world w { import j; } world v {}"),
              Lines());
}

TEST(LintAgainst, a_function_that_goes_or_changes_breaks_its_users) {
    EXPECT_EQ(breaks("package a:b; interface i { f: func(); g: func(x: u8); }",
                     "package a:b; interface i { g: func(y: u8); }"),
              (Lines{"1:24: function `f` of interface `i` is no longer there",
                     "1:28: function `g` of interface `i` is not what it was"}));
}

TEST(LintAgainst, what_a_world_exports_must_not_grow) {
    const std::string world = "world w { export i; }";
    EXPECT_EQ(breaks("package a:b; interface i { f: func(); } " + world,
                     "package a:b; interface i { f: func(); g: func(); } " + world),
              (Lines{"1:39: world `w` wants more: the export `a:b/i`, function `g`"}));
}

TEST(LintAgainst, what_a_world_imports_must_not_shrink) {
    EXPECT_EQ(breaks("package a:b; world w { import f: func(); }", "package a:b; world w { }"),
              (Lines{"1:20: world `w` no longer imports function `f`"}));
}

TEST(LintAgainst, versions_of_one_track_promise_to_be_compatible) {
    const auto promise = [](const std::string& old, const std::string& now) {
        const auto name = [](const std::string& version) {
            return PackageName{
                "a", "b", version.empty() ? std::nullopt : std::optional(*Version::parse(version))};
        };
        return promises_compatibility(name(old), name(now));
    };
    EXPECT_TRUE(promise("1.0.0", "1.9.0"));
    EXPECT_TRUE(promise("0.2.0", "0.2.9"));
    EXPECT_TRUE(promise("", "2.0.0"));
    EXPECT_FALSE(promise("0.2.0", "0.3.0"));
    EXPECT_FALSE(promise("1.0.0", "2.0.0"));
}

} // namespace
} // namespace tenon::wit
