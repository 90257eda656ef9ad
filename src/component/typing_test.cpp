// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/leb128.hpp"
#include "component/difference.hpp"
#include "component/names.hpp"
#include "component/test_tree.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace tenon::component {
namespace {

/// What is wrong with the definitions.
std::string check(const Buffer& sections) {
    const auto binary = preamble + sections;
    const auto tree = decode(binary);
    if (!tree)
        return problem(tree);
    return problem(find_types(*tree));
}

/// Without the code and place.
std::string tail(const std::string& text) {
    const auto colon = text.find(": ");
    return colon == text.npos ? text : text.substr(colon + 2);
}

Buffer type(const Buffer& definition) {
    return section(7, Buffer{0x01} + definition);
}
const Buffer u8_type{0x7d};

TEST(Names, are_labels_functions_and_interfaces) {
    for (const auto* const good : {"a", "a-b", "A-b2", "a-2b", "URL-x", "[method]r.f",
                                   "[static]r.f", "[constructor]r", "a:b/c", "a-b:c/d@1.2.3-rc.1"})
        EXPECT_TRUE(parse_name(good)) << good;
    for (const auto* const bad : {"", "a-", "-a", "2a", "aB", "a_b", "[method]r", "[dtor]r", "a:b",
                                  "A:b/c", "a:b/c@1", "a:b/c@", "a/b", "url=<x>", "a:b/c/d"})
        EXPECT_FALSE(parse_name(bad)) << bad;
    EXPECT_EQ(parse_name("a:b/c-d@0.2.0")->interface, "c-d");
    EXPECT_EQ(parse_name("[static]r.f")->function, "f");
}

TEST(Names, clash_without_regard_to_case_and_annotations) {
    EXPECT_EQ(unique_form("FOO"), unique_form("foo"));
    EXPECT_EQ(unique_form("[method]foo.bar"), unique_form("[static]Foo.bar"));
    EXPECT_EQ(unique_form("[method]foo.foo"), unique_form("foo"));
    EXPECT_NE(unique_form("[constructor]foo"), unique_form("foo"));
    EXPECT_NE(unique_form("[method]foo.bar"), unique_form("foo"));
}

TEST(Typing, indices_must_be_there) {
    EXPECT_EQ(check(type({0x70, 0x00})), "invalid @11: type 0 is not there: so far there are 0");
    EXPECT_EQ(check(section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x05})),
              "invalid @11: type 5 is not there: so far there are 0");
    EXPECT_EQ(check(section(6, {0x01, 0x03, 0x02, 0x05, 0x00})),
              "invalid @11: there is nothing 5 levels further out");
    EXPECT_EQ(check(section(2, {0x01, 0x00, 0x00, 0x00})),
              "invalid @11: core module 0 is not there: so far there are 0");
}

TEST(Typing, kinds_must_be_right) {
    EXPECT_EQ(check(type(u8_type) + type({0x69, 0x00})), "invalid @15: type 0 is not a resource");
    EXPECT_EQ(check(type({0x40, 0x00, 0x01, 0x00}) + type({0x70, 0x00})),
              "invalid @18: type 0 is not the type of a value");
    EXPECT_EQ(check(type(u8_type) + section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x00})),
              "invalid @15: type 0 is not the type of a function");
    EXPECT_EQ(check(type({0x41, 0x01, 0x01, 0x3f, 0x7f, 0x00})),
              "invalid @14: resources are defined in components, not in their types");
}

