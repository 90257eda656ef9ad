// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Expected texts are those that wasm-tools 1.263 prints for the same binaries, unless a test says
// otherwise.
#include "wat/print.hpp"

#include "wat/parse.hpp"
#include "wat/print_float.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

/// The text of what a text is parsed to.
std::string printed(std::string_view text, const PrintOptions& options = {}) {
    const auto binary = parse_module("test.wat", text);
    if (!binary)
        return "cannot be parsed: " + binary.error().message();
    const auto again = print(*binary, options);
    return again ? *again : "cannot be printed: " + again.error().message();
}

PrintOptions folded() {
    PrintOptions options;
    options.fold = true;
    return options;
}

std::string f32_text(std::uint32_t bits) {
    TextOut out;
    put_f32(out, bits);
    return std::string(out.text());
}
std::string f64_text(std::uint64_t bits) {
    TextOut out;
    put_f64(out, bits);
    return std::string(out.text());
}

} // namespace

// --- numbers

TEST(PrintFloat, is_hexadecimal_with_the_decimal_number_beside_it) {
    EXPECT_EQ(f32_text(0x3fc00000), "0x1.8p+0 (;=1.5;)");
    EXPECT_EQ(f64_text(0x3fb999999999999a), "0x1.999999999999ap-4 (;=0.1;)");
    EXPECT_EQ(f64_text(0xc08f400000000000), "-0x1.f4p+9 (;=-1000;)");
    EXPECT_EQ(f32_text(0x7f7fffff), "0x1.fffffep+127 (;=340282350000000000000000000000000000000;)");
}

TEST(PrintFloat, keeps_the_sign_of_zero) {
    EXPECT_EQ(f32_text(0), "0x0p+0 (;=0;)");
    EXPECT_EQ(f64_text(0x8000000000000000), "-0x0p+0 (;=-0;)");
}

TEST(PrintFloat, normalises_subnormal_numbers) {
    EXPECT_EQ(f32_text(0x00400000),
              "0x1.p-127 (;=0.000000000000000000000000000000000000005877472;)");
    EXPECT_EQ(f64_text(3), "0x1.8p-1073 (;=0." + std::string(322, '0') + "15;)");
}

TEST(PrintFloat, says_the_payload_of_what_is_no_canonical_nan) {
    EXPECT_EQ(f32_text(0x7fc00000), "nan (;=NaN;)");
    EXPECT_EQ(f32_text(0xffa00000), "-nan:0x200000 (;=NaN;)");
    EXPECT_EQ(f64_text(0x7ff0000000000001), "nan:0x1 (;=NaN;)");
    EXPECT_EQ(f64_text(0xfff0000000000000), "-inf (;=-inf;)");
}

// --- modules

TEST(Print, gives_every_definition_its_number_and_its_name) {
    EXPECT_EQ(printed(R"((import "m" "f" (func $f (param i32)))
                         (memory $m 1 2) (table 3 funcref) (global $g (mut i64) (i64.const -5))
                         (func $add (export "add") (param $a i32) (param i32) (result i32)
                           (local i64 f32) local.get $a local.get 1 i32.add)
                         (start $f) (data $d (i32.const 8) "a\00\"") (elem declare func $add))"),
              R"((module
  (type (;0;) (func (param i32)))
  (type (;1;) (func (param i32 i32) (result i32)))
  (import "m" "f" (func $f (;0;) (type 0) (param i32)))
  (table (;0;) 3 funcref)
  (memory $m (;0;) 1 2)
  (global $g (;0;) (mut i64) i64.const -5)
  (export "add" (func $add))
  (start $f)
  (elem (;0;) declare func $add)
  (func $add (;1;) (type 1) (param $a i32) (param i32) (result i32)
    (local i64 f32)
    local.get $a
    local.get 1
    i32.add
  )
  (data $d (;0;) (i32.const 8) "a\00\22")
)
)");
}

TEST(Print, numbers_labels_and_says_where_branches_lead) {
    EXPECT_EQ(printed(R"((func block loop br 1 br 0 br 2 end end block $l br $l end))"), R"((module
  (type (;0;) (func))
  (func (;0;) (type 0)
    block ;; label = @1
      loop ;; label = @2
        br 1 (;@1;)
        br 0 (;@2;)
        br 2
      end
    end
    block $l
      br $l
    end
  )
)
)");
}

