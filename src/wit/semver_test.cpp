// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/semver.hpp"

#include "wit/print.hpp"
#include "wit/test_wit.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

constexpr const char* user = R"(package a:b;
interface user { use c:d/i@0.2.0.{t, r}; f: func(a: t, b: r); }
world w { import user; import c:d/j@0.2.1; import c:d/i@0.3.0; }
)";
constexpr const char* older =
    "package c:d@0.2.0 { interface i { record t { a: list<u8> } resource r "
    "{ m: func(); } g: func(a: borrow<r>) -> t; } }\n";
constexpr const char* newer =
    "package c:d@0.2.1 { interface i { record t { a: list<u8> } resource r "
    "{ m: func(); n: func(); } g: func(a: borrow<r>) -> t; h: func(); }\n"
    "interface j { use i.{t}; f: func() -> t; } }\n";
constexpr const char* other = "package c:d@0.3.0 { interface i {} }\n";

Result<std::string> merged(const std::string& text) {
    auto read = read_good(text);
    const auto world = read.model[read.main].worlds.at("w");
    TENON_TRY(merge_world_imports_based_on_semver(read.model, world));
    for (std::uint32_t i = 0; i < read.model.types.size(); ++i) {
        if (const auto* const alias = std::get_if<Alias>(&read.model.types[i].kind)) {
            if (const auto* const of = std::get_if<TypeIdx>(&alias->of)) {
                EXPECT_LT(of->value, i);
            }
        }
    }
    return print(read.model, read.main);
}

TEST(Semver, keeps_the_newest_of_each_track) {
    const auto text = merged(std::string(user) + older + newer + other);
    ASSERT_TRUE(text.has_value()) << text.error().message();
    EXPECT_EQ(*text, R"(package a:b;

interface user {
  use c:d/i@0.2.1.{t, r};

  f: func(a: t, b: r);
}

world w {
  import c:d/i@0.2.1;
  import user;
  import c:d/j@0.2.1;
  import c:d/i@0.3.0;
}
)");
}

TEST(Semver, refuses_a_newer_version_that_lacks_something) {
    const std::string head = "package a:b;\nworld w { import c:d/i@1.0.0; import c:d/i@1.1.0; }\n";
    const auto message = [&](const char* left, const char* right) {
        const auto text = merged(head + "package c:d@1.0.0 { interface i {" + left + "} }\n" +
                                 "package c:d@1.1.0 { interface i {" + right + "} }\n");
        return text ? std::string("merged") : text.error().message();
    };
    EXPECT_EQ(message("f: func();", "g: func();"),
              "`c:d/i@1.1.0` has no function `f`, which an older version has");
    EXPECT_EQ(message("type t = u8;", ""),
              "`c:d/i@1.1.0` has no type `t`, which an older version has");
    EXPECT_EQ(message("f: func(a: u8);", "f: func(b: u8);"),
              "function `f` of `c:d/i@1.1.0` differs from that of an older version");
    EXPECT_EQ(message("enum e { a }", "enum e { a, b }"),
              "type `e` of `c:d/i@1.1.0` differs from that of an older version");
    EXPECT_EQ(message("record t { a: option<u8> }", "record t { a: option<u8> } f: func();"),
              "merged");
}

TEST(Semver, leaves_exports_alone) {
    const auto text =
        merged("package a:b;\n"
               "world w { import c:d/i@1.0.0; import c:d/i@1.1.0; export c:d/i@1.0.0; }\n"
               "package c:d@1.0.0 { interface i {} }\n"
               "package c:d@1.1.0 { interface i {} }\n");
    ASSERT_TRUE(text.has_value());
    EXPECT_NE(text->find("{\n  import c:d/i@1.1.0;\n\n  export c:d/i@1.0.0;"), std::string::npos)
        << *text;
}

TEST(Semver, what_exports_use_as_an_import_does_not_become_an_export) {
    const auto text =
        merged("package a:b;\n"
               "world w { import c:d/i@1.1.0; export c:d/i@1.1.0; export c:d/k@1.0.0; }\n"
               "package c:d@1.0.0 { interface i { resource r; }\n"
               "interface k { use i.{r}; g: func(a: r); } }\n"
               "package c:d@1.1.0 { interface i { resource r; } }\n");
    ASSERT_TRUE(text.has_value());
    EXPECT_NE(text->find("{\n  import c:d/i@1.1.0;\n  import c:d/i@1.0.0;\n\n"
                         "  export c:d/i@1.1.0;\n  export c:d/k@1.0.0;"),
              std::string::npos)
        << *text;
}

TEST(Semver, puts_functions_before_interfaces_even_if_nothing_is_merged) {
    auto read = read_good("package a:b;\nworld w { export f: func(); export i; }\n"
                          "interface i {}\n");
    auto& world = read.model.worlds[0];
    base::OrderedMap<WorldKey, WorldItem> turned;
    turned.insert(world.exports.entry(1).first, world.exports.entry(1).second);
    turned.insert(world.exports.entry(0).first, world.exports.entry(0).second);
    world.exports = turned;
    ASSERT_TRUE(merge_world_imports_based_on_semver(read.model, WorldIdx{0}));
    EXPECT_EQ(read.model.worlds[0].exports.entry(0).first, WorldKey(std::string("f")));
}

TEST(Semver, compares_types_without_walking_through_them_again_and_again) {
    const auto merged_with = [](int levels) {
        auto read = read_good("package a:b;\nworld w { import c:d/i@1.0.0; import c:d/i@1.1.0; }\n"
                              "package c:d@1.0.0 { interface i { f: func(x: u8); } }\n"
                              "package c:d@1.1.0 { interface i { f: func(x: u8); } }\n");
        for (std::size_t i = 0; i < read.model.interfaces.size(); ++i)
            read.model.interfaces[i].functions.value(0).params[0].type =
                tower(read.model, i == 0 ? 50 : levels);
        const auto world = read.model[read.main].worlds.at("w");
        const auto done = merge_world_imports_based_on_semver(read.model, world);
        return done ? std::string("merged") : done.error().message();
    };
    EXPECT_EQ(merged_with(50), "merged");
    EXPECT_EQ(merged_with(49),
              "function `f` of `c:d/i@1.1.0` differs from that of an older version");
}

} // namespace
} // namespace tenon::wit
