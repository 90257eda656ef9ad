// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Large modules, whose functions are read ahead on several threads, are what small ones are.
#include "wat/parse.hpp"

#include <gtest/gtest.h>
#include <mutex>
#include <thread>

namespace tenon::wat {
namespace {

constexpr std::size_t count = 600;

/// Functions of many kinds, each behind so much that says nothing.
std::string module_text(std::size_t padding) {
    const std::string nothing = "\n;;" + std::string(padding, '-') + "\n";
    std::string out = R"((module $m
  (type $plain (func (param i32) (result i32)))
  (type (func (param i32)))
  (import "host" "log" (func $log (param i32)))
  (memory 1) (data $d "abc") (global $g (mut i32) (i32.const 0))
)";
    for (std::size_t i = 0; i < count; ++i) {
        const auto n = std::to_string(i);
        switch (i % 6) {
        case 0: out += "(func $f" + n + " (type $plain)" + nothing + "local.get 0)\n"; break;
        case 1: // a name with an escape, locals and labels with names, a call of a later one
            out += R"((func $"f\75 )" + n + R"(" (export "e)" + n +
                   R"(") (param $a i32) (local $b i64))" + nothing +
                   "block $out loop $in br_if $out (local.get $a) br $in end end)\n";
            break;
        case 2: // types that come with the function, some of them new
            out += "(func (param " + std::string(i % 12 == 2 ? "f32" : "f64 f64") +
                   ") (result i64)" + nothing + "i64.const -" + n +
                   " (block (param i64) (result i64 f32) (f32.const 1)) drop)\n";
            break;
        case 3: // an import that stands in the place of a body would be in the wrong place here
            out += "(func $f" + n + nothing + "(data.drop $d) (call $log (i32.const 1)))\n";
            break;
        case 4: // uses by number a type that another function brings
            out += "(func (type 3)" + nothing + "unreachable)\n";
            break;
        default:
            out += "(func $f" + n + " (param i32)" + nothing +
                   "local.get 0 (@metadata.code.branch_hint \"\\01\") if nop end)\n";
        }
    }
    return out + ")";
}

TEST(FunctionsAhead, give_the_bytes_that_reading_in_order_gives) {
    const auto small = module_text(0);
    const auto large = module_text(5000);
    ASSERT_LT(small.size(), std::size_t{1} << 20); // too small for a second thread
    ASSERT_GT(large.size(), std::size_t{2} << 20);
    const auto in_order = parse("small.wat", small);
    ASSERT_TRUE(in_order) << in_order.error().message();
    const auto ahead = parse("large.wat", large);
    ASSERT_TRUE(ahead) << ahead.error().message();
    EXPECT_TRUE(*in_order == *ahead);
}

TEST(FunctionsAhead, leave_the_first_mistake_to_be_told) {
    auto text = module_text(5000);
    const auto at = text.find("local.get 0)", text.size() / 2);
    text.replace(at, 9, "local.gat");
    const auto earlier = text.find("(call $log", text.size() / 4);
    text.replace(earlier, 10, "(call $lag");
    const auto made = parse("large.wat", text);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Errc::malformed);
    EXPECT_EQ(made.error().offset(), earlier + 6);
}

TEST(FunctionsAhead, do_not_begin_before_a_mistake_outside_of_them_is_told) {
    auto text = module_text(5000);
    const auto at = text.size() - 1;
    text.insert(at, "(fanc)");
    const auto made = parse("large.wat", text);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().offset(), at + 1);
}

TEST(FunctionsAhead, can_be_stopped) {
    std::string text;
    for (int i = 0; i < 200; ++i) {
        text += "(func";
        for (int k = 0; k < 5000; ++k)
            text += " nop";
        text += ")";
    }
    std::stop_source source;
    ParseOptions options{source.get_token(), {}};
    // The first reading of the fields passes all of the text before any function is read.
    options.passed = [&](std::string_view) { source.request_stop(); };
    const auto made = parse("large.wat", text, options);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), Errc::interrupted);
}

TEST(FunctionsAhead, tell_of_the_text_that_was_passed) {
    const auto text = module_text(5000);
    std::mutex mutex;
    std::size_t passed = 0;
    ParseOptions options;
    options.passed = [&](std::string_view part) {
        const std::scoped_lock lock(mutex);
        EXPECT_GE(part.data(), text.data());
        EXPECT_LE(part.data() + part.size(), text.data() + text.size());
        passed += part.size();
    };
    ASSERT_TRUE(parse("large.wat", text, options));
    EXPECT_GT(passed, text.size()); // it is read more than once
}

} // namespace
} // namespace tenon::wat
