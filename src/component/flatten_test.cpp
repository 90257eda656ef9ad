// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/flatten.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

constexpr wasm::ValType i32(wasm::ValType::Kind::i32);
constexpr wasm::ValType i64(wasm::ValType::Kind::i64);

std::string flat(const Types& types, TypeIdx type) {
    Flattening flattening(types);
    const auto& found = flattening.of(type, i32);
    if (!found)
        return "memory";
    return func_text({*found, {}});
}
TypeIdx define(Types& types, Definition definition) {
    return *types.define(std::move(definition));
}

TEST(Flatten, payloads_of_variants_share_places) {
    Types types;
    const auto pair = define(types, Tuple{{Primitive::f32, Primitive::u64}});
    EXPECT_EQ(flat(types, define(types, ResultType{Primitive::f32, Primitive::u32})),
              "(func (param i32 i32))");
    EXPECT_EQ(flat(types, define(types, ResultType{pair, Primitive::f64})),
              "(func (param i32 i64 i64))");
    EXPECT_EQ(flat(types, define(types, ResultType{Primitive::f32, std::nullopt})),
              "(func (param i32 f32))");
    EXPECT_EQ(flat(types, define(types, ResultType{Primitive::string, Primitive::f32})),
              "(func (param i32 i32 i32))");
}

TEST(Flatten, ends_at_sixteen) {
    Types types;
    EXPECT_EQ(flat(types, define(types, FixedList{Primitive::u8, 17})), "memory");
    EXPECT_NE(flat(types, define(types, FixedList{Primitive::u8, 16})), "memory");
    const auto sixteen = define(types, FixedList{Primitive::u8, 16});
    EXPECT_EQ(flat(types, define(types, Option{sixteen})), "memory");
}

std::string signature_text(const Types& types, const Func& func, SignatureOptions options) {
    Flattening flattening(types);
    return func_text(signature(flattening, func, options).type);
}

TEST(Signature, spills_as_the_direction_asks) {
    Types types;
    Func func;
    func.params = {{"a", Primitive::string}, {"b", Primitive::string}, {"c", Primitive::u8}};
    func.result = Primitive::string;
    EXPECT_EQ(signature_text(types, func, {Direction::lift, false, false, i32}),
              "(func (param i32 i32 i32 i32 i32) (result i32))");
    EXPECT_EQ(signature_text(types, func, {Direction::lower, false, false, i32}),
              "(func (param i32 i32 i32 i32 i32 i32))");
    EXPECT_EQ(signature_text(types, func, {Direction::lower, true, false, i64}),
              "(func (param i64 i64) (result i32))");
    EXPECT_EQ(signature_text(types, func, {Direction::lift, true, true, i32}),
              "(func (param i32 i32 i32 i32 i32) (result i32))");
    EXPECT_EQ(signature_text(types, func, {Direction::lift, true, false, i32}),
              "(func (param i32 i32 i32 i32 i32))");
}

TEST(Layout, is_that_of_the_canonical_abi) {
    Types types;
    const auto record = define(types, Tuple{{Primitive::u8, Primitive::u64, Primitive::u8}});
    EXPECT_EQ(types.layout_64(record).bytes, 24U);
    const auto option = define(types, Option{Primitive::u16});
    EXPECT_EQ(types.layout_64(option).bytes, 4U);
    EXPECT_EQ(types.layout_64(define(types, FixedList{option, 3})).bytes, 12U);
    EXPECT_EQ(types.layout_64(define(types, Flags{std::vector<std::string>(9, "x")})).bytes, 2U);
    EXPECT_EQ(types.layout_64(Primitive::string).bytes, 16U);
}

} // namespace
} // namespace tenon::component
