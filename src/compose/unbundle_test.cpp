// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/unbundle.hpp"

#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/validate.hpp"
#include "compose/core_module.hpp"
#include "compose/names.hpp"
#include "compose/shift_indices.hpp"
#include "compose/test_world.hpp"
#include "compose/tree_builder.hpp"

#include <algorithm>

namespace tenon::compose {
namespace {

using testing::told;

/// A module with one function that takes a number.
Buffer small_module() {
    CoreModule module;
    testing::trap(module, "f", type_of("i", ""));
    return module.finish();
}

TEST(Unbundle, a_module_above_the_threshold_becomes_a_file_and_an_import) {
    const auto module = small_module();
    TreeBuilder builder;
    builder.core_module(Bytes(module), "main");
    builder.core_instance(0, {}, "main");
    const auto component = component::encode(builder.tree);

    const auto made = unbundle(component, module.size() - 1);
    ASSERT_TRUE(made) << told(made.error());
    ASSERT_EQ(made->modules.size(), 1U);
    EXPECT_EQ(made->modules[0].import, "unbundled-module0");
    EXPECT_TRUE(std::ranges::equal(made->modules[0].module, module));
    const auto valid = component::validate(Bytes(made->component));
    EXPECT_TRUE(valid) << told(valid.error());

    const auto kept = unbundle(component, module.size());
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->modules.empty());
    EXPECT_EQ(kept->component, component);
}

TEST(Unbundle, a_name_that_is_imported_already_is_passed_over) {
    const auto module = small_module();
    TreeBuilder builder;
    const auto type = builder.type(ast::Func{}, "");
    builder.import({"unbundled-module0", {}, {}, {}, 0}, {Sort::func, {}, {}, type});
    builder.core_module(Bytes(module), "main");
    const auto made = unbundle(component::encode(builder.tree), 0);
    ASSERT_TRUE(made) << told(made.error());
    ASSERT_EQ(made->modules.size(), 1U);
    EXPECT_EQ(made->modules[0].import, "unbundled-module1");
}

TEST(Unbundle, modules_of_components_inside_are_taken_out_too) {
    const auto module = small_module();
    TreeBuilder inner;
    inner.core_module(Bytes(module), "inner");
    inner.core_instance(0, {}, "inner");
    TreeBuilder builder;
    builder.core_module(Bytes(module), "outer");
    builder.component(std::move(inner), "nested");
    const auto made = unbundle(component::encode(builder.tree), 0);
    ASSERT_TRUE(made) << told(made.error());
    EXPECT_EQ(made->modules.size(), 2U);
    const auto valid = component::validate(Bytes(made->component));
    EXPECT_TRUE(valid) << told(valid.error());
}

TEST(Unbundle, a_module_that_is_not_valid_stays_where_it_is) {
    auto module = small_module();
    module.back() = 0x41; // the end of the function
    TreeBuilder builder;
    builder.core_module(Bytes(module), "main");
    const auto made = unbundle(component::encode(builder.tree), 0);
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().offset());
}

// --- indices

ast::Alias outer_alias(CoreSort core, std::uint32_t count, std::uint32_t index) {
    return {0, Sort::core, core, ast::Alias::Outer{count, index}};
}
std::uint32_t index_of(const ast::Alias& alias) {
    return std::get<ast::Alias::Outer>(alias.target).index;
}
template <class Item> ast::Component with(std::vector<Item> items) {
    ast::Component tree;
    tree.sections.push_back({0, std::move(items)});
    return tree;
}
template <class Item> const Item& first(const ast::Component& tree) {
    return std::get<std::vector<Item>>(tree.sections.front().kind).front();
}
constexpr Shift shift{10, 100};

