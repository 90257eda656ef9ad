// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/test_wit.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

TEST(Parser, says_what_was_expected_and_where) {
    EXPECT_EQ(read_bad("package a:b;\ninterface i {\n  x: func(\n"),
              "4:1: expected an identifier, found end of file");
    EXPECT_EQ(read_bad("package a:b;\ninterface i { type t = list<u32 }"),
              "2:33: expected `>`, found `}`");
    EXPECT_EQ(read_bad("package a:b;\ninterface i { async x: func(); }"),
              "2:15: expected `type`, `resource` or `func`, found keyword `async`");
    EXPECT_EQ(read_bad("package a:b;\ninterface i { x: static func(); }"),
              "2:18: expected keyword `func`, found keyword `static`");
    EXPECT_EQ(read_bad("package a:b;\ninterface i { resource r { interface; } }"),
              "2:28: expected `constructor` or identifier, found keyword `interface`");
    EXPECT_EQ(read_bad("package a:b;\nfoo"),
              "2:1: expected `world`, `interface` or `use`, found identifier `foo`");
}

TEST(Parser, hints_at_percent_for_keywords) {
    Model model;
    const auto read =
        read_text(model, "test.wit", "package a:b; interface i { type option = u8; }");
    ASSERT_FALSE(read.has_value());
    ASSERT_EQ(read.error().helps().size(), 1U);
    EXPECT_EQ(read.error().helps()[0], "write `%option` to use a keyword as a name");
}

TEST(Parser, has_no_semicolon_after_include_with) {
    EXPECT_EQ(read_bad("package a:b; world v { import x: func(); }\n"
                       "world w { include v with { x as y }; }"),
              "2:36: expected `import`, `export`, `include`, `use`, or type definition, found `;`");
}

TEST(Parser, needs_an_error_type_behind_an_underscore) {
    EXPECT_EQ(read_bad("package a:b; interface i { type t = result<_>; }"),
              "1:45: expected `,`, found `>`");
}

TEST(Parser, limits_the_nesting_of_types) {
    std::string deep = "package a:b; interface i { type t = ";
    for (int i = 0; i < 99; ++i)
        deep += "list<";
    auto good = deep + "u8";
    auto bad = deep + "list<u8>";
    for (int i = 0; i < 99; ++i) {
        good += '>';
        bad += '>';
    }
    read_good(good + "; }");
    EXPECT_EQ(read_bad(bad + "; }"), "1:537: type nesting too deep");
}

TEST(Parser, limits_the_nesting_of_packages) {
    std::string text = "package a:b;\n";
    for (int i = 0; i < 101; ++i)
        text += "package a:b {\n";
    EXPECT_EQ(read_bad(text), "102:1: package nesting too deep");
    EXPECT_EQ(read_bad("package a:b;\npackage a:c {\n  package a:d { } }"),
              "3:11: nested packages must be placed at the top-level");
}

TEST(Parser, checks_attributes) {
    EXPECT_EQ(read_bad("package a:b@1.0.0;\n@since(version = 1.0.0) @since(version = 1.0.0)\n"
                       "interface i {}"),
              "2:26: cannot specify @since twice");
    EXPECT_EQ(read_bad("package a:b@1.0.0;\n@since(version = 1.0.0) @unstable(feature = x)\n"
                       "interface i {}"),
              "2:26: cannot specify both @since and @unstable");
    EXPECT_EQ(read_bad("package a:b@1.0.0;\n@deprecated(version = 1.0.0)\ninterface i {}"),
              "2:2: cannot specify @deprecated without @since or @unstable");
    EXPECT_EQ(read_bad("package a:b;\n@sinc(version = 1.0.0)\ninterface i {}"),
              "2:2: unknown attribute `@sinc`");
    EXPECT_EQ(read_bad("package a:b@1.0.0;\n@since(version = 1.0)\ninterface i {}"),
              "2:21: `1.0` is no semantic version: the text ends behind the minor version");
    EXPECT_EQ(read_bad("package a:b;\n@unstable(feature = x)\nuse c:d/e;"),
              "2:2: attributes not allowed on top-level use");
    EXPECT_EQ(read_bad("package a:b;\n@unstable(feature = x)\npackage c:d {}"),
              "2:2: cannot place attributes on nested packages");
}

TEST(Parser, refuses_lists_of_impossible_length) {
    EXPECT_EQ(read_bad("package a:b; interface i { type t = list<u8, 0>; }"),
              "1:46: invalid length `0` of a list: it must be between 1 and 4294967295");
    EXPECT_EQ(read_bad("package a:b; interface i { type t = list<u8, 4294967296>; }"),
              "1:46: invalid length `4294967296` of a list: it must be between 1 and 4294967295");
}

TEST(Parser, tells_a_label_from_a_path_by_what_follows_the_colon) {
    const auto read = read_good("package a:b;\n"
                                "interface i {}\n"
                                "world w { import x: i; import a1:c/d; import y: a1:c/d; }\n"
                                "package a1:c { interface d {} }");
    const auto& world = world_named(read, "w");
    ASSERT_EQ(world.imports.size(), 3U);
    EXPECT_EQ(read.model.key_name(world.imports.entry(0).first), "x");
    EXPECT_EQ(read.model.key_name(world.imports.entry(1).first), "a1:c/d");
    EXPECT_EQ(read.model.key_name(world.imports.entry(2).first), "y");
}

} // namespace
} // namespace tenon::wit
