// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/validate.hpp"

#include "base/leb128.hpp"

#include <ctime>
#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

const Buffer preamble{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};

Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}
Buffer leb(std::uint64_t value) {
    Buffer out;
    base::append_unsigned_leb(out, value);
    return out;
}
Buffer section(Byte id, const Buffer& content) {
    return Buffer{id} + leb(content.size()) + content;
}
Buffer repeated(const Buffer& bytes, std::size_t count) {
    Buffer out;
    for (std::size_t i = 0; i < count; ++i)
        out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
}
/// A module of one function of type 0.
Buffer module_of(const Buffer& types, const Buffer& code) {
    return preamble + section(1, types) + section(3, {0x01, 0x00}) +
           section(10, Buffer{0x01} + leb(code.size()) + code);
}

std::string verdict(const Buffer& module, Features features = Features::standard()) {
    const auto done = validate(module, features);
    if (done)
        return "valid";
    auto text = std::string(errc_name(done.error().code()));
    if (done.error().offset())
        text += " @" + std::to_string(*done.error().offset());
    return text + ": " + done.error().message();
}

// Types: 0 [] -> [], 1 [] -> [i32], 2 [i32] -> [i32], 3 (struct (mut i8)), 4 (array i64).
// A table of functions, a memory of a page, a mutable and an immutable global of i32, a tag of
// type 0, a passive segment with function 0, the count of one data segment.
Buffer with_body(const Buffer& code, Byte type) {
    return preamble + section(1, {0x05, 0x60, 0x00, 0x00, 0x60, 0x00, 0x01, 0x7f, 0x60, 0x01,
                                  0x7f, 0x01, 0x7f, 0x5f, 0x01, 0x78, 0x01, 0x5e, 0x7e, 0x00}) +
           section(3, {0x01, type}) + section(4, {0x01, 0x70, 0x00, 0x01}) +
           section(5, {0x01, 0x00, 0x01}) + section(13, {0x01, 0x00, 0x00}) +
           section(6, {0x02, 0x7f, 0x01, 0x41, 0x00, 0x0b, 0x7f, 0x00, 0x41, 0x00, 0x0b}) +
           section(9, {0x01, 0x01, 0x00, 0x01, 0x00}) + section(12, {0x01}) +
           section(10, Buffer{0x01, static_cast<Byte>(code.size())} + code) +
           section(11, {0x01, 0x01, 0x00});
}
/// Offsets are those in the code entry, so that they can be counted in a test.
std::string body(const Buffer& code, Byte type = 0, Features features = Features::standard()) {
    const auto module = with_body(code, type);
    const auto begin = module.size() - 5 - code.size();
    const auto done = validate(module, features);
    if (done)
        return "valid";
    return std::string(errc_name(done.error().code())) + " +" +
           std::to_string(done.error().offset().value_or(0) - begin) + ": " +
           done.error().message();
}

TEST(Validate, operands_must_be_there_and_have_their_types) {
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x41, 0x02, 0x6a, 0x0b}, 1), "valid");
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x6a, 0x0b}, 1),
              "invalid +3: `i32.add`: type mismatch: expected i32, but nothing is on the stack");
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x42, 0x02, 0x6a, 0x0b}, 1),
              "invalid +5: `i32.add`: type mismatch: expected i32, found i64");
    EXPECT_EQ(body({0x00, 0x0b}, 1),
              "invalid +1: `end`: type mismatch: expected i32, but nothing is on the stack");
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x0b}), "invalid +3: `end`: type mismatch: the block ends "
                                              "with more on the stack than it gives, i32 at last");
}

TEST(Validate, blocks_keep_what_is_below_them) {
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x02, 0x40, 0x1a, 0x0b, 0x0b}, 1),
              "invalid +5: `drop`: type mismatch: nothing is on the stack, where an operand is "
              "expected");
    EXPECT_EQ(body({0x00, 0x02, 0x7f, 0x41, 0x05, 0x0c, 0x00, 0x0b, 0x0b}, 1), "valid");
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x02, 0x02, 0x45, 0x0b, 0x0b}, 1), "valid"); // block (type 2)
    EXPECT_EQ(body({0x00, 0x0c, 0x01, 0x0b}),
              "invalid +1: `br`: unknown label 1: there are 1 blocks around");
    EXPECT_EQ(body({0x00, 0x41, 0x01, 0x04, 0x7f, 0x41, 0x02, 0x0b, 0x0b}, 1),
              "invalid +7: `end`: type mismatch: `if` without `else` gives what it takes");
    EXPECT_EQ(body({0x00, 0x05, 0x0b}), "malformed +1: `else`: `else` without `if`");
    EXPECT_EQ(body({0x00, 0x0b, 0x01}), "malformed +2: function goes on behind its end");
    EXPECT_EQ(body({0x00, 0x01}).substr(0, 10), "truncated ");
}