TEST(ShiftIndices, modules_and_types_of_the_component_itself_get_new_numbers) {
    auto tree = with<ast::CoreInstance>({{0, ast::CoreInstance::Instantiate{3, {}}}});
    shift_indices(tree, shift);
    EXPECT_EQ(std::get<ast::CoreInstance::Instantiate>(first<ast::CoreInstance>(tree).kind).module,
              103U);
    ast::Import import;
    import.type = {Sort::core, {}, {}, 4};
    auto imports = with<ast::Import>({import});
    shift_indices(imports, shift);
    EXPECT_EQ(first<ast::Import>(imports).type.index, 14U);
    ast::Export exported;
    exported.what = {Sort::core, CoreSort::module, 5};
    auto exports = with<ast::Export>({exported});
    shift_indices(exports, shift);
    EXPECT_EQ(first<ast::Export>(exports).what.index, 105U);
}

TEST(ShiftIndices, other_sorts_keep_their_numbers) {
    ast::Import import;
    import.type = {Sort::instance, {}, {}, 4};
    auto imports = with<ast::Import>({import});
    shift_indices(imports, shift);
    EXPECT_EQ(first<ast::Import>(imports).type.index, 4U);
}

TEST(ShiftIndices, aliases_are_followed_out_of_what_is_inside) {
    for (const std::uint32_t count : {0U, 1U}) {
        auto nested =
            with<ast::Component>({with<ast::Alias>({outer_alias(CoreSort::module, count, 7)})});
        shift_indices(nested, shift);
        EXPECT_EQ(index_of(first<ast::Alias>(first<ast::Component>(nested))),
                  count == 1 ? 107U : 7U);
    }
    ast::ModuleType module;
    module.declarators.push_back({0, outer_alias(CoreSort::type, 1, 2)});
    auto types = with<ast::CoreType>({{0, module}});
    shift_indices(types, shift);
    const auto& made = std::get<ast::ModuleType>(first<ast::CoreType>(types).kind);
    EXPECT_EQ(index_of(std::get<ast::Alias>(made.declarators.front().kind)), 12U);
}

TEST(ShiftIndices, canonical_definitions_name_core_types) {
    ast::Canon canon;
    canon.op = ast::CanonOp::thread_new_indirect;
    canon.numbers = {1, 2}; // a core type, a table
    canon.options.push_back({ast::CanonOption::Kind::core_type, 3});
    canon.options.push_back({ast::CanonOption::Kind::memory, 3});
    auto tree = with<ast::Canon>({canon});
    shift_indices(tree, shift);
    const auto& made = first<ast::Canon>(tree);
    EXPECT_EQ(made.numbers, (std::array<std::uint32_t, 2>{11, 2}));
    EXPECT_EQ(made.options[0].index, 13U);
    EXPECT_EQ(made.options[1].index, 3U);
}

TEST(ShiftIndices, types_that_speak_of_each_other_still_do) {
    wasm::SubType type;
    type.supertypes.set(0);
    type.composite = wasm::FuncType{{wasm::ValType::ref_to(1, true)}, {}};
    wasm::RecType group;
    group.types.push_back(type);
    auto tree = with<ast::CoreType>({{0, group}});
    shift_indices(tree, shift);
    const auto& made = std::get<wasm::RecType>(first<ast::CoreType>(tree).kind).types.front();
    EXPECT_EQ(made.supertypes.front(), 10U);
    EXPECT_EQ(std::get<wasm::FuncType>(made.composite).params.front(),
              wasm::ValType::ref_to(11, true));
}

TEST(ShiftIndices, names_of_modules_go_with_them) {
    const Buffer good{1, 6, 0, 0x11, 1, 2, 1, 'm'}; // core modules: 2 is `m`
    ast::Component tree;
    tree.sections.push_back({0, ast::Custom{"component-name", Bytes(good)}});
    std::deque<Buffer> kept;
    shift_names(tree, shift, kept);
    const auto& custom = std::get<ast::Custom>(tree.sections.front().kind);
    EXPECT_TRUE(std::ranges::equal(custom.payload, Buffer{1, 6, 0, 0x11, 1, 102, 1, 'm'}));
    const auto bad = Bytes(good).first(4);
    tree.sections.front().kind = ast::Custom{"component-name", bad};
    shift_names(tree, shift, kept);
    EXPECT_TRUE(std::ranges::equal(std::get<ast::Custom>(tree.sections.front().kind).payload, bad));
}

} // namespace
} // namespace tenon::compose
