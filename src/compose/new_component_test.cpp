// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/new_component.hpp"

#include "component/decode.hpp"
#include "component/package_file.hpp"
#include "component/validate.hpp"
#include "compose/test_world.hpp"
#include "wasm/sections.hpp"

#include <algorithm>

namespace tenon::compose {
namespace {

using testing::TestWorld;
using testing::told;
using testing::trap;

wasm::FuncRef import_type(CoreModule& module, std::string_view params, std::string_view results) {
    return {module.type(type_of(params, results))};
}

Result<NewComponent> make(const Buffer& module, const NewOptions& options = {}) {
    return NewComponent::create(module, {}, options);
}

/// What is said about a module that cannot become a component.
std::string problem(const TestWorld& world, const CoreModule& module,
                    const NewOptions& options = {}) {
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes, options);
    return made ? "made" : told(made.error());
}

/// How many definitions of one kind the tree has.
template <class Item> std::size_t count(const ast::Component& tree) {
    std::size_t out = 0;
    for (const auto& section : tree.sections)
        if (const auto* const list = std::get_if<std::vector<Item>>(&section.kind))
            out += list->size();
    return out;
}
std::size_t core_modules(const ast::Component& tree) {
    return static_cast<std::size_t>(std::ranges::count_if(tree.sections, [](const auto& section) {
        return std::holds_alternative<ast::CoreModule>(section.kind);
    }));
}

TEST(NewComponent, streams_and_futures_are_forwarded) {
    const TestWorld world("package a:b; world w { import f: func(s: stream<u8>) -> future<u32>; }");
    CoreModule module;
    module.import("$root", "f", import_type(module, "i", "i"));
    module.import("$root", "[stream-forward-0]f", import_type(module, "ii", ""));
    module.import("$root", "[future-forward-1]f", import_type(module, "ii", ""));
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    std::vector<ast::CanonOp> ops;
    for (const auto& section : made->tree().sections)
        if (const auto* const list = std::get_if<std::vector<ast::Canon>>(&section.kind))
            for (const auto& one : *list)
                ops.push_back(one.op);
    EXPECT_TRUE(std::ranges::find(ops, ast::CanonOp::stream_forward) != ops.end());
    EXPECT_TRUE(std::ranges::find(ops, ast::CanonOp::future_forward) != ops.end());
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    EXPECT_TRUE(component::validate(made->tree(), options));

    CoreModule other;
    other.import("$root", "[stream-forward-1]f", import_type(other, "ii", ""));
    EXPECT_EQ(problem(world, other),
              "import `$root` `[stream-forward-1]f`: number 1 in `f` is a future, not a stream");
}

TEST(NewComponent, interfaces_have_canonical_names_when_asked) {
    const TestWorld world("package a:b@1.2.3; interface i { f: func(); } "
                          "world w { import i; export i; }");
    CoreModule module;
    module.import("a:b/i@1.2.3", "f", import_type(module, "", ""));
    trap(module, "a:b/i@1.2.3#f", {});
    const auto bytes = world.in(module.finish());
    NewOptions options;
    options.interface_names = component::InterfaceNames::canonical;
    const auto made = make(bytes, options);
    ASSERT_TRUE(made) << told(made.error());
    const auto outside = component::outside_of(made->bytes());
    ASSERT_TRUE(outside);
    EXPECT_EQ(outside->imports, std::vector<std::string>{"a:b/i@1"});
    EXPECT_EQ(outside->exports, std::vector<std::string>{"a:b/i@1"});
}

TEST(NewComponent, a_function_of_numbers_needs_no_stand_ins) {
    const TestWorld world("package a:b; world w { import f: func(x: u32); export g: func(); }");
    CoreModule module;
    module.import("$root", "f", import_type(module, "i", ""));
    trap(module, "g", {});
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(core_modules(made->tree()), 1U);
    const auto outside = component::outside_of(made->bytes());
    ASSERT_TRUE(outside);
    EXPECT_EQ(outside->imports, std::vector<std::string>{"f"});
    EXPECT_EQ(outside->exports, std::vector<std::string>{"g"});
}

TEST(NewComponent, strings_of_an_import_go_through_a_stand_in) {
    const TestWorld world("package a:b; world w { import f: func(x: string); }");
    CoreModule module;
    module.import("$root", "f", import_type(module, "ii", ""));
    module.export_("memory", wasm::ExternKind::memory, module.memory({}));
    const auto bytes = world.in(module.finish(), StringEncoding::utf16);
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(core_modules(made->tree()), 3U); // main, stand-ins, what fills them
    std::vector<ast::CanonOption::Kind> options;
    for (const auto& section : made->tree().sections)
        if (const auto* const list = std::get_if<std::vector<ast::Canon>>(&section.kind))
            for (const auto& option : list->front().options)
                options.push_back(option.kind);
    using Kind = ast::CanonOption::Kind;
    EXPECT_EQ(options, (std::vector<Kind>{Kind::memory, Kind::utf16}));
}

TEST(NewComponent, what_is_written_decodes_to_the_same_and_has_no_world_in_it) {
    const TestWorld world("package a:b; world w { export g: func(); }");
    CoreModule module;
    trap(module, "g", {});
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made);
    const auto whole = made->bytes();
    EXPECT_EQ(whole.size(), made->size());
    const auto decoded = component::decode(whole);
    ASSERT_TRUE(decoded) << told(decoded.error());
    const auto main = std::ranges::find_if(decoded->sections, [](const auto& section) {
        return std::holds_alternative<ast::CoreModule>(section.kind);
    });
    auto walker = wasm::SectionWalker::begin(std::get<ast::CoreModule>(main->kind).whole);
    ASSERT_TRUE(walker);
    std::vector<std::string> customs;
    while (const auto section = walker->next().value_or(std::nullopt))
        if (section->id == 0)
            customs.emplace_back(section->name);
    EXPECT_EQ(customs, std::vector<std::string>{"producers"});
}