TEST(Validate, unreachable_code_has_any_operands) {
    EXPECT_EQ(body({0x00, 0x00, 0x6a, 0x0b}, 1), "valid");
    EXPECT_EQ(body({0x00, 0x00, 0x42, 0x01, 0x6a, 0x0b}, 1),
              "invalid +4: `i32.add`: type mismatch: expected i32, found i64");
    EXPECT_EQ(body({0x00, 0x00, 0x1b, 0x0b}, 1), "valid");
}

// https://webassembly.github.io/spec/core/appendix/algorithm.html: a reference to the bottom of the
// heap types, which is no number.
TEST(Validate, a_reference_in_unreachable_code_is_a_reference) {
    const Buffer as_non_null{0x00, 0x00, 0xd4};
    EXPECT_EQ(body(as_non_null + Buffer{0x45, 0x1a, 0x0b}),
              "invalid +3: `i32.eqz`: type mismatch: expected i32, found a reference");
    EXPECT_EQ(body(as_non_null + Buffer{0x41, 0x00, 0x41, 0x00, 0x1b, 0x1a, 0x0b}),
              "invalid +7: `select`: type mismatch: `select` between references says their type");
    EXPECT_EQ(body(as_non_null + Buffer{0xd4, 0xd1, 0x1a, 0x0b}), "valid");
    EXPECT_EQ(body(as_non_null + Buffer{0xfb, 0x0f, 0x1a, 0x0b}), "valid"); // array.len
    EXPECT_EQ(body({0x00, 0x00, 0xd5, 0x00, 0x45, 0x1a, 0x0b}),             // br_on_null
              "invalid +4: `i32.eqz`: type mismatch: expected i32, found a reference");
    EXPECT_EQ(body({0x00, 0x02, 0x64, 0x70, 0x00, 0xd6, 0x00, 0x00, 0x0b, 0x1a, 0x0b}), "valid");
}

TEST(Validate, br_table_looks_at_every_label) {
    EXPECT_EQ(body({0x00, 0x02, 0x40, 0x41, 0x00, 0x0e, 0x01, 0x00, 0x01, 0x0b, 0x0b}), "valid");
    EXPECT_EQ(
        body({0x00, 0x02, 0x7f, 0x41, 0x00, 0x41, 0x00, 0x0e, 0x01, 0x00, 0x01, 0x0b, 0x1a, 0x0b}),
        "invalid +7: `br_table`: type mismatch: the labels take different numbers of values");
}

TEST(Validate, locals_that_take_no_null_are_set_before_they_are_read) {
    const Buffer set{0xd2, 0x00, 0x21, 0x00}; // ref.func 0, local.set 0
    const Buffer get{0x20, 0x00, 0x1a};
    const Buffer local{0x01, 0x01, 0x64, 0x70};
    EXPECT_EQ(body(local + get + Buffer{0x0b}), "invalid +4: `local.get`: uninitialized local 0");
    EXPECT_EQ(body(local + set + get + Buffer{0x0b}), "valid");
    EXPECT_EQ(body(local + Buffer{0x02, 0x40} + set + Buffer{0x0b} + get + Buffer{0x0b}),
              "invalid +11: `local.get`: uninitialized local 0");
    EXPECT_EQ(body({0x01, 0xd1, 0x86, 0x03, 0x7f, 0x0b}),
              "limit +1: too many locals: more than the limit of 50000");
}

TEST(Validate, memory_accesses_have_a_memory_an_alignment_and_a_lane) {
    EXPECT_EQ(body({0x00, 0x41, 0x00, 0x28, 0x02, 0x00, 0x1a, 0x0b}), "valid");
    EXPECT_EQ(body({0x00, 0x41, 0x00, 0x28, 0x03, 0x00, 0x1a, 0x0b}),
              "invalid +3: `i32.load`: alignment must not be larger than natural: 2^3 is more than "
              "4");
    EXPECT_EQ(body({0x00, 0x41, 0x00, 0x28, 0x42, 0x01, 0x00, 0x1a, 0x0b}),
              "invalid +3: `i32.load`: unknown memory 1");
    EXPECT_EQ(body({0x00, 0x41, 0x00, 0x28, 0x02, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a, 0x0b}),
              "invalid +3: `i32.load`: offset 4294967296 is out of range of a 32-bit memory");
    EXPECT_EQ(body({0x00, 0x41, 0x00, 0xfd, 0x0f, 0xfd, 0x15, 0x10, 0x1a, 0x0b}),
              "invalid +5: `i8x16.extract_lane_s`: invalid lane index 16");
}

