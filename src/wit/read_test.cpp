// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/read.hpp"

#include "base/test_directory.hpp"
#include "wit/importize.hpp"
#include "wit/json.hpp"
#include "wit/merge.hpp"
#include "wit/print.hpp"
#include "wit/select.hpp"
#include "wit/test_wit.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

void write(const base::Path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

TEST(Read, takes_a_folder_with_dependencies_of_all_kinds) {
    const base::TestDirectory directory;
    const auto root = directory.path() / "wit";
    write(root / "a.wit", "package a:a;\nworld w { import b:b/b; import c:c/c; }");
    write(root / "b.wit", "interface more {}");
    write(root / "deps" / "b" / "any.wit", "package b:b;\ninterface b {}");
    write(root / "deps" / "b" / "deps" / "x.wit", "not looked at");
    write(root / "deps" / "c.wit", "package c:c;\ninterface c {}");
    write(root / "deps" / "ignored.txt", "\xff");
    Model model;
    const auto main = read_path(model, root);
    ASSERT_TRUE(main.has_value()) << main.error().message();
    EXPECT_EQ(model.packages.size(), 3U);
    EXPECT_EQ(model[*main].name.text(), "a:a");
    EXPECT_TRUE(model[*main].interfaces.contains("more"));
}

TEST(Read, hands_encoded_packages_to_the_decoder) {
    const base::TestDirectory directory;
    const auto root = directory.path() / "wit";
    write(root / "a.wit", "package a:a;\nworld w { import b:b/b; }");
    write(root / "deps" / "b.wasm", "encoded");
    Model model;
    const auto without = read_path(model, root);
    ASSERT_FALSE(without.has_value());
    EXPECT_EQ(without.error().code(), Errc::unsupported);
    EXPECT_NE(without.error().message().find("b.wasm"), std::string::npos);

    ReadOptions options;
    options.decode = [](Bytes content, const std::string&) -> Result<Decoded> {
        EXPECT_EQ(content.size(), 7U);
        auto read = read_good("package b:b;\ninterface b {}");
        return Decoded{std::move(read.model), read.main};
    };
    const auto with = read_path(model, root, options);
    ASSERT_TRUE(with.has_value()) << with.error().message();
    EXPECT_EQ(model.packages.size(), 2U);
}

TEST(Read, needs_a_header) {
    EXPECT_EQ(read_bad("package a:b { interface i {} }"),
              "no `package` header was found in any WIT file for this package");
    Model model;
    TextGroup group{"x", {{"a.wit", "package a:b;"}, {"b.wit", "\npackage a:c;"}}};
    const auto read = read_texts(model, group, {});
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().source()->file, "b.wit");
    EXPECT_EQ(read.error().source()->place, (Place{2, 9, 3}));
}

TEST(Read, adds_packages_to_a_model_step_by_step) {
    Model model;
    ASSERT_TRUE(read_text(model, "1", "package a:b; interface i { type t = u8; }").has_value());
    const auto second = read_text(model, "2", "package c:d; interface j { use a:b/i.{t}; }");
    ASSERT_TRUE(second.has_value()) << second.error().message();
    EXPECT_EQ(model.packages.size(), 2U);
    const auto again = read_text(model, "3", "package a:b;");
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().message(), "package `a:b` is defined in two different locations");
    EXPECT_EQ(again.error().helps().at(0), "the other one is at 1:1:9");
    EXPECT_EQ(model.sources.count(), 2U);
}

TEST(Read, limits_the_size_of_its_input) {
    ReadOptions options;
    options.max_bytes = 10;
    EXPECT_EQ(read_bad("package a:b;", options), "the WIT files are too large");
}

// --- what is done with models

TEST(Select, takes_the_only_world_or_the_one_that_is_named) {
    const auto read = read_good("package a:b;\nworld one {}\nworld two {}\n"
                                "package c:d@1.0.0 { world w {} }\npackage c:e { world w {} }");
    const auto select = [&](std::optional<std::string_view> name) {
        const auto world = select_world(read.model, read.main, name);
        return world ? read.model.id_of(*world) : world.error().message();
    };
    EXPECT_EQ(select("two"), "a:b/two");
    EXPECT_EQ(select("c:d/w"), "c:d/w@1.0.0");
    EXPECT_EQ(select("c:d/w@1.0.0"), "c:d/w@1.0.0");
    EXPECT_EQ(select({}), "package `a:b` has several worlds");
    EXPECT_EQ(select("three"), "world `three` not found in package `a:b`");
    EXPECT_EQ(select("c:d/w@1.0.1"), "package of world `c:d/w@1.0.1` is not known");
    EXPECT_EQ(select("c:d"), "invalid name of a world: `c:d`");
    const auto only = read_good("package a:b;\nworld one {}");
    EXPECT_TRUE(select_world(only.model, only.main, {}).has_value());
}