TEST(NewComponent, only_interfaces_that_are_used_are_imported) {
    const TestWorld world(R"(package a:b;
        interface used { f: func(); g: func(); }
        interface unused { f: func(); }
        world w { import used; import unused; })");
    CoreModule module;
    module.import("a:b/used", "f", import_type(module, "", ""));
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(component::outside_of(made->bytes())->imports, std::vector<std::string>{"a:b/used"});
}

TEST(NewComponent, a_newer_version_on_the_same_track_stands_in) {
    const TestWorld world("package a:b@1.4.0; interface i { f: func(); } world w { import i; }");
    CoreModule module;
    module.import("a:b/i@1.2.0", "f", import_type(module, "", ""));
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(component::outside_of(made->bytes())->imports,
              std::vector<std::string>{"a:b/i@1.4.0"});

    CoreModule other;
    other.import("a:b/i@2.0.0", "f", import_type(other, "", ""));
    EXPECT_EQ(problem(world, other), "import `a:b/i@2.0.0` `f`: the module needs an interface "
                                     "`a:b/i@2.0.0`, and its world imports none of that name");
}

TEST(NewComponent, one_import_twice_gets_two_names) {
    const TestWorld world("package a:b; world w { import f: func(); }");
    CoreModule module;
    module.import("$root", "f", import_type(module, "", ""));
    module.import("$root", "f", import_type(module, "", ""));
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    const auto whole = made->bytes();
    EXPECT_TRUE(std::string(as_text(whole)).contains("f [v2]"));
}

TEST(NewComponent, names_of_either_scheme_count_unless_one_is_rejected) {
    const TestWorld world("package a:b@0.1.0; interface i { f: func(); } world w { export i; }");
    CoreModule standard;
    trap(standard, "cm32p2|a:b/i@0.1|f", {});
    EXPECT_EQ(problem(world, standard), "made");
    CoreModule legacy;
    trap(legacy, "a:b/i@0.1.0#f", {});
    EXPECT_EQ(problem(world, legacy), "made");
    NewOptions options;
    options.reject_legacy_names = true;
    EXPECT_EQ(problem(world, standard, options), "made");
    EXPECT_EQ(problem(world, legacy, options),
              "the world exports function `f` of interface `a:b/i@0.1.0`, and the module does not");
}

