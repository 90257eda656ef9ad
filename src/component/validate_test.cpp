// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/validate.hpp"

#include "component/test_tree.hpp"

#include <gtest/gtest.h>

namespace tenon::component {
namespace {

wasm::Features all() {
    return wasm::Features::everything();
}

/// What is wrong with the definitions.
std::string check(const Buffer& sections, wasm::Features features = all()) {
    const auto binary = preamble + sections;
    const auto tree = decode(binary);
    if (!tree)
        return problem(tree);
    wasm::ValidateOptions options;
    options.features = features;
    options.threads = 1;
    return problem(validate(*tree, options));
}
wasm::Features without(wasm::Feature feature) {
    auto features = all();
    features.set(feature, false);
    return features;
}

/// A core module of these sections.
Buffer module(const Buffer& sections) {
    return section(1, Buffer{0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00} + sections);
}
/// (func (export "f") (param …) (result …) unreachable), a memory `m`, and `r` as `realloc` is.
Buffer module_with(const Buffer& params, const Buffer& results) {
    const auto count = [](const Buffer& list) { return static_cast<Byte>(list.size()); };
    return module(
        section(1, Buffer{0x02, 0x60, count(params)} + params + Buffer{count(results)} + results +
                       Buffer{0x60, 0x04, 0x7f, 0x7f, 0x7f, 0x7f, 0x01, 0x7f}) +
        section(3, {0x02, 0x00, 0x01}) + section(5, {0x01, 0x00, 0x01}) +
        section(7, {0x03, 0x01, 'f', 0x00, 0x00, 0x01, 'r', 0x00, 0x01, 0x01, 'm', 0x02, 0x00}) +
        section(10, {0x02, 0x03, 0x00, 0x00, 0x0b, 0x03, 0x00, 0x00, 0x0b}));
}
/// Its instance, with core functions 0 (`f`) and 1 (`r`) and core memory 0.
const Buffer instance = section(2, {0x01, 0x00, 0x00, 0x00}) +
                        section(6, {0x03, 0x00, 0x00, 0x01, 0x00, 0x01, 'f', 0x00, 0x00, 0x01, 0x00,
                                    0x01, 'r', 0x00, 0x02, 0x01, 0x00, 0x01, 'm'});
Buffer type(const Buffer& definition) {
    return section(7, Buffer{0x01} + definition);
}
/// Lifts core function 0 as type 0.
Buffer lift(const Buffer& options) {
    return section(8, Buffer{0x01, 0x00, 0x00, 0x00} + options + Buffer{0x00});
}
/// A function of type 0, imported.
const Buffer imported = section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x00});
Buffer lower(const Buffer& options) {
    return section(8, Buffer{0x01, 0x01, 0x00, 0x00} + options);
}
const Buffer none{0x00};
const Buffer takes_list = type({0x70, 0x7d}) + type({0x40, 0x01, 0x01, 'x', 0x00, 0x01, 0x00});
std::string tail(const std::string& text) {
    const auto colon = text.find(": ");
    return colon == text.npos ? text : text.substr(colon + 2);
}

// --- core modules

TEST(Validate, tells_where_in_which_core_module_it_is_wrong) {
    const auto bad = module(section(1, {0x01, 0x60, 0x00, 0x00}) + section(3, {0x01, 0x00}) +
                            section(10, {0x01, 0x03, 0x00, 0x6a, 0x0b}));
    EXPECT_EQ(
        check(module({}) + bad),
        "invalid @43: `i32.add`: type mismatch: expected i32, but nothing is on the stack, in "
        "code entry 0, in core module 1");
    EXPECT_EQ(
        check(section(4, preamble + bad)),
        "invalid @43: `i32.add`: type mismatch: expected i32, but nothing is on the stack, in "
        "code entry 0, in core module 0, in component 0");
    const auto names = section(0, name("component-name") + Buffer{0x00, 0x02, 0x01, 'a'});
    EXPECT_NE(check(section(4, preamble + names + bad)).find(", in component \"a\""),
              std::string::npos);
}

