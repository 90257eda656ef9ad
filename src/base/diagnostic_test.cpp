// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What people see, to the letter.
#include "base/diagnostic.hpp"

#include <gtest/gtest.h>

namespace tenon::base {
namespace {

constexpr std::string_view greet = "package demo:greet;\n"
                                   "\n"
                                   "interface greet {\n"
                                   "  greet: func(who: strng) -> string;\n"
                                   "}\n";

Error at_place(std::string_view text, Place place, std::string label = "") {
    return Error(Errc::invalid, "message").at(excerpt("file", text, place, std::move(label)));
}

TEST(Diagnostic, is_one_line_for_a_message_alone) {
    EXPECT_EQ(render(Error(Errc::not_found, "no key called `bob`")),
              "error[not-found]: no key called `bob`\n");
}

TEST(Diagnostic, shows_source_line_carets_label_and_help) {
    const auto error = Error(Errc::invalid, "no type named `strng` in this scope")
                           .at(excerpt("greet.wit", greet, {4, 20, 5}, "not found"))
                           .help("did you mean `string`?");
    EXPECT_EQ(render(error), "error[invalid]: no type named `strng` in this scope\n"
                             " --> greet.wit:4:20\n"
                             "  |\n"
                             "4 |   greet: func(who: strng) -> string;\n"
                             "  |                    ^^^^^ not found\n"
                             "  = help: did you mean `string`?\n");
}

TEST(Diagnostic, lists_every_cause_and_help_on_a_line_of_its_own) {
    const auto error = Error(Errc::io, "cannot read")
                           .because("the first")
                           .because("the second")
                           .help("try this")
                           .help("or that");
    EXPECT_EQ(render(error), "error[io]: cannot read\n"
                             "  = note: caused by: the first\n"
                             "  = note: caused by: the second\n"
                             "  = help: try this\n"
                             "  = help: or that\n");
}

TEST(Diagnostic, widens_the_gutter_with_the_line_number) {
    const auto text = std::string(122, '\n') + "wrong\n";
    EXPECT_EQ(render(at_place(text, {123, 1, 5}).help("h")), "error[invalid]: message\n"
                                                             "   --> file:123:1\n"
                                                             "    |\n"
                                                             "123 | wrong\n"
                                                             "    | ^^^^^\n"
                                                             "    = help: h\n");
}

TEST(Diagnostic, shows_bytes_with_the_frames_outermost_first) {
    Buffer data(0x200);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<Byte>(i);
    const auto error = Error(Errc::malformed, "bad limits flag", 0x1f3)
                           .show(data, 0, 2)
                           .within("code entry 17")
                           .within("core module 2")
                           .within("component \"auth\"")
                           .in_file("app.wasm");
    EXPECT_EQ(render(error), "error[malformed]: bad limits flag\n"
                             "     --> app.wasm @ 0x1f3, in component \"auth\", core module 2, "
                             "code entry 17\n"
                             "      |\n"
                             "0x1eb | eb ec ed ee ef f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 fa\n"
                             "      |                         ^^^^^\n");
}

TEST(Diagnostic, puts_the_caret_behind_the_last_byte_of_a_truncated_input) {
    const Byte data[] = {0x00, 0x61, 0x73};
    EXPECT_EQ(render(Error(Errc::truncated, "unexpected end", 3).show(data, 0)),
              "error[truncated]: unexpected end\n"
              "   --> @ 0x3\n"
              "    |\n"
              "0x0 | 00 61 73\n"
              "    |          ^^\n");
}

TEST(Diagnostic, keeps_carets_within_the_bytes_shown) {
    const Byte data[] = {1, 2, 3};
    EXPECT_EQ(render(Error(Errc::malformed, "message", 1).show(data, 0, 4000000000)),
              "error[malformed]: message\n"
              "   --> @ 0x1\n"
              "    |\n"
              "0x0 | 01 02 03\n"
              "    |    ^^^^^\n");
}

TEST(Diagnostic, names_the_offset_alone_when_there_are_no_bytes) {
    EXPECT_EQ(render(Error(Errc::truncated, "message", 0).show({}, 0).in_file("empty.par")),
              "error[truncated]: message\n"
              " --> empty.par @ 0x0\n");
}

TEST(Diagnostic, names_file_or_frames_without_an_offset) {
    EXPECT_EQ(render(Error(Errc::io, "message").in_file("a")), "error[io]: message\n --> a\n");
    EXPECT_EQ(render(Error(Errc::io, "message").within("entry 2").within("archive")),
              "error[io]: message\n --> in archive, entry 2\n");
}

TEST(Diagnostic, aligns_carets_under_tabs) {
    EXPECT_EQ(render(at_place("\tkey\t= 1", {1, 6, 1})), "error[invalid]: message\n"
                                                         " --> file:1:6\n"
                                                         "  |\n"
                                                         "1 |     key = 1\n"
                                                         "  |         ^\n");
}

TEST(Diagnostic, gives_a_wide_character_two_carets) {
    EXPECT_EQ(render(at_place("木x", {1, 1, 3})), "error[invalid]: message\n"
                                                  " --> file:1:1\n"
                                                  "  |\n"
                                                  "1 | 木x\n"
                                                  "  | ^^\n");
    EXPECT_EQ(render(at_place("木x", {1, 4, 1})), "error[invalid]: message\n"
                                                  " --> file:1:4\n"
                                                  "  |\n"
                                                  "1 | 木x\n"
                                                  "  |   ^\n");
}

TEST(Diagnostic, makes_control_characters_and_invalid_bytes_visible) {
    EXPECT_EQ(render(at_place("a\x1b[31m\xff!", {1, 8, 1})), "error[invalid]: message\n"
                                                             " --> file:1:8\n"
                                                             "  |\n"
                                                             "1 | a\\u{1b}[31m\\xff!\n"
                                                             "  |                ^\n");
    EXPECT_EQ(render(Error(Errc::io, "\x1b[2J").because("\x07").help("\x7f").in_file("\r")),
              "error[io]: \\u{1b}[2J\n"
              " --> \\u{d}\n"
              "  = note: caused by: \\u{7}\n"
              "  = help: \\u{7f}\n");
}

TEST(Diagnostic, moves_further_lines_of_a_message_in_so_that_they_pass_for_nothing_else) {
    EXPECT_EQ(render(Error(Errc::io, "one\nerror: two\n").help("a\nb")), "error[io]: one\n"
                                                                         "  error: two\n"
                                                                         "  = help: a\n"
                                                                         "          b\n");
}

TEST(Diagnostic, cuts_long_lines_around_the_place) {
    const auto line = std::string(300, 'a') + "WRONG" + std::string(300, 'b');
    EXPECT_EQ(render(at_place(line, {1, 301, 5})), "error[invalid]: message\n"
                                                   " --> file:1:301\n"
                                                   "  |\n"
                                                   "1 | …" +
                                                       std::string(47, 'a') + "WRONG" +
                                                       std::string(48, 'b') +
                                                       "…\n"
                                                       "  |  " +
                                                       std::string(47, ' ') + "^^^^^\n");
}

TEST(Diagnostic, cuts_only_the_back_for_a_place_near_the_front) {
    EXPECT_EQ(render(at_place(std::string(150, 'a'), {1, 3, 1})), "error[invalid]: message\n"
                                                                  " --> file:1:3\n"
                                                                  "  |\n"
                                                                  "1 | " +
                                                                      std::string(100, 'a') +
                                                                      "…\n"
                                                                      "  |   ^\n");
}

TEST(Diagnostic, cuts_only_the_front_for_a_place_at_the_end) {
    EXPECT_EQ(render(at_place(std::string(5000, 'a'), {1, 5001, 1})), "error[invalid]: message\n"
                                                                      " --> file:1:5001\n"
                                                                      "  |\n"
                                                                      "1 | …" +
                                                                          std::string(99, 'a') +
                                                                          "\n"
                                                                          "  | " +
                                                                          std::string(100, ' ') +
                                                                          "^\n");
}

TEST(Diagnostic, ends_carets_with_the_line) {
    EXPECT_EQ(render(at_place("ab\ncd", {1, 2, 900})), "error[invalid]: message\n"
                                                       " --> file:1:2\n"
                                                       "  |\n"
                                                       "1 | ab\n"
                                                       "  |  ^\n");
}

TEST(Diagnostic, shows_a_place_behind_the_last_line_on_an_empty_one) {
    EXPECT_EQ(render(at_place("ab\n", {2, 1, 1}, "expected a value")), "error[invalid]: message\n"
                                                                       " --> file:2:1\n"
                                                                       "  |\n"
                                                                       "2 |\n"
                                                                       "  | ^ expected a value\n");
}

TEST(Diagnostic, leaves_out_the_line_of_an_unknown_place) {
    EXPECT_EQ(render(at_place("ab", {})), "error[invalid]: message\n --> file\n");
}

TEST(Diagnostic, names_severity_and_omits_the_code_of_usage_errors) {
    EXPECT_EQ(render(Error(Errc::config, "m"), Severity::warning), "warning[config]: m\n");
    EXPECT_EQ(render(Error(Errc::config, "m"), Severity::note), "note: m\n");
    EXPECT_EQ(render(Error(Errc::usage, "m")), "error: m\n");
}

TEST(Diagnostic, colours_only_when_asked) {
    const auto error = at_place("ab", {1, 1, 1}).help("h");
    EXPECT_EQ(render(error).find('\x1b'), std::string::npos);
    EXPECT_EQ(render(error, Severity::error, {.color = true}),
              "\x1b[1;31merror[invalid]\x1b[0m\x1b[1m: message\x1b[0m\n"
              " \x1b[1;34m-->\x1b[0m file:1:1\n"
              "  \x1b[1;34m|\x1b[0m\n"
              "\x1b[1;34m1 |\x1b[0m ab\n"
              "  \x1b[1;34m|\x1b[0m \x1b[1;31m^\x1b[0m\n"
              "  \x1b[1;34m=\x1b[0m \x1b[1;36mhelp: \x1b[0mh\n");
}

TEST(Excerpt, takes_the_line_without_its_end) {
    EXPECT_EQ(excerpt("f", "a\r\nb\r\n", {2, 1, 1}).line_text, "b");
    EXPECT_EQ(excerpt("f", "a\nlast", {2, 1, 1}).line_text, "last");
}

TEST(Excerpt, does_not_copy_what_is_never_drawn) {
    EXPECT_LT(excerpt("f", std::string(1 << 20, 'x'), {1, 7, 1}).line_text.size(), 1000u);
}

} // namespace
} // namespace tenon::base
