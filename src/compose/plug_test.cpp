// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/plug.hpp"

#include "component/package_decode.hpp"
#include "component/validate.hpp"
#include "compose/new_component.hpp"
#include "compose/plug_names.hpp"
#include "compose/test_world.hpp"
#include "wit/print.hpp"

namespace tenon::compose {
namespace {

using testing::TestWorld;
using testing::told;

constexpr const char* package = "package a:b@0.2.0; ";

/// A component of the world, whose functions trap.
Buffer component_of(const std::string& wit) {
    const TestWorld world(wit.starts_with("package") ? wit : package + wit);
    const auto module = dummy_module(world.model, world.world, DummyStyle::legacy);
    EXPECT_TRUE(module);
    const auto bytes = world.in(*module);
    const auto made = NewComponent::create(bytes, {}, {});
    EXPECT_TRUE(made) << told(made.error());
    return made->bytes();
}

Result<Plugged> plugged(const Buffer& socket, const std::vector<Buffer>& plugs) {
    std::vector<PlugInput> inputs;
    for (const auto& one : plugs)
        inputs.push_back(
            {"plug" + std::to_string(inputs.size()), std::to_string(inputs.size()) + ".wasm", one});
    return plug({"socket", "socket.wasm", socket}, inputs, {});
}

/// The world that the result is of, without the interfaces beside it.
std::string world_of(const Result<Plugged>& made) {
    if (!made)
        return told(made.error());
    if (const auto valid = component::validate(Bytes(made->component)); !valid)
        return told(valid.error());
    const auto decoded = component::decode_wit(Bytes(made->component));
    if (!decoded)
        return told(decoded.error());
    const auto text = *wit::print(decoded->model, decoded->package);
    const auto begin = text.find("world root {\n") + 13;
    return text.substr(begin, text.find("\n}", begin) - begin);
}

/// `error; cause; cause / help`.
std::string story(const Result<Plugged>& made) {
    if (made)
        return "made";
    auto text = told(made.error());
    for (const auto& cause : made.error().causes())
        text += "; " + cause;
    for (const auto& help : made.error().helps())
        text += " / " + help;
    return text;
}

TEST(PlugNames, versions_on_one_track_have_one_name) {
    EXPECT_EQ(track_name("a:b/c@0.2.3"), "a:b/c@0.2");
    EXPECT_EQ(track_name("a:b/c@1.4.0"), "a:b/c@1");
    EXPECT_EQ(track_name("a:b/c@0.0.3"), "a:b/c@0.0.3");
    EXPECT_EQ(track_name("a:b/c@1.0.0-rc.1"), "a:b/c@1.0.0-rc.1");
    EXPECT_EQ(track_name("a:b/c"), "a:b/c");
    EXPECT_EQ(track_name("f"), "f");
}

TEST(PlugNames, newer_is_a_matter_of_numbers) {
    EXPECT_TRUE(is_newer("a:b/c@0.2.10", "a:b/c@0.2.9"));
    EXPECT_FALSE(is_newer("a:b/c@0.2.9", "a:b/c@0.2.9"));
    EXPECT_FALSE(is_newer("a:b/c@0.2.9", "a:b/c"));
}

TEST(Plug, functions_and_interfaces_are_connected_by_their_names) {
    const auto socket =
        component_of("interface i { f: func(x: u32) -> string; } world w { import "
                     "i; import g: func(); import h: func(); export run: func(); }");
    const auto plug = component_of("interface i { f: func(x: u32) -> string; more: func(); } world "
                                   "w { export i; export g: func(); export other: func(); }");
    const auto made = plugged(socket, {plug});
    EXPECT_EQ(world_of(made), "  import h: func();\n\n  export run: func();");
    EXPECT_TRUE(made->unused.empty());
}

TEST(Plug, what_both_import_is_imported_once_with_all_of_it) {
    const auto socket =
        component_of("interface log { write: func(); } world w { import log; import "
                     "f: func(); export run: func(); }");
    const auto plug = component_of("interface log { flush: func(); } world w { import log; export "
                                   "f: func(); }");
    const auto made = plugged(socket, {plug});
    EXPECT_EQ(world_of(made), "  import a:b/log@0.2.0;\n\n  export run: func();");
    const auto decoded = component::decode_wit(Bytes(made->component));
    ASSERT_TRUE(decoded);
    const auto& log =
        std::get<wit::WorldInterface>(decoded->model[*decoded->world].imports.entry(0).second);
    EXPECT_EQ(decoded->model[log.interface].functions.size(), 2U);
}

TEST(Plug, what_both_import_otherwise_is_refused) {
    const auto socket =
        component_of("interface log { write: func(); } world w { import log; import "
                     "f: func(); export run: func(); }");
    const auto plug = component_of("interface log { write: func(x: u8); } world w { import log; "
                                   "export f: func(); }");
    EXPECT_EQ(story(plugged(socket, {plug})),
              "export `write`: import `a:b/log@0.2.0` of `plug0` and import `a:b/log@0.2.0` of "
              "`socket` cannot be one; expected 0 parameters, found 1 / both become imports "
              "of the result, and must be what one import can be");
}

TEST(Plug, versions_of_one_track_stand_in_for_each_other) {
    const auto socket =
        component_of("package a:b@0.2.1; interface i { f: func(); } interface log { "
                     "write: func(); } world w { import i; import log; export run: "
                     "func(); }");
    const auto plug = component_of("package a:b@0.2.4; interface i { f: func(); g: func(); } "
                                   "interface log { write: func(); } world w { import log; export "
                                   "i; }");
    EXPECT_EQ(world_of(plugged(socket, {plug})),
              "  import a:b/log@0.2.4;\n\n  export run: func();");
    const auto other =
        component_of("package a:b@0.3.0; interface i { f: func(); } world w { export "
                     "i; }");
    EXPECT_EQ(story(plugged(socket, {other})),
              "no plug exports anything that the socket imports; `socket` imports `a:b/i@0.2.1`, "
              "`a:b/log@0.2.1`; `plug0` exports `a:b/i@0.3.0`");
}

constexpr const char* store = "interface types { resource entry; record point { x: u32 } } "
                              "interface store { use types.{entry, point}; add: func(e: entry) -> "
                              "point; } ";

TEST(Plug, a_resource_that_both_import_is_the_same_one) {
    const auto socket = component_of(std::string(store) + "world w { import types; import store; "
                                                          "export run: func(); }");
    const auto plug = component_of(std::string(store) + "world w { import types; export store; }");
    EXPECT_EQ(world_of(plugged(socket, {plug})),
              "  import a:b/types@0.2.0;\n\n  export run: func();");
}

TEST(Plug, a_resource_of_the_plug_goes_through) {
    const auto socket = component_of(std::string(store) + "interface out { use types.{entry}; get: "
                                                          "func() -> entry; } world w { import "
                                                          "types; import store; export out; }");
    const auto plug = component_of(std::string(store) + "world w { export types; export store; }");
    EXPECT_EQ(world_of(plugged(socket, {plug})), "  export a:b/out@0.2.0;");
}

TEST(Plug, an_import_cannot_speak_of_a_resource_that_is_plugged_in) {
    const auto socket = component_of(std::string(store) + "world w { import types; import store; "
                                                          "export run: func(); }");
    const auto plug = component_of(std::string(store) + "world w { export types; }");
    EXPECT_EQ(story(plugged(socket, {plug})),
              "import `a:b/store@0.2.0`: it speaks of a resource that is not imported, but plugged "
              "in / an import that uses what is plugged in has to be plugged in too");
}

TEST(Plug, a_plug_with_a_resource_from_elsewhere_does_not_fit) {
    const auto socket = component_of(std::string(store) + "world w { import types; import store; "
                                                          "export run: func(); }");
    const auto types = component_of(std::string(store) + "world w { export types; }");
    const auto plug = component_of(std::string(store) + "world w { import types; export store; }");
    EXPECT_EQ(story(plugged(socket, {types, plug})),
              "`plug1` exports `a:b/store@0.2.0`, but not as `socket` imports it; export `entry`: "
              "resource types are not the same / `plug1` imports `a:b/types@0.2.0` from outside, "
              "while `socket` gets it from `plug0`");
}

// A record has to have a name outside, also where the interface that names it is plugged in.
TEST(Plug, types_of_what_is_plugged_in_are_imported_for_their_names) {
    const std::string types = "interface types { record inner { x: u32 } record outer { i: inner } "
                              "f: func(); } interface out { use types.{outer}; g: func() -> outer; "
                              "} ";
    const auto socket = component_of(types + "world w { import types; export out; }");
    const auto plug = component_of(types + "world w { export types; }");
    const auto made = plugged(socket, {plug});
    EXPECT_EQ(world_of(made), "  import a:b/types@0.2.0;\n\n  export a:b/out@0.2.0;");
    const auto decoded = component::decode_wit(Bytes(made->component));
    ASSERT_TRUE(decoded);
    const auto& imported =
        std::get<wit::WorldInterface>(decoded->model[*decoded->world].imports.entry(0).second);
    EXPECT_TRUE(decoded->model[imported.interface].functions.empty());
}

TEST(Plug, shows_both_signatures_where_types_differ) {
    const auto socket = component_of("interface i { f: func(x: u32) -> string; } world w { import "
                                     "i; export run: func(); }");
    const auto plug = component_of("interface i { f: func(x: u32) -> u32; } world w { export i; }");
    EXPECT_EQ(story(plugged(socket, {plug})),
              "`plug0` exports `a:b/i@0.2.0`, but not as `socket` imports it; function `f`: the "
              "plug has `f: func(x: u32) -> u32`, the socket wants `f: func(x: u32) -> string`");
    const auto less = component_of("interface i { g: func(); } world w { export i; }");
    EXPECT_EQ(story(plugged(socket, {less})),
              "`plug0` exports `a:b/i@0.2.0`, but not as `socket` imports it; the plug has no "
              "function `f` (the socket wants `f: func(x: u32) -> string`)");
}

TEST(Plug, two_plugs_for_one_import_are_refused) {
    const auto socket = component_of("world w { import f: func(); export run: func(); }");
    const auto plug = component_of("world w { export f: func(); }");
    EXPECT_EQ(
        story(plugged(socket, {plug, plug})),
        "import `f` could come from two plugs; `plug0` exports `f`, and `plug1` exports `f` / "
        "plug in one of them only");
}

TEST(Plug, a_plug_that_nobody_asks_for_is_left_out) {
    const auto socket = component_of("world w { import f: func(); export run: func(); }");
    const auto idle = component_of("world w { import h: func(); export g: func(); }");
    const auto plug = component_of("world w { export f: func(); }");
    const auto made = plugged(socket, {idle, plug});
    EXPECT_EQ(world_of(made), "  export run: func();");
    EXPECT_EQ(made->unused, std::vector<std::size_t>{0});
}

TEST(Plug, imports_that_need_each_other_are_refused) {
    const auto socket =
        component_of("interface j { resource v; g: func(); } interface i { use j.{v}; h: func(x: "
                     "v); } world w { import j; import i; import f: func(); export run: func(); }");
    const auto plug =
        component_of("interface i { resource t; h2: func(); } interface j { use i.{t}; g2: func(x: "
                     "t); } world w { import i; import j; export f: func(); }");
    EXPECT_EQ(story(plugged(socket, {plug})),
              "import `a:b/j@0.2.0`: import `a:b/i@0.2.0`: it needs a type of `a:b/j@0.2.0`, which "
              "needs a type of it");
}

TEST(Plug, an_error_in_an_input_names_its_file) {
    const auto socket = component_of("world w { import f: func(); export run: func(); }");
    auto plug = component_of("world w { export f: func(); }");
    plug.resize(plug.size() - 1);
    const auto cut = plugged(socket, {socket, plug});
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().file(), "1.wasm");
    EXPECT_EQ(cut.error().code(), Errc::truncated);
    // A type of a function without parameters, and the import of an instance of that.
    const Buffer invalid{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, 0x07, 0x05, 0x01, 0x40,
                         0x00, 0x01, 0x00, 0x0a, 0x06, 0x01, 0x00, 0x01, 'x',  0x05, 0x00};
    const auto wrong = plugged(socket, {socket, invalid});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().file(), "1.wasm");
    EXPECT_EQ(told(wrong.error()), "type 0 is not the type of an instance");
    EXPECT_EQ(wrong.error().offset(), 18U);
}

} // namespace
} // namespace tenon::compose