TEST(Validate, core_imports_have_names_of_their_own) {
    const auto twice =
        section(2, {0x02, 0x01, 'a', 0x01, 'b', 0x00, 0x00, 0x01, 'a', 0x01, 'b', 0x00, 0x00});
    EXPECT_EQ(check(module(section(1, {0x01, 0x60, 0x00, 0x00}) + twice)),
              "invalid @33: duplicate import name `a:b`: in a component each import of a core "
              "module needs a name of its own, in core module 0");
}

TEST(Validate, core_instances_are_given_what_fits) {
    const auto needs = module(section(1, {0x01, 0x60, 0x01, 0x7e, 0x00}) +
                              section(2, {0x01, 0x01, 'a', 0x01, 'f', 0x00, 0x00}));
    const auto given = module_with({0x7f}, {});
    const auto make = [](Byte argument) {
        return section(2, {0x02, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x01, argument, 0x12, 0x00});
    };
    EXPECT_EQ(tail(check(needs + given + make('a'))),
              "expected (func (param i64)), found (func (param i32)), in import `a` `f`");
    EXPECT_EQ(tail(check(needs + given + make('b'))),
              "missing module instantiation argument: the module imports `a` `f`, and is not given "
              "`a`");
    EXPECT_EQ(check(needs + module_with({0x7e}, {}) + make('a')), "fine");
}

TEST(Validate, core_aliases_have_the_sort_of_the_export) {
    const auto alias = [](Byte sort, Byte name) {
        return section(2, {0x01, 0x00, 0x00, 0x00}) +
               section(6, {0x01, 0x00, sort, 0x01, 0x00, 0x01, name});
    };
    EXPECT_EQ(check(module_with({}, {}) + alias(0x02, 'm')), "fine");
    EXPECT_EQ(tail(check(module_with({}, {}) + alias(0x00, 'm'))),
              "export `m` of core instance 0 is a memory, not a core function");
    EXPECT_EQ(tail(check(module_with({}, {}) + alias(0x00, 'x'))),
              "core instance 0 has no export `x`");
}

TEST(Validate, types_of_modules_have_types_of_their_own) {
    // (core type (module (type (func)) (alias outer 1 0 (type)) (export "f" (func (type 1)))))
    const auto outer = section(3, {0x01, 0x60, 0x00, 0x01, 0x7f});
    const auto modules = [](Byte count, Byte type) {
        return section(3, {0x01, 0x50, 0x03, 0x01, 0x60, 0x00, 0x00, 0x02, 0x10, 0x01, count, 0x00,
                           0x03, 0x01, 'f', 0x00, type});
    };
    EXPECT_EQ(check(outer + modules(1, 1)), "fine");
    EXPECT_EQ(check(outer + modules(0, 1)), "fine");
    EXPECT_EQ(check(outer + modules(1, 2)), "invalid @29: unknown type 2");
    EXPECT_EQ(check(outer + modules(2, 1)), "invalid @24: there is nothing 2 levels further out");
}

// --- lift and lower

TEST(Validate, a_lifted_function_has_the_flat_signature) {
    // (func (param "x" u64) (result s8)) is (func (param i64) (result i32)).
    const auto func = type({0x40, 0x01, 0x01, 'x', 0x77, 0x00, 0x7e});
    EXPECT_EQ(check(func + module_with({0x7e}, {0x7f}) + instance + lift(none)), "fine");
    EXPECT_EQ(tail(check(func + module_with({0x7f}, {0x7f}) + instance + lift(none))),
              "core function 0 does not fit the function that it is lifted to: expected (func "
              "(param i64) (result i32)), found (func (param i32) (result i32))");
}

