// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/sections.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace tenon::wasm {
namespace {

const Buffer module_preamble{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
const Buffer component_preamble{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};

Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// A section whose size fits one byte.
Buffer section(std::uint8_t id, const Buffer& content) {
    return Buffer{id, static_cast<Byte>(content.size())} + content;
}

Buffer custom(std::string_view name, const Buffer& payload) {
    Buffer content{static_cast<Byte>(name.size())};
    content.insert(content.end(), name.begin(), name.end());
    return section(0, content + payload);
}

Result<std::vector<Section>> walk(Bytes data, std::uint64_t base = 0) {
    auto walker = TENON_TRY(SectionWalker::begin(data, base));
    std::vector<Section> sections;
    for (;;) {
        auto next = TENON_TRY(walker.next());
        if (!next)
            return sections;
        sections.push_back(*next);
    }
}

template <class T> void expect_error(const Result<T>& result, Errc code, std::uint64_t offset,
                                     std::string_view message) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().offset(), offset);
    EXPECT_EQ(result.error().message(), message);
}

TEST(Sections, knows_modules_and_components_by_their_preamble) {
    const auto module = SectionWalker::begin(module_preamble).value().preamble();
    EXPECT_EQ(module.layer, Layer::module);
    EXPECT_EQ(module.version, 1);
    const auto component = SectionWalker::begin(component_preamble).value().preamble();
    EXPECT_EQ(component.layer, Layer::component);
    EXPECT_EQ(component.version, 0x0d);
}

TEST(Sections, reads_components_of_an_older_draft) {
    const Buffer old{0x00, 0x61, 0x73, 0x6d, 0x0c, 0x00, 0x01, 0x00};
    EXPECT_EQ(SectionWalker::begin(old).value().preamble().version, 0x0c);
}

TEST(Sections, there_may_be_none) {
    EXPECT_TRUE(walk(module_preamble).value().empty());
    EXPECT_TRUE(walk(component_preamble).value().empty());
}

TEST(Sections, come_in_the_order_of_the_file_with_their_places) {
    const auto file = module_preamble + section(1, {0x00}) + section(11, {}) + section(1, {7, 8});
    const auto sections = walk(file).value(); // order and repetition are the validator's business
    ASSERT_EQ(sections.size(), 3U);
    EXPECT_EQ(sections[0].id, 1);
    EXPECT_EQ(sections[0].offset, 8U);
    EXPECT_EQ(sections[0].content_offset, 10U);
    EXPECT_EQ(sections[1].id, 11);
    EXPECT_EQ(sections[1].offset, 11U);
    EXPECT_TRUE(sections[1].content.empty());
    EXPECT_EQ(sections[2].offset, 13U);
    EXPECT_EQ(sections[2].content_offset, 15U);
    EXPECT_EQ(Buffer(sections[2].content.begin(), sections[2].content.end()), (Buffer{7, 8}));
    EXPECT_EQ(Buffer(sections[2].whole.begin(), sections[2].whole.end()), (Buffer{1, 2, 7, 8}));
}

TEST(Sections, offsets_count_from_the_start_of_the_whole_file) {
    const auto file = module_preamble + section(1, {0x00});
    const auto sections = walk(file, 1000).value();
    EXPECT_EQ(sections[0].offset, 1008U);
    EXPECT_EQ(sections[0].content_offset, 1010U);
}

TEST(Sections, a_custom_section_is_split_into_name_and_payload) {
    const auto file = module_preamble + custom("jwt", {1, 2}) + custom("", {3});
    const auto sections = walk(file).value();
    ASSERT_EQ(sections.size(), 2U);
    EXPECT_EQ(sections[0].name, "jwt");
    EXPECT_EQ(Buffer(sections[0].payload.begin(), sections[0].payload.end()), (Buffer{1, 2}));
    EXPECT_EQ(sections[0].content.size(), 6U);
    EXPECT_EQ(sections[1].name, "");
    EXPECT_EQ(Buffer(sections[1].payload.begin(), sections[1].payload.end()), (Buffer{3}));
}

TEST(Sections, sizes_may_be_padded_up_to_five_bytes) {
    for (const Buffer& size :
         {Buffer{0x82, 0x00}, Buffer{0x82, 0x80, 0x00}, Buffer{0x82, 0x80, 0x80, 0x80, 0x00}}) {
        const auto sections = walk(module_preamble + Buffer{1} + size + Buffer{5, 6}).value();
        ASSERT_EQ(sections.size(), 1U);
        EXPECT_EQ(sections[0].content.size(), 2U);
        EXPECT_EQ(sections[0].content_offset, 9 + size.size());
        EXPECT_EQ(sections[0].whole.size(), 1 + size.size() + 2);
    }
}

TEST(Sections, nested_ones_walk_in_turn) {
    const auto inner = module_preamble + section(3, {9});
    const auto file = component_preamble + section(4, component_preamble) + section(1, inner);
    auto walker = SectionWalker::begin(file).value();
    const auto component = walker.next().value().value();
    EXPECT_TRUE(walker.is_nested(component));
    const auto module = walker.next().value().value();
    EXPECT_TRUE(walker.is_nested(module));
    const auto within = walk(module.content, module.content_offset).value();
    ASSERT_EQ(within.size(), 1U);
    // 8 preamble, 2 + 8 component, 2 head of the module's section, 8 its preamble
    EXPECT_EQ(within[0].offset, 28U);
    EXPECT_EQ(within[0].content.front(), 9);
}

