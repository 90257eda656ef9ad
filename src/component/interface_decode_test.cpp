// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Encoded packages whose parts speak of the same interface or world.
#include "component/test_tree.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

// Components as the text format says them: (instance …), (export "x" …), and so on. Everything is
// short enough for sizes of one byte.

Buffer list(const std::vector<Buffer>& items) {
    Buffer out{static_cast<Byte>(items.size())};
    for (const auto& item : items)
        out = std::move(out) + item;
    return out;
}
Buffer component_type(const std::vector<Buffer>& items) {
    return Buffer{0x41} + list(items);
}
Buffer instance_type(const std::vector<Buffer>& items) {
    return Buffer{0x42} + list(items);
}
Buffer type(const Buffer& of) {
    return Buffer{0x01} + of;
}
Buffer imported(std::string_view as, const Buffer& what) {
    return Buffer{0x03, 0x00} + name(as) + what;
}
Buffer exported(std::string_view as, const Buffer& what) {
    return Buffer{0x04, 0x00} + name(as) + what;
}
Buffer a_func(Byte type_index) {
    return {0x01, type_index};
}
Buffer eq(Byte type_index) {
    return {0x03, 0x00, type_index};
}
const Buffer sub_resource{0x03, 0x01};
Buffer a_component(Byte type_index) {
    return {0x04, type_index};
}
Buffer an_instance(Byte type_index) {
    return {0x05, type_index};
}
Buffer func_of(std::string_view param, Byte param_type) {
    return Buffer{0x40, 0x01} + name(param) + Buffer{param_type, 0x01, 0x00};
}
constexpr Byte u8 = 0x7d, string = 0x73;

/// A package of these types, called `p0`, `p1`, …
Buffer package(const std::vector<Buffer>& parts) {
    Buffer out = preamble;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        out = std::move(out) + section(7, list({parts[i]}));
        out = std::move(out) + section(11, list({Buffer{0x00} + name("p" + std::to_string(i)) +
                                                 Buffer{0x03, static_cast<Byte>(2 * i), 0x00}}));
    }
    return out;
}
Buffer world(std::string_view id, const std::vector<Buffer>& items) {
    return component_type({type(component_type(items)), exported(id, a_component(0))});
}
/// A world that imports `a:b/i`, which has these items.
Buffer importer(std::string_view id, const std::vector<Buffer>& items) {
    return world(id, {type(instance_type(items)), imported("a:b/i", an_instance(0))});
}

TEST(DecodePackage, refuses_a_world_that_is_there_twice) {
    const auto empty = world("a:b/w", {});
    EXPECT_EQ(problem(decode_wit(package({empty, empty}))),
              "invalid: world `w` is there twice, in type `p1`");
}

TEST(DecodePackage, takes_an_interface_that_is_described_twice) {
    const auto part = [](const std::vector<Buffer>& items) {
        return component_type({type(instance_type(items)), exported("a:b/i", an_instance(0))});
    };
    const Buffer t = type({u8});
    EXPECT_EQ(wit_of(package({part({t, exported("t", eq(0))}), part({t, exported("t", eq(0))})})),
              "package a:b;\n\ninterface i {\n  type t = u8;\n}\n");
    EXPECT_EQ(problem(decode_wit(
                  package({part({t, exported("t", eq(0))}), part({t, exported("u", eq(0))})}))),
              "invalid: `u` is not in the interface that was defined, in interface `a:b/i`, in "
              "type `p1`");
}

/// What becomes of two descriptions of `a:b/i`.
std::string both(const std::vector<Buffer>& first, const std::vector<Buffer>& second) {
    return problem(decode_wit(package({importer("x:y/v", first), importer("x:y/w", second)})));
}

