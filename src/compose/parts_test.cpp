// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/parts.hpp"

#include <gtest/gtest.h>

namespace tenon::compose {
namespace {

Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}
Buffer section(Byte id, const Buffer& content) {
    return Buffer{id, static_cast<Byte>(content.size())} + content;
}
Buffer name(std::string_view text) {
    return Buffer{static_cast<Byte>(text.size())} + Buffer(text.begin(), text.end());
}
Buffer custom(std::string_view called, const Buffer& payload) {
    return section(0, name(called) + payload);
}
const Buffer module{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
const Buffer component{0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};
/// A name section's part with the name of one core module, or component.
Buffer module_name(Byte index, std::string_view text) {
    return section(1, Buffer{0x00, 0x11, 1, index} + name(text));
}
Buffer component_name(Byte index, std::string_view text) {
    return section(1, Buffer{0x04, 1, index} + name(text));
}

TEST(Parts, are_numbered_by_kind_and_named_by_what_they_stand_in) {
    const auto inner = component + section(1, module);
    const auto file = component + section(1, module) + section(4, inner) + section(1, module) +
                      custom("component-name", module_name(1, "main") + component_name(0, "in"));
    const auto parts = parts_of(file).value();
    ASSERT_EQ(parts.size(), 4U);
    EXPECT_TRUE(parts[0].is_module);
    EXPECT_EQ(parts[0].offset, 10U);
    EXPECT_EQ(path_of(parts, 0), "core module 0");
    EXPECT_FALSE(parts[1].is_module);
    EXPECT_EQ(parts[1].bytes.size(), 18U);
    EXPECT_EQ(path_of(parts, 1), "component \"in\"");
    EXPECT_EQ(parts[2].parent, 1U);
    EXPECT_EQ(parts[2].offset, 30U); // 8, 10, then 2 + 8 + 2 bytes
    EXPECT_EQ(path_of(parts, 2), "component \"in\", core module 0");
    EXPECT_EQ(parts[3].index, 1U);
    EXPECT_EQ(path_of(parts, 3), "core module \"main\"");
}

TEST(Parts, that_wrap_a_program_are_known_by_either_name) {
    const auto shim = module + custom("name", section(0, name("wit-component:shim")));
    const auto file = component + section(1, module) + section(1, shim) + section(1, module) +
                      custom("component-name", module_name(0, "wit-component:adapter:wasi") +
                                                   module_name(2, "wit-component-fixup"));
    const auto parts = parts_of(file).value();
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[0].role, EmbeddedPart::Role::adapter);
    EXPECT_EQ(parts[1].role, EmbeddedPart::Role::shims);
    EXPECT_EQ(parts[1].own_name, "wit-component:shim");
    EXPECT_EQ(parts[2].role, EmbeddedPart::Role::fixups);
}

TEST(Parts, with_names_that_cannot_be_read_have_none) {
    const auto file = component + section(1, module) + custom("component-name", {1, 9, 0});
    EXPECT_EQ(path_of(parts_of(file).value(), 0), "core module 0");
}

TEST(Parts, nested_too_deeply_are_refused) {
    auto file = component;
    for (int depth = 0; depth < 101; ++depth) {
        auto outer = component;
        outer.push_back(4);
        for (auto size = file.size();; size >>= 7) {
            outer.push_back(static_cast<Byte>((size & 0x7f) | (size > 0x7f ? 0x80 : 0)));
            if (size <= 0x7f)
                break;
        }
        file = outer + file;
    }
    const auto parts = parts_of(file);
    ASSERT_FALSE(parts);
    EXPECT_EQ(parts.error().code(), Errc::limit);
}

TEST(Parts, have_paths_that_are_fit_for_a_terminal) {
    const auto file =
        component + section(1, module) + custom("component-name", module_name(0, "a\x1b[31m"));
    EXPECT_EQ(path_of(parts_of(file).value(), 0), "core module \"a\\u{1b}[31m\"");
}

} // namespace
} // namespace tenon::compose