TEST(Validate, lists_need_memory_and_where_they_come_in_realloc) {
    const auto list = type({0x70, 0x7d}) + type({0x40, 0x01, 0x01, 'x', 0x00, 0x01, 0x00});
    const auto base = list + module_with({0x7f, 0x7f}, {}) + instance;
    const auto lift_one = [](const Buffer& options) {
        return section(8, Buffer{0x01, 0x00, 0x00, 0x00} + options + Buffer{0x01});
    };
    EXPECT_EQ(tail(check(base + lift_one(none))),
              "`memory` is required: a parameter has a string or list");
    EXPECT_EQ(tail(check(base + lift_one({0x01, 0x03, 0x00}))),
              "`realloc` is required: a parameter has a string or list");
    EXPECT_EQ(
        tail(check(base + lift_one({0x02, 0x03, 0x00, 0x04, 0x00}))),
        "`realloc` has the signature (func (param i32 i32)), and should have (func (param i32 "
        "i32 i32 i32) (result i32))");
    EXPECT_EQ(check(base + lift_one({0x02, 0x03, 0x00, 0x04, 0x01})), "fine");
    EXPECT_EQ(tail(check(base + lift_one({0x01, 0x04, 0x01}))),
              "`realloc` requires `memory` to be there too");
    EXPECT_EQ(tail(check(base + lift_one({0x02, 0x03, 0x00, 0x03, 0x00}))),
              "`memory` is specified more than once");
    EXPECT_EQ(tail(check(base + lift_one({0x02, 0x00, 0x01}))),
              "`string-encoding=utf16` is there, and cannot be together with "
              "`string-encoding=utf8`");
}

TEST(Validate, lowering_a_list_needs_memory_only) {
    const auto base = module_with({}, {}) + instance + takes_list +
                      section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x01});
    EXPECT_EQ(tail(check(base + lower(none))),
              "`memory` is required: a parameter has a string or list");
    EXPECT_EQ(check(base + lower({0x01, 0x03, 0x00})), "fine");
    EXPECT_EQ(tail(check(base + lower({0x02, 0x03, 0x00, 0x05, 0x00}))),
              "`post-return` is for what is lifted only");
}

TEST(Validate, async_is_for_async_functions_with_a_callback) {
    const auto sync = type({0x40, 0x00, 0x01, 0x00});
    const auto async = type({0x43, 0x00, 0x01, 0x00});
    const auto base = module_with({}, {0x7f}) + instance;
    EXPECT_EQ(tail(check(sync + base + lift({0x01, 0x06}))),
              "`async` requires the type of an async function, and this one is not");
    EXPECT_EQ(
        tail(check(async + base + lift({0x02, 0x06, 0x07, 0x01}))),
        "`callback` has the signature (func (param i32 i32 i32 i32) (result i32)), and should "
        "have (func (param i32 i32 i32) (result i32))");
    EXPECT_EQ(tail(check(async + base + lift({0x01, 0x07, 0x00}))),
              "`callback` is for what is `async` only");
    const auto stackful = async + module_with({}, {}) + instance + lift({0x01, 0x06});
    EXPECT_EQ(check(stackful), "fine");
    EXPECT_EQ(tail(check(stackful, without(wasm::Feature::cm_async_stackful))),
              "`async` without `callback` needs the feature `cm-async-stackful`, which is off");
}

// --- built-ins

TEST(Validate, only_local_resources_are_made) {
    const auto made = section(8, {0x01, 0x02, 0x00});
    EXPECT_EQ(check(type({0x3f, 0x7f, 0x00}) + made), "fine");
    EXPECT_EQ(tail(check(section(10, {0x01, 0x00, 0x01, 'r', 0x03, 0x01}) + made)),
              "type 0 is not a local resource: `resource.new` is for those that the component "
              "itself defines");
    const auto dropped = section(8, {0x01, 0x03, 0x00});
    EXPECT_EQ(check(section(10, {0x01, 0x00, 0x01, 'r', 0x03, 0x01}) + dropped), "fine");
}

TEST(Validate, destructors_take_what_represents_the_resource) {
    const auto with = type({0x3f, 0x7f, 0x01, 0x00});
    EXPECT_EQ(check(module_with({0x7f}, {}) + instance + with), "fine");
    EXPECT_EQ(tail(check(module_with({}, {}) + instance + with)),
              "the destructor of the resource is (func), and should be (func (param i32))");
    EXPECT_EQ(tail(check(type({0x3f, 0x7d, 0x00}))),
              "a resource is represented by an `i32` or an `i64`");
}