TEST(Merge, unites_two_views_of_an_interface) {
    auto into = read_good("package a:b;\ninterface i { type t = list<u8>; f: func(x: t); }");
    const auto from = read_good("package a:b;\ninterface i { type t = list<u8>; type u = s8; "
                                "f: func(x: t); g: func() -> u; }\nworld w { import i; }");
    const auto moved = merge(into.model, from.model);
    ASSERT_TRUE(moved.has_value()) << moved.error().message();
    EXPECT_EQ(print(into.model, into.main).value_or(""),
              "package a:b;\n\ninterface i {\n  type t = list<u8>;\n\n  type u = s8;\n\n"
              "  f: func(x: t);\n\n  g: func() -> u;\n}\n\nworld w {\n  import i;\n}\n");
}

TEST(Merge, refuses_views_that_disagree) {
    const auto message = [](const char* left, const char* right) {
        auto into = read_good(std::string("package a:b;\n") + left);
        const auto moved =
            merge(into.model, read_good(std::string("package a:b;\n") + right).model);
        return moved ? std::string("merged") : moved.error().message();
    };
    EXPECT_EQ(message("interface i { type t = u8; }", "interface i { type t = u16; }"),
              "type `t` is defined differently");
    EXPECT_EQ(
        message("interface i { type t = result<u8>; }", "interface i { type t = result<_, u8>; }"),
        "type `t` is defined differently");
    EXPECT_EQ(message("interface i { record t { a: u8 } }", "interface i { record t { b: u8 } }"),
              "type `t` is defined differently");
    EXPECT_EQ(message("interface i { f: func(a: u8); }", "interface i { f: func(); }"),
              "failed to merge interface `i`");
    EXPECT_EQ(message("world w { import x: func(); }", "world w { }"),
              "failed to merge package `a:b` into existing copy: failed to merge world `w`");
    EXPECT_EQ(message("world w { import x: interface { f: func(); } }",
                      "world w { import x: interface { f: func(); } }"),
              "merged");
}

TEST(Merge, keeps_the_order_of_packages) {
    auto from = read_good("package a:b;\ninterface i {}\ninterface j {}").model;
    auto& package = from.packages[0];
    package.interfaces = {};
    package.interfaces.insert("j", InterfaceIdx{1});
    package.interfaces.insert("i", InterfaceIdx{0});
    Model into;
    ASSERT_TRUE(merge(into, from).has_value());
    EXPECT_EQ(print(into, PackageIdx{0}).value_or(""),
              "package a:b;\n\ninterface j {\n}\n\ninterface i {\n}\n");
}

// What is found must have been there before: two parts of one name do not become one.
TEST(Merge, looks_only_at_what_was_there_before) {
    auto from = read_good("package a:b;\nworld v { import x: func(); }\nworld w {}\n"
                          "interface i { type t = u8; }\ninterface j {}")
                    .model;
    from.worlds[0].name = "w";
    from.interfaces[0].name = "j";
    Model into;
    const auto moved = merge(into, from);
    ASSERT_TRUE(moved.has_value());
    EXPECT_EQ(moved->worlds, (std::vector{WorldIdx{0}, WorldIdx{1}}));
    EXPECT_EQ(moved->interfaces, (std::vector{InterfaceIdx{0}, InterfaceIdx{1}}));
}

TEST(Importize, turns_exports_into_imports) {
    auto read = read_good("package a:b;\ninterface i { type t = u8; }\ninterface j { use i.{t}; }\n"
                          "world w { import x: func(); type u = u8; export y: func(a: u); "
                          "export j; }");
    const auto world = read.model[read.main].worlds.at("w");
    ASSERT_TRUE(importize(read.model, world).has_value());
    const auto text = print(read.model, read.main).value_or("");
    EXPECT_NE(text.find("world w-importized {\n  import i;\n  import j;\n\n  type u = u8;\n"
                        "  import y: func(a: u);\n}\n"),
              std::string::npos)
        << text;
}

TEST(Json, has_the_shape_that_other_tools_print) {
    const auto read = read_good("package a:b@1.0.0;\n/// Docs.\ninterface i {\n"
                                "@since(version = 1.0.0) f: async func(x: option<u8>) -> u8;\n}\n"
                                "world w { import i; }");
    EXPECT_EQ(to_json(read.model), R"({
  "worlds": [
    {
      "name": "w",
      "imports": {
        "interface-0": {
          "interface": {
            "id": 0
          }
        }
      },
      "exports": {},
      "package": 0
    }
  ],
  "interfaces": [
    {
      "name": "i",
      "types": {},
      "functions": {
        "f": {
          "name": "f",
          "kind": "async-freestanding",
          "params": [
            {
              "name": "x",
              "type": 0
            }
          ],
          "result": "u8",
          "stability": {
            "stable": {
              "since": "1.0.0"
            }
          }
        }
      },
      "docs": {
        "contents": "Docs."
      },
      "package": 0
    }
  ],
  "types": [
    {
      "name": null,
      "kind": {
        "option": "u8"
      },
      "owner": null
    }
  ],
  "packages": [
    {
      "name": "a:b@1.0.0",
      "interfaces": {
        "i": 0
      },
      "worlds": {
        "w": 0
      }
    }
  ]
})");
}

} // namespace
} // namespace tenon::wit
