// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/op_reader.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

/// The operator's text and the bytes that it is written as again, or the problem.
std::string again(const Buffer& bytes) {
    Reader in(bytes);
    Instruction one;
    if (const auto read = read_instruction(in, one); !read)
        return std::string(errc_name(read.error().code())) + " @" +
               std::to_string(read.error().offset().value_or(999)) + " " + read.error().message();
    Buffer out;
    append(out, one);
    return std::string(one.row->text) + (out == bytes ? "" : " differs");
}

TEST(Op, rows_are_found_by_code_and_by_text) {
    EXPECT_EQ(find_op(0, 0x6a)->op, Op::i32_add);
    EXPECT_EQ(find_op(0xfd, 0x100)->op, Op::i8x16_relaxed_swizzle);
    EXPECT_EQ(find_op(0xfe, 0x00)->op, Op::memory_atomic_notify);
    EXPECT_EQ(find_op(0xfd, 154), nullptr);
    EXPECT_EQ(find_op(0xfc, 0x10000), nullptr);
    EXPECT_EQ(find_op("i64.atomic.rmw32.cmpxchg_u")->code, 0x4e);
    EXPECT_EQ(find_op("select")->op, Op::select);
    EXPECT_EQ(find_op("i32.ad"), nullptr);
}

TEST(Op, rows_know_operands_and_alignment) {
    EXPECT_EQ(row_of(Op::i64_store32).in, "pI");
    EXPECT_EQ(row_of(Op::i64_store32).size, 4);
    EXPECT_EQ(row_of(Op::f64x2_replace_lane).in, "vF");
    EXPECT_EQ(row_of(Op::f64x2_replace_lane).size, 2);
    EXPECT_EQ(row_of(Op::i64_reinterpret_f64).out, "I");
    EXPECT_FALSE(row_of(Op::br_table).is_plain);
    EXPECT_EQ(row_of(Op::i64_mul_wide_u).feature, Feature::wide_arithmetic);
}

TEST(Op, every_kind_of_immediate_is_what_it_was) {
    EXPECT_EQ(again({0x02, 0x40}), "block");
    EXPECT_EQ(again({0x03, 0x7f}), "loop");
    EXPECT_EQ(again({0x04, 0x63, 0x05}), "if");
    EXPECT_EQ(again({0x02, 0xc0, 0x00}), "block");
    EXPECT_EQ(again({0x0e, 0x02, 0x00, 0x01, 0x80, 0x01}), "br_table");
    EXPECT_EQ(again({0x11, 0x03, 0x01}), "call_indirect");
    EXPECT_EQ(again({0x1c, 0x01, 0x70}), "select");
    EXPECT_EQ(again({0x1f, 0x40, 0x02, 0x00, 0x01, 0x02, 0x03, 0x00}), "try_table");
    EXPECT_EQ(again({0x28, 0x02, 0x10}), "i32.load");
    EXPECT_EQ(again({0x28, 0x42, 0x01, 0x10}), "i32.load");
    EXPECT_EQ(again({0x41, 0x7f}), "i32.const");
    EXPECT_EQ(again({0x42, 0x80, 0x7f}), "i64.const");
    EXPECT_EQ(again({0x43, 0x01, 0x02, 0x03, 0x04}), "f32.const");
    EXPECT_EQ(again({0xd0, 0x70}), "ref.null");
    EXPECT_EQ(again({0xd0, 0x05}), "ref.null");
    EXPECT_EQ(again({0xfb, 0x18, 0x03, 0x01, 0x6e, 0x02}), "br_on_cast");
    EXPECT_EQ(again({0xfc, 0x08, 0x01, 0x00}), "memory.init");
    EXPECT_EQ(again({0xfd, 0x0c, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}),
              "v128.const");
    EXPECT_EQ(again({0xfd, 0x54, 0x00, 0x00, 0x0f}), "v128.load8_lane");
    EXPECT_EQ(again({0xfe, 0x03, 0x00}), "atomic.fence");
}

TEST(Op, refuses_what_is_no_operator) {
    EXPECT_EQ(again({0x16}), "malformed @0 no operator has the code 0x16");
    EXPECT_EQ(again({0xfc, 0x12}), "malformed @0 no operator has the code 0xfc 0x12");
    EXPECT_EQ(again({0xff, 0x00}), "malformed @0 no operator has the code 0xff");
    EXPECT_EQ(again({0xfe, 0x03, 0x01}), "malformed @2 zero byte expected");
    EXPECT_EQ(again({0x28, 0x80, 0x01, 0x00}), "malformed @1 no memory argument begins with 0x80");
    EXPECT_EQ(again({0x0e, 0xff, 0xff, 0xff, 0x0f}),
              "limit @1 33554431 labels are beyond the limit of 65520");
}

} // namespace
} // namespace tenon::wasm