TEST(Validate, features_gate_what_they_name) {
    const auto drop = section(8, {0x01, 0x1e});
    EXPECT_EQ(check(drop), "fine");
    EXPECT_EQ(
        check(drop, wasm::Features::standard()),
        "unsupported @11: `error-context.drop` needs the feature `cm-error-context`, which is "
        "off");
    EXPECT_EQ(check(section(8, {0x01, 0x06, 0x01}), wasm::Features::standard()),
              "unsupported @11: async `subtask.cancel` needs the feature "
              "`cm-more-async-builtins`, which is off");
    EXPECT_EQ(check(section(8, {0x01, 0x06, 0x00}), wasm::Features::standard()), "fine");
    EXPECT_EQ(check(type({0x63, 0x79, 0x79}), without(wasm::Feature::cm_map)),
              "unsupported @11: a map needs the feature `cm-map`, which is off");
}

TEST(Validate, forwarding_takes_both_ends) {
    // (import "" "" (func (param …)))
    const auto importing = [](const Buffer& params) {
        return module(section(1, Buffer{0x01, 0x60, static_cast<Byte>(params.size())} + params +
                                     Buffer{0x00}) +
                      section(2, {0x01, 0x00, 0x00, 0x00, 0x00}));
    };
    const auto given = section(2, {0x02, 0x01, 0x01, 0x00, 0x00, 0x00, // an instance of function 0
                                   0x00, 0x00, 0x01, 0x00, 0x12, 0x00});
    const auto stream = type({0x66, 0x01, 0x7d}), future = type({0x65, 0x00});
    const auto of_stream = section(8, {0x01, 0x2e, 0x00}),
               of_future = section(8, {0x01, 0x2f, 0x00});
    EXPECT_EQ(check(stream + of_stream + importing({0x7f, 0x7f}) + given), "fine");
    EXPECT_EQ(check(future + of_future + importing({0x7f, 0x7f}) + given), "fine");
    EXPECT_NE(check(future + of_future + importing({0x7f}) + given), "fine");
    EXPECT_EQ(tail(check(future + of_stream)), "type 0 is not a stream");
    EXPECT_EQ(check(stream + of_stream, wasm::Features::standard()),
              "unsupported @17: `stream.forward` needs the feature `cm-forward`, which is off");
}

TEST(Validate, threads_of_shared_functions_want_shared_types) {
    EXPECT_EQ(check(section(8, {0x01, 0x42})), "fine");
    EXPECT_EQ(check(section(8, {0x01, 0x42}), wasm::Features::standard()),
              "unsupported @11: `thread.available_parallelism` needs the feature "
              "`shared-everything-threads`, which is off");
    const auto start = section(3, {0x01, 0x60, 0x01, 0x7f, 0x00});
    EXPECT_EQ(tail(check(start + section(8, {0x01, 0x40, 0x00}))),
              "`thread.spawn-ref` begins with a function whose type is shared, and (func (param "
              "i32)) is not");
}

TEST(Validate, what_came_with_wasi_0_3_1_is_on) {
    EXPECT_EQ(check(type({0x63, 0x79, 0x79}), wasm::Features::standard()), "fine");
    const auto import = section(10, Buffer{0x01, 0x02, 0x01, 'a', 0x02, 0x00} + name("a:b/c") +
                                        Buffer{0x02, 0x02, 'i', 'd', 0x05, 0x00});
    EXPECT_EQ(check(type({0x42, 0x00}) + import, wasm::Features::standard()), "fine");
}

