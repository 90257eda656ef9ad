// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/lint.hpp"

#include "wit/test_wit.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

std::vector<std::string> findings(std::string text) {
    const auto read = read_good(std::move(text));
    std::vector<std::string> out;
    for (const auto& [rule, problem] : lint(read.model, read.main)) {
        const auto& place = problem.source()->place;
        out.push_back(std::to_string(place.line) + ':' + std::to_string(place.column) + ' ' +
                      std::string(rule) + ": " + problem.message());
    }
    return out;
}

TEST(Lint, finds_nothing_in_a_good_package) {
    EXPECT_TRUE(findings(R"(/// A package.
package a:b@1.0.0;
/// Types.
interface types {
  /// One.
  type t = u8;
}
/// Functions.
interface i {
  use types.{t};
  /// One.
  f: func(a: t);
}
)")
                    .empty());
}

TEST(Lint, finds_what_is_missing_or_unused) {
    EXPECT_EQ(findings(R"(package a:b;
/// Types.
interface types {
  type t = u8;
  /// Empty.
  record r {}
}
/// Functions.
interface i {
  use types.{t};
  /// Not used.
  type u = u8;
  GET: func();
}
)"),
              (std::vector<std::string>{
                  "1:9 missing-docs: package `a:b` has no documentation",
                  "1:9 unversioned-package: package `a:b` has no version",
                  "4:8 missing-docs: type `t` has no documentation",
                  "6:10 empty-type: record `r` is empty",
                  "10:14 unused-type: type `t` is brought by `use`, and not used",
                  "12:8 unused-type: type `u` is not used",
                  "13:3 missing-docs: function `GET` has no documentation",
                  "13:3 name-convention: the name of function `GET` has capital letters",
              }));
}

} // namespace
} // namespace tenon::wit
