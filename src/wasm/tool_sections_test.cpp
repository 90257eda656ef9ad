// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/tool_sections.hpp"

#include "wasm/test_sections.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

TEST(TargetFeatures, are_read_with_their_prefixes) {
    const auto payload = Buffer{2, '+'} + name("simd128") + Buffer{'-'} + name("shared-mem");
    EXPECT_EQ(read_target_features(payload, 0).value(),
              (std::vector<TargetFeature>{{'+', "simd128"}, {'-', "shared-mem"}}));
}

TEST(TargetFeatures, of_another_form_are_refused_where_they_differ) {
    EXPECT_EQ(problem(read_target_features(Buffer{1, '!', 0}, 100)),
              "malformed @101: a feature begins with `+`, `-` or `=`");
    EXPECT_EQ(problem(read_target_features(Buffer{0, 0}, 100)),
              "malformed @101: section is longer than what it counts");
    EXPECT_EQ(problem(read_target_features(Buffer{0xff, 0xff, 0xff, 0xff, 0x0f}, 100)),
              "truncated @105: unexpected end: 1 more byte wanted here, 0 left");
}

TEST(Dylink, is_read_part_by_part) {
    const auto payload = section(1, {16, 4, 2, 0}) + section(9, {1, 2, 3}) +
                         section(2, Buffer{2} + name("libc.so") + name("libm.so")) +
                         section(3, Buffer{1} + name("f") + Buffer{4}) +
                         section(5, Buffer{1} + name("$ORIGIN"));
    const auto found = read_dylink(payload, 0).value();
    ASSERT_TRUE(found.memory);
    EXPECT_EQ(found.memory->bytes, 16U);
    EXPECT_EQ(found.memory->align_log2, 4U);
    EXPECT_EQ(found.memory->table_elements, 2U);
    EXPECT_EQ(found.needed, (std::vector<std::string_view>{"libc.so", "libm.so"}));
    EXPECT_EQ(found.runtime_paths, (std::vector<std::string_view>{"$ORIGIN"}));
    EXPECT_EQ(found.exports, 1U);
}

TEST(Dylink, that_is_cut_off_is_refused) {
    EXPECT_EQ(problem(read_dylink(Buffer{2, 5, 1}, 100)),
              "truncated @103: unexpected end: 5 more bytes wanted here, 1 left");
}

TEST(DebugSections, are_told_by_their_names) {
    const auto file = empty_module + custom(".debug_info", {1, 2, 3}) + custom(".debug_str", {1}) +
                      custom("sourceMappingURL", name("a.map")) +
                      custom("external_debug_info", name("a.dwarf")) +
                      custom("build_id", {2, 0xab, 0xcd}) + custom("name", {1, 1, 0});
    const auto module = decode_module(file).value();
    const auto found = debug_sections(module);
    EXPECT_EQ(found.dwarf_bytes, 4U);
    EXPECT_EQ(found.dwarf_sections, 2U);
    EXPECT_EQ(found.source_map, "a.map");
    EXPECT_EQ(found.dwarf_file, "a.dwarf");
    ASSERT_TRUE(found.build_id);
    EXPECT_EQ(Buffer(found.build_id->begin(), found.build_id->end()), (Buffer{0xab, 0xcd}));
    EXPECT_EQ(found.name_bytes, 3U);
}

TEST(DebugSections, that_cannot_be_read_are_not_there) {
    const auto file = empty_module + custom("sourceMappingURL", {9}) + custom("build_id", {9, 1});
    const auto module = decode_module(file).value();
    const auto found = debug_sections(module);
    EXPECT_FALSE(found.source_map);
    EXPECT_FALSE(found.build_id);
}

} // namespace
} // namespace tenon::wasm