TEST(Validate, core_types_need_their_features) {
    const auto core = [](const Buffer& definition) {
        return section(3, Buffer{0x01} + definition);
    };
    const Buffer structure{0x5f, 0x00}, vector{0x60, 0x01, 0x7b, 0x00};
    EXPECT_EQ(check(core(structure)), "fine");
    EXPECT_EQ(check(core(structure), without(wasm::Feature::gc)),
              "unsupported @11: structures need the feature `gc`, which is off");
    EXPECT_EQ(check(core(vector), without(wasm::Feature::simd)),
              "unsupported @11: vectors need the feature `simd`, which is off");
    // (module (type (struct)))
    EXPECT_EQ(check(core(Buffer{0x50, 0x01, 0x01} + structure), without(wasm::Feature::gc)),
              "unsupported @13: structures need the feature `gc`, which is off");
}

TEST(Validate, stops_when_asked) {
    std::stop_source source;
    source.request_stop();
    wasm::ValidateOptions options;
    options.stop = source.get_token();
    EXPECT_EQ(problem(validate(*decode(preamble + type({0x7f})), options)),
              "interrupted: interrupted");
}

TEST(Validate, context_has_two_slots_of_one_type) {
    EXPECT_EQ(check(section(8, {0x02, 0x0a, 0x7f, 0x00, 0x0b, 0x7f, 0x01})), "fine");
    EXPECT_EQ(check(section(8, {0x02, 0x0a, 0x7f, 0x00, 0x0b, 0x7e, 0x01})),
              "invalid @14: the type of `context.set` must be that of the one before it");
    EXPECT_EQ(check(section(8, {0x01, 0x0a, 0x7f, 0x02})),
              "invalid @11: `context.get` has the slots 0 and 1, not 2");
}

TEST(Validate, streams_copy_through_memory) {
    const auto read = [](const Buffer& options) {
        return section(8, Buffer{0x01, 0x0f, 0x00} + options);
    };
    const auto base = module_with({}, {}) + instance;
    EXPECT_EQ(check(base + type({0x66, 0x00}) + read({0x01, 0x06})), "fine");
    EXPECT_EQ(tail(check(base + type({0x66, 0x01, 0x7d}) + read({0x01, 0x06}))),
              "`memory` is required: there is something to copy");
    EXPECT_EQ(tail(check(base + type({0x66, 0x01, 0x73}) + read({0x02, 0x06, 0x03, 0x00}))),
              "`realloc` is required: what is copied has a string or list");
    EXPECT_EQ(tail(check(base + type({0x66, 0x01, 0x74}))),
              "`stream<char>` is not valid at this time: use `stream<u8>`, and say what the bytes "
              "mean");
}

// --- names

TEST(Validate, types_that_are_seen_outside_have_names) {
    // (type (record (field "a" u8))) (type (func (param "x" 0)))
    const auto unnamed =
        type({0x72, 0x01, 0x01, 'a', 0x7d}) + type({0x40, 0x01, 0x01, 'x', 0x00, 0x01, 0x00});
    EXPECT_EQ(
        tail(check(unnamed + section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x01}))),
        "function `f` cannot be imported: its type speaks of a record that has no name, as it "
        "is not imported itself");
    const auto named = type({0x72, 0x01, 0x01, 'a', 0x7d}) +
                       section(10, {0x01, 0x00, 0x01, 't', 0x03, 0x00, 0x00}) +
                       type({0x40, 0x01, 0x01, 'x', 0x01, 0x01, 0x00});
    EXPECT_EQ(check(named + section(10, {0x01, 0x00, 0x01, 'f', 0x01, 0x02})), "fine");
}

TEST(Validate, annotated_names_fit_their_functions) {
    // (import "a" (type (sub resource))) (type (own 0)) (type (func (result 1)))
    const auto resource = [](Byte name) {
        return section(10, {0x01, 0x00, 0x01, name, 0x03, 0x01}) + type({0x69, 0x00}) +
               type({0x40, 0x00, 0x00, 0x01});
    };
    const auto made = section(10, Buffer{0x01, 0x00} + name("[constructor]a") + Buffer{0x01, 0x02});
    EXPECT_EQ(check(resource('a') + made), "fine");
    EXPECT_EQ(tail(check(resource('b') + made)),
              "`[constructor]a` does not fit what it names: the function is of the resource `b`, "
              "not of `a`");
    const auto method = section(10, Buffer{0x01, 0x00} + name("[method]a.f") + Buffer{0x01, 0x02});
    EXPECT_EQ(tail(check(resource('a') + method)),
              "`[method]a.f` does not fit what it names: a method has at least one parameter");
}

