// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The generator itself; what is done with its modules elsewhere is tested in wat/smith_test.cpp.
#include "wasm/smith.hpp"
#include "wasm/test_sections.hpp"
#include "wasm/validate.hpp"

#include <gtest/gtest.h>

namespace tenon::wasm {
namespace {

TEST(Smith, makes_valid_modules) {
    for (std::uint64_t seed = 0; seed < 300; ++seed)
        ASSERT_EQ(problem(validate(smith({.seed = seed, .size = 300}))), "fine") << seed;
}

TEST(Smith, makes_valid_modules_out_of_any_choices) {
    Buffer choices;
    for (int i = 0; i < 300; ++i) {
        choices.push_back(static_cast<Byte>(i * i + 7 * i));
        ASSERT_EQ(problem(validate(smith({.seed = 1, .size = 100}, choices))), "fine") << i;
    }
}

TEST(Smith, makes_the_same_of_the_same_seed) {
    EXPECT_EQ(smith({.seed = 7}), smith({.seed = 7}));
    EXPECT_NE(smith({.seed = 7}), smith({.seed = 8}));
}

} // namespace
} // namespace tenon::wasm