TEST(Validate, features_that_are_off_are_named) {
    EXPECT_EQ(body({0x00, 0xfe, 0x03, 0x00, 0x0b}),
              "unsupported +1: `atomic.fence`: needs the feature `threads`, which is "
              "off");
    auto features = Features::standard();
    features.set(Feature::threads, true);
    EXPECT_EQ(body({0x00, 0xfe, 0x03, 0x00, 0x0b}, 0, features), "valid");
    features.set(Feature::sign_extension, false);
    EXPECT_EQ(body({0x00, 0x41, 0x00, 0xc0, 0x1a, 0x0b}, 0, features).substr(0, 14),
              "unsupported +3");
}

TEST(Validate, structures_and_arrays_keep_their_rules) {
    EXPECT_EQ(body({0x00, 0xfb, 0x01, 0x03, 0xfb, 0x03, 0x03, 0x00, 0x1a, 0x0b}), "valid");
    EXPECT_EQ(
        body({0x00, 0xfb, 0x01, 0x03, 0xfb, 0x02, 0x03, 0x00, 0x1a, 0x0b}),
        "invalid +4: `struct.get`: type mismatch: the field is packed, so that a sign is to be "
        "said");
    EXPECT_EQ(body({0x00, 0xfb, 0x01, 0x00, 0x1a, 0x0b}),
              "invalid +1: `struct.new_default`: type mismatch: type 0 is not a structure type");
    EXPECT_EQ(
        body({0x00, 0x41, 0x01, 0xfb, 0x07, 0x04, 0x41, 0x00, 0x42, 0x00, 0xfb, 0x0e, 0x04, 0x0b}),
        "invalid +10: `array.set`: immutable array");
}

TEST(Validate, exceptions_fit_the_labels_that_catch_them) {
    EXPECT_EQ(body({0x00, 0x1f, 0x40, 0x01, 0x00, 0x00, 0x00, 0x08, 0x00, 0x0b, 0x0b}), "valid");
    EXPECT_EQ(body({0x00, 0x1f, 0x40, 0x01, 0x01, 0x00, 0x00, 0x0b, 0x0b}),
              "invalid +1: `try_table`: type mismatch: what is caught does not fit label 0");
}

TEST(Validate, constants_are_constant) {
    const auto global = [](const Buffer& init) {
        return verdict(preamble +
                       section(6, Buffer{0x02, 0x7f, 0x00, 0x41, 0x07, 0x0b, 0x7f, 0x00} + init));
    };
    EXPECT_EQ(global({0x23, 0x00, 0x41, 0x01, 0x6a, 0x0b}), "valid");
    EXPECT_EQ(global({0x23, 0x01, 0x0b}), "invalid @18: `global.get`: unknown global 1");
    EXPECT_EQ(global({0x41, 0x01, 0x67, 0x0b}),
              "invalid @20: `i32.clz`: constant expression required, and `i32.clz` is not allowed "
              "in one");
    EXPECT_EQ(global({0x42, 0x01, 0x0b}),
              "invalid @20: `end`: type mismatch: expected i32, found i64");
}

TEST(Validate, subtypes_fit_their_supertypes) {
    const auto types = [](const Buffer& content) {
        return verdict(preamble + section(1, content));
    };
    EXPECT_EQ(types({0x02, 0x50, 0x00, 0x5f, 0x00, 0x4f, 0x01, 0x00, 0x5f, 0x01, 0x7f, 0x00}),
              "valid");
    EXPECT_EQ(types({0x02, 0x5f, 0x00, 0x4f, 0x01, 0x00, 0x5f, 0x00}),
              "invalid @13: sub type does not match its super type, which is final");
    EXPECT_EQ(types({0x02, 0x50, 0x00, 0x5f, 0x01, 0x7f, 0x00, 0x4f, 0x01, 0x00, 0x5f, 0x00}),
              "invalid @17: sub type does not match its super type");
    EXPECT_EQ(types({0x01, 0x60, 0x01, 0x63, 0x05, 0x00}), "invalid @11: unknown type 5");
}

