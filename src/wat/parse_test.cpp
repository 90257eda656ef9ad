// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/hex.hpp"
#include "component/validate.hpp"
#include "wasm/validate.hpp"
#include "wat/parse.hpp"
#include "wat/text_place.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

/// The binary behind the preamble, in hexadecimal, or the error: its code, place and message.
std::string bytes(std::string_view text) {
    const auto module = parse_module("t.wat", text);
    if (module)
        return base::lower_hex(Bytes(*module).subspan(8));
    const auto& error = module.error();
    const auto place = error.source() ? error.source()->place : Place{};
    auto out = std::string(errc_name(error.code())) + " " + std::to_string(place.line) + ":" +
               std::to_string(place.column) + " " + error.message();
    for (const auto& help : error.helps())
        out += "; " + help;
    return out;
}

/// The instructions of a function without parameters or locals, `end` and names left out.
std::string code(std::string_view instructions, std::string_view fields = "") {
    const auto module =
        parse_module("t.wat", "(func " + std::string(instructions) + ")" + std::string(fields));
    if (!module)
        return module.error().message();
    const auto all = base::lower_hex(Bytes(*module));
    // The code section with one body of less than 128 bytes, which has no locals.
    for (std::size_t at = 16; at < all.size();) {
        const auto size = std::stoul(all.substr(at + 2, 2), nullptr, 16);
        if (all.substr(at, 2) == "0a")
            return all.substr(at + 10, 2 * (size - 4));
        at += 4 + 2 * size;
    }
    return "no code";
}

TEST(Parse, an_empty_module_is_its_preamble) {
    EXPECT_EQ(bytes(""), "");
    EXPECT_EQ(bytes("(module)"), "");
    EXPECT_EQ(parse_module("t", "(module binary \"\\00asm\" \"\\01\\00\\00\\00\")"),
              (Buffer{0, 0x61, 0x73, 0x6d, 1, 0, 0, 0}));
}

TEST(Parse, a_function_fills_three_sections) {
    EXPECT_EQ(bytes("(module (func (export \"f\") (param i32 i32) (result i32) local.get 0 "
                    "local.get 1 i32.add))"),
              "010701"
              "60027f7f017f"
              "03020100"
              "0705010166"
              "0000"
              "0a09010700"
              "20002001"
              "6a0b");
}

TEST(Parse, folded_is_flat) {
    EXPECT_EQ(code("(drop (i32.add (i32.const 1) (i32.const 2)))"), "410141026a1a");
    EXPECT_EQ(code("(if (i32.const 1) (then (nop)) (else (unreachable)))"), "4101044001"
                                                                            "0500"
                                                                            "0b");
    EXPECT_EQ(code("i32.const 1 if nop else unreachable end"), "4101044001"
                                                               "0500"
                                                               "0b");
    EXPECT_EQ(code("(block $a (loop $b (br $a) (br $b) (br 0)))"), "02400340"
                                                                   "0c010c000c00"
                                                                   "0b0b");
}

TEST(Parse, the_innermost_label_of_a_name_counts) {
    EXPECT_EQ(code("block $a block $a br $a end br $a end"), "02400240"
                                                             "0c00"
                                                             "0b"
                                                             "0c00"
                                                             "0b");
    EXPECT_EQ(code("block $a end br $a"), "unknown label `$a`");
    EXPECT_EQ(code("block $a end $b"), "mismatching label: the block is `$a`");
}

TEST(Parse, memory_arguments) {
    const auto* const memory = "(memory 1) (memory $m 1)";
    EXPECT_EQ(code("(drop (i32.load (i32.const 0)))", memory), "4100"
                                                               "280200"
                                                               "1a");
    EXPECT_EQ(code("(drop (i32.load $m offset=300 align=1 (i32.const 0)))", memory), "4100"
                                                                                     "284001ac02"
                                                                                     "1a");
    EXPECT_EQ(code("(drop (v128.load8_lane 3 (i32.const 0) (local.get 0)))", memory), "41002000"
                                                                                      "fd54000003"
                                                                                      "1a");
    EXPECT_EQ(code("(drop (v128.load8_lane 1 3 (i32.const 0) (local.get 0)))", memory),
              "41002000"
              "fd5440010003"
              "1a");
    EXPECT_EQ(code("i32.load align=3"), "an alignment is a power of two");
}