TEST(Validate, version_suffixes_complete_versions) {
    const auto import = [](std::string_view name_text, std::string_view suffix) {
        return type({0x42, 0x00}) +
               section(10, Buffer{0x01, 0x02} + name(name_text) + Buffer{0x01, 0x01} +
                               name(suffix) + Buffer{0x05, 0x00});
    };
    EXPECT_EQ(check(import("a:b/c@0.2", ".1")), "fine");
    EXPECT_EQ(tail(check(import("a:b/c@0.2", ""))), "the version suffix of `a:b/c@0.2` is empty");
    EXPECT_EQ(tail(check(import("a:b/c", ".1"))),
              "`a:b/c` has no version that a suffix could complete: only interfaces with versions "
              "have");
}

TEST(Validate, version_suffixes_complete_what_is_implemented) {
    const auto import = [](std::string_view implemented, std::string_view suffix) {
        return type({0x42, 0x00}) +
               section(10, Buffer{0x01, 0x02} + name("lab") + Buffer{0x02, 0x00} +
                               name(implemented) + Buffer{0x01} + name(suffix) +
                               Buffer{0x05, 0x00});
    };
    EXPECT_EQ(check(import("a:b/c@0.2", ".1")), "fine");
    EXPECT_EQ(tail(check(import("a:b/c@0.2", ".x"))), "`a:b/c@0.2` is no name of an interface");
    EXPECT_EQ(tail(check(import("a:b/c", ".1"))),
              "`a:b/c` has no version that a suffix could complete: only interfaces with versions "
              "have");
}

// --- values

TEST(Validate, values_are_used_once) {
    // (import "v" (value u8)), exported as "w"
    const auto import = section(10, {0x01, 0x00, 0x01, 'v', 0x02, 0x01, 0x7d});
    const auto exported = [](Byte name) {
        return section(11, {0x01, 0x00, 0x01, name, 0x02, 0x00, 0x00});
    };
    EXPECT_EQ(check(import + exported('w')), "fine");
    EXPECT_EQ(check(import), "invalid @0: value 0 is not used: each value is given to an instance "
                             "or to the start function, or exported");
    EXPECT_EQ(tail(check(import + exported('w') + exported('x'))),
              "value 0 cannot be used more than once");
}

TEST(Validate, start_takes_values_of_its_parameters) {
    const auto func = type({0x40, 0x01, 0x01, 'x', 0x7d, 0x01, 0x00}) + imported;
    const auto value = [](Byte code) {
        return section(10, {0x01, 0x00, 0x01, 'v', 0x02, 0x01, code});
    };
    const auto start = section(9, {0x00, 0x01, 0x00, 0x00});
    EXPECT_EQ(check(func + value(0x7d) + start), "fine");
    EXPECT_EQ(tail(check(func + value(0x7c) + start)),
              "expected `u8`, found `s16`, in argument `x` of the start function");
    EXPECT_EQ(tail(check(func + value(0x7d) + start + start)),
              "a component has at most one start definition");
    EXPECT_EQ(tail(check(func + section(9, {0x00, 0x00, 0x00}))),
              "the start function takes 1 arguments, and is given 0");
}

// --- sizes

TEST(Validate, values_must_fit_into_memory) {
    const auto list = [](const Buffer& length) { return type(Buffer{0x67, 0x7d} + length); };
    EXPECT_EQ(check(list({0xff, 0xff, 0xff, 0x7f})), "fine"); // 2^28 - 1
    EXPECT_EQ(tail(check(list({0x80, 0x80, 0x80, 0x80, 0x01}))),
              "a value of the type takes 268435456 bytes, which exceeds the maximum byte size of "
              "268435455");
}

} // namespace
} // namespace tenon::component