TEST(Validate, equal_groups_are_one_type_wherever_they_stand) {
    TypeStore store;
    const RecType pair{
        false,
        {{true, true, {}, StructType{{{{Storage::Packed::no, ValType::ref_to(1, true)}, false}}}},
         {true, true, {}, StructType{{{{Storage::Packed::no, ValType::ref_to(0, true)}, false}}}}}};
    const auto first = store.add(pair, {}, 0);
    ASSERT_TRUE(first);
    // The same behind another type: references into the group have moved by one.
    const RecType func{true, {{true, true, {}, FuncType{}}}};
    const auto other = store.add(func, {}, 0);
    ASSERT_TRUE(other);
    RecType moved = pair;
    std::get<StructType>(moved.types[0].composite).fields[0].storage.type =
        ValType::ref_to(2, true);
    std::get<StructType>(moved.types[1].composite).fields[0].storage.type =
        ValType::ref_to(1, true);
    const auto second = store.add(moved, *other, 0);
    ASSERT_TRUE(second);
    EXPECT_EQ(*first, *second);
    EXPECT_FALSE(store.is_subtype((*first)[0], (*first)[1]));
    EXPECT_NE((*first)[0], (*other)[0]);
}

TEST(Validate, a_type_is_the_same_with_sub_final_spelled_out) {
    // (func), (sub final (func)), (func (param (ref 0)) (result (ref 1))): local.get 0
    EXPECT_EQ(verdict(preamble +
                      section(1, {0x03, 0x60, 0x00, 0x00, 0x4f, 0x00, 0x60, 0x00, 0x00, 0x60, 0x01,
                                  0x64, 0x00, 0x01, 0x64, 0x01}) +
                      section(3, {0x01, 0x02}) + section(10, {0x01, 0x04, 0x00, 0x20, 0x00, 0x0b})),
              "valid");
}

TEST(Validate, if_without_else_may_give_a_supertype_of_what_it_takes) {
    // (func (param i31ref i32) (result anyref)), (func (param i31ref) (result anyref)):
    // local.get 0, local.get 1, if (type 1) end
    const auto with = [](Byte param, Byte result) {
        return verdict(
            preamble +
            section(
                1, {0x02, 0x60, 0x02, param, 0x7f, 0x01, result, 0x60, 0x01, param, 0x01, result}) +
            section(3, {0x01, 0x00}) +
            section(10, {0x01, 0x09, 0x00, 0x20, 0x00, 0x20, 0x01, 0x04, 0x01, 0x0b, 0x0b}));
    };
    EXPECT_EQ(with(0x6c, 0x6e), "valid");
    EXPECT_EQ(with(0x6e, 0x6c),
              "invalid @37: `end`: type mismatch: expected (ref null i31), found (ref null any)");
}