TEST(Typing, value_types_keep_their_rules) {
    EXPECT_EQ(check(type({0x72, 0x00})), "invalid @11: a record has at least one field");
    EXPECT_EQ(check(type({0x72, 0x02, 0x01, 'a', 0x7d, 0x01, 'A', 0x7d})),
              "invalid @11: field `A` is there twice");
    EXPECT_EQ(check(type({0x6d, 0x01, 0x01, '_'})),
              "invalid @11: `_` cannot name a case: not in kebab case");
    EXPECT_EQ(check(type({0x67, 0x7d, 0x00})),
              "invalid @11: a list of a fixed length has at least one element");
    EXPECT_EQ(check(type({0x63, 0x76, 0x7d})),
              "invalid @11: the key of a map is a `bool`, an integer, a `char` or a `string`");
    EXPECT_EQ(check(type({0x63, 0x73, 0x64})),
              "invalid @11: the values of a map cannot hold resources, streams, futures or error "
              "contexts");
    EXPECT_EQ(check(type({0x66, 0x00}) + type({0x70, 0x00}) + type({0x63, 0x73, 0x01})),
              "invalid @21: the values of a map cannot hold resources, streams, futures or error "
              "contexts");
    const auto resource_and_borrow = section(7, {0x02, 0x3f, 0x7f, 0x00, 0x68, 0x00});
    EXPECT_EQ(check(resource_and_borrow + type({0x40, 0x00, 0x00, 0x01})),
              "invalid @19: the result of a function cannot hold a `borrow`");
    EXPECT_EQ(check(resource_and_borrow + type({0x70, 0x01}) + type({0x66, 0x01, 0x02})),
              "invalid @24: a stream cannot send a `borrow`");
}

TEST(Typing, names_of_exports_are_unique) {
    EXPECT_EQ(check(type({0x40, 0x00, 0x01, 0x00}) +
                    section(10, {0x02, 0x00, 0x01, 'f', 0x01, 0x00, 0x00, 0x01, 'F', 0x01, 0x00})),
              "invalid @23: import `F` clashes with another of the same name");
    EXPECT_EQ(check(section(10, {0x01, 0x00, 0x02, 'a', '_', 0x03, 0x01})),
              "invalid @11: `a_` is no name of an import or export");
}

// A component that imports a resource `r` and a function from `own r` to `own r`.
const Buffer takes_resource =
    section(4, preamble + section(10, {0x01, 0x00, 0x01, 'r', 0x03, 0x01}) +
                   section(7, {0x02, 0x69, 0x00, 0x40, 0x01, 0x01, 'x', 0x01, 0x00, 0x01}) +
                   section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x02}) +
                   section(11, {0x01, 0x00, 0x01, 'g', 0x01, 0x00, 0x00}));
// `own` of the types 0 and 1, and the function type for each: types 2 to 5.
const Buffer owners = section(7, {0x04, 0x69, 0x00, 0x69, 0x01, 0x40, 0x01, 0x01, 'x', 0x02, 0x00,
                                  0x02, 0x40, 0x01, 0x01, 'x', 0x03, 0x00, 0x03});
const Buffer two_resources =
    section(10, {0x02, 0x00, 0x01, 'a', 0x03, 0x01, 0x00, 0x01, 'b', 0x03, 0x01}) + owners;

Buffer instance_with(Byte resource, Byte function) {
    return section(10, {0x02, 0x00, 0x01, 'p', 0x01, 0x04, 0x00, 0x01, 'q', 0x01, 0x05}) +
           section(5,
                   {0x01, 0x00, 0x00, 0x02, 0x01, 'r', 0x03, resource, 0x01, 'f', 0x01, function});
}

TEST(Typing, instantiation_gives_the_resource_before_it_checks_what_uses_it) {
    EXPECT_EQ(check(takes_resource + two_resources + instance_with(0, 0)), "fine");
    EXPECT_EQ(check(takes_resource + two_resources + instance_with(1, 1)), "fine");
    EXPECT_EQ(check(takes_resource + two_resources + instance_with(0, 1)).substr(0, 8), "invalid ");
    EXPECT_NE(check(takes_resource + two_resources + instance_with(0, 1))
                  .find("parameter `x`: resource types are not the same, in import `f`"),
              std::string::npos);
}

TEST(Typing, instantiation_needs_every_import) {
    const auto none = section(5, {0x01, 0x00, 0x00, 0x00});
    EXPECT_NE(check(takes_resource + none).find("no import named `r`"), std::string::npos);
}

