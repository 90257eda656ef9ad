// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/outline.hpp"
#include "wasm/test_sections.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

/// `types 10-14 x1`, nested ones between `module 0 {` and `}`.
std::string listed(const Buffer& bytes) {
    std::string out;
    const auto done = outline(bytes, [&out](const OutlineLine& line) -> Result<> {
        out += out.empty() ? "" : ", ";
        if (line.kind == OutlineLine::Kind::enter) {
            out += std::string(line.what) + " " + std::to_string(line.index) + " {";
        } else if (line.kind == OutlineLine::Kind::leave) {
            out += "}";
        } else {
            out += std::string(line.what) + (line.name.empty() ? "" : ":" + std::string(line.name));
            out += " " + std::to_string(line.begin) + "-" + std::to_string(line.end) + " x" +
                   std::to_string(line.count);
        }
        return {};
    });
    return done ? out : problem(done);
}

TEST(Outline, says_where_the_content_of_a_section_lies_and_how_many_items_it_has) {
    EXPECT_EQ(listed(empty_module + section(1, {2, 0x60, 0, 0, 0x60, 0, 0}) + section(12, {7}) +
                     section(8, {0})),
              "types 10-17 x2, data count 19-20 x1, start 22-23 x1");
}

TEST(Outline, counts_a_custom_section_from_behind_its_name) {
    EXPECT_EQ(listed(empty_module + custom("abc", {1, 2})), "custom:abc 14-16 x1");
}

TEST(Outline, numbers_what_is_nested_by_kind) {
    const auto inner = empty_module + section(3, {0});
    EXPECT_EQ(listed(empty_component + section(1, inner) + section(4, empty_component) +
                     section(4, empty_component)),
              "module 10-21 x1, module 0 {, functions 20-21 x0, }, component 23-31 x1, "
              "component 0 {, }, component 33-41 x1, component 1 {, }");
}

TEST(Outline, shows_a_section_that_it_does_not_know) {
    EXPECT_EQ(listed(empty_module + section(0x4d, {1})), "unknown 10-11 x1");
}

TEST(Outline, misses_a_count) {
    EXPECT_EQ(listed(empty_module + section(1, {})),
              "truncated @10: unexpected end: 1 more byte wanted here, 0 left");
}

TEST(Outline, stops_where_components_nest_too_deeply) {
    auto bytes = empty_component;
    for (int i = 0; i <= max_component_depth; ++i) {
        const auto size = static_cast<unsigned>(bytes.size());
        bytes = empty_component +
                Buffer{4, static_cast<Byte>(size | 0x80), static_cast<Byte>(size >> 7)} + bytes;
    }
    EXPECT_EQ(listed(bytes), "limit @1108: components are nested more than 100 levels deep");
}

} // namespace
} // namespace tenon::wasm
