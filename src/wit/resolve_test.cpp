// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/print.hpp"
#include "wit/test_wit.hpp"

#include <gtest/gtest.h>

namespace tenon::wit {
namespace {

std::string in_interface(const std::string& body) {
    return "package a:b;\ninterface i {\n" + body + "\n}";
}
std::string in_world(const std::string& body) {
    return "package a:b;\ninterface i { type t = u8; f: func(); }\nworld w {\n" + body + "\n}";
}

TEST(Resolve, puts_types_after_those_that_they_need) {
    const auto read = read_good(in_interface("type a = list<c>; type b = u8; type c = b;"));
    const auto& types = interface_named(read, "i").types;
    ASSERT_EQ(types.size(), 3U);
    EXPECT_EQ(types.entry(0).first, "b");
    EXPECT_EQ(types.entry(1).first, "c");
    EXPECT_EQ(types.entry(2).first, "a");
    for (std::uint32_t i = 0; i < read.model.types.size(); ++i) {
        if (const auto* const list = std::get_if<List>(&read.model.types[i].kind)) {
            EXPECT_LT(std::get<TypeIdx>(list->element).value, i);
        }
    }
}

TEST(Resolve, makes_the_plain_name_of_a_resource_a_handle_that_owns) {
    const auto read = read_good(in_interface("resource r; f: func(x: r) -> own<r>; type t = r;"));
    const auto& f = interface_named(read, "i").functions.at("f");
    ASSERT_TRUE(f.result.has_value());
    EXPECT_EQ(f.params.at(0).type, *f.result);
    const auto handle = std::get<TypeIdx>(f.params[0].type);
    EXPECT_TRUE(std::holds_alternative<Own>(read.model[handle].kind));
    const auto alias = interface_named(read, "i").types.at("t");
    EXPECT_TRUE(std::holds_alternative<Alias>(read.model[alias].kind));
}

TEST(Resolve, gives_methods_their_full_names_and_self) {
    const auto read = read_good(
        in_interface("resource r { constructor(a: u8); m: async func(); s: static func() -> r; }"));
    const auto& functions = interface_named(read, "i").functions;
    ASSERT_EQ(functions.size(), 3U);
    EXPECT_EQ(functions.entry(0).first, "[constructor]r");
    EXPECT_EQ(functions.at("[constructor]r").item_name(), "r");
    const auto& method = functions.at("[method]r.m");
    EXPECT_TRUE(method.async);
    EXPECT_EQ(method.params.at(0).name, "self");
    EXPECT_EQ(method.item_name(), "m");
    EXPECT_EQ(functions.at("[static]r.s").kind, Function::Kind::static_);
}

TEST(Resolve, refuses_names_that_do_not_exist) {
    EXPECT_EQ(read_bad(in_interface("f: func(x: strng);")), "3:12: type `strng` does not exist");
    EXPECT_EQ(read_bad(in_interface("record r { a: x } x: func();")),
              "3:15: type `x` does not exist");
    EXPECT_EQ(read_bad(in_interface("x: func(); y: func(a: x);")),
              "3:23: cannot use function `x` as a type");
    EXPECT_EQ(read_bad("package a:b;\nworld w { import x; }"),
              "2:18: interface or world `x` does not exist");
    EXPECT_EQ(read_bad("package a:b;\nuse w as v; world w {} world x { import v; }"),
              "2:41: name `v` is defined as a world, not an interface");
}

TEST(Resolve, proposes_the_nearest_name) {
    Model model;
    const auto read = read_text(model, "test.wit", in_interface("f: func(x: strng);"));
    ASSERT_FALSE(read.has_value());
    ASSERT_EQ(read.error().helps().size(), 1U);
    EXPECT_EQ(read.error().helps()[0], "did you mean `string`?");
}

TEST(Resolve, refuses_names_that_differ_by_case_only) {
    EXPECT_EQ(read_bad(in_interface("get-user: func(); GET-USER: func();")),
              "3:19: name `GET-USER` is defined more than once");
    EXPECT_EQ(read_bad(in_interface("record r { a: u8, A: u8 }")),
              "3:19: field `A` is defined more than once");
    EXPECT_EQ(read_bad(in_world("export get-user: func(); export GET-USER: func();")),
              "4:33: export `GET-USER` in world `w` conflicts with export `get-user` (kebab-case "
              "identifiers are case-insensitive)");
}

TEST(Resolve, refuses_cycles) {
    EXPECT_EQ(read_bad(in_interface("type a = b; record b { x: option<a> }")),
              "3:10: type `b` depends on itself");
    EXPECT_EQ(read_bad("package a:b;\ninterface i { use j.{t}; }\ninterface j { use i.{t}; }"),
              "3:11: interface or world `j` depends on itself");
    EXPECT_EQ(read_bad("package a:b;\nuse x as y;\nuse y as x;"),
              "2:5: interface or world `x` depends on itself");
    EXPECT_EQ(read_bad("package a:b;\npackage c:d { interface i { use e:f/i.{}; } }\n"
                       "package e:f { interface i { use c:d/i.{}; } }"),
              "2:33: package `e:f` creates a dependency cycle");
}

TEST(Resolve, checks_constructors) {
    EXPECT_EQ(read_bad(in_interface("resource a { constructor() -> u32; }")),
              "3:31: if a constructor return type is declared it must be a `result`");
    EXPECT_EQ(read_bad(in_interface("resource b; resource a { constructor() -> result<b>; }")),
              "3:50: the `ok` type must be the resource being constructed");
    EXPECT_EQ(read_bad(in_interface("resource a { constructor(); constructor(); }")),
              "3:29: duplicate constructors");
    EXPECT_EQ(read_bad(in_interface("resource a { %constructor: func(); constructor(); }")),
              "accepted");
}

TEST(Resolve, refuses_borrows_in_results_however_deep) {
    EXPECT_EQ(
        read_bad(in_interface("resource r; record x { a: borrow<r> } type y = x;\n"
                              "f: func() -> list<option<y>>;")),
        "4:1: function `f` returns a type which contains a `borrow<T>` which is not supported");
}

TEST(Resolve, checks_keys_of_maps_behind_their_names) {
    read_good(in_interface("type k = string; type l = k; type m = map<l, u8>;"));
    EXPECT_EQ(read_bad(in_interface("type k = f32; type m = map<k, u8>;")),
              "3:24: invalid map key type: map keys must be bool, u8, u16, u32, u64, s8, s16, s32, "
              "s64, char, or string");
}

TEST(Resolve, lists_known_packages_and_says_how_to_get_others) {
    Model model;
    const auto read = read_text(model, "test.wit", "package a:b@1.0.0;\nworld w { import c:d/e; }");
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().message(), "package `c:d` not found. known packages:\n    a:b@1.0.0");
    ASSERT_FALSE(read.error().helps().empty());
    EXPECT_EQ(read.error().helps().back(),
              "put it into `deps/`; `wkg wit fetch` does that");
}

TEST(Resolve, says_which_version_is_there) {
    Model model;
    const auto read = read_text(model, "test.wit",
                                "package a:b;\nworld w { import c:d/e@1.0.0; }\n"
                                "package c:d@1.0.1 { interface e {} }");
    ASSERT_FALSE(read.has_value());
    ASSERT_FALSE(read.error().helps().empty());
    EXPECT_EQ(read.error().helps()[0], "`c:d@1.0.1` is here: write `c:d/…@1.0.1`");
}

TEST(Resolve, opens_gates_by_feature) {
    const std::string text = in_interface("@unstable(feature = x) type t = u8;\n"
                                          "@unstable(feature = x) f: func() -> t;");
    EXPECT_TRUE(interface_named(read_good(text), "i").functions.empty());
    ReadOptions options;
    options.features.enabled.insert("x");
    EXPECT_EQ(interface_named(read_good(text, options), "i").functions.size(), 1U);
    ReadOptions all;
    all.features.all = true;
    EXPECT_EQ(interface_named(read_good(text, all), "i").functions.size(), 1U);
}

TEST(Resolve, refuses_references_to_what_a_gate_has_taken_away) {
    EXPECT_EQ(read_bad(in_interface("@unstable(feature = x) type t = u8;\nrecord r { a: t }")),
              "4:12: found a reference to a type which is excluded due to its feature not being "
              "activated");
    EXPECT_EQ(read_bad("package a:b;\n@unstable(feature = x) interface i {}\n"
                       "world w { import i; }"),
              "3:18: found a reference to a interface which is excluded due to its feature not "
              "being activated");
}

TEST(Resolve, refuses_since_above_the_version_of_the_package) {
    EXPECT_EQ(read_bad("package a:b@0.1.0;\n@since(version = 0.2.0)\ninterface i {}"),
              "3:11: feature gate cannot reference unreleased version 0.2.0 of package "
              "[a:b@0.1.0] (current version 0.1.0)");
    EXPECT_EQ(read_bad("package a:b;\n@since(version = 0.2.0)\ninterface i {}"),
              "3:11: package [a:b] contains a feature gate with a version specifier, so it must "
              "have a version");
}

// --- worlds

std::vector<std::string> keys(const Model& model,
                              const base::OrderedMap<WorldKey, WorldItem>& items) {
    std::vector<std::string> out;
    for (const auto& [key, item] : items)
        out.push_back(model.key_name(key));
    return out;
}

TEST(World, imports_what_its_interfaces_use) {
    const auto read = read_good("package a:b;\n"
                                "interface i { type t = u8; }\n"
                                "interface j { use i.{t}; }\n"
                                "interface k { use j.{t}; }\n"
                                "world imported { import k; }\n"
                                "world exported { export k; }\n"
                                "world both { export k; export i; export j; }");
    const auto& model = read.model;
    using Keys = std::vector<std::string>;
    EXPECT_EQ(keys(model, world_named(read, "imported").imports),
              (Keys{"a:b/i", "a:b/j", "a:b/k"}));
    EXPECT_EQ(keys(model, world_named(read, "exported").imports), (Keys{"a:b/i", "a:b/j"}));
    EXPECT_EQ(keys(model, world_named(read, "both").imports), Keys());
    EXPECT_EQ(keys(model, world_named(read, "both").exports), (Keys{"a:b/i", "a:b/j", "a:b/k"}));
}

TEST(World, refuses_a_dependency_that_is_import_and_export) {
    EXPECT_EQ(read_bad("package a:b;\ninterface i1 { type t = u8; }\n"
                       "interface i2 { use i1.{t}; }\ninterface i3 { use i2.{t}; }\n"
                       "world w { export i1; export i3; }"),
              "5:7: interface `a:b/i3` transitively depends on an interface in incompatible ways");
}

TEST(World, refuses_the_same_name_twice) {
    EXPECT_EQ(read_bad(in_world("import x: func(); import x: interface {}")),
              "4:26: import `x` conflicts with prior func of same name");
    EXPECT_EQ(read_bad(in_world("type x = u8; import x: func();")),
              "4:21: import `x` conflicts with prior type of same name");
    EXPECT_EQ(read_bad(in_world("import i; import i;")),
              "4:18: interface cannot be imported more than once");
}

TEST(World, includes_with_new_names) {
    const auto read = read_good(in_world("resource r { m: func(); } import f: func(x: r);") +
                                "\nworld v { include w with { r as s, f as g } }");
    const auto& world = world_named(read, "v");
    EXPECT_EQ(keys(read.model, world.imports), (std::vector<std::string>{"s", "g", "[method]s.m"}));
    const auto resource = std::get<TypeIdx>(world.imports.entry(0).second);
    EXPECT_EQ(std::get<Function>(world.imports.entry(2).second).resource, resource);
    const auto handle =
        std::get<TypeIdx>(std::get<Function>(world.imports.entry(1).second).params[0].type);
    EXPECT_EQ(std::get<Own>(read.model[handle].kind).resource, resource);
}

TEST(World, refuses_includes_that_clash_or_rename_nothing) {
    EXPECT_EQ(
        read_bad(in_world("import x: func();") + "\nworld v { include w; import x: func(); }"),
        "6:19: import of `x` shadows previously imported items");
    EXPECT_EQ(
        read_bad(in_world("import i;") + "\nworld v { include w with { i as j } }"),
        "6:19: no import or export kebab-name `i`. Note that an ID does not support renaming");
}

TEST(World, does_not_take_over_since_from_another_package) {
    const auto read =
        read_good("package a:b;\nworld w { include c:d/v@2.0.0; }\n"
                  "package c:d@2.0.0 { interface i {}\n"
                  "@since(version = 2.0.0) world v { @since(version = 2.0.0) import i; "
                  "@since(version = 2.0.0) import f: func(); } }");
    const auto& imports = world_named(read, "w").imports;
    ASSERT_EQ(imports.size(), 2U);
    EXPECT_EQ(std::get<WorldInterface>(imports.entry(0).second).stability, Stability());
    EXPECT_EQ(std::get<Function>(imports.entry(1).second).stability, Stability());
}

// --- hostile sizes

TEST(Resolve, is_fast_for_long_chains) {
    std::string text = "package a:b;\ninterface i {\ntype t0 = u8;\n";
    for (int i = 1; i < 5'000; ++i)
        text += "type t" + std::to_string(i) + " = t" + std::to_string(i - 1) + ";\n";
    text += "resource r; type b = list<borrow<r>>; ";
    for (int i = 0; i < 2'000; ++i)
        text += "fn" + std::to_string(i) + ": func(x: t4999) -> t4999;\n";
    read_good(text + "}");
}

TEST(World, limits_what_worlds_hold_together) {
    std::string text = "package a:b;\n";
    for (int i = 0; i < 50; ++i)
        text += "interface i" + std::to_string(i) + " { type t = u8; }\n";
    std::string all = "interface all {";
    for (int i = 0; i < 50; ++i)
        all += " use i" + std::to_string(i) + ".{t as t" + std::to_string(i) + "};";
    text += all + "}\n";
    for (int i = 0; i < 20; ++i)
        text += "world w" + std::to_string(i) + " { import all; }\n";
    read_good(text);
    ReadOptions options;
    options.max_world_items = 1'000;
    EXPECT_EQ(read_bad(text, options), "the worlds of these packages are too large together");
}

} // namespace
} // namespace tenon::wit