TEST(Print, uses_the_number_of_a_label_whose_name_means_one_further_in) {
    EXPECT_EQ(printed("(func block $l block $l br 1 br 0 end end)"), R"((module
  (type (;0;) (func))
  (func (;0;) (type 0)
    block $l
      block $l
        br 1
        br $l
      end
    end
  )
)
)");
}

TEST(Print, quotes_names_that_are_no_identifiers_and_tells_equal_ones_apart) {
    EXPECT_EQ(printed(R"((func $"a b") (func $x) (func $y (@name "x")) (func $z (@name "")))"),
              R"((module
  (type (;0;) (func))
  (func $"a b" (;0;) (type 0))
  (func $x (;1;) (type 0))
  (func $"#func2 x" (@name "x") (;2;) (type 0))
  (func $"#func3 " (@name "") (;3;) (type 0))
)
)");
}

TEST(Print, tells_equal_names_apart_that_different_maps_give) {
    // Two maps of functions in the section `name`, each of one: 0 and 1 are both called `a`.
    EXPECT_EQ(printed(R"((module (func) (func (call 0))
        (@custom "name" "\01\04\01\00\01a\01\04\01\01\01a")))"),
              "(module\n"
              "  (type (;0;) (func))\n"
              "  (func $a (;0;) (type 0))\n"
              "  (func $\"#func1 a\" (@name \"a\") (;1;) (type 0)\n"
              "    call $a\n"
              "  )\n"
              ")\n");
    // The same of the types of a component.
    const auto component = parse("test.wat", R"((component (type string) (type string)
        (@custom "component-name" "\01\05\03\01\00\01a\01\05\03\01\01\01a")))");
    ASSERT_TRUE(component);
    EXPECT_EQ(print(*component).value(), "(component\n"
                                         "  (type $a (;0;) string)\n"
                                         "  (type $\"#type1 a\" (@name \"a\") (;1;) string)\n"
                                         ")\n");
}

TEST(Print, what_gets_its_name_twice_has_it) {
    EXPECT_TRUE(printed(R"((module (func)
        (@custom "name" "\01\04\01\00\01a\01\04\01\00\01a")))")
                    .contains("  (func $a (;0;) (type 0))\n"));
}

TEST(Print, of_names_in_any_order_the_last_counts) {
    // 1 is `b`, 0 is `a`, then 0 is `c`.
    EXPECT_TRUE(printed(R"((module (func) (func)
        (@custom "name" "\01\04\01\01\01b\01\07\02\00\01a\00\01c")))")
                    .contains("  (func $c (;0;) (type 0))\n  (func $b (;1;) (type 0))\n"));
}

TEST(Print, spells_immediates_as_the_text_format_wants_them) {
    const auto text = printed(R"((type $t (func)) (memory 1) (memory 1) (table 1 funcref)
        (table 1 funcref)
        (func (param v128)
          (drop (i32.load offset=4 align=2 (i32.const 0)))
          (drop (i32.load 1 (i32.const 0)))
          (call_indirect 1 (type $t) (i32.const 0))
          (memory.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 0))
          (drop (i8x16.extract_lane_s 3 (local.get 0)))
          (drop (v128.const i64x2 1 -1))
          (drop (ref.null func))
          (br_table 0 0 0 (i32.const 1))))");
    for (const auto* const line :
         {"i32.load offset=4 align=2\n", "i32.load 1\n", "call_indirect 1 (type $t)\n",
          "memory.copy 0 1\n", "i8x16.extract_lane_s 3\n",
          "v128.const i32x4 0x00000001 0x00000000 0xffffffff 0xffffffff\n", "ref.null func\n",
          "br_table 0 0 0\n"})
        EXPECT_NE(text.find(line), text.npos) << line << text;
}

TEST(Print, types_keep_their_groups_and_supertypes) {
    EXPECT_EQ(printed(R"((rec (type $a (sub (struct (field $x (mut i8)) (field (ref null $a)))))
                              (type (sub final $a (struct (field (mut i8)) (field (ref null $a))
                                                          (field anyref)))))
                         (type (array (ref i31))))"),
              R"((module
  (rec
    (type $a (;0;) (sub (struct (field $x (mut i8)) (field (ref null $a)))))
    (type (;1;) (sub final $a (struct (field (mut i8)) (field (ref null $a)) (field anyref))))
  )
  (type (;2;) (array (ref i31)))
)
)");
}