TEST(Parse, operators_whose_text_is_not_their_binary) {
    EXPECT_EQ(code("select"), "1b");
    EXPECT_EQ(code("select (result i64)"), "1c017e");
    EXPECT_EQ(code("ref.test (ref null any) ref.cast (ref i31)"), "fb156e"
                                                                  "fb166c");
    EXPECT_EQ(code("br_on_cast 0 anyref (ref i31)"), "fb1801006e6c");
    EXPECT_EQ(code("memory.init 1 0", "(memory 1) (memory 1) (data \"\")"), "fc080001");
    EXPECT_EQ(code("table.init 0"), "fc0c0000");
    EXPECT_EQ(code("br_table 0 0 0"), "0e02000000");
}

TEST(Parse, types_in_place_come_behind_the_explicit_ones_and_once) {
    EXPECT_EQ(
        bytes("(import \"a\" \"b\" (func (param i32))) (import \"a\" \"c\" (func (param i32)))"
              "(type (func))"),
        "0108026000"
        "00"
        "60017f00"
        "020d02"
        "01610162"
        "0001"
        "01610163"
        "0001");
    // The operand comes before the operator, and so does its type.
    EXPECT_EQ(code("(call_indirect (param i32) (call_indirect (result i32) (i32.const 0)) "
                   "(i32.const 0))",
                   "(table 1 funcref)"),
              "4100"
              "110100"
              "4100"
              "110200");
}

TEST(Parse, a_type_in_place_must_be_the_named_one) {
    EXPECT_EQ(bytes("(type $t (func)) (func (type $t) (param i32))"),
              "malformed 1:30 the parameters and results are not those of type `$t`");
    EXPECT_EQ(bytes("(func (type 7) (param i32))"), "malformed 1:13 unknown type `7`");
}

TEST(Parse, locals_of_one_type_in_a_row_are_a_group) {
    EXPECT_EQ(bytes("(func (local i32) (local i32 i64))"), "010401600000"
                                                           "03020100"
                                                           "0a08010602027f017e0b");
}

TEST(Parse, segments) {
    EXPECT_EQ(bytes("(table funcref (elem 0)) (func)"), "010401600000"
                                                        "03020100"
                                                        "040501700101"
                                                        "01"
                                                        "0909010200"
                                                        "41000b"
                                                        "000100"
                                                        "0a040102000b");
    EXPECT_EQ(bytes("(memory (data \"ab\"))"), "0504010101"
                                               "01"
                                               "0b08010041000b02"
                                               "6162");
    EXPECT_EQ(bytes("(data \"a\")"), "0b0401010161");
    EXPECT_EQ(bytes("(elem declare func)"), "090401030000");
    EXPECT_EQ(bytes("(elem (ref null extern) (ref.null extern))"), "090701056f01d06f0b");
}

// As wasm-tools 1.263 has it, but for the segment that begins with numbers, which it refuses.
TEST(Parse, segments_hold_numbers_too) {
    EXPECT_EQ(bytes("(data \"a\" (i8 -128 255 -1) (i16 -1))"), "0b090101066180ffffffff");
    EXPECT_EQ(bytes("(data \"\" (i32 7) (i64 -2) (f32 1.5 nan:0x1) (f64 inf))"),
              "0b1f01011c"
              "07000000feffffffffffffff0000c03f0100807f000000000000f07f");
    EXPECT_EQ(bytes("(data \"\" (v128 i32x4 1 2 3 4) (v128) (i8))"),
              "0b1301011001000000020000000300000004000000");
    EXPECT_EQ(bytes("(memory (data (i8 1 2)))"), "0504010101"
                                                 "01"
                                                 "0b08010041000b02"
                                                 "0102");
    EXPECT_EQ(bytes("(data (i8 1))"), "0b0401010101");
}

TEST(Parse, numbers_in_segments_fit_their_type) {
    EXPECT_EQ(bytes("(data \"\" (i8 256))"),
              "malformed 1:14 `256` is out of range of an i8 number");
    EXPECT_EQ(bytes("(data \"\" (i8 1.5))"), "malformed 1:14 expected an i8 number, found `1.5`");
    EXPECT_EQ(bytes("(data \"\" (i9 1))"), "malformed 1:11 expected the type of numbers, such as "
                                           "`i8`, found `i9`; did you mean `i8`?");
    EXPECT_EQ(bytes("(data \"\" (i8 \"a\"))"),
              "malformed 1:14 expected an i8 number, found a string");
}

TEST(Parse, the_number_of_segments_only_where_code_needs_it) {
    EXPECT_EQ(bytes("(func data.drop 0) (data \"\")"), "010401600000"
                                                       "03020100"
                                                       "0c0101"
                                                       "0a0701050"
                                                       "0fc09000b"
                                                       "0b03010100");
    // Elsewhere nothing checks it before the segments are known.
    EXPECT_EQ(bytes("(type (array i8)) (data \"\") (global (ref 0) (array.new_data 0 0))"),
              "0104015e7800"
              "060901640000fb0900000b"
              "0b03010100");
}

