// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/dump.hpp"

#include "base/error.hpp"
#include "wat/parse.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tenon::wat {
namespace {

struct Dumped {
    std::string text;
    Result<> done;
};
Dumped dumped(Bytes bytes) {
    Dumped out;
    out.done = dump(bytes, [&out](std::string_view piece) -> Result<> {
        out.text += piece;
        return {};
    });
    return out;
}
/// What stands behind `what |` in a dump of the text.
bool shows(std::string_view text, std::string_view line) {
    const auto out = dumped(parse("test.wat", text).value());
    EXPECT_TRUE(out.done);
    return out.text.contains(line);
}

TEST(Dump, gives_each_byte_its_line) {
    const auto out = dumped(parse("test.wat", "(func (local i64) i32.const 5 drop)").value());
    EXPECT_EQ(out.text, "  0x0 | 00 61 73 6d | version 1 (module)\n"
                        "      | 01 00 00 00\n"
                        "  0x8 | 01 04       | type section\n"
                        "  0xa | 01          | 1 count\n"
                        "--- rec group 0 (implicit) ---\n"
                        "  0xb | 60 00 00    | [type 0] (func)\n"
                        "  0xe | 03 02       | func section\n"
                        " 0x10 | 01          | 1 count\n"
                        " 0x11 | 00          | [func 0] (type 0)\n"
                        " 0x12 | 0a 09       | code section\n"
                        " 0x14 | 01          | 1 count\n"
                        "============== func 0 ====================\n"
                        " 0x15 | 07          | size of function\n"
                        " 0x16 | 01          | 1 local blocks\n"
                        " 0x17 | 01 7e       | 1 locals of type i64\n"
                        " 0x19 | 41 05       | i32.const 5\n"
                        " 0x1b | 1a          | drop\n"
                        " 0x1c | 0b          | end\n");
    EXPECT_TRUE(out.done);
}

TEST(Dump, says_operators_with_all_of_their_immediates) {
    EXPECT_TRUE(shows("(memory 1)(memory 1)(func (i64.load 1 offset=8 align=2 (i32.const 0)) drop)",
                      "| 29 41 01 08 | i64.load 1 offset=8 align=2\n"));
    EXPECT_TRUE(shows("(func (f32.const 0x1p-1) drop)", "| f32.const 0x1p-1"));
    EXPECT_TRUE(shows("(tag)(func (block (try_table (catch 0 0) (catch_all 0))))",
                      "| try_table (catch 0 0) (catch_all 0)\n"));
    EXPECT_TRUE(shows("(func (block (br_table 0 0 1 (i32.const 0))))", "| br_table 0 0 1\n"));
    EXPECT_TRUE(shows("(func (param anyref) (br_on_cast 0 anyref (ref i31) (local.get 0)) drop)",
                      "| br_on_cast 0 (ref null any) (ref i31)\n"));
}

TEST(Dump, says_what_segments_and_names_are) {
    constexpr auto text = "(module $m (table 1 funcref) (memory 1) (func $f)"
                          "(elem (i32.const 0) func 0) (elem declare funcref (ref.func 0))"
                          "(data (i32.const 9) \"abc\"))";
    EXPECT_TRUE(shows(text, "| element table 0\n"));
    EXPECT_TRUE(shows(text, "| item func 0\n"));
    EXPECT_TRUE(shows(text, "| element declared\n"));
    EXPECT_TRUE(shows(text, "| items of type (ref null func)\n"));
    EXPECT_TRUE(shows(text, "|-------------| ... 3 bytes of data\n"));
    EXPECT_TRUE(shows(text, "| module name\n"));
    EXPECT_TRUE(shows(text, "| \"m\"\n"));
    EXPECT_TRUE(shows(text, "| 0 \"f\"\n"));
}

TEST(Dump, goes_into_what_is_nested) {
    constexpr auto text = "(component (core module (func (export \"f\")))"
                          "(core instance (instantiate 0))"
                          "(func (export \"g\") (canon lift (core func 0 \"f\")))"
                          "(component))";
    EXPECT_TRUE(shows(text, "| [core module 0] inline size\n    0x"));
    EXPECT_TRUE(shows(text, "| [core instance 0] instantiate module 0 with 0 arguments\n"));
    EXPECT_TRUE(shows(text, "| [core function 0] alias of core instance 0 \"f\"\n"));
    EXPECT_TRUE(shows(text, "| [function 0] lift 0\n"));
    EXPECT_TRUE(shows(text, "| [function 1] export \"g\" function 0\n"));
    EXPECT_TRUE(shows(text, "| [component 0] inline size\n"));
}

TEST(Dump, says_what_a_component_calls_things) {
    constexpr auto text = "(component $c (core module $m) (type $t string))";
    EXPECT_TRUE(shows(text, "| component name\n"));
    EXPECT_TRUE(shows(text, "| \"c\"\n"));
    EXPECT_TRUE(shows(text, "| core module names\n"));
    EXPECT_TRUE(shows(text, "| 0 \"m\"\n"));
    EXPECT_TRUE(shows(text, "| type names\n"));
    EXPECT_TRUE(shows(text, "| 0 \"t\"\n"));
}

TEST(Dump, shows_what_stands_in_front_of_an_error) {
    const Buffer bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 3, 2, 2, 0};
    const auto out = dumped(bytes);
    EXPECT_EQ(out.text, " 0x0 | 00 61 73 6d | version 1 (module)\n"
                        "     | 01 00 00 00\n"
                        " 0x8 | 03 02       | func section\n"
                        " 0xa | 02          | 2 count\n"
                        " 0xb | 00          | [func 0] (type 0)\n");
    ASSERT_FALSE(out.done);
    EXPECT_EQ(out.done.error().message(), "unexpected end: 1 more byte wanted here, 0 left");
    EXPECT_EQ(out.done.error().offset(), 12U);
}

TEST(Dump, passes_over_names_that_cannot_be_read) {
    const Buffer bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 0, 7, 4, 'n', 'a', 'm', 'e', 0, 9};
    const auto out = dumped(bytes);
    EXPECT_TRUE(out.done);
    EXPECT_TRUE(out.text.contains("| ... 2 bytes of data\n"));
}

} // namespace
} // namespace tenon::wat
