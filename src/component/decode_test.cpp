// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/test_tree.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

/// What is wrong with sections behind a preamble, or with the bytes that they come to again.
std::string again(const Buffer& sections) {
    const auto binary = preamble + sections;
    const auto tree = decode(binary);
    if (!tree)
        return problem(tree);
    return encode(*tree) == binary ? "same" : "differs";
}

TEST(ComponentDecode, every_kind_of_type_is_what_it_was) {
    EXPECT_EQ(
        again(section(
            7, {0x0f, 0x7f, 0x64, 0x72, 0x01, 0x01, 'a',  0x7b, // bool, error-context, record
                0x71, 0x02, 0x01, 'x',  0x01, 0x02, 0x00, 0x01, 'y',  0x00, 0x00, // variant
                0x70, 0x00, 0x67, 0x73, 0x05,                               // list, fixed list
                0x6f, 0x02, 0x7f, 0x7f, 0x6e, 0x01, 0x01, 'f',              // tuple, flags
                0x6d, 0x01, 0x01, 'e',  0x6b, 0x76, 0x6a, 0x00, 0x01, 0x73, // enum, option, result
                0x66, 0x00, 0x65, 0x01, 0x73, 0x63, 0x73, 0x7d,             // stream, future, map
                0x3f, 0x7f, 0x00})),                                        // resource
        "same");
    EXPECT_EQ(again(section(7, {0x04, 0x69, 0x00, 0x68, 0x00,            // own, borrow
                                0x40, 0x01, 0x01, 'p', 0x7f, 0x00, 0x73, // func with a result
                                0x43, 0x00, 0x01, 0x00})),               // async func without
              "same");
}

TEST(ComponentDecode, component_and_instance_types_are_what_they_were) {
    const Buffer instance{0x42, 0x03, 0x01, 0x7f, 0x02, 0x03, 0x02, 0x01,
                          0x00, 0x04, 0x00, 0x01, 'r',  0x03, 0x01};
    const Buffer component{0x41, 0x02, 0x03, 0x01, 0x03, 'a',  ':', 'b', 0x05, 0x00, 0x04,
                           0x02, 0x01, 'f',  0x01, 0x02, 0x03, 'i', 'd', '1',  0x01, 0x01};
    EXPECT_EQ(again(section(7, Buffer{0x01} + instance)), "same");
    EXPECT_EQ(again(section(7, Buffer{0x01} + component)), "same");
}

