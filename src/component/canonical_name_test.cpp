// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The names are those of wasm-tools 1.263, `component wit --emit-canonical-names`.
#include "component/canonical_name.hpp"

#include "component/package_encode.hpp"
#include "component/test_tree.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

std::string canonical(const std::string& text) {
    ast::ExternName name;
    name.name = text;
    make_canonical(name);
    return name.name + " " + name.version_suffix.value_or("-");
}

TEST(CanonicalName, keeps_what_decides_about_compatibility) {
    EXPECT_EQ(canonical("a:b/t@1.2.3"), "a:b/t@1 .2.3");
    EXPECT_EQ(canonical("a:b/t@0.2.1"), "a:b/t@0.2 .1");
    EXPECT_EQ(canonical("a:b/t@0.2.0+b1"), "a:b/t@0.2 .0+b1");
    EXPECT_EQ(canonical("a:b/t@1.2.3-a+b"), "a:b/t@1.2.3-a +b");
    EXPECT_EQ(canonical("a:b/t@0.0.3+x"), "a:b/t@0.0.3 +x");
}

TEST(CanonicalName, has_no_suffix_where_nothing_is_left) {
    EXPECT_EQ(canonical("a:b/t@0.0.3"), "a:b/t@0.0.3 -");
    EXPECT_EQ(canonical("a:b/t@1.0.0-rc.1"), "a:b/t@1.0.0-rc.1 -");
    EXPECT_EQ(canonical("a:b/t"), "a:b/t -");
    EXPECT_EQ(canonical("plain"), "plain -");
}

TEST(CanonicalName, is_that_of_the_interface_that_is_implemented) {
    ast::ExternName name;
    name.name = "lab";
    name.implements = "a:b/t@0.2.1";
    make_canonical(name);
    EXPECT_EQ(name.name, "lab");
    EXPECT_EQ(name.implements, "a:b/t@0.2");
    EXPECT_EQ(name.version_suffix, ".1");
}

TEST(CanonicalName, a_package_with_them_is_read_back_whole) {
    const std::string text = "package a:b@0.2.1;\n"
                             "\n"
                             "interface t {\n"
                             "  type x = u32;\n"
                             "}\n"
                             "\n"
                             "interface i {\n"
                             "  use t.{x};\n"
                             "\n"
                             "  f: func(x: x);\n"
                             "}\n"
                             "\n"
                             "world w {\n"
                             "  import t;\n"
                             "  import lab: t;\n"
                             "\n"
                             "  export i;\n"
                             "}\n";
    wit::Model model;
    const auto package = wit::read_text(model, "test.wit", text);
    ASSERT_TRUE(package);
    const auto binary = encode_package(model, *package, {"tests", "1"}, InterfaceNames::canonical);
    ASSERT_TRUE(binary);
    const std::string bytes(as_text(*binary));
    EXPECT_EQ(bytes.find("a:b/t@0.2.1"), bytes.npos);
    EXPECT_NE(bytes.find("a:b/w@0.2.1"), bytes.npos); // worlds keep theirs
    EXPECT_EQ(wit_of(*binary), text);
}

} // namespace
} // namespace tenon::component
