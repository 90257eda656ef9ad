// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/needs.hpp"

#include "wasm/needs.hpp"
#include "wasm/type_text.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

std::string needs(const ast::Component& of) {
    std::string out;
    for (const auto one : wasm::needs_of(features_used(of)).features)
        out += std::string(out.empty() ? "" : " ") + std::string(wasm::name_of(one));
    return out;
}
template <class Item> ast::Component with(Item item) {
    ast::Component out;
    std::vector<Item> items;
    items.push_back(std::move(item));
    out.sections.push_back({0, std::move(items)});
    return out;
}
std::string type_needs(ast::TypeKind kind) {
    return needs(with(ast::Type{0, std::move(kind)}));
}
ast::Canon canon(ast::CanonOp op, std::vector<ast::CanonOption> options = {}) {
    ast::Canon out{};
    out.op = op;
    out.options = std::move(options);
    return out;
}
using OptionKind = ast::CanonOption::Kind;

TEST(ComponentNeeds, of_what_was_there_from_the_beginning_are_none) {
    EXPECT_EQ(needs({}), "");
    EXPECT_EQ(type_needs(ast::List{Primitive::u8}), "");
    EXPECT_EQ(type_needs(ast::Func{}), "");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::lift))), "");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::resource_drop))), "");
}

TEST(ComponentNeeds, follow_from_types) {
    EXPECT_EQ(type_needs(ast::Func{true, {}, {}}), "cm-async");
    EXPECT_EQ(type_needs(ast::Stream{}), "cm-async");
    EXPECT_EQ(type_needs(ast::FixedList{Primitive::u8, 4}), "cm-fixed-length-lists");
    EXPECT_EQ(type_needs(ast::Map{Primitive::u8, Primitive::u8}), "cm-map");
    EXPECT_EQ(type_needs(ast::Func{false, {{"e", Primitive::error_context}}, {}}),
              "cm-error-context");
}

TEST(ComponentNeeds, are_found_in_what_is_nested) {
    ast::InstanceType instance;
    instance.declarators.push_back({ast::Type{0, ast::Future{}}});
    EXPECT_EQ(type_needs(std::move(instance)), "cm-async");
    EXPECT_EQ(needs(with(with(ast::Type{0, ast::Stream{}}))), "cm-async");
}

TEST(ComponentNeeds, follow_from_canonical_definitions) {
    EXPECT_EQ(needs(with(canon(ast::CanonOp::lift, {{OptionKind::async}, {OptionKind::callback}}))),
              "cm-async");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::lift, {{OptionKind::async}}))),
              "cm-async cm-async-stackful");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::stream_read, {{OptionKind::async}}))), "cm-async");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::stream_read))), "cm-async cm-more-async-builtins");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::lower, {{OptionKind::gc}}))), "cm-gc");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::thread_new_indirect))), "cm-threading");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::stream_forward))), "cm-forward");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::thread_spawn_ref))), "shared-everything-threads");
    EXPECT_EQ(needs(with(canon(ast::CanonOp::thread_available))), "shared-everything-threads");
    auto slot = canon(ast::CanonOp::context_get);
    slot.slot_type = wasm::ValType(wasm::ValType::Kind::i64);
    EXPECT_EQ(needs(with(slot)), "cm-async cm64");
}

TEST(ComponentNeeds, are_cm64_for_resources_of_64_bits) {
    EXPECT_EQ(type_needs(ast::Resource{wasm::ValType(wasm::ValType::Kind::i32), {}}), "");
    EXPECT_EQ(type_needs(ast::Resource{wasm::ValType(wasm::ValType::Kind::i64), {}}), "cm64");
}

TEST(ComponentNeeds, follow_from_names) {
    ast::Import import{};
    import.type.sort = Sort::instance;
    import.name.name = "a:b/c";
    EXPECT_EQ(needs(with(import)), "");
    import.name.implements = "a:b/d";
    EXPECT_EQ(needs(with(import)), "cm-implements");
    import.name.implements.reset();
    import.name.name = "a:b:c/d/e";
    EXPECT_EQ(needs(with(import)), "cm-nested-names");
    import.name.name = "v";
    import.type.sort = Sort::value;
    EXPECT_EQ(needs(with(import)), "cm-values");
}

} // namespace
} // namespace tenon::component
