// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/compare.hpp"

#include "wit/select.hpp"
#include "wit/test_wit.hpp"

#include <ctime>
#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

/// Whether the first world fits into the second one; what keeps it from that, in one line each.
std::vector<std::string> misfits(const std::string& guest, const std::string& target,
                                 VersionRule rule = VersionRule::exact) {
    const auto left = read_good(guest);
    const auto right = read_good(target);
    const auto world = [](const Readback& one) {
        return select_world(one.model, one.main, "w").value_or(WorldIdx{0});
    };
    std::vector<std::string> out;
    for (const auto& one : fits({left.model, world(left)}, {right.model, world(right)}, rule)) {
        out.push_back(one.where() + " | " + one.needed + " | " + one.found +
                      (one.near.empty() ? "" : " | " + one.near));
    }
    return out;
}
using Lines = std::vector<std::string>;

constexpr auto two = "package a:b@1.0.0;\n"
                     "interface i { f: func(x: u32) -> string; g: func(); }\n"
                     "interface j { h: func(); }\n";

TEST(Compare, imports_may_be_fewer_and_exports_more) {
    const std::string package = two;
    EXPECT_EQ(misfits(package + "world w { export i; export j; }",
                      package + "world w { import j; export i; }"),
              Lines());
    EXPECT_EQ(
        misfits(package + "world w { import j; }", package + "world w { import i; export j; }"),
        (Lines{"import `a:b/j@1.0.0` |  |  | a:b/i@1.0.0", "export `a:b/j@1.0.0` |  | "}));
}

TEST(Compare, an_interface_that_is_imported_may_use_less_of_it) {
    const std::string whole = two;
    const std::string part = "package a:b@1.0.0; interface i { g: func(); }\n";
    EXPECT_EQ(misfits(part + "world w { import i; }", whole + "world w { import i; }"), Lines());
    EXPECT_EQ(misfits(whole + "world w { import i; }", part + "world w { import i; }"),
              (Lines{"import `a:b/i@1.0.0`, function `f` | f: func(x: u32) -> string | "}));
    EXPECT_EQ(misfits(whole + "world w { export i; }", part + "world w { export i; }"), Lines());
    EXPECT_EQ(misfits(part + "world w { export i; }", whole + "world w { export i; }"),
              (Lines{"export `a:b/i@1.0.0`, function `f` | f: func(x: u32) -> string | "}));
}

TEST(Compare, both_signatures_are_given) {
    const std::string head = "package a:b; world w { export f: func(";
    EXPECT_EQ(misfits(head + "x: u32); }", head + "x: s32) -> bool; }"),
              (Lines{"exported function `f` | f: func(x: s32) -> bool | f: func(x: u32)"}));
    EXPECT_EQ(misfits(head + "y: u32); }", head + "x: u32); }").size(), 1U);
    EXPECT_EQ(misfits("package a:b; world w { export f: async func(); }", head + "); }"),
              (Lines{"exported function `f` | f: func() | f: async func()"}));
}

TEST(Compare, types_are_what_they_are_made_of) {
    const auto text = [](const std::string& types, const std::string& in) {
        return "package a:b; interface i { " + types + " f: func(x: " + in +
               "); } world w { export i; }";
    };
    const auto base = text("record r { a: u32, b: list<string> }", "r");
    EXPECT_EQ(misfits(base, base), Lines());
    EXPECT_EQ(misfits(text("type s = string; record r { a: u32, b: list<s> }", "r"), base),
              Lines());
    EXPECT_EQ(misfits(text("record r { a: u32, b: list<u8> }", "r"), base),
              (Lines{"export `a:b/i`, type `r` | record r { a: u32, b: list<string> } | "
                     "record r { a: u32, b: list<u8> }",
                     // Both read alike, so that the definitions follow.
                     "export `a:b/i`, function `f` | f: func(x: r)\n"
                     "record r { a: u32, b: list<string> } | f: func(x: r)\n"
                     "record r { a: u32, b: list<u8> }"}));
    EXPECT_EQ(misfits(text("flags r { a, b }", "r"), base)[0],
              "export `a:b/i`, type `r` | record r { a: u32, b: list<string> } | flags r { a, b }");
    EXPECT_EQ(misfits(text("type r = result<_, u8>;", "r"), text("type r = option<u8>;", "r"))[0],
              "export `a:b/i`, type `r` | type r = option<u8> | type r = result<_, u8>");
}

TEST(Compare, resources_are_known_by_their_interface_and_name) {
    const std::string head = "package a:b; interface i { resource r; } "
                             "interface k { resource r; }\n";
    const auto world = [&](const std::string& from) {
        return head + "interface j { use " + from + ".{r}; f: func(x: borrow<r>); } " +
               "world w { export j; }";
    };
    EXPECT_EQ(misfits(world("i"), world("i")), Lines());
    const auto all = misfits(world("k"), world("i"));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0], "import `a:b/k` |  |  | a:b/i");
    EXPECT_TRUE(all[1].starts_with("export `a:b/j`, type `r` | use a:b/i.{r} | use a:b/k.{r}"));
}

