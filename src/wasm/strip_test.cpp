// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/strip.hpp"
#include "wasm/test_sections.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

bool is_dropped_by_default(std::string_view called) {
    return !is_kept_when_stripped(called);
}

/// A section whose size is spelled in two bytes.
Buffer padded(Byte id, const Buffer& content) {
    return Buffer{id, static_cast<Byte>(content.size() | 0x80), 0} + content;
}

TEST(Strip, keeps_names_interfaces_and_what_a_dynamic_linker_needs) {
    const auto kept = custom("name", {1}) + section(1, {0}) + custom("dylink.0") +
                      custom("component-type:x") + custom("component-type");
    EXPECT_EQ(strip(empty_module + custom("jwt", {1, 2}) + kept + custom(".debug_info") +
                        custom("names") + custom("producers"),
                    is_dropped_by_default)
                  .value(),
              empty_module + kept);
}

TEST(Strip, reaches_into_nested_modules_and_components) {
    const auto module = empty_module + section(1, {0});
    const auto component = empty_component + section(1, module);
    EXPECT_EQ(strip(empty_component +
                        section(4, empty_component + custom("a") +
                                       section(1, module + custom("b")) + custom("c")) +
                        section(1, module + custom("d")),
                    [](std::string_view) { return true; })
                  .value(),
              empty_component + section(4, component) + section(1, module));
}

TEST(Strip, leaves_alone_what_has_nothing_to_drop) {
    const auto bytes = empty_module + padded(1, {0}) + custom("name");
    EXPECT_EQ(strip(bytes, is_dropped_by_default).value(), bytes);
}

TEST(Strip, writes_sizes_in_their_shortest_form_where_something_is_dropped) {
    EXPECT_EQ(strip(empty_module + padded(1, {0}) + custom("x"), is_dropped_by_default).value(),
              empty_module + section(1, {0}));
    EXPECT_EQ(strip(empty_component + padded(1, empty_module + padded(1, {0})) + custom("x"),
                    is_dropped_by_default)
                  .value(),
              empty_component + section(1, empty_module + section(1, {0})));
}

TEST(Strip, refuses_what_is_cut_off) {
    EXPECT_EQ(problem(strip(empty_module + Buffer{0, 5, 1}, is_dropped_by_default)),
              "truncated @9: section 0 (custom) is cut off: 5 bytes wanted, 1 left");
    EXPECT_EQ(problem(strip(empty_component + section(1, {1, 2, 3}), is_dropped_by_default)),
              "malformed @10: no WebAssembly: it begins with `01 02 03`, not with `00 61 73 6d`");
}

} // namespace
} // namespace tenon::wasm