TEST(Print, custom_sections_say_where_they_stand) {
    EXPECT_EQ(
        printed(R"((@custom "a" (before first) "\ff") (memory 1) (@custom "b" (after memory) "")
                         (@producers (language "C" "23")))"),
        R"((module
  (@custom "a" (before first) "\ff")
  (memory (;0;) 1)
  (@custom "b" (after memory) "")
  (@producers
    (language "C" "23")
  )
)
)");
}

TEST(Print, branch_hints_stand_in_front_of_their_branch) {
    EXPECT_EQ(
        printed("(func (param i32) local.get 0 (@metadata.code.branch_hint \"\\01\") if end)"),
        R"((module
  (type (;0;) (func (param i32)))
  (func (;0;) (type 0) (param i32)
    local.get 0
    (@metadata.code.branch_hint "\01")
    if ;; label = @1
    end
  )
)
)");
}

// --- options

TEST(Print, folds_operators_around_their_operands) {
    EXPECT_EQ(printed(R"((func (param i32) (result i32)
        local.get 0 if (result i32) i32.const 1 else local.get 0 i32.const 2 i32.add end))",
                      folded()),
              R"((module
  (type (;0;) (func (param i32) (result i32)))
  (func (;0;) (type 0) (param i32) (result i32)
    (if (result i32) ;; label = @1
      (local.get 0)
      (then
        (i32.const 1))
      (else
        (i32.add
          (local.get 0)
          (i32.const 2))))
  )
)
)");
}

// wasm-tools folds no legacy exceptions; this is the form that its parser and wabt's take.
TEST(Print, folds_legacy_exceptions) {
    EXPECT_EQ(
        printed("(tag) (func try nop catch 0 nop catch_all end try try delegate 0 end)", folded()),
        R"((module
  (type (;0;) (func))
  (tag (;0;) (type 0))
  (func (;0;) (type 0)
    (try ;; label = @1
      (do
        (nop))
      (catch 0
        (nop))
      (catch_all))
    (try ;; label = @1
      (do
        (try ;; label = @2
          (do)
          (delegate 0 (;@1;)))))
  )
)
)");
}

TEST(Print, leaves_operands_in_front_where_they_do_not_come_out_even) {
    EXPECT_EQ(printed(R"((func $two (result i32 i32) i32.const 1 i32.const 2)
                         (func call $two drop drop))",
                      folded()),
              R"((module
  (type (;0;) (func (result i32 i32)))
  (type (;1;) (func))
  (func $two (;0;) (type 0) (result i32 i32)
    (i32.const 1)
    (i32.const 2)
  )
  (func (;1;) (type 1)
    (call $two)
    (drop)
    (drop)
  )
)
)");
}

TEST(Print, folding_takes_no_time_for_operands_that_are_not_there) {
    // A walk over the stack for each operator would take minutes.
    std::string text = "(module (type (array i32)) (func";
    for (int i = 0; i < 200'000; ++i)
        text += " i32.const 0";
    for (int i = 0; i < 200'000; ++i)
        text += " array.new_fixed 0 4000000000";
    const auto out = printed(text + "))", folded());
    EXPECT_TRUE(out.contains("    (i32.const 0)\n    (array.new_fixed 0 4000000000)\n"));
}

TEST(Print, shows_offsets_and_indents_as_told) {
    PrintOptions options;
    options.offsets = true;
    options.indent = " ";
    EXPECT_EQ(printed("(func nop)", options), "(module\n"
                                              "(;@b     ;) (type (;0;) (func))\n"
                                              "(;@16    ;) (func (;0;) (type 0)\n"
                                              "(;@17    ;)  nop\n"
                                              "(;@18    ;) )\n"
                                              "(;@19    ;))\n");
}

TEST(Print, a_skeleton_has_no_bodies) {
    PrintOptions options;
    options.skeleton = true;
    EXPECT_EQ(printed("(func nop) (memory 1) (data \"abc\")", options),
              "(module\n  (type (;0;) (func))\n  (memory (;0;) 1)\n  (func (;0;) (type 0) ...)\n"
              "  (data (;0;) ...)\n)\n");
}

TEST(Print, makes_up_names_for_what_has_none) {
    PrintOptions options;
    options.name_unnamed = true;
    EXPECT_EQ(printed("(func (param i32) local.get 0 drop block br 0 end)", options),
              R"((module
  (type $#type0 (;0;) (func (param i32)))
  (func $#func0 (;0;) (type $#type0) (param $#local0 i32)
    local.get $#local0
    drop
    block $#label0
      br $#label0
    end
  )
)
)");
}

// --- what is no good

TEST(Print, what_is_invalid_is_printed_all_the_same) {
    EXPECT_EQ(printed("(func i32.add call 7 br 5)"), R"((module
  (type (;0;) (func))
  (func (;0;) (type 0)
    i32.add
    call 7
    br 5 (; INVALID ;)
  )
)
)");
}

TEST(Print, a_body_that_cannot_be_read_is_an_error_with_its_place) {
    // One function without locals whose body is 0xff.
    const Buffer binary = {0, 0x61, 0x73, 0x6d, 1, 0,  0, 0, 1, 4, 1,    0x60, 0,
                           0, 3,    2,    1,    0, 10, 5, 1, 3, 0, 0xff, 0x0b};
    const auto text = print(binary);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code(), Errc::malformed);
    EXPECT_EQ(text.error().offset(), 23U);
    EXPECT_EQ(text.error().frames(), std::vector<std::string>{"code entry 0"});
}

