// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/metadata.hpp"
#include "wasm/test_sections.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

using Kind = TextChange::Kind;

const Buffer c_and_clang = Buffer{2} + name("language") + Buffer{1} + name("C") + name("23") +
                           name("processed-by") + Buffer{1} + name("clang") + name("");
/// A name section's part.
Buffer own_name(std::string_view text) {
    return section(0, name(text));
}
const Buffer function_names = section(1, Buffer{1, 0} + name("f"));

MetadataChange set(Remark remark, std::string text) {
    MetadataChange change;
    change.remarks[static_cast<std::size_t>(remark)] = {Kind::set, std::move(text)};
    return change;
}
MetadataChange rename(Kind kind, std::string text = {}) {
    MetadataChange change;
    change.name = {kind, std::move(text)};
    return change;
}

TEST(Producers, are_read_and_written_field_by_field) {
    const auto producers = read_producers(c_and_clang, 0).value();
    ASSERT_EQ(producers.fields.size(), 2U);
    EXPECT_EQ(producers.fields[0].name, "language");
    EXPECT_EQ(producers.fields[0].values, (std::vector<Producers::Value>{{"C", "23"}}));
    EXPECT_EQ(producers.fields[1].values, (std::vector<Producers::Value>{{"clang", ""}}));
    EXPECT_EQ(write_producers(producers), c_and_clang);
}

TEST(Producers, have_each_name_once_with_the_last_version) {
    const auto twice = Buffer{1} + name("sdk") + Buffer{3} + name("a") + name("1") + name("b") +
                       name("2") + name("a") + name("3");
    EXPECT_EQ(read_producers(twice, 0).value().fields[0].values,
              (std::vector<Producers::Value>{{"a", "3"}, {"b", "2"}}));
}

TEST(Producers, that_are_cut_off_or_too_long_are_refused) {
    EXPECT_EQ(problem(read_producers(Buffer{1} + name("sdk") + Buffer{2} + name("a"), 100)),
              "truncated @108: unexpected end: 1 more byte wanted here, 0 left");
    EXPECT_EQ(problem(read_producers(Buffer{0, 0}, 100)),
              "malformed @101: section is longer than what it counts");
}

TEST(Metadata, is_read_from_custom_sections) {
    const auto found =
        read_metadata(empty_module + custom("name", own_name("app") + function_names) +
                      custom("producers", c_and_clang) + custom("authors", {'m', 'e'}) +
                      custom("version", {'1'}))
            .value();
    EXPECT_EQ(found.layer, Layer::module);
    EXPECT_EQ(found.begin, 0U);
    EXPECT_EQ(found.name, "app");
    EXPECT_EQ(found.producers->fields.size(), 2U);
    EXPECT_EQ(found[Remark::authors], "me");
    EXPECT_EQ(found[Remark::version], "1");
    EXPECT_EQ(found[Remark::licenses], std::nullopt);
    EXPECT_TRUE(found.children.empty());
}

TEST(Metadata, of_nested_ones_has_their_place_in_the_file) {
    const auto found =
        read_metadata(empty_component + custom("name", own_name("not of components")) +
                      section(1, empty_module + custom("name", own_name("m"))) +
                      custom("component-name", own_name("c")) + section(4, empty_component))
            .value();
    EXPECT_EQ(found.name, "c");
    ASSERT_EQ(found.children.size(), 2U);
    EXPECT_EQ(found.children[0].layer, Layer::module);
    EXPECT_EQ(found.children[0].name, "m");
    EXPECT_EQ(found.children[0].begin, 37U); // 8 + 2 + 1 + 4 + 20 bytes in front, then id and size
    EXPECT_EQ(found.children[0].end, 37U + 8 + 11);
    EXPECT_EQ(found.children[1].layer, Layer::component);
}

TEST(Metadata, that_cannot_be_read_is_an_error_with_the_section) {
    const auto found = read_metadata(empty_module + custom("authors", {'a', 0xff}));
    EXPECT_EQ(problem(found), "malformed @19: text is not valid UTF-8");
    EXPECT_EQ(found.error().frames(), (std::vector<std::string>{"custom section `authors`"}));
    EXPECT_EQ(problem(read_metadata(empty_module + custom("name", {0, 9, 1}))),
              "truncated @18: unexpected end: 9 more bytes wanted here, 1 left");
    EXPECT_EQ(problem(read_metadata(empty_module + custom("name", section(0, {1, 'a', 'b'})))),
              "malformed @19: subsection is longer than the name in it");
}

TEST(Metadata, is_added_at_the_end) {
    auto change = set(Remark::licenses, "MIT");
    change.name = {Kind::set, "app"};
    change.producers.add("language", "C", "23");
    change.producers.add("processed-by", "clang", "");
    change.remarks[static_cast<std::size_t>(Remark::authors)] = {Kind::set, "me"};
    EXPECT_EQ(change_metadata(empty_module + section(1, {0}), change).value(),
              empty_module + section(1, {0}) + custom("name", own_name("app")) +
                  custom("producers", c_and_clang) + custom("authors", {'m', 'e'}) +
                  custom("licenses", {'M', 'I', 'T'}));
}

TEST(Metadata, of_a_component_has_its_name_in_a_section_of_its_own) {
    EXPECT_EQ(change_metadata(empty_component, rename(Kind::set, "c")).value(),
              empty_component + custom("component-name", own_name("c")));
}

TEST(Metadata, is_replaced_and_other_names_stay) {
    const auto before = empty_module + custom("name", function_names + own_name("old"));
    EXPECT_EQ(change_metadata(before, rename(Kind::set, "new")).value(),
              empty_module + custom("name", own_name("new") + function_names));
    EXPECT_EQ(change_metadata(before, rename(Kind::clear)).value(),
              empty_module + custom("name", function_names));
    EXPECT_EQ(
        change_metadata(empty_module + custom("name", own_name("x")), rename(Kind::clear)).value(),
        empty_module);
    EXPECT_EQ(change_metadata(empty_module + custom("source", {'a'}) + custom("x"),
                              set(Remark::source, "b"))
                  .value(),
              empty_module + custom("x") + custom("source", {'b'}));
}

TEST(Metadata, that_is_cleared_goes) {
    MetadataChange change;
    change.remarks[static_cast<std::size_t>(Remark::source)].kind = Kind::clear;
    EXPECT_EQ(change_metadata(empty_module + custom("source", {'a'}) + custom("x"), change).value(),
              empty_module + custom("x"));
}

TEST(Metadata, of_producers_grows) {
    MetadataChange change;
    change.producers.add("language", "C", "2y");
    change.producers.add("language", "Rust", "");
    change.producers.add("sdk", "s", "1");
    const auto after =
        change_metadata(empty_module + custom("producers", c_and_clang), change).value();
    EXPECT_EQ(after,
              empty_module + custom("producers", Buffer{3} + name("language") + Buffer{2} +
                                                     name("C") + name("2y") + name("Rust") +
                                                     name("") + name("processed-by") + Buffer{1} +
                                                     name("clang") + name("") + name("sdk") +
                                                     Buffer{1} + name("s") + name("1")));
}

TEST(Metadata, of_nothing_changes_nothing) {
    const auto bytes = empty_component + Buffer{1, 0x88, 0} + empty_module +
                       custom("producers", c_and_clang) + custom("name", {9});
    EXPECT_EQ(change_metadata(bytes, {}).value(), bytes);
}

} // namespace
} // namespace tenon::wasm
