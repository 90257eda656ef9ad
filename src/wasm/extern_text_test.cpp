// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/extern_text.hpp"

#include "wasm/test_sections.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

constexpr auto i32 = ValType(ValType::Kind::i32);
constexpr auto funcref = ValType::ref(Heap::func, true);

std::string text(const ExternType& type, const Module& in = {}) {
    return ExternTypes(in).text(type);
}

TEST(ExternText, of_functions_has_their_signature) {
    const auto file =
        empty_module + section(1, {3, 0x60, 2, 0x7f, 0x70, 1, 0x7e, 0x60, 0, 0, 0x5f, 0});
    const auto module = decode_module(file).value();
    EXPECT_EQ(text(FuncRef{0}, module), "func (param i32 funcref) (result i64)");
    EXPECT_EQ(text(FuncRef{1}, module), "func");
    EXPECT_EQ(text(FuncRef{2}, module), "func (type 2)"); // a structure
    EXPECT_EQ(text(FuncRef{3}, module), "func (type 3)"); // nothing
    EXPECT_EQ(text(TagType{0}, module), "tag (param i32 funcref) (result i64)");
}

TEST(ExternText, of_long_signatures_ends_early) {
    const auto file = empty_module + section(1, {1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0});
    const auto module = decode_module(file).value();
    EXPECT_EQ(ExternTypes(module).text(FuncRef{0}, 12), "func (param i32 i32 …)");
}

TEST(ExternText, of_tables_memories_and_globals_is_that_of_the_text_format) {
    EXPECT_EQ(text(TableType{funcref, {1, 2, false, false}}), "table 1 2 funcref");
    EXPECT_EQ(text(TableType{ValType::ref(Heap::noextern, true), {0, {}, true, false}}),
              "table i64 0 nullexternref");
    EXPECT_EQ(text(MemoryType{{1, 2, false, true}, {}}), "memory 1 2 shared");
    EXPECT_EQ(text(MemoryType{{1, {}, true, false}, 0}), "memory i64 1 (pagesize 0x1)");
    EXPECT_EQ(text(GlobalType{i32, true}), "global (mut i32)");
    EXPECT_EQ(text(GlobalType{ValType::ref(Heap::any, false), false}), "global (ref any)");
    EXPECT_EQ(text(GlobalType{ValType::ref(Heap::none, true), false}), "global nullref");
}

TEST(ExternText, counts_imports_first) {
    const auto file = empty_module + section(1, {2, 0x60, 0, 0, 0x60, 1, 0x7f, 0}) +
                      section(2, {1, 0, 0, 0, 1}) + section(3, {1, 0}) +
                      section(10, {1, 2, 0, 0x0b});
    const auto module = decode_module(file).value();
    const ExternTypes types(module);
    EXPECT_EQ(types.count(ExternKind::func), 2U);
    ASSERT_NE(types.find(ExternKind::func, 1), nullptr);
    EXPECT_EQ(types.text(*types.find(ExternKind::func, 0)), "func (param i32)");
    EXPECT_EQ(types.text(*types.find(ExternKind::func, 1)), "func");
    EXPECT_EQ(types.find(ExternKind::func, 2), nullptr);
    EXPECT_EQ(types.find(ExternKind::memory, 0), nullptr);
}

} // namespace
} // namespace tenon::wasm