TEST(Print, an_else_without_if_is_an_error) {
    const Buffer binary = {0, 0x61, 0x73, 0x6d, 1, 0,  0, 0, 1, 4, 1,    0x60, 0,
                           0, 3,    2,    1,    0, 10, 5, 1, 3, 0, 0x05, 0x0b};
    const auto text = print(binary);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().message(), "`else` where no block is that it belongs to");
}

TEST(Print, stops_when_the_sink_fails) {
    const auto binary = parse_module("test.wat", "(func) (func)");
    ASSERT_TRUE(binary);
    int calls = 0;
    const auto done = print(*binary, {}, [&calls](std::string_view) -> Result<> {
        ++calls;
        return fail(Errc::io, "full");
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message(), "full");
    EXPECT_EQ(calls, 1);
}

TEST(TextOut, hands_on_what_is_longer_than_its_room) {
    std::string text;
    TextOut out(
        [&text](std::string_view piece) -> Result<> {
            text += piece;
            return {};
        },
        64);
    const std::string long_one(1000, 'x');
    out.put("ab");
    out.put(long_one);
    out.put_number(7);
    ASSERT_TRUE(out.finish());
    EXPECT_EQ(text, "ab" + long_one + "7");
}

// --- components

TEST(PrintComponent, names_and_numbers_every_sort_of_definition) {
    const auto module = parse_module("test.wat", "(func (export \"f\"))");
    ASSERT_TRUE(module);
    Buffer binary = {0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 1, static_cast<Byte>(module->size())};
    binary.insert(binary.end(), module->begin(), module->end());
    const Buffer rest = {2,   4,    1,    0,    0,   0,                  // core instance
                         6,   7,    1,    0,    0,   1,   0,   1,   'f', // alias core export
                         7,   5,    1,    0x40, 0,   1,   0,             // type (func)
                         8,   6,    1,    0,    0,   0,   0,   0,        // canon lift
                         11,  9,    1,    0,    3,   'r', 'u', 'n', 1,   0,   0, // export
                         0,   0x1a, 0x0e, 'c',  'o', 'm', 'p', 'o', 'n', 'e', 'n', 't', '-', 'n',
                         'a', 'm',  'e',  0,    2,   1,   'c', 1,   5,   1,   1,   0,   1,   'f'};
    binary.insert(binary.end(), rest.begin(), rest.end());
    const auto text = print(binary);
    ASSERT_TRUE(text) << text.error().message();
    EXPECT_EQ(*text, R"((component $c
  (core module (;0;)
    (type (;0;) (func))
    (export "f" (func 0))
    (func (;0;) (type 0))
  )
  (core instance (;0;) (instantiate 0))
  (alias core export 0 "f" (core func (;0;)))
  (type (;0;) (func))
  (func $f (;0;) (type 0) (canon lift (core func 0)))
  (export (;1;) "run" (func $f))
)
)");
}

} // namespace tenon::wat