TEST(ComponentDecode, every_other_section_is_what_it_was) {
    const Buffer module{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
    EXPECT_EQ(
        again(section(0, name("x") + Buffer{1, 2, 3}) + section(1, module) +
              section(2, {0x02, 0x00, 0x00, 0x01, 0x01, 'e', 0x12, 0x00, 0x01, 0x01, 0x01, 'm',
                          0x02, 0x00}) +
              section(3, {0x03, 0x60, 0x00, 0x00, 0x00, 0x50, 0x00, 0x60, 0x00, 0x00,
                          0x50, 0x03, 0x01, 0x60, 0x00, 0x00, 0x00, 0x01, 'm',  0x01,
                          'f',  0x00, 0x00, 0x02, 0x10, 0x01, 0x01, 0x00}) +
              section(4, preamble) +
              section(5, {0x02, 0x00, 0x00, 0x01, 0x01, 'a', 0x01, 0x00, 0x01, 0x01, 0x00, 0x01,
                          'b', 0x00, 0x11, 0x00}) +
              section(6, {0x03, 0x01, 0x00, 0x00, 0x01, 'f', 0x00, 0x02, 0x01, 0x00, 0x01, 'm',
                          0x03, 0x02, 0x01, 0x00}) +
              section(9, {0x00, 0x01, 0x00, 0x01}) +
              section(10, {0x02, 0x00, 0x01, 'i', 0x00, 0x11, 0x00, 0x01, 0x01, 'j', 0x03, 0x01}) +
              section(11, {0x01, 0x00, 0x01, 'e', 0x03, 0x00, 0x01, 0x03, 0x00, 0x00})),
        "same");
}

TEST(ComponentDecode, every_canonical_definition_is_what_it_was) {
    EXPECT_EQ(
        again(section(
            8, {0x0b, 0x00, 0x00, 0x01, 0x03, 0x00, 0x03, 0x00, 0x05, 0x01, 0x02, // lift
                0x01, 0x00, 0x07, 0x01, 0x06,                                     // lower async
                0x03, 0x00, 0x06, 0x01, 0x09, 0x00, 0x73, 0x00, // drop, subtask.cancel, task.return
                0x0a, 0x7f, 0x01, 0x0f, 0x00, 0x00, 0x11, 0x02, 0x01, // context.get, stream.read,
                                                                      // cancel-read
                0x20, 0x01, 0x00, 0x27, 0x00, 0x00, 0x24})), // wait, new-indirect, backpressure
        "same");
    EXPECT_EQ(again(section(8, {0x05, 0x2e, 0x01, 0x2f, 0x02, // stream.forward, future.forward
                                0x40, 0x03, 0x41, 0x04, 0x05, 0x42})), // thread.spawn-ref, …
              "same");
    EXPECT_EQ(again(section(8, {0x01, 0x08})),
              "malformed @11: no canonical definition has the code 0x08, in canonical section");
    EXPECT_EQ(again(section(8, {0x01, 0x06, 0x02})),
              "malformed @12: `async` is 0 or 1, not 0x02, in canonical section");
}

TEST(ComponentDecode, errors_have_their_place) {
    EXPECT_EQ(again({0x0d, 0x00}),
              "malformed @8: no section of a component has the id 13, in section");
    EXPECT_EQ(again(section(7, {0x01, 0x3e})),
              "malformed @11: no type has the code 0x3e, in type section");
    EXPECT_EQ(again(section(7, {0x01, 0x70, 0x72})),
              "malformed @12: no value type has the code 0x72, in type section");
    EXPECT_EQ(again(section(7, {0x01, 0x7f, 0x7f})),
              "malformed @12: section is longer than what it counts, in type section");
    EXPECT_EQ(again(section(10, {0x01, 0x03, 0x01, 'a', 0x01, 0x00})),
              "malformed @11: no name of an import or export has the code 0x03, in import section");
    EXPECT_EQ(again(section(
                  10, {0x01, 0x02, 0x01, 'a', 0x02, 0x02, 0x01, 'x', 0x02, 0x01, 'y', 0x01, 0x00})),
              "malformed @18: attribute is there twice, in import section");
    EXPECT_EQ(problem(decode(Buffer{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00})),
              "malformed @4: this is a core module, where a component is expected");
    EXPECT_EQ(problem(decode(Buffer{0x00, 0x61, 0x73, 0x6d, 0x0c, 0x00, 0x01, 0x00})),
              "unsupported @4: component has version 0x0c; 0x0d is supported");
}

TEST(ComponentDecode, counts_that_lie_cost_nothing) {
    EXPECT_EQ(again(section(7, {0xff, 0xff, 0xff, 0xff, 0x0f})),
              "limit @10: list has more than 1000000 items, in type section");
    EXPECT_EQ(again(section(7, {0xc0, 0x84, 0x3d, 0x7f})).substr(0, 13), "truncated @14");
}

TEST(ComponentDecode, lists_are_as_long_as_others_take_them) {
    const auto parameters = [](std::uint32_t count) {
        Buffer type{0x01, 0x40};
        base::append_unsigned_leb(type, count);
        for (std::uint32_t i = 0; i < count; ++i)
            type.insert(type.end(), {0x01, 'a', 0x7d});
        return again(large_section(7, type + Buffer{0x01, 0x00}));
    };
    EXPECT_EQ(parameters(1'000), "same");
    EXPECT_EQ(parameters(1'001), "limit @13: list has more than 1000 items, in type section");
    EXPECT_EQ(again(section(7, {0x01, 0x72, 0x91, 0x4e})),
              "limit @12: list has more than 10000 items, in type section");
    EXPECT_EQ(again(section(8, {0x01, 0x01, 0x00, 0x00, 0x0b})),
              "limit @14: list has more than 10 items, in canonical section");
}

TEST(ComponentDecode, attributes_of_names_keep_their_order) {
    const auto import = [](const Buffer& attributes) {
        return again(section(10, Buffer{0x01, 0x02, 0x01, 'a'} + attributes + Buffer{0x05, 0x00}));
    };
    EXPECT_EQ(import({0x02, 0x00, 0x01, 'i', 0x02, 0x01, 'x'}), "same");
    EXPECT_EQ(import({0x02, 0x02, 0x01, 'x', 0x00, 0x01, 'i'}), "same");
    EXPECT_EQ(import({0x03, 0x02, 0x01, 'x', 0x01, 0x01, 'v', 0x00, 0x01, 'i'}), "same");
    EXPECT_EQ(import({0x00}), "same");
}

TEST(ComponentDecode, lists_have_a_limit_together) {
    Buffer types;
    base::append_unsigned_leb(types, 1'000'000);
    types.insert(types.end(), 1'000'000, 0x7f);
    const auto million = large_section(7, types);
    EXPECT_EQ(again(million + million),
              "limit @1000019: the lists of the component have more than 2000000 items, in type "
              "section");
}

TEST(ComponentDecode, shared_types_are_known_and_not_supported) {
    EXPECT_EQ(again(section(3, {0x01, 0x65, 0x60, 0x00, 0x00})),
              "unsupported @11: shared types (shared-everything-threads) are not supported, in "
              "core type section");
}

TEST(ComponentDecode, nesting_has_a_limit) {
    Buffer inner;
    for (int depth = 0; depth < 120; ++depth)
        inner = inner + Buffer{0x42, 0x01, 0x01};
    inner.push_back(0x7f);
    Buffer sections{0x07};
    const auto size = inner.size() + 1;
    sections.push_back(static_cast<Byte>((size & 0x7f) | 0x80));
    sections.push_back(static_cast<Byte>(size >> 7));
    EXPECT_EQ(again(sections + Buffer{0x01} + inner),
              "limit @313: types are nested too deeply, in type section");
}

} // namespace
} // namespace tenon::component