TEST(Typing, each_instance_of_a_component_has_resources_of_its_own) {
    // A component that exports a resource, instantiated twice; `own` of the one is not that of the
    // other, so a function type over the one cannot stand for one over the other.
    const auto makes = section(4, preamble + section(7, {0x01, 0x3f, 0x7f, 0x00}) +
                                      section(11, {0x01, 0x00, 0x01, 'r', 0x03, 0x00, 0x00}));
    const auto twice =
        section(5, {0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00}) +
        section(6, {0x02, 0x03, 0x00, 0x00, 0x01, 'r', 0x03, 0x00, 0x01, 0x01, 'r'}) + owners;
    // Functions 0 and 1, lifted from what an empty core module is said to export.
    const auto lifted =
        section(1, {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00}) +
        section(2, {0x01, 0x00, 0x00, 0x00}) +
        section(6, {0x01, 0x00, 0x00, 0x01, 0x00, 0x01, 'f'}) +
        section(8, {0x02, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x05});
    const auto give = [&](Byte resource, Byte function) {
        return lifted + section(5, {0x01, 0x00, 0x01, 0x02, 0x01, 'r', 0x03, resource, 0x01, 'f',
                                    0x01, function});
    };
    EXPECT_EQ(check(makes + takes_resource + twice + give(0, 0)), "fine");
    EXPECT_EQ(check(makes + takes_resource + twice + give(1, 1)), "fine");
    EXPECT_NE(check(makes + takes_resource + twice + give(1, 0)), "fine");
}

TEST(Typing, resources_stay_inside_their_component) {
    const auto inner = section(4, preamble + section(6, {0x01, 0x03, 0x02, 0x01, 0x00}));
    EXPECT_EQ(check(type({0x3f, 0x7f, 0x00}) + inner),
              "invalid @27: a type with resources cannot be taken from outside of a component, in "
              "component 0");
    EXPECT_EQ(check(type(u8_type) + inner), "fine");
}

TEST(Typing, an_ascription_must_fit) {
    const auto func = [](Byte code) { return type({0x40, 0x00, 0x00, code}); };
    const auto import = section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x00});
    const auto exported = [](Byte as) {
        return section(11, {0x01, 0x00, 0x01, 'g', 0x01, 0x00, 0x01, 0x01, as});
    };
    EXPECT_EQ(check(func(0x7d) + func(0x7d) + import + exported(1)), "fine");
    EXPECT_EQ(check(func(0x7d) + func(0x7c) + import + exported(1)),
              "invalid @33: result: expected `s16`, found `u8`, in the type ascribed to the export "
              "`g`");
}

TEST(Difference, says_long_names_by_their_beginning) {
    Types types;
    const auto record = *types.define(Record{{{std::string(1000, 'a'), Primitive::u8}}});
    EXPECT_EQ(type_text(types, record), "record{" + std::string(64, 'a') + "…: u8}");
}

