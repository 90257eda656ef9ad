// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Properties of everything that reads and writes WIT, held against packages made up at random.
// TENON_SMITH_COUNT asks for more of them than the few of every day.
#include "wit/smith.hpp"

#include "base/test_rounds.hpp"
#include "wit/compare.hpp"
#include "wit/format.hpp"
#include "wit/json.hpp"
#include "wit/print.hpp"
#include "wit/test_wit.hpp"

#include <set>
#include <string>

namespace tenon::wit {
namespace {

std::uint64_t count() {
    return base::test_rounds(20);
}
std::string made(std::uint64_t seed) {
    return smith({.seed = seed,
                  .size = static_cast<std::uint32_t>(10 + seed % 7 * 20),
                  .gated = seed % 2 == 1});
}

TEST(SmithProperty, what_is_printed_reads_back_to_the_same_model) {
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto read = read_good(made(seed));
        const auto text = print(read.model, read.main);
        ASSERT_TRUE(text) << seed << text.error().message();
        const auto again = read_good(*text);
        ASSERT_EQ(print(again.model, again.main).value(), *text) << seed;
        EXPECT_TRUE(breaking_changes(read.model, read.main, again.model, again.main).empty())
            << seed;
        EXPECT_TRUE(breaking_changes(again.model, again.main, read.model, read.main).empty())
            << seed;
    }
}

TEST(SmithProperty, the_formatter_changes_no_meaning_and_is_done_at_once) {
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto text = made(seed);
        const auto formatted = format("made.wit", text);
        ASSERT_TRUE(formatted) << seed << formatted.error().message();
        EXPECT_EQ(format("made.wit", *formatted).value(), *formatted) << seed;
        EXPECT_EQ(to_json(read_good(*formatted).model), to_json(read_good(text).model)) << seed;
    }
}

TEST(SmithProperty, every_kind_of_type_is_met) {
    std::set<std::size_t> met;
    for (std::uint64_t seed = 0; seed < count(); ++seed)
        for (const auto& type : read_good(made(seed)).model.types)
            met.insert(type.kind.index());
    EXPECT_EQ(met.size(), std::variant_size_v<TypeKind>);
}

} // namespace
} // namespace tenon::wit