TEST(DecodePackage, compares_types_that_are_described_twice) {
    const auto t = [](const Buffer& of) {
        return std::vector<Buffer>{type(of), exported("t", eq(0))};
    };
    const auto differs = [](const std::string& before) {
        return "invalid: type `t` is not the " + before +
               " that it was before, in interface `a:b/i`, in import `a:b/i`, in type `p1`";
    };
    EXPECT_EQ(both(t({u8}), t({u8})), "fine");
    EXPECT_EQ(both(t({u8}), t({string})), differs("u8"));
    EXPECT_EQ(both(t({u8}), {exported("t", sub_resource)}), differs("u8"));
    EXPECT_EQ(both({exported("t", sub_resource)}, t({u8})), differs("resource"));
    EXPECT_EQ(both({exported("t", sub_resource)}, {exported("t", sub_resource)}), "fine");
    const auto record = [](std::string_view field, Byte of) {
        return Buffer{0x72, 0x01} + name(field) + Buffer{of};
    };
    EXPECT_EQ(both(t(record("a", u8)), t(record("a", u8))), "fine");
    EXPECT_EQ(both(t(record("a", u8)), t(record("b", u8))), differs("record"));
    EXPECT_EQ(both(t(record("a", u8)), t(record("a", string))), differs("record"));
    const Buffer ok{0x6a, 0x01, u8, 0x00}, error{0x6a, 0x00, 0x01, u8};
    EXPECT_EQ(both(t(ok), t(ok)), "fine");
    EXPECT_EQ(both(t(ok), t(error)), differs("result"));
    // (type (list u8)), (type (list (list u8))), and the same with strings
    const auto lists = [](Byte of) {
        return std::vector<Buffer>{type({0x70, of}), type({0x70, 0x00}), exported("t", eq(1))};
    };
    EXPECT_EQ(both(lists(u8), lists(u8)), "fine");
    EXPECT_EQ(both(lists(u8), lists(string)), differs("list"));
}

TEST(DecodePackage, compares_what_other_names_of_types_stand_for) {
    // `t` and `u` are records, and `v` is another name of one of them.
    const auto named = [](Byte of) {
        const Buffer record = Buffer{0x72, 0x01} + name("a") + Buffer{u8};
        return std::vector<Buffer>{type(record), exported("t", eq(0)), type(record),
                                   exported("u", eq(2)), exported("v", eq(of))};
    };
    EXPECT_EQ(both(named(1), named(1)), "fine");
    EXPECT_EQ(both(named(1), named(3)),
              "invalid: type `v` is not the record that it was before, in interface `a:b/i`, in "
              "import `a:b/i`, in type `p1`");
}

TEST(DecodePackage, compares_functions_that_are_described_twice) {
    const auto f = [](const Buffer& of) {
        return std::vector<Buffer>{type(of), exported("f", a_func(0))};
    };
    const std::string differs = "invalid: function `f` is not what it was before, in interface "
                                "`a:b/i`, in import `a:b/i`, in type `p1`";
    EXPECT_EQ(both(f(func_of("x", u8)), f(func_of("x", u8))), "fine");
    EXPECT_EQ(both(f(func_of("x", u8)), f(func_of("x", string))), differs);
    EXPECT_EQ(both(f(func_of("x", u8)), f(func_of("y", u8))), differs);
    EXPECT_EQ(both(f(func_of("x", u8)), f({0x40, 0x00, 0x01, 0x00})), differs);
    EXPECT_EQ(both(f({0x40, 0x00, 0x01, 0x00}), f({0x40, 0x00, 0x00, u8})), differs);
    // Two equal lists in one description, one in the other: what is said counts.
    const Buffer two =
        Buffer{0x40, 0x02} + name("x") + Buffer{0x00} + name("y") + Buffer{0x01, 0x01, 0x00};
    const Buffer same =
        Buffer{0x40, 0x02} + name("x") + Buffer{0x00} + name("y") + Buffer{0x00, 0x01, 0x00};
    const Buffer bytes = type({0x70, u8}), names = type({0x70, string});
    EXPECT_EQ(both({bytes, bytes, type(two), exported("f", a_func(2))},
                   {bytes, type(same), exported("f", a_func(1))}),
              "fine");
    EXPECT_EQ(both({bytes, type(same), exported("f", a_func(1))},
                   {bytes, bytes, type(two), exported("f", a_func(2))}),
              "fine");
    EXPECT_EQ(both({bytes, type(same), exported("f", a_func(1))},
                   {bytes, names, type(two), exported("f", a_func(2))}),
              differs);
}

TEST(DecodeWit, offsets_are_those_in_the_file) {
    // (type u8), and a byte of a second one that is not counted.
    const auto broken = preamble + section(7, {0x01, u8, u8});
    EXPECT_EQ(problem(decode_wit(broken)).substr(0, 17), "malformed @12: se");
    EXPECT_EQ(problem(decode_wit(broken, 1000)).substr(0, 19), "malformed @1012: se");
}

} // namespace
} // namespace tenon::component
