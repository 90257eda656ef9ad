// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Properties of everything that reads and writes modules, held against modules made up at random:
// valid, the same after print and parse, the same operators after read and write, nothing to strip,
// a dump to the end. TENON_SMITH_COUNT asks for more modules than the few of every day.
#include "base/error.hpp"
#include "base/test_rounds.hpp"
#include "wasm/module.hpp"
#include "wasm/op_reader.hpp"
#include "wasm/smith.hpp"
#include "wasm/strip.hpp"
#include "wasm/validate.hpp"
#include "wat/dump.hpp"
#include "wat/parse.hpp"
#include "wat/print.hpp"

#include <gtest/gtest.h>
#include <set>

namespace tenon::wat {
namespace {

std::uint64_t count() {
    return base::test_rounds(60);
}
Buffer made(std::uint64_t seed) {
    return wasm::smith({.seed = seed, .size = static_cast<std::uint32_t>(50 + seed % 7 * 100)});
}

TEST(SmithProperty, what_is_printed_is_parsed_to_equal_bytes) {
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto binary = made(seed);
        ASSERT_TRUE(wasm::validate(binary)) << seed;
        for (const bool fold : {false, true}) {
            PrintOptions options;
            options.fold = fold;
            const auto text = print(binary, options);
            ASSERT_TRUE(text) << seed << text.error().message();
            const auto again = parse("smith.wat", *text);
            ASSERT_TRUE(again) << seed << again.error().message();
            ASSERT_EQ(*again, binary) << seed;
        }
    }
}

/// Reads each operator of a body and writes it again behind the locals.
Buffer rewritten(const wasm::Body& body, std::set<const wasm::OpRow*>& met) {
    Reader in(body.bytes, body.offset);
    const auto groups = in.u32().value();
    for (std::uint32_t i = 0; i < groups; ++i) {
        EXPECT_TRUE(in.u32());
        EXPECT_TRUE(wasm::read_val_type(in));
    }
    const auto locals = body.bytes.first(body.bytes.size() - in.remaining());
    Buffer out(locals.begin(), locals.end());
    wasm::Instruction one;
    while (!in.at_end()) {
        EXPECT_TRUE(wasm::read_instruction(in, one));
        met.insert(one.row);
        wasm::append(out, one);
    }
    return out;
}

TEST(SmithProperty, operators_are_written_as_they_were_read_and_nearly_all_are_met) {
    std::set<const wasm::OpRow*> met;
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto binary = made(seed);
        for (const auto& body : wasm::decode_module(binary).value().bodies)
            ASSERT_EQ(rewritten(body, met), Buffer(body.bytes.begin(), body.bytes.end())) << seed;
    }
    std::size_t reachable = 0;
    for (const auto& row : wasm::op_rows)
        reachable += wasm::Features::standard().has(row.feature) ? 1 : 0;
    if (count() >= 1000) {
        for (const auto& row : wasm::op_rows)
            EXPECT_TRUE(!wasm::Features::standard().has(row.feature) || met.contains(&row))
                << row.text;
    } else {
        EXPECT_GT(met.size(), reachable * 8 / 10);
    }
}

TEST(SmithProperty, every_byte_is_dumped_and_nothing_is_stripped) {
    for (std::uint64_t seed = 0; seed < count(); ++seed) {
        const auto binary = made(seed);
        EXPECT_TRUE(dump(binary, [](std::string_view) { return Result<>(); })) << seed;
        EXPECT_EQ(wasm::strip(binary, [](std::string_view) { return true; }).value(), binary);
    }
}

} // namespace
} // namespace tenon::wat
