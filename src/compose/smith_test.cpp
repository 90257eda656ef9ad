// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Properties of packages and components in binary, held against WIT made up at random: packages and
// the components of their worlds are valid, and the same after reading and writing.
// TENON_SMITH_COUNT asks for more of them than the few of every day.
#include "wit/smith.hpp"

#include "base/test_rounds.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"
#include "component/validate.hpp"
#include "compose/embed.hpp"
#include "compose/new_component.hpp"
#include "wit/compare.hpp"
#include "wit/print.hpp"
#include "wit/read.hpp"

#include <gtest/gtest.h>

namespace tenon::compose {
namespace {

std::uint64_t count() {
    return base::test_rounds(12);
}

DummyStyle style_of(std::uint64_t seed) {
    return static_cast<DummyStyle>(seed % 4);
}
struct Made {
    wit::Model model;
    wit::PackageIdx package{};
};
Made made(std::uint64_t seed) {
    Made out;
    const auto size = static_cast<std::uint32_t>(10 + seed % 5 * 15);
    const auto read =
        wit::read_text(out.model, "made.wit",
                       wit::smith({.seed = seed,
                                   .size = size,
                                   .gated = seed % 2 == 1,
                                   .async_functions = style_of(seed) != DummyStyle::standard}));
    EXPECT_TRUE(read) << seed << read.error().message();
    out.package = read.value_or(wit::PackageIdx{0});
    return out;
}
wasm::ValidateOptions everything() {
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    return options;
}

TEST(SmithProperty, packages_are_valid_and_the_same_after_decoding) {
    const component::Producer producer{"test", "0"};
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto [model, package] = made(seed);
        const auto binary = component::encode_package(model, package, producer);
        ASSERT_TRUE(binary) << seed << binary.error().message();
        const auto valid = component::validate(*binary, everything());
        ASSERT_TRUE(valid) << seed << valid.error().message();
        const auto again = component::decode_wit(*binary);
        ASSERT_TRUE(again) << seed << again.error().message();
        EXPECT_EQ(wit::print(again->model, again->package).value(),
                  wit::print(model, package).value())
            << seed;
        // The documentation's order is that of the text the first time, and of the binary then.
        const auto second = component::encode_package(again->model, again->package, producer);
        ASSERT_TRUE(second) << seed << second.error().message();
        const auto third = component::decode_wit(*second);
        ASSERT_TRUE(third) << seed << third.error().message();
        const auto last = component::encode_package(third->model, third->package, producer);
        EXPECT_TRUE(last && *last == *second) << seed;
    }
}

TEST(SmithProperty, modules_of_every_style_become_valid_components_of_their_world) {
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto [model, package] = made(seed);
        for (const auto& [name, world] : model[package].worlds) {
            auto module = dummy_module(model, world, style_of(seed));
            ASSERT_TRUE(module) << seed << name << module.error().message();
            const auto section = metadata_section_of(model, world, StringEncoding::utf8, {});
            ASSERT_TRUE(section) << seed << name << section.error().message();
            module->insert(module->end(), section->begin(), section->end());
            const auto made_of_it = NewComponent::create(*module, {}, {});
            ASSERT_TRUE(made_of_it) << seed << name << made_of_it.error().message();
            const auto binary = made_of_it->bytes();
            const auto valid = component::validate(binary, everything());
            ASSERT_TRUE(valid) << seed << name << valid.error().message();
            EXPECT_EQ(component::encode(component::decode(binary).value()), binary) << seed << name;
            const auto again = component::decode_wit(binary);
            ASSERT_TRUE(again) << seed << name << again.error().message();
            EXPECT_TRUE(wit::fits({again->model, again->world.value()}, {model, world},
                                  wit::VersionRule::exact)
                            .empty())
                << seed << name;
        }
    }
}

} // namespace
} // namespace tenon::compose