TEST(NewComponent, a_shared_resource_of_import_and_export_is_two_types) {
    const TestWorld world(R"(package a:b; interface i { resource r { constructor(); } }
        world w { import i; export i; })");
    CoreModule module;
    module.import("a:b/i", "[constructor]r", import_type(module, "", "i"));
    module.import("[export]a:b/i", "[resource-new]r", import_type(module, "i", "i"));
    trap(module, "a:b/i#[constructor]r", type_of("", "i"));
    trap(module, "a:b/i#[dtor]r", type_of("i", ""));
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(component::outside_of(made->bytes())->imports, std::vector<std::string>{"a:b/i"});
    EXPECT_EQ(component::outside_of(made->bytes())->exports, std::vector<std::string>{"a:b/i"});
}

// --- errors

TEST(NewComponent, says_what_is_missing_and_under_which_name) {
    const TestWorld world(R"(package a:b; interface i { print: func(x: string); }
        world w { import i; export run: func(x: string) -> string; })");
    CoreModule typo;
    typo.import("a:b/i", "prnt", import_type(typo, "ii", ""));
    const auto bytes = world.in(typo.finish());
    const auto made = make(bytes);
    ASSERT_FALSE(made);
    EXPECT_EQ(told(made.error()),
              "import `a:b/i` `prnt`: interface `a:b/i` has no function `prnt`");
    EXPECT_EQ(made.error().helps(), std::vector<std::string>{"did you mean `print`?"});
    EXPECT_EQ(made.error().code(), Errc::not_found);

    CoreModule nothing;
    EXPECT_EQ(problem(world, nothing), "the world exports function `run`, and the module does not");

    CoreModule wrong;
    trap(wrong, "run", type_of("i", "i"));
    EXPECT_EQ(problem(world, wrong), "export `run`: type mismatch for function `run`: expected "
                                     "`[i32 i32] -> [i32]`, found `[i32] -> [i32]`");

    CoreModule no_memory;
    trap(no_memory, "run", type_of("ii", "i"));
    EXPECT_EQ(problem(world, no_memory),
              "export `run`: module does not export a memory named `memory`");

    CoreModule no_realloc;
    trap(no_realloc, "run", type_of("ii", "i"));
    no_realloc.export_("memory", wasm::ExternKind::memory, no_realloc.memory({}));
    EXPECT_EQ(problem(world, no_realloc),
              "export `run`: module does not export a function named `cabi_realloc`");
}

TEST(NewComponent, tells_the_user_of_wasi_01_about_adapters) {
    const TestWorld world("package a:b; world w {}");
    CoreModule module;
    module.import("wasi_snapshot_preview1", "fd_write", import_type(module, "iiii", "i"));
    const auto bytes = world.in(module.finish());
    const auto made = make(bytes);
    ASSERT_FALSE(made);
    ASSERT_EQ(made.error().helps().size(), 1U);
    EXPECT_TRUE(made.error().helps()[0].contains("--adapt"));
}

TEST(NewComponent, refuses_a_component) {
    const auto made = make({0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message(), "this is a component already, and a core module is wanted");
}

TEST(NewComponent, worlds_of_several_sections_become_one) {
    const TestWorld one("package a:one; world w { import f: func(); }");
    const TestWorld other("package a:two; world w { export g: func(); }");
    CoreModule module;
    module.import("$root", "f", import_type(module, "", ""));
    trap(module, "g", {});
    const auto bytes = other.in(one.in(module.finish()));
    const auto made = make(bytes);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(component::outside_of(made->bytes())->exports, std::vector<std::string>{"g"});

    const TestWorld contrary("package a:three; world w { import f: func(x: u8); }");
    const auto both = contrary.in(one.in(module.finish()));
    const auto refused = make(both);
    ASSERT_FALSE(refused);
    EXPECT_EQ(told(refused.error()), "section `component-type`: two worlds do not fit into one");
    EXPECT_EQ(refused.error().causes(),
              std::vector<std::string>{"import `f` is not the same in both"});
}

} // namespace
} // namespace tenon::compose