TEST(Parse, names_go_into_the_name_section) {
    EXPECT_EQ(bytes("(module $m (memory (@name \"M\") 1))"), "0503010001"
                                                             "000f"
                                                             "046e616d65"
                                                             "0002016d"
                                                             "06040100014d");
}

TEST(Parse, custom_sections_stand_where_they_are_asked_to) {
    EXPECT_EQ(bytes("(memory 1) (@custom \"a\" \"x\") (@custom \"b\" (before memory) \"y\")"),
              "0003016279"
              "0503010001"
              "0003016178");
    EXPECT_EQ(bytes("(@custom \"a\" (before memori))"),
              "malformed 1:22 expected the name of a section, found `memori`; did you mean "
              "`memory`?");
}

TEST(Parse, branch_hints_are_a_section_of_their_own) {
    EXPECT_EQ(bytes("(func i32.const 0 (@metadata.code.branch_hint \"\\01\") if end)"),
              "010401600000"
              "03020100"
              "0020196d657461646174612e636f64652e6272616e63685f68696e74"
              "010001030101"
              "0a09010700"
              "4100"
              "04400b0b");
}

TEST(Parse, what_is_mistyped_gets_a_suggestion) {
    EXPECT_EQ(bytes("(func i32.ad)"),
              "malformed 1:7 unknown operator `i32.ad`; did you mean `i32.add`?");
    EXPECT_EQ(bytes("(fun)"),
              "malformed 1:2 expected a field of a module, found `fun`; did you mean `func`?");
    EXPECT_EQ(bytes("(func $main)\n(start $mian)"),
              "malformed 2:8 unknown function `$mian`; did you mean `main`?");
    EXPECT_EQ(bytes("(global i23 (i32.const 0))"),
              "malformed 1:9 expected a type, found `i23`; did you mean `i32`?");
}

TEST(Parse, what_is_wrong_is_said_where_it_is) {
    EXPECT_EQ(bytes("(func block)"), "malformed 1:7 a block without its `end`");
    EXPECT_EQ(bytes("(func end)"), "malformed 1:7 `end` without a block that it belongs to");
    EXPECT_EQ(bytes("(func i32.const 4294967296)"),
              "malformed 1:17 `4294967296` is out of range of an i32 number");
    EXPECT_EQ(bytes("(func $f) (func $f)"), "malformed 1:17 a second function named `$f`");
    EXPECT_EQ(bytes("(func"), "truncated 1:6 expected an instruction, found the end of the text");
    EXPECT_EQ(bytes("(func) (import \"a\" \"b\" (func))"),
              "malformed 1:16 an import behind functions, tables, memories, globals or tags of the "
              "module's own");
    EXPECT_EQ(bytes("(component)"),
              "unsupported 1:2 a component, where only a core module can be read");
    EXPECT_EQ(bytes("(module) (module)"),
              "malformed 1:10 expected nothing behind the module, found `(`");
}

TEST(Parse, deep_nesting_is_no_danger) {
    std::string folded = "(func ";
    std::string flat = "(func ";
    constexpr int depth = 200'000;
    for (int i = 0; i < depth; ++i) {
        folded += "(block ";
        flat += "block ";
    }
    folded.append(depth, ')');
    for (int i = 0; i < depth; ++i)
        flat += "end ";
    const auto one = parse_module("t", folded + ")");
    ASSERT_TRUE(one);
    EXPECT_EQ(parse_module("t", flat + ")"), *one);
}

TEST(Parse, functions_by_index_stand_behind_func_but_in_the_spellings_of_old) {
    const auto elem = [](const std::string& text) {
        return bytes("(func $f) (table 1 funcref) " + text).substr(0, 9);
    };
    for (const auto* const good :
         {"(elem declare func $f)", "(elem (table 0) (i32.const 0) func $f)", "(elem func $f)",
          "(elem (i32.const 0) $f)", "(elem 0 (i32.const 0) $f)", "(elem declare funcref)"})
        EXPECT_EQ(elem(good).substr(0, 6), "010401") << good;
    for (const auto* const bad : {"(elem declare $f)", "(elem (table 0) (offset i32.const 0) $f)",
                                  "(elem $e $f)", "(elem 0)"})
        EXPECT_EQ(elem(bad), "malformed") << bad;
    EXPECT_EQ(bytes("(func $f) (elem declare $f)"),
              "malformed 1:25 expected `func` or the type of the elements, found `$f`");
    EXPECT_EQ(bytes("(func $f) (table funcref (elem (ref.null func) $f))"),
              "malformed 1:48 expected `)`, found `$f`");
}