TEST(Sections, only_core_modules_and_components_in_components_are_nested) {
    const auto module_file = module_preamble + section(1, {0}) + section(4, {0});
    auto module = SectionWalker::begin(module_file).value();
    EXPECT_FALSE(module.is_nested(module.next().value().value()));
    EXPECT_FALSE(module.is_nested(module.next().value().value()));
    const auto component_file = component_preamble + section(2, {0}) + custom("x", {});
    auto component = SectionWalker::begin(component_file).value();
    EXPECT_FALSE(component.is_nested(component.next().value().value()));
    EXPECT_FALSE(component.is_nested(component.next().value().value()));
}

TEST(Sections, looks_at_the_magic_only) {
    EXPECT_TRUE(looks_like_wasm(as_bytes(std::string_view("\0asm", 4))));
    EXPECT_TRUE(looks_like_wasm(as_bytes(std::string_view("\0asm\x63\x63", 6))));
    EXPECT_FALSE(looks_like_wasm(as_bytes(std::string_view("\0as", 3))));
    EXPECT_FALSE(looks_like_wasm(as_bytes("\x7f"
                                          "ELF")));
    EXPECT_FALSE(looks_like_wasm({}));
}

// --- errors

TEST(SectionsError, bad_magic_shows_what_is_there) {
    const auto result = SectionWalker::begin(as_bytes("\x7f"
                                                      "ELF\x02\x01\x01"),
                                             100);
    expect_error(result, Errc::malformed, 100,
                 "no WebAssembly: it begins with `7f 45 4c 46`, not with `00 61 73 6d`");
    ASSERT_TRUE(result.error().bytes());
    EXPECT_EQ(result.error().bytes()->window_offset, 100U);
    EXPECT_EQ(result.error().bytes()->length, 4U);
}

TEST(SectionsError, a_short_file_of_another_kind_has_bad_magic) {
    expect_error(SectionWalker::begin(as_bytes("\x1f\x8b")), Errc::malformed, 0,
                 "no WebAssembly: it begins with `1f 8b`, not with `00 61 73 6d`");
}

TEST(SectionsError, an_empty_file) {
    expect_error(SectionWalker::begin({}), Errc::truncated, 0,
                 "no WebAssembly: there are no bytes at all");
}

TEST(SectionsError, a_preamble_that_is_cut_off) {
    for (const std::size_t size : {1U, 3U, 4U, 7U})
        expect_error(
            SectionWalker::begin(Bytes(module_preamble).first(size), 5), Errc::truncated, 5 + size,
            "unexpected end: the preamble has 8 bytes, " + std::to_string(size) + " are there");
}

TEST(SectionsError, unknown_versions_and_layers) {
    expect_error(SectionWalker::begin(Buffer{0x00, 0x61, 0x73, 0x6d, 0x02, 0x00, 0x00, 0x00}),
                 Errc::unsupported, 4, "unknown binary version of a module: 0x2");
    expect_error(SectionWalker::begin(Buffer{0x00, 0x61, 0x73, 0x6d, 0x0e, 0x00, 0x01, 0x00}),
                 Errc::unsupported, 4, "unknown binary version of a component: 0xe");
    expect_error(SectionWalker::begin(Buffer{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x02, 0x00}),
                 Errc::malformed, 6, "unknown layer: 0x2");
}

TEST(SectionsError, a_section_that_is_longer_than_the_file) {
    const auto result = walk(module_preamble + Buffer{10, 0xf4, 0x03, 1, 2, 3}, 50);
    expect_error(result, Errc::truncated, 59,
                 "section 10 (code) is cut off: 500 bytes wanted, 3 left");
    EXPECT_EQ(result.error().bytes()->length, 2U);
    expect_error(walk(component_preamble + Buffer{11, 1}), Errc::truncated, 9,
                 "section 11 (export) is cut off: 1 byte wanted, 0 left");
    expect_error(walk(module_preamble + Buffer{99, 0xff, 0xff, 0xff, 0xff, 0x0f}), Errc::truncated,
                 9, "section 99 is cut off: 4294967295 bytes wanted, 0 left");
}

TEST(SectionsError, a_section_without_a_size) {
    const auto result = walk(module_preamble + Buffer{1});
    expect_error(result, Errc::truncated, 9, "unexpected end: 1 more byte wanted here, 0 left");
    EXPECT_EQ(result.error().frames(), std::vector<std::string>{"section 1 (type)"});
    expect_error(walk(module_preamble + Buffer{1, 0x80, 0x80}), Errc::truncated, 11,
                 "unexpected end: 1 more byte wanted here, 0 left");
}

TEST(SectionsError, a_size_of_six_bytes_or_33_bits) {
    expect_error(walk(module_preamble + Buffer{1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}),
                 Errc::malformed, 13, "integer representation too long");
    expect_error(walk(module_preamble + Buffer{1, 0x80, 0x80, 0x80, 0x80, 0x10}), Errc::malformed,
                 13, "integer too large");
}

TEST(SectionsError, a_name_that_leaves_its_section) {
    const auto result =
        walk(module_preamble + section(0, {4, 'j', 'w', 't'}) + section(1, {'x', 'x'}), 0);
    expect_error(result, Errc::truncated, 14, "unexpected end: 4 more bytes wanted here, 3 left");
    EXPECT_EQ(result.error().frames(), std::vector<std::string>{"section 0 (custom)"});
    expect_error(walk(module_preamble + section(0, {})), Errc::truncated, 10,
                 "unexpected end: 1 more byte wanted here, 0 left");
}

TEST(SectionsError, a_name_that_is_not_utf8) {
    expect_error(walk(module_preamble + section(0, {3, 'a', 0xc0, 0x80})), Errc::malformed, 12,
                 "malformed UTF-8 encoding");
}

} // namespace
} // namespace tenon::wasm
