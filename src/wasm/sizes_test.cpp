// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/sizes.hpp"

#include "wasm/test_sections.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

/// `types 5/1/1`: bytes, sections, items.
std::string text(const std::vector<SectionSize>& sizes) {
    std::string out;
    for (const auto& one : sizes)
        out += std::string(one.what) + (one.name.empty() ? "" : " " + std::string(one.name)) + " " +
               std::to_string(one.bytes) + "/" + std::to_string(one.sections) + "/" +
               std::to_string(one.items) + "\n";
    return out;
}

TEST(SectionSizes, add_up_to_the_file) {
    const auto file = empty_module + custom("a", {1, 2}) + section(1, {2, 0x60, 0, 0, 0x60, 0, 0}) +
                      custom("b") + custom("a") + section(8, {7});
    const auto sizes = section_sizes(file).value();
    EXPECT_EQ(text(sizes), "custom a 10/2/2\n" // 2 + 2 + 2 and 2 + 2
                           "type 9/1/2\n"
                           "custom b 4/1/1\n"
                           "start 3/1/1\n");
    std::uint64_t sum = 8;
    for (const auto& one : sizes)
        sum += one.bytes;
    EXPECT_EQ(sum, file.size());
}

TEST(SectionSizes, of_components_have_all_that_is_nested) {
    EXPECT_EQ(
        text(section_sizes(empty_component + section(1, empty_module) + section(7, {1, 0x7f}) +
                           section(1, empty_module) + section(7, {2, 0x7f, 0x7e}))
                 .value()),
        "core module 20/2/2\n"
        "type 9/2/3\n");
}

TEST(SectionSizes, take_custom_sections_together_that_are_too_many) {
    EXPECT_EQ(text(section_sizes(empty_module + custom("a") + custom("b") + custom("c") +
                                     custom("a") + section(8, {7}),
                                 0, 2)
                       .value()),
              "custom a 8/2/2\n"
              "custom b 4/1/1\n"
              "custom 4/1/1\n"
              "start 3/1/1\n");
}

TEST(SectionSizes, need_counts_that_can_be_read) {
    EXPECT_EQ(problem(section_sizes(empty_module + section(1, {}))),
              "truncated @10: unexpected end: 1 more byte wanted here, 0 left");
}

const Buffer types = section(1, {1, 0x60, 0, 0});

TEST(LargestFunctions, come_first_and_count_imported_ones) {
    const auto file =
        empty_module + types + section(2, {1, 0, 0, 0, 0}) + section(3, {4, 0, 0, 0, 0}) +
        section(10, {4, 2, 0, 0x0b, 4, 0, 1, 1, 0x0b, 3, 0, 1, 0x0b, 4, 0, 1, 1, 0x0b});
    const auto module = decode_module(file).value();
    using Found = std::vector<FunctionSize>;
    EXPECT_EQ(largest_functions(module, 3), (Found{{2, 4}, {4, 4}, {3, 3}}));
    EXPECT_EQ(largest_functions(module, 1), (Found{{2, 4}}));
    EXPECT_EQ(largest_functions(module, 99).size(), 4U);
    EXPECT_TRUE(largest_functions(module, 0).empty());
}

} // namespace
} // namespace tenon::wasm