TEST(Parse, delegate_holds_nothing_but_its_label) {
    EXPECT_EQ(code("(try (do) (delegate 0))"), "06401800");
    EXPECT_EQ(bytes("(func (try (do) (delegate 0 nop)))"),
              "malformed 1:29 expected `)`, found `nop`");
}

TEST(Parse, parameters_that_no_body_names_may_have_one_name_twice) {
    const auto twice = std::string("(param $x i32) (param $x i32)");
    EXPECT_EQ(bytes("(type (func " + twice + "))").substr(0, 16), "010601"
                                                                  "60027f7f00");
    EXPECT_EQ(bytes("(import \"a\" \"b\" (func " + twice + "))").substr(0, 6), "010601");
    EXPECT_EQ(bytes("(func (import \"a\" \"b\") " + twice + ")").substr(0, 6), "010601");
    EXPECT_EQ(bytes("(func " + twice + ")"), "malformed 1:29 a second local named `$x`");
}

TEST(Parse, stops_when_it_is_told_to) {
    std::stop_source stop;
    stop.request_stop();
    std::string text = "(func ";
    for (int i = 0; i < 20'000; ++i)
        text += "nop ";
    const auto module = parse_module("t.wat", text + ")", stop.get_token());
    ASSERT_FALSE(module);
    EXPECT_EQ(module.error().code(), Errc::interrupted);
}

/// What a text shows where validation finds fault.
std::string fault(std::string_view text) {
    const auto binary = parse("t.wat", text);
    if (!binary)
        return binary.error().message();
    auto done =
        text.starts_with("(component") ? component::validate(*binary) : wasm::validate(*binary);
    if (done)
        return "valid";
    const auto error = placed(std::move(done).error(), "t.wat", text);
    if (!error.source())
        return "no place";
    const auto place = error.source()->place;
    return std::to_string(place.line) + ":" + std::to_string(place.column) + " " +
           std::string(text.substr(place.column - 1, place.length)) + " " + error.source()->file;
}

TEST(Placed, what_validation_finds_is_shown_in_the_text) {
    EXPECT_EQ(fault("(module (func (result i32) i64.const 1 i32.eqz))"), "1:40 i32.eqz t.wat");
    // Operators are written behind their operands.
    EXPECT_EQ(fault("(module (func (drop (i32.add (i32.const 1) (i32.eqz (i64.const 2))))))"),
              "1:45 i32.eqz t.wat");
    EXPECT_EQ(fault("(func (if (i32.const 1) (then) (else (i32.const 3))))"), "1:52 ) t.wat");
    EXPECT_EQ(fault("(func (block (result i32) (nop)))"), "1:32 ) t.wat");
    EXPECT_EQ(fault("(func) (func (result i32))"), "1:26 ) t.wat");
    EXPECT_EQ(fault("(func) (global i32 (i64.const 0))"), "1:9 global t.wat");
    EXPECT_EQ(fault("(type (func)) (type (sub 0 (func)))"), "1:16 type t.wat");
    EXPECT_EQ(fault("(func) (func (param (ref 5)))"), "1:9 func t.wat");
    EXPECT_EQ(fault("(func) (memory 1) (export \"a\" (func 0)) (export \"b\" (func 9))"),
              "1:42 export t.wat");
}

TEST(Placed, what_validation_finds_in_a_component_is_shown_in_its_text) {
    EXPECT_EQ(fault("(component (import \"a\" (func)) (import \"a\" (func)))"),
              "1:33 import t.wat");
    EXPECT_EQ(fault("(component (type string) (import \"f\" (func (param \"a\" (own 0)))))"),
              "1:27 import t.wat");
    EXPECT_EQ(fault("(component (core module) (component (core module (func (export \"a\")))"
                    " (core module (func) (func (result i32) (i64.const 1)))))"),
              "1:123 ) t.wat");
    EXPECT_EQ(fault("(component (core module binary \"\\00asm\\01\\00\\00\\00\\03\\02\\01\\07\"))"),
              "1:13 core t.wat");
    EXPECT_EQ(fault("(component (type string) (type (instance (type string)"
                    " (export \"x\" (func (type 0))))))"),
              "1:57 export t.wat");
    // An abbreviation stands for a definition behind the others.
    EXPECT_EQ(fault("(component (type $t (export \"a b\") string) (type u8))"), "1:13 type t.wat");
}

} // namespace
} // namespace tenon::wat