TEST(Compare, what_exports_use_is_of_the_export_where_there_is_one) {
    const std::string head = "package a:b; interface i { resource r; } "
                             "interface k { use i.{r}; g: func(x: r); }\n";
    const auto imported = head + "world w { import i; export k; }";
    const auto exported = head + "world w { export i; export k; }";
    const auto both = head + "world w { import i; export i; export k; }";
    EXPECT_EQ(misfits(exported, both), Lines());
    const Lines wanted{
        "export `a:b/k`, type `r` | use a:b/i.{r}\nresource r // of the imported `a:b/i` | "
        "use a:b/i.{r}\nresource r // of the exported `a:b/i`",
        "export `a:b/k`, function `g` | g: func(x: r)\nresource r // of the imported `a:b/i` | "
        "g: func(x: r)\nresource r // of the exported `a:b/i`"};
    EXPECT_EQ(misfits(exported, imported), wanted);
    EXPECT_EQ(misfits(both, imported), wanted);
}

TEST(Compare, functions_of_the_world_use_what_is_imported) {
    const std::string head = "package a:b; interface i { resource r; }\n"
                             "world w { use i.{r}; export f: func(x: r); ";
    EXPECT_EQ(misfits(head + "export i; }", head + "}"), Lines());
}

TEST(Compare, versions_count_as_the_rule_says) {
    const auto text = [](const std::string& version) {
        return "package a:b@" + version +
               "; interface i { resource r; f: func() -> r; } world w { import i; }";
    };
    EXPECT_EQ(misfits(text("0.2.0"), text("0.2.3")),
              (Lines{"import `a:b/i@0.2.0` |  |  | a:b/i@0.2.3"}));
    EXPECT_EQ(misfits(text("0.2.0"), text("0.2.3"), VersionRule::track), Lines());
    EXPECT_EQ(misfits(text("0.2.0"), text("0.3.0"), VersionRule::track).size(), 1U);
    EXPECT_EQ(misfits(text("0.2.0"), text("0.3.0"), VersionRule::any), Lines());
}

TEST(Compare, of_several_versions_the_same_one_counts_else_the_newest) {
    const std::string versions = "package a:b@0.2.0 { interface i { f: func(); } }\n"
                                 "package a:b@0.2.1 { interface i { f: func(x: u8); } }\n"
                                 "package a:b@0.2.2 { interface i { f: func(x: u16); } }\n";
    const auto text = [&](const std::string& imports) {
        return "package c:d;\n" + versions + "world w { " + imports + " }";
    };
    const auto all = text("import a:b/i@0.2.0; import a:b/i@0.2.2; import a:b/i@0.2.1;");
    EXPECT_EQ(misfits(text("import a:b/i@0.2.1;"), all, VersionRule::track), Lines());
    const std::string other = "package c:d; package a:b@0.2.9 { interface i { f: func(x: u8); } }\n"
                              "world w { import a:b/i@0.2.9; }";
    EXPECT_EQ(misfits(other, all, VersionRule::track),
              (Lines{"import `a:b/i@0.2.9`, function `f` | f: func(x: u8) | f: func(x: u16)"}));
}

TEST(Compare, a_name_that_might_be_meant_is_given) {
    EXPECT_EQ(misfits("package a:b; world w { export gret: func(); }",
                      "package a:b; world w { export greet: func(); }"),
              (Lines{"exported function `greet` | greet: func() |  | gret"}));
}

TEST(Compare, methods_are_named_with_their_resource) {
    const std::string head = "package a:b; interface i { resource r { constructor(); ";
    EXPECT_EQ(misfits(head + "m: func(); } } world w { export i; }",
                      head + "m: func() -> u8; s: static func(); } } world w { export i; }"),
              (Lines{"export `a:b/i`, method `r.m` | m: func() -> u8 | m: func()",
                     "export `a:b/i`, method `r.s` | s: static func() | "}));
}

TEST(Compare, breaking_changes_are_what_users_would_miss) {
    const auto old = read_good("package a:b@1.0.0; interface i { f: func(); g: func(); } "
                               "interface j {}");
    const auto now = read_good("package a:b@1.1.0;\ninterface i { f: func(x: u8); h: func(); }");
    const auto all = breaking_changes(old.model, old.main, now.model, now.main);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].item, "function `f`");
    EXPECT_EQ(all[0].found, "f: func(x: u8)");
    EXPECT_EQ(now.model.sources.place(all[0].found_at).column, 15U);
    EXPECT_EQ(all[1].item, "function `g`");
    EXPECT_TRUE(all[1].is_missing());
    EXPECT_EQ(now.model.sources.place(all[1].found_at), (Place{2, 11, 1}));
    EXPECT_EQ(all[2].key, "j");
    EXPECT_EQ(breaking_changes(now.model, now.main, now.model, now.main).size(), 0U);
}

TEST(Compare, long_chains_of_types_take_no_depth) {
    std::string text = "package a:b; interface i { record r0 { a: u8 }\n";
    for (int i = 1; i < 4'000; ++i) {
        const auto before = "r" + std::to_string(i - 1);
        text += "record r" + std::to_string(i) + " { a: " + before + ", b: " + before + " }\n";
    }
    text += "} world w { export i; }";
    EXPECT_EQ(misfits(text, text), Lines());
}

TEST(Compare, many_differences_take_time_in_proportion_to_them) {
    std::string imports;
    std::string others;
    for (int i = 0; i < 4'000; ++i) {
        imports += "import f-a" + std::to_string(i) + ": func();";
        others += "import g-b" + std::to_string(i) + ": func();";
    }
    const auto begin = std::clock();
    EXPECT_EQ(misfits("package a:b; world w { " + imports + " }",
                      "package a:b; world w { " + others + " }")
                  .size(),
              4'000U);
    EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 10);
}

} // namespace
} // namespace tenon::wit
