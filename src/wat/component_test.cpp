// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The bytes are those of wasm-tools 1.263, looked at section by section.
#include "wat/component.hpp"

#include "base/hex.hpp"
#include "wat/package_text.hpp"
#include "wat/parse.hpp"

#include <gtest/gtest.h>

namespace tenon::wat {
namespace {

struct CanonWord {
    int code;
    std::string_view text, immediates;
};
constexpr CanonWord canon_rows[] = {
#define TENON_CANON(name, code, text, immediates) {code, text, immediates},
#include "component/canon.def"
#undef TENON_CANON
};

/// The binary behind the preamble, in hexadecimal, or the error: its code, place and message.
std::string bytes(std::string_view text) {
    const auto component = parse("t.wat", text);
    if (component)
        return base::lower_hex(Bytes(*component).subspan(8));
    const auto& error = component.error();
    const auto place = error.source() ? error.source()->place : Place{};
    auto out = std::string(errc_name(error.code())) + " " + std::to_string(place.line) + ":" +
               std::to_string(place.column) + " " + error.message();
    for (const auto& help : error.helps())
        out += "; " + help;
    return out;
}

TEST(ComponentText, an_empty_component_is_its_preamble) {
    EXPECT_EQ(parse("t.wat", "(component)"), (Buffer{0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0}));
    EXPECT_EQ(parse("t.wat", "(component binary \"\\00as\" \"m\")"), (Buffer{0, 0x61, 0x73, 0x6d}));
}

TEST(ComponentText, types_in_place_are_defined_in_front_inner_ones_first) {
    EXPECT_EQ(bytes("(component (import \"f\" (func (param \"a\" (list u8)) "
                    "(result (list (list string))))))"),
              "070e04"
              "707d" // 0: list<u8>
              "7073" // 1: list<string>
              "7001" // 2: list<1>
              "40010161000002"
              "0a06010001660103");
}

TEST(ComponentText, a_name_from_further_out_is_an_alias_at_each_use) {
    EXPECT_EQ(bytes("(component (type $t u32) (component (type (tuple $t (list u8))) "
                    "(type (option $t))))"),
              "07020179"
              "04270061736d0d000100"
              "070301707d"     // the list comes before the alias
              "06050103020100" // outer 1 0
              "0705016f020100"
              "06050103020100"
              "0703016b03"
              "00160e636f6d706f6e656e742d6e616d65"
              "01050301000174");
}

TEST(ComponentText, exports_of_instances_are_aliases_and_sections_change_in_text_order) {
    EXPECT_EQ(bytes("(component (import \"i\" (instance $i (export \"f\" (func)))) "
                    "(core func (canon lower (func $i \"f\"))) "
                    "(canon lower (func $i \"f\") async (core func $g)))"),
              "070e01420201400001000400016601000a0601000169050006060101000001660805010100000006"
              "060101000001660806010100010106001e0e636f6d706f6e656e742d6e616d65010600000101016701"
              "050501000169");
}

TEST(ComponentText, the_type_of_a_lift_comes_before_the_alias_of_its_function) {
    EXPECT_EQ(bytes("(component (core module $m (func (export \"f\"))) "
                    "(core instance $i (instantiate $m)) "
                    "(canon lift (core func $i \"f\") (func (param \"a\" (list u8)))))"),
              "012a0061736d0100000001040160000003020100070501016600000a040102000b0009046e616d65"
              "0002016d020401000000070a02707d400101610001000607010000010001660806010000000001001f"
              "0e636f6d706f6e656e742d6e616d65010600110100016d0106001201000169");
}

TEST(ComponentText, exports_in_place_come_behind_all_fields) {
    EXPECT_EQ(bytes("(component (type (export \"a\") (export \"b\") u8) (type $t (tuple 0)) "
                    "(export $x \"c\" (type $t) (type (eq 0))))"),
              "0705027d6f0100"
              "0b1603"
              "00016303010103" // with its type, eq 0
              "0000"
              "000161030000"
              "000162030000"
              "00190e636f6d706f6e656e742d6e616d6501080302010174020178");
}

TEST(ComponentText, names_of_all_spaces_go_into_one_section) {
    EXPECT_EQ(bytes("(component $c (core type $ct (func)) "
                    "(core rec (type $a (struct)) (type (sub $a (struct)))) "
                    "(import \"v\" (func $f (@name \"shown\"))))"),
              "030d02600000"
              "4e025f005001015f00"
              "070501400001000a0601000176010000"
              "2a0e636f6d706f6e656e742d6e616d65"
              "00020163"
              "010a0010020002637401016101"
              "0901010005"
              "73686f776e");
}

TEST(ComponentText, functions_in_module_types_get_types_of_their_own) {
    EXPECT_EQ(bytes("(component (core type (module (type $f (func)) "
                    "(import \"a\" \"b\" (func (param i32))) "
                    "(import \"a\" \"c\" (func (param i32))) "
                    "(export \"d\" (func)) (export \"m\" (memory 1)))))"),
              "032a015007"
              "01600000"
              "0160017f00000161016200010160017f0000016101630002"
              "0301640000" // the declared type again
              "03016d020001");
}

TEST(ComponentText, instances_in_place_come_before_the_instantiation) {
    EXPECT_EQ(bytes("(component (component $c (import \"a\" (instance))) "
                    "(import \"x\" (func $f)) (instance (instantiate $c (with \"b\" (func $f)) "
                    "(with \"a\" (instance (export \"g\" (func $f)))))))"),
              "042a0061736d0d00010007030142000a0601000161050000130e636f6d706f6e656e742d6e616d65"
              "00020163070501400001000a0601000178010005130201010001670100"
              "0000020162010001610500"
              "001d0e636f6d706f6e656e742d6e616d650105010100016601050401000163");
}

TEST(ComponentText, mistyped_parts_of_functions_get_a_suggestion) {
    EXPECT_EQ(bytes("(component (import \"a\" (func (parm \"x\" u8))))"),
              "malformed 1:31 expected `param` or `result`, found `parm`; did you mean `param`?");
    EXPECT_EQ(bytes("(component (core func (canon lower (func 0) (memry 0))))"),
              "malformed 1:46 expected a canonical option, found `memry`; did you mean `memory`?");
    EXPECT_EQ(bytes("(component (canon lift (core func 0) (posreturn 0) (func)))"),
              "malformed 1:39 expected a canonical option, found `posreturn`; did you mean "
              "`post-return`?");
}

TEST(ComponentText, attributes_of_names_are_kept) {
    EXPECT_EQ(bytes("(component (import \"a\" (implements \"a:b/c\") (external-id \"x\") "
                    "(instance)))"),
              "07030142000a1101020161020005613a622f630201780500");
}

TEST(ComponentText, custom_sections_stand_where_they_are_written) {
    EXPECT_EQ(bytes("(component (@custom \"x\" \"ab\") (type u8) (@producers (sdk \"s\" \"1\")))"),
              "0004017861620702017d00140970726f647563657273010373646b0101730131");
}

TEST(ComponentText, every_value_type_has_its_code) {
    EXPECT_EQ(bytes("(component (type $r (resource (rep i32))) "
                    "(canon resource.new $r (core func)) (type (own $r)) "
                    "(type (result (error string))) (type (stream)) (type (future u8)) "
                    "(type (map string u8)) (type (list u8 4)) "
                    "(type (variant (case \"a\") (case \"b\" u8))))"),
              "0704013f7f000803010200071d0769006a000173660065017d63737d677d047102016100000162017d"
              "0000160e636f6d706f6e656e742d6e616d6501050301000172");
}

TEST(ComponentText, every_canonical_definition_is_known_by_its_row) {
    for (const auto& [code, text, immediates] : canon_rows) {
        if (text == "lift")
            continue;
        std::string operands;
        for (const char kind : immediates)
            operands += kind == 'm'                                ? " (memory 0)"
                        : kind == 'F'                              ? " (func 0)"
                        : kind == 'v'                              ? " i32"
                        : std::string_view("tkTuf").contains(kind) ? " 0"
                                                                   : "";
        const auto hex =
            bytes("(component (canon " + std::string(text) + operands + " (core func)))");
        EXPECT_EQ(hex.substr(0, 2), "08") << text << ": " << hex;
        EXPECT_EQ(hex.substr(6, 2), base::lower_hex(Buffer{static_cast<Byte>(code)})) << text;
    }
}

TEST(ComponentText, the_suffix_of_a_version_has_two_spellings) {
    const auto today =
        bytes("(component (import \"a:b/c@1\" (version-suffix \".2.3\") (instance)))");
    EXPECT_EQ(today, bytes("(component (import \"a:b/c@1\" (versionsuffix \".2.3\") (instance)))"));
    EXPECT_EQ(today, "0703014200"
                     "0a13010207613a622f6340310101042e322e330500");
}

TEST(ComponentText, canonical_options_are_read_in_any_order) {
    EXPECT_EQ(bytes("(component (canon lower (func 0) string-encoding=latin1+utf16 async gc "
                    "(memory 1) (realloc 2) (post-return 3) (callback (core func 4)) "
                    "(core-type 5) (core func)))"),
              "0812010100" // lower 0
              "000802060903010402050307"
              "04"
              "0805");
}

TEST(ComponentText, names_lead_to_what_came_before) {
    EXPECT_EQ(bytes("(component\n  (type $strung u8)\n  (type (list $string)))"),
              "malformed 3:15 unknown type `$string`; did you mean `strung`?");
    EXPECT_EQ(bytes("(component (type $t u8) (type $t u8))"),
              "malformed 1:31 a second type named `$t`");
    EXPECT_EQ(bytes("(component (import \"f\" (func $f)) (component (export \"f\" (func $f))))"),
              "malformed 1:64 the function `$f` belongs to an outer component, from which only "
              "types, core modules and components can be used");
    EXPECT_EQ(bytes("(component (alias outer $c 0 (type)))"),
              "malformed 1:25 unknown outer component `$c`");
    EXPECT_EQ(bytes("(component $c (alias outer $c 0 (func)))"),
              "malformed 1:34 a function of an outer component cannot be used");
}

TEST(ComponentText, what_is_wrong_is_named_with_its_place) {
    EXPECT_EQ(bytes("(component (tpye u8))"),
              "malformed 1:13 expected a field of a component, found `tpye`; did you mean `type`?");
    EXPECT_EQ(bytes("(component (type strin))"),
              "malformed 1:18 expected a type, found `strin`; did you mean `string`?");
    EXPECT_EQ(bytes("(component (canon resource.nwe 0 (core func)))"),
              "malformed 1:19 expected a canonical definition, such as `lower`, found "
              "`resource.nwe`; did you mean `resource.new`?");
    EXPECT_EQ(bytes("(component (core module (func"),
              "truncated 1:30 expected an instruction, found the end of the text");
    EXPECT_EQ(bytes("(component) (component)"),
              "malformed 1:13 expected nothing behind the component, found `(`");
    EXPECT_EQ(parse_module("t", "(component)").error().code(), Errc::unsupported);
}

TEST(ComponentText, errors_use_the_right_article) {
    EXPECT_EQ(bytes("(component (alias export \"a\" \"b\" (func)))"),
              "malformed 1:26 expected the index or name of an instance, found a string");
    EXPECT_EQ(bytes("(component (component (alias outer 1 $i (core instance))))"),
              "malformed 1:42 a core instance of an outer component cannot be used");
    EXPECT_EQ(bytes("(component (component (alias outer 1 $i (instance))))"),
              "malformed 1:42 an instance of an outer component cannot be used");
}

TEST(ComponentText, attributes_of_a_name_stand_in_any_order) {
    EXPECT_EQ(
        bytes("(component (instance (import \"a\" (external-id \"e\") (implements \"a:b/c\"))))"),
        bytes("(component (instance (import \"a\" (implements \"a:b/c\") (external-id \"e\"))))"));
    EXPECT_EQ(bytes("(component (import \"a\" (external-id \"e\") (external-id \"f\") (func)))"),
              "malformed 1:43 a second `external-id`");
}

TEST(ComponentText, nesting_has_a_limit) {
    std::string components, types;
    for (int depth = 0; depth < 101; ++depth) {
        components += "(component ";
        types += "(list ";
    }
    EXPECT_EQ(bytes(components), "limit 1:1112 nested too deeply: 100 levels at most");
    EXPECT_EQ(bytes("(component (type " + types),
              "limit 1:613 nested too deeply: 100 levels at most");
}

TEST(ComponentText, stops_when_it_is_told_to) {
    std::stop_source stop;
    stop.request_stop();
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += "(type (tuple))";
    const auto component = parse("t.wat", "(component " + many + ")", stop.get_token());
    ASSERT_FALSE(component);
    EXPECT_EQ(component.error().code(), Errc::interrupted);
    std::string operators;
    for (int i = 0; i < 20'000; ++i)
        operators += "nop ";
    const auto inside =
        parse("t.wat", "(component (core module (func " + operators + ")))", stop.get_token());
    ASSERT_FALSE(inside);
    EXPECT_EQ(inside.error().code(), Errc::interrupted);
}

TEST(ComponentText, a_tree_keeps_what_its_views_look_into) {
    const auto text = parse_component("t", "(component (@custom \"x\" \"ab\"))");
    ASSERT_TRUE(text);
    ASSERT_EQ(text->tree.sections.size(), 1U);
    const auto* const custom =
        std::get_if<component::ast::Custom>(&text->tree.sections.front().kind);
    ASSERT_NE(custom, nullptr);
    EXPECT_EQ(as_text(custom->payload), "ab");
}

TEST(PackageText, can_be_stopped_while_it_is_read) {
    std::string text = "(component";
    for (int i = 0; i < 100'000; ++i)
        text += " (type u8)";
    text += ")";
    std::stop_source stop;
    stop.request_stop();
    const auto package = decode_package(as_bytes(text), "t.wat", stop.get_token());
    ASSERT_FALSE(package);
    EXPECT_EQ(package.error().code(), Errc::interrupted);
}

} // namespace
} // namespace tenon::wat
