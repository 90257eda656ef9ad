// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/needs.hpp"

#include "wasm/test_sections.hpp"
#include "wasm/type_text.hpp"
#include "wasm/validate.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

/// `1.0: mutable-global`.
std::string needs(const Buffer& sections) {
    const auto bytes = empty_module + sections;
    const auto module = decode_module(bytes);
    if (!module)
        return problem(module);
    const auto used = features_used(*module);
    if (!used)
        return problem(used);
    const auto found = needs_of(*used);
    auto out = std::string(found.version) + ":";
    for (const auto one : found.features)
        out += " " + std::string(name_of(one));
    for (const auto one : found.beyond)
        out += " +" + std::string(name_of(one));
    return out;
}

const Buffer one_type = section(1, {1, 0x60, 0, 0});
const Buffer one_function = section(3, {1, 0});
const Buffer one_memory = section(5, {1, 0, 1});

/// A module with a memory and a function of these operators, whose `end` is added.
Buffer function(const Buffer& operators) {
    const auto body = Buffer{0} + operators + Buffer{0x0b};
    return one_type + one_function + one_memory +
           section(10, Buffer{1, static_cast<Byte>(body.size())} + body);
}

TEST(Needs, of_what_the_first_browsers_had_are_none) {
    EXPECT_EQ(needs({}), "1.0:");
    EXPECT_EQ(needs(function({0x41, 0, 0x1a})), "1.0:"); // i32.const 0, drop
}

TEST(Needs, follow_from_operators) {
    EXPECT_EQ(needs(function({0x41, 0, 0xc0, 0x1a})), "2.0: sign-extension");
    EXPECT_EQ(needs(function({0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0a, 0, 0})), // memory.copy
              "2.0: bulk-memory-opt");
    EXPECT_EQ(needs(function({0x12, 0})), "3.0: tail-call");
    EXPECT_EQ(needs(function({0xd0, 0x70, 0x15, 0})), // ref.null func, return_call_ref 0
              "3.0: reference-types tail-call function-references");
}

TEST(Needs, of_casts_are_types_that_take_no_null) {
    EXPECT_EQ(needs(function({0xd0, 0x70, 0xfb, 0x14, 0x70, 0x1a})), // ref.test (ref func)
              "3.0: reference-types function-references gc");
}

TEST(Needs, beyond_all_versions_are_named_on_their_own) {
    EXPECT_EQ(needs(function({0xfe, 0x03, 0x00})), "1.0: threads +threads"); // atomic.fence
    EXPECT_EQ(needs(section(5, {1, 3, 1, 1})), "1.0: threads +threads");     // shared
}

TEST(Needs, follow_from_types_of_blocks_locals_and_signatures) {
    EXPECT_EQ(needs(function({0x02, 0x7b, 0x00, 0x0b, 0x1a})), "2.0: simd"); // block of a v128
    EXPECT_EQ(needs(function({0x02, 0x00, 0x0b})), "2.0: multi-value");      // block of type 0
    EXPECT_EQ(needs(section(1, {1, 0x60, 0, 2, 0x7f, 0x7f})), "2.0: multi-value");
    EXPECT_EQ(needs(section(1, {1, 0x60, 1, 0x6f, 0})), "2.0: reference-types"); // externref
    EXPECT_EQ(needs(one_type + one_function + section(10, {1, 4, 1, 1, 0x7b, 0x0b})), "2.0: simd");
}

TEST(Needs, follow_from_definitions) {
    EXPECT_EQ(needs(section(5, {2, 0, 1, 0, 1})), "3.0: multi-memory");
    EXPECT_EQ(needs(section(5, {1, 4, 1})), "3.0: memory64");
    EXPECT_EQ(needs(section(4, {2, 0x70, 0, 1, 0x70, 0, 1})), "2.0: reference-types");
    EXPECT_EQ(needs(section(2, {1, 0, 0, 3, 0x7f, 1})), "1.0: mutable-global");
    EXPECT_EQ(needs(section(6, {1, 0x7f, 1, 0x41, 0, 0x0b})), "1.0:");
    EXPECT_EQ(needs(section(6, {1, 0x7f, 1, 0x41, 0, 0x0b}) + section(7, {1, 0, 3, 0})),
              "1.0: mutable-global");
    EXPECT_EQ(needs(one_type + section(13, {1, 0, 0})), "3.0: exceptions");
    EXPECT_EQ(needs(section(1, {1, 0x5f, 0})), "3.0: gc");
}

TEST(Needs, follow_from_constants) {
    EXPECT_EQ(needs(section(6, {1, 0x7f, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b})), "3.0: extended-const");
    EXPECT_EQ(needs(section(6, {2, 0x7f, 0, 0x41, 0, 0x0b, 0x7f, 0, 0x23, 0, 0x0b})), "3.0: gc");
}

TEST(Needs, follow_from_forms_that_old_readers_do_not_know) {
    EXPECT_EQ(needs(one_memory + section(11, {1, 1, 1, 'x'})), "2.0: bulk-memory"); // passive
    EXPECT_EQ(needs(one_memory + section(11, {1, 0, 0x41, 0, 0x0b, 1, 'x'})), "1.0:");
    EXPECT_EQ(needs(section(12, {0})), "2.0: bulk-memory");
}

TEST(Needs, of_a_body_that_cannot_be_read_say_where) {
    EXPECT_EQ(needs(function({0x27})).substr(0, 14), "malformed @28:");
}

// What was found is enough for the validator, and nothing of it can be left out.
TEST(Needs, are_what_the_validator_asks_for) {
    const Buffer modules[] = {
        function({0x41, 0, 0xc0, 0x1a}),
        function({0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0a, 0, 0}),
        function({0x02, 0x7b, 0x00, 0x0b, 0x1a}),
        function({0x02, 0x00, 0x0b}),
        function({0xfe, 0x03, 0x00}),
        section(5, {2, 0, 1, 0, 1}),
        section(4, {2, 0x70, 0, 1, 0x70, 0, 1}),
        section(2, {1, 0, 0, 3, 0x7f, 1}),
        one_type + section(13, {1, 0, 0}),
        section(1, {1, 0x60, 1, 0x63, 0, 0}) + one_function + section(10, {1, 2, 0, 0x0b}),
        section(6, {1, 0x7f, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b}),
        section(6, {2, 0x7f, 0, 0x41, 0, 0x0b, 0x7f, 0, 0x23, 0, 0x0b}),
    };
    for (const auto& sections : modules) {
        const auto bytes = empty_module + sections;
        const auto module = decode_module(bytes).value();
        const auto used = features_used(module).value();
        EXPECT_EQ(problem(validate(module, used)), "fine") << needs(sections);
        for (const auto one : needs_of(used).features) {
            auto less = used;
            less.set(one, false);
            EXPECT_EQ(problem(validate(module, less)).substr(0, 11), "unsupported")
                << name_of(one) << " of " << needs(sections);
        }
    }
}

} // namespace
} // namespace tenon::wasm