TEST(Difference, does_not_look_for_the_place_in_large_types) {
    Types types;
    const auto difference_of = [&](std::size_t count) {
        std::vector<ValueType> list(count, Primitive::u8);
        const auto actual = *types.define(Tuple{list});
        list.back() = Primitive::u16;
        return difference(types, actual, *types.define(Tuple{list}));
    };
    EXPECT_EQ(difference_of(9'999), "item 9998 of the tuple: expected `u16`, found `u8`");
    const std::string_view eight = "`tuple<u8, u8, u8, u8, u8, u8, u8, u8, …>`";
    EXPECT_EQ(difference_of(10'000), fmt::format("expected {}, found {}", eight, eight));
}

// Two towers of tuples, each of two of the one below, and a function that gives the top of each:
// one is imported and exported as the other.
std::string check_towers(unsigned levels) {
    Buffer types;
    base::append_unsigned_leb(types, 2 * (levels + 1));
    for (unsigned tower = 0; tower < 2; ++tower) {
        types.push_back(0x7d);
        for (unsigned level = 0; level < levels; ++level) {
            types.insert(types.end(), {0x6f, 0x02});
            for (int i = 0; i < 2; ++i)
                base::append_signed_leb(types, tower * (levels + 1) + level);
        }
    }
    Buffer functions{0x02};
    for (const unsigned top : {levels, 2 * levels + 1}) {
        functions.insert(functions.end(), {0x40, 0x00, 0x00});
        base::append_signed_leb(functions, top);
    }
    Buffer sections{0x07};
    base::append_unsigned_leb(sections, types.size());
    sections = sections + types + section(7, functions);
    Buffer import{0x01, 0x00, 0x01, 'f', 0x01};
    base::append_unsigned_leb(import, 2 * levels + 2);
    Buffer exported{0x01, 0x00, 0x01, 'g', 0x01, 0x00, 0x01, 0x01};
    base::append_unsigned_leb(exported, 2 * levels + 3);
    return check(sections + section(10, import) + section(11, exported));
}

TEST(Typing, types_are_compared_by_structure_and_have_a_size_limit) {
    EXPECT_EQ(check_towers(17), "fine");
    EXPECT_EQ(check_towers(230), "limit @86: a type is made of more than a million types");
}

// (import "n0" (type (sub resource))), (import "n1" (type (eq 0))), …; a function of the last one,
// exported as itself.
TEST(Typing, names_for_names_may_be_as_many_as_a_scope_has) {
    constexpr std::uint32_t count = 40'000;
    const auto named = [](std::uint32_t number) {
        return Buffer{0x00} + name("n" + std::to_string(number));
    };
    Buffer imports;
    base::append_unsigned_leb(imports, count);
    imports = imports + named(0) + Buffer{0x03, 0x01};
    for (std::uint32_t i = 1; i < count; ++i) {
        const auto one = named(i);
        imports.insert(imports.end(), one.begin(), one.end());
        imports.insert(imports.end(), {0x03, 0x00});
        base::append_unsigned_leb(imports, i - 1);
    }
    Buffer own{0x02, 0x69}, taking{0x40, 0x01, 0x01, 'x'}, type;
    base::append_unsigned_leb(own, count - 1);
    base::append_signed_leb(taking, count);
    base::append_unsigned_leb(type, count + 1);
    EXPECT_EQ(check(large_section(10, imports) + section(7, own + taking + Buffer{0x01, 0x00}) +
                    section(10, Buffer{0x01, 0x00, 0x01, 'f', 0x01} + type) +
                    section(11, Buffer{0x01, 0x00, 0x01, 'g', 0x01, 0x00, 0x01, 0x01} + type)),
              "fine");
}

/// Lists in lists.
std::string check_lists(unsigned levels) {
    Buffer types;
    base::append_unsigned_leb(types, levels);
    types.insert(types.end(), {0x70, 0x7d});
    for (unsigned level = 1; level < levels; ++level) {
        types.push_back(0x70);
        base::append_signed_leb(types, level - 1);
    }
    return tail(check(large_section(7, types)));
}
/// Types of instances that export an instance of the type before.
std::string check_instances(unsigned levels) {
    Buffer types;
    base::append_unsigned_leb(types, levels);
    types.insert(types.end(), {0x42, 0x00});
    for (unsigned level = 1; level < levels; ++level) {
        types.insert(types.end(), {0x42, 0x02, 0x02, 0x03, 0x02, 0x01});
        base::append_unsigned_leb(types, level - 1);
        types.insert(types.end(), {0x04, 0x00, 0x01, 'a', 0x05, 0x00});
    }
    return tail(check(large_section(7, types)));
}

TEST(Typing, towers_of_types_have_a_limit) {
    EXPECT_EQ(check_lists(99), "fine");
    EXPECT_EQ(check_lists(100), "types are nested more than 99 levels deep");
    EXPECT_EQ(check_instances(300), "fine");
    EXPECT_EQ(check_instances(301), "types are nested more than 300 levels deep");
}

// A function whose type has 262144 parts, all but a few of them shared, imported by so many types
// of components.
std::string check_imports_of_tower(unsigned importers) {
    Buffer types;
    base::append_unsigned_leb(types, 19 + importers);
    types.push_back(0x7d);
    for (Byte level = 0; level < 17; ++level)
        types.insert(types.end(), {0x6f, 0x02, level, level});
    types.insert(types.end(), {0x40, 0x00, 0x00, 17});
    for (unsigned i = 0; i < importers; ++i)
        types.insert(types.end(),
                     {0x41, 0x02, 0x02, 0x03, 0x02, 0x01, 18, 0x03, 0x00, 0x01, 'a', 0x01, 0x00});
    return tail(check(large_section(7, types)));
}

TEST(Typing, work_has_a_limit_where_what_it_makes_has_none) {
    EXPECT_EQ(check_imports_of_tower(30), "fine");
    EXPECT_EQ(check_imports_of_tower(31),
              "the types of the component take too many steps to check");
}

} // namespace
} // namespace tenon::component
