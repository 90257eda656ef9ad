// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How large an encoded package may become.
#include "component/test_tree.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

/// Interfaces that each use the one before.
std::string chain(int length) {
    std::string text = "package a:b;\ninterface i0 { type t = u8; }\n";
    for (int i = 1; i < length; ++i)
        text +=
            "interface i" + std::to_string(i) + " { use i" + std::to_string(i - 1) + ".{t}; }\n";
    return text;
}

TEST(EncodePackage, has_a_limit_for_packages_that_are_more_than_their_text) {
    EXPECT_EQ(problem(encoded(chain(100))), "fine");
    EXPECT_EQ(problem(encoded(chain(1000))), "limit: the package is too large to be encoded");
}

TEST(EncodePackage, the_limit_counts_names_too) {
    std::string record = "record r {";
    for (int i = 0; i < 200; ++i)
        record += " m" + std::string(100, 'm') + std::to_string(i) + ": u8,";
    std::string text = "package a:b;\ninterface i { " + record + " } }\n";
    for (int i = 0; i < 1000; ++i)
        text += "interface n" + std::to_string(i) + " { use i.{r}; }\n";
    EXPECT_EQ(problem(encoded(text)), "limit: the package is too large to be encoded");
}

} // namespace
} // namespace tenon::component