TEST(Validate, counts_of_types_end_where_the_javascript_interface_ends_them) {
    const auto types = [](const Buffer& type) {
        return verdict(preamble + section(1, Buffer{0x01} + type));
    };
    const auto params = [](std::size_t count) { return leb(count) + repeated({0x7f}, count); };
    EXPECT_EQ(types(Buffer{0x60} + params(1'000) + params(1'000)), "valid");
    EXPECT_EQ(types(Buffer{0x60} + params(1'001) + params(0)),
              "limit @13: 1001 parameters are beyond the limit of 1000");
    EXPECT_EQ(types(Buffer{0x60} + params(0) + params(1'001)),
              "limit @14: 1001 results are beyond the limit of 1000");
    EXPECT_EQ(types(Buffer{0x5f} + leb(10'000) + repeated({0x7f, 0x00}, 10'000)), "valid");
    EXPECT_EQ(types(Buffer{0x5f} + leb(10'001) + repeated({0x7f, 0x00}, 10'001)),
              "limit @14: 10001 fields are beyond the limit of 10000");
}

TEST(Validate, calls_cannot_pile_up_operands_without_end) {
    // (func (result i32 × 1000)) that calls itself again and again
    const Buffer type = Buffer{0x01, 0x60, 0x00} + leb(1'000) + repeated({0x7f}, 1'000);
    const auto calls = [&](std::size_t count) {
        return verdict(
            module_of(type, Buffer{0x00} + repeated({0x10, 0x00}, count) + Buffer{0x00, 0x0b}));
    };
    EXPECT_EQ(calls(1'000), "valid");
    EXPECT_EQ(calls(1'001).substr(0, 5), "limit");
    EXPECT_NE(calls(1'001).find("`call`: more operands than the limit of 1000000"),
              std::string::npos);
}

/// Processor time in seconds that `validate` takes for a module which is valid.
double seconds_for(const Buffer& module) {
    const auto begin = std::clock();
    EXPECT_EQ(verdict(module), "valid");
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

// Each of these took minutes when every branch looked at a thousand types one by one.
TEST(Validate, branches_with_many_values_take_little_time) {
    const Buffer type = Buffer{0x01, 0x60, 0x00} + leb(1'000) + repeated({0x7f}, 1'000);
    EXPECT_LT(seconds_for(module_of(type, Buffer{0x00, 0x00} + repeated({0x0d, 0x00}, 1'000'000) +
                                              Buffer{0x00, 0x0b})),
              30);
    const Buffer table = Buffer{0x41, 0x00, 0x0e} + leb(65'519) + repeated({0x00, 0x01}, 32'760);
    EXPECT_LT(seconds_for(module_of(type, Buffer{0x00, 0x02, 0x00, 0x00} +
                                              repeated(repeated({0x41, 0x00}, 1'000) + table, 20) +
                                              Buffer{0x0b, 0x0b})),
              30);
}

TEST(Validate, what_is_missing_in_unreachable_code_takes_no_time) {
    // (array i32), (struct i32 × 10000), then the function's type
    const auto types = Buffer{0x03, 0x60, 0x00, 0x00, 0x5e, 0x7f, 0x00, 0x5f} + leb(10'000) +
                       repeated({0x7f, 0x00}, 10'000);
    const Buffer code = Buffer{0x00} +
                        repeated(Buffer{0x00, 0xfb, 0x08, 0x01} + leb(10'000) + // array.new_fixed
                                     Buffer{0x00, 0xfb, 0x00, 0x02, 0x00} +     // struct.new
                                     Buffer{0xfb, 0x01, 0x02},                  // …_default
                                 100'000) +
                        Buffer{0x00, 0x0b};
    EXPECT_LT(seconds_for(module_of(types, code)), 30);
}

TEST(Validate, locals_cost_what_they_spell) {
    // 50,000 functions of eight bytes with 50,000 locals each.
    const Buffer code = Buffer{0x06, 0x01} + leb(50'000) + Buffer{0x7f, 0x0b};
    EXPECT_LT(seconds_for(preamble + section(1, {0x01, 0x60, 0x00, 0x00}) +
                          section(3, leb(50'000) + Buffer(50'000, 0x00)) +
                          section(10, leb(50'000) + repeated(code, 50'000))),
              10);
}

TEST(Validate, locals_that_are_far_down_have_their_types_and_are_set_too) {
    // (func (local i32 × 2000) (local (ref func) × 2) (local i64))
    const Buffer locals = Buffer{0x03} + leb(2'000) + Buffer{0x7f, 0x02, 0x64, 0x70, 0x01, 0x7e};
    const auto get = [](std::uint32_t index) { return Buffer{0x20} + leb(index); };
    const auto with = [&](const Buffer& code) {
        auto text = body(locals + code + Buffer{0x1a, 0x0b});
        return text.substr(std::min(text.find("`"), text.size() - 5));
    };
    EXPECT_EQ(with(get(1'999) + Buffer{0x45}), "valid");
    EXPECT_EQ(with(get(2'002) + Buffer{0x50}), "valid");
    EXPECT_EQ(with(get(2'002) + Buffer{0x45}), "`i32.eqz`: type mismatch: expected i32, found i64");
    EXPECT_EQ(with(get(2'001)), "`local.get`: uninitialized local 2001");
    EXPECT_EQ(with(get(2'003)), "`local.get`: unknown local 2003: there are 2003");
    const Buffer set = Buffer{0xd2, 0x00, 0x21} + leb(2'001);
    EXPECT_EQ(with(set + get(2'001)), "valid");
    EXPECT_EQ(with(set + get(2'000)), "`local.get`: uninitialized local 2000");
    EXPECT_EQ(with(Buffer{0x02, 0x40} + set + Buffer{0x0b} + get(2'001)),
              "`local.get`: uninitialized local 2001");
}

TEST(Module, counts_end_where_the_javascript_interface_ends_them) {
    EXPECT_EQ(verdict(preamble + section(5, leb(100) + repeated({0x00, 0x00}, 100))), "valid");
    EXPECT_EQ(verdict(preamble + section(5, leb(101) + repeated({0x00, 0x00}, 101))),
              "limit @11: 101 memories are beyond the limit of 100");
    EXPECT_EQ(verdict(preamble + section(2, {0x01, 0x00, 0x00, 0x02, 0x00, 0x00}) +
                      section(5, leb(100) + repeated({0x00, 0x00}, 100))),
              "limit @19: 100 memories, and 1 imported ones, are beyond the limit of 100");
    EXPECT_EQ(verdict(preamble + section(4, leb(100'001))),
              "limit @10: 100001 tables are beyond the limit of 100000");
    EXPECT_EQ(verdict(preamble + section(11, leb(100'001))),
              "limit @10: 100001 data segments are beyond the limit of 100000");
    EXPECT_EQ(verdict(preamble + section(9, leb(100'001))),
              "limit @10: 100001 element segments are beyond the limit of 100000");
}

TEST(Validate, a_feature_that_is_off_gates_types_and_definitions_too) {
    const auto without = [](Feature feature, const Buffer& sections) {
        auto features = Features::everything();
        features.set(feature, false);
        const auto text = verdict(preamble + sections, features);
        EXPECT_EQ(verdict(preamble + sections, Features::everything()), "valid");
        return text.substr(text.find(": ") + 2);
    };
    const auto off = [](std::string_view what, std::string_view name) {
        return std::string(what) + " need the feature `" + std::string(name) + "`, which is off";
    };
    const auto param = [](const Buffer& type) {
        return section(1, Buffer{0x01, 0x60, 0x01} + type + Buffer{0x00});
    };
    const auto constant = [](const Buffer& init) {
        return section(6, Buffer{0x01, 0x7f, 0x00} + init + Buffer{0x0b});
    };
    EXPECT_EQ(without(Feature::simd, param({0x7b})), off("vectors", "simd"));
    EXPECT_EQ(without(Feature::reference_types, param({0x6f})),
              off("reference types", "reference-types"));
    EXPECT_EQ(without(Feature::function_references, param({0x64, 0x70})),
              off("references that take no null", "function-references"));
    EXPECT_EQ(without(Feature::gc, param({0x6c})), off("references to `i31`", "gc"));
    EXPECT_EQ(without(Feature::exceptions, param({0x69})),
              off("references to exceptions", "exceptions"));
    EXPECT_EQ(without(Feature::gc, section(1, {0x01, 0x5f, 0x00})), off("structures", "gc"));
    EXPECT_EQ(without(Feature::gc, section(1, {0x01, 0x5e, 0x7f, 0x00})), off("arrays", "gc"));
    EXPECT_EQ(without(Feature::gc, section(1, {0x01, 0x4e, 0x01, 0x60, 0x00, 0x00})),
              off("recursive groups of types", "gc"));
    EXPECT_EQ(without(Feature::gc, section(1, {0x01, 0x50, 0x00, 0x60, 0x00, 0x00})),
              off("types with subtypes", "gc"));
    EXPECT_EQ(without(Feature::multi_value, section(1, {0x01, 0x60, 0x00, 0x02, 0x7f, 0x7f})),
              off("functions with several results", "multi-value"));
    EXPECT_EQ(without(Feature::exceptions,
                      section(1, {0x01, 0x60, 0x00, 0x00}) + section(13, {0x01, 0x00, 0x00})),
              off("tags", "exceptions"));
    EXPECT_EQ(without(Feature::mutable_global, section(2, {0x01, 0x00, 0x00, 0x03, 0x7f, 0x01})),
              off("mutable globals from outside", "mutable-global"));
    EXPECT_EQ(without(Feature::mutable_global, section(6, {0x01, 0x7f, 0x01, 0x41, 0x00, 0x0b}) +
                                                   section(7, {0x01, 0x00, 0x03, 0x00})),
              off("mutable globals for others", "mutable-global"));
    EXPECT_EQ(without(Feature::extended_const, constant({0x41, 0x01, 0x41, 0x01, 0x6a})),
              "`i32.add`: " + off("operators in constant expressions", "extended-const"));
    EXPECT_EQ(without(Feature::function_references,
                      section(4, {0x01, 0x40, 0x00, 0x70, 0x00, 0x01, 0xd0, 0x70, 0x0b})),
              off("tables with a first value", "function-references"));
    EXPECT_EQ(without(Feature::bulk_memory, section(11, {0x01, 0x01, 0x00})),
              off("passive data segments", "bulk-memory"));
    // A table of functions is as old as WebAssembly.
    EXPECT_EQ(verdict(preamble + section(4, {0x01, 0x70, 0x00, 0x01}), Features()), "valid");
}

TEST(Validate, return_call_ref_is_a_tail_call) {
    auto features = Features::standard();
    features.set(Feature::tail_call, false);
    EXPECT_EQ(body({0x00, 0xd2, 0x00, 0x15, 0x00, 0x0b}), "valid");
    EXPECT_EQ(
        body({0x00, 0xd2, 0x00, 0x15, 0x00, 0x0b}, 0, features),
        "unsupported +3: `return_call_ref`: tail calls need the feature `tail-call`, which is "
        "off");
}

TEST(Features, versions_hold_what_they_had) {
    EXPECT_EQ(Features::version("mvp"), Features());
    EXPECT_FALSE(Features::version("wasm1")->has(Feature::simd));
    EXPECT_TRUE(Features::version("wasm2")->has(Feature::simd));
    EXPECT_FALSE(Features::version("wasm2")->has(Feature::gc));
    EXPECT_TRUE(Features::version("wasm3")->has(Feature::gc));
    EXPECT_TRUE(Features::version("lime1")->has(Feature::bulk_memory_opt));
    EXPECT_FALSE(Features::version("lime1")->has(Feature::bulk_memory));
    EXPECT_FALSE(Features::version("wasm4"));
    EXPECT_TRUE(Features::usual().has(Feature::threads));
    EXPECT_FALSE(Features::standard().has(Feature::threads));
}

TEST(Validate, pages_have_one_byte_or_the_usual_size) {
    const auto memory = [](const Buffer& type, bool on = true) {
        auto features = Features::standard();
        features.set(Feature::custom_page_sizes, on);
        return verdict(preamble + section(5, Buffer{0x01} + type), features);
    };
    EXPECT_EQ(memory({0x08, 0x01, 0x00}), "valid");
    EXPECT_EQ(memory({0x08, 0x01, 0x10}), "valid");
    EXPECT_EQ(memory({0x08, 0x01, 0x0f}),
              "invalid @11: invalid custom page size: 2^15, where pages have 1 or 65536 bytes");
    EXPECT_EQ(memory({0x08, 0x01, 0x00}, false),
              "unsupported @11: pages of another size need the feature `custom-page-sizes`, which "
              "is off");
    // As many pages as can be addressed.
    EXPECT_EQ(memory(Buffer{0x08} + leb(UINT32_MAX) + Buffer{0x00}), "valid");
    EXPECT_EQ(memory(Buffer{0x08} + leb(std::uint64_t{1} << 32) + Buffer{0x00}),
              "invalid @11: memory size must be at most 4294967295");
    EXPECT_EQ(memory(Buffer{0x08} + leb(65'537) + Buffer{0x10}),
              "invalid @11: memory size must be at most 65536");
    EXPECT_EQ(memory(Buffer{0x0c} + leb(UINT64_MAX) + Buffer{0x00}), "valid");
}

TEST(Validate, types_in_messages_have_the_indices_of_the_module) {
    // Three structures of which two are the same, (func (param (ref 2)) (result (ref 1))):
    // local.get 0
    const auto types = Buffer{0x04, 0x5f, 0x00, 0x5f, 0x00, 0x5e, 0x7f, 0x00,
                              0x60, 0x01, 0x64, 0x02, 0x01, 0x64, 0x01};
    EXPECT_EQ(verdict(preamble + section(1, types) + section(3, {0x01, 0x03}) +
                      section(10, {0x01, 0x04, 0x00, 0x20, 0x00, 0x0b})),
              "invalid @36: `end`: type mismatch: expected (ref 0), found (ref 2)");
}

TEST(Validate, an_error_in_a_definition_says_in_which) {
    const auto frames = [](const Buffer& sections) {
        const auto done = validate(preamble + sections);
        std::string text;
        for (const auto& frame : done.error().frames())
            text += frame + ";";
        return text;
    };
    EXPECT_EQ(frames(section(2, {0x01, 0x00, 0x00, 0x03, 0x7f, 0x00}) +
                     section(6, {0x01, 0x7f, 0x00, 0x42, 0x00, 0x0b})),
              "global 1;");
    EXPECT_EQ(frames(section(5, {0x01, 0x01, 0x02, 0x01})), "memory 0;");
    EXPECT_EQ(frames(section(1, {0x02, 0x60, 0x00, 0x00, 0x60, 0x01, 0x63, 0x05, 0x00})),
              "type 1;");
    EXPECT_EQ(frames(section(7, {0x01, 0x01, 'f', 0x00, 0x00})), "export 0;");
    EXPECT_EQ(frames(section(11, {0x01, 0x00, 0x41, 0x00, 0x0b, 0x00})), "data segment 0;");
    EXPECT_EQ(frames(section(9, {0x01, 0x00, 0x41, 0x00, 0x0b, 0x00})), "element segment 0;");
}

TEST(Validate, definitions_stop_when_they_are_told_to) {
    std::stop_source stop;
    stop.request_stop();
    const auto bytes =
        preamble + section(6, leb(2'000) + repeated({0x7f, 0x00, 0x41, 0x00, 0x0b}, 2'000));
    const auto module = decode_module(bytes);
    ASSERT_TRUE(module);
    TypeStore store;
    const auto info = validate_definitions(*module, store, Features::standard(), stop.get_token());
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code(), Errc::interrupted);
}

TEST(Validate, a_type_has_one_supertype_at_most) {
    EXPECT_EQ(verdict(preamble + section(1, {0x03, 0x50, 0x00, 0x5f, 0x00, 0x50, 0x00, 0x5f, 0x00,
                                             0x4f, 0x02, 0x00, 0x01, 0x5f, 0x00})),
              "limit @20: 2 supertypes are beyond the limit of 1");
}

TEST(Validate, supertypes_stand_sixty_three_above_each_other) {
    // A chain of so many types, two of the same supertype at its end, and a function from the last
    // to the first.
    const auto chain = [](std::uint32_t length) {
        Buffer types = leb(length + 2) + Buffer{0x50, 0x00, 0x5f, 0x00};
        for (std::uint32_t i = 1; i < length; ++i)
            types = types + Buffer{0x50, 0x01} + leb(i - 1) + Buffer{0x5f, 0x00};
        types = types + Buffer{0x50, 0x01} + leb(length - 1) + Buffer{0x5f, 0x01, 0x7f, 0x00};
        return types;
    };
    const auto from_to = [&](std::uint32_t length, Byte from, Byte to) {
        return verdict(preamble +
                       section(1, chain(length) + Buffer{0x60, 0x01, 0x64, from, 0x01, 0x64, to}) +
                       section(3, Buffer{0x01} + leb(length + 1)) +
                       section(10, {0x01, 0x04, 0x00, 0x20, 0x00, 0x0b}));
    };
    EXPECT_EQ(from_to(60, 60, 0), "valid");
    EXPECT_EQ(from_to(60, 60, 59), "valid");
    EXPECT_EQ(from_to(60, 40, 39), "valid");
    EXPECT_NE(from_to(60, 39, 40).find("expected (ref 40), found (ref 39)"), std::string::npos);
    EXPECT_EQ(from_to(63, 63 - 4, 0), "valid"); // the last has 63 above it
    EXPECT_EQ(from_to(64, 0, 0).substr(0, 5), "limit");
}

TEST(Module, sections_come_once_and_in_order) {
    EXPECT_EQ(verdict(preamble + section(3, {0x00}) + section(1, {0x00})),
              "malformed @11: type section is out of order or there twice");
    EXPECT_EQ(verdict(preamble + section(5, {0x00}) + section(13, {0x00}) + section(6, {0x00})),
              "valid");
    EXPECT_EQ(verdict(preamble + section(14, {0x00})),
              "malformed @8: no section of a module has the id 14");
    EXPECT_EQ(verdict(preamble + section(1, {0x00, 0x00})),
              "malformed @11: section is longer than what it counts");
    EXPECT_EQ(verdict(preamble + section(1, {0x01, 0x60, 0x00, 0x00}) + section(3, {0x01, 0x00})),
              "malformed @18: function and code section have inconsistent lengths: 1 and 0");
    EXPECT_EQ(verdict(preamble + section(12, {0x01})),
              "malformed @11: data count and data section have inconsistent lengths: 1 and 0");
}

TEST(Module, exports_name_what_is_there_once) {
    EXPECT_EQ(verdict(preamble + section(7, {0x01, 0x01, 'f', 0x00, 0x00})),
              "invalid @11: unknown function 0");
    EXPECT_EQ(verdict(preamble + section(5, {0x01, 0x00, 0x01}) +
                      section(7, {0x02, 0x01, 'm', 0x02, 0x00, 0x01, 'm', 0x02, 0x00})),
              "invalid @20: duplicate export name `m`");
}

} // namespace
} // namespace tenon::wasm
