// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/embed.hpp"

#include "base/hex.hpp"
#include "compose/test_world.hpp"
#include "wasm/validate.hpp"

#include <algorithm>

namespace tenon::compose {
namespace {

using testing::TestWorld;

const TestWorld& world() {
    static const TestWorld one(R"(package a:b@1.0.0;
        interface i { resource r { m: func() -> string; } }
        world w { import i; export f: async func(x: stream<u8>); })");
    return one;
}

// The bytes are those that `wasm-tools component embed` 1.263.0 writes for this world.
constexpr std::string_view section_hex =
    "0061736d0d0001000019167769742d636f6d706f6e656e742d656e636f64696e670400075f01410201410501420404"
    "00"
    "017203010168000140010473656c6601007304000b5b6d6574686f645d722e6d010203000b613a622f6940312e302e"
    "30"
    "05000166017d014301017801010004000166010204000b613a622f7740312e302e3004000b0701000177030000002f"
    "09"
    "70726f647563657273010c70726f6365737365642d6279010d7769742d636f6d706f6e656e7407302e3236332e30";
// And those of `--dummy`, before that section.
constexpr std::string_view dummy_hex = "0061736d0100000001150460027f7f0060017f0060000060047f7f7f7f0"
                                       "17f0236020e636d333270327c613a622f6940"
                                       "310b5b6d6574686f645d722e6d00000e636d333270327c613a622f69403"
                                       "106725f64726f700001030504010203020503"
                                       "01000007530509636d333270327c7c6600020e636d333270327c7c665f7"
                                       "06f737400030d636d333270325f6d656d6f72"
                                       "7902000e636d333270325f7265616c6c6f63000411636d333270325f696"
                                       "e697469616c697a6500050a0f040300000b02"
                                       "000b0300000b02000b";

TEST(Embed, writes_what_the_reference_tool_writes) {
    const auto bytes = encode_metadata(world().model, world().world, StringEncoding::utf8,
                                       Producers::processed_by("wit-component", "0.263.0"));
    ASSERT_TRUE(bytes);
    EXPECT_EQ(base::lower_hex(*bytes), section_hex);
}

TEST(Embed, a_world_is_read_back_with_its_encoding_and_producers) {
    const auto bytes = encode_metadata(world().model, world().world, StringEncoding::utf16,
                                       Producers::processed_by("tool", "1"));
    ASSERT_TRUE(bytes);
    const auto read = Metadata::read(*bytes);
    ASSERT_TRUE(read) << testing::told(read.error());
    const auto& exports = read->model[read->world].exports;
    ASSERT_EQ(exports.size(), 1U);
    EXPECT_EQ(read->exports.find(read->model, exports.begin()->first, "f"), StringEncoding::utf16);
    EXPECT_EQ(read->producers->payload(), Producers::processed_by("tool", "1").payload());
}

TEST(Embed, the_format_before_is_read_too) {
    // Format 3, utf16, world `w`, and the package `package a:b; world w { export f: func(); }` as
    // the reference tool encodes it.
    auto package = encode_metadata(world().model, world().world, StringEncoding::utf8, {});
    ASSERT_TRUE(package);
    Buffer payload{0x03, 0x01, 0x01, 'w'};
    payload.insert(payload.end(), package->begin(), package->end());
    const auto read = Metadata::read(payload);
    ASSERT_TRUE(read) << testing::told(read.error());
    const auto& world = read->model[read->world];
    EXPECT_EQ(world.name, "w");
    EXPECT_EQ(read->exports.find(read->model, world.exports.begin()->first, "f"),
              StringEncoding::utf16);
}

TEST(Embed, refuses_formats_that_are_not_known) {
    auto bytes = *encode_metadata(world().model, world().world, StringEncoding::utf8, {});
    bytes[33] = 9; // behind the preamble, id, size and name of the first section
    const auto read = Metadata::read(bytes);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().message(),
              "the world is in format 9, and only formats 3 and 4 are known");
    EXPECT_FALSE(Metadata::read({}));
}

TEST(Dummy, is_the_module_that_the_reference_tool_makes) {
    const auto module = dummy_module(world().model, world().world, DummyStyle::standard);
    ASSERT_TRUE(module);
    EXPECT_EQ(base::lower_hex(*module), dummy_hex);
}

TEST(Dummy, many_streams_in_one_function_take_no_time_of_their_own) {
    constexpr std::size_t count = 10'000;
    std::string text = "package a:b; world w { import f: async func(";
    for (std::size_t i = 0; i < count; ++i)
        text += "p" + std::to_string(i) + ": stream<u8>, ";
    const testing::TestWorld world(text + "); }");
    const auto module = dummy_module(world.model, world.world, DummyStyle::async_callback);
    ASSERT_TRUE(module);
    const auto decoded = wasm::decode_module(*module);
    ASSERT_TRUE(decoded);
    // One type, so that all are called by number 0; eight built-ins for each.
    const auto is_new = [](const wasm::Import& one) { return one.name == "[stream-new-0]f"; };
    EXPECT_EQ(std::ranges::count_if(decoded->imports, is_new), std::ptrdiff_t{count});
    const auto forwards = [](const wasm::Import& one) { return one.name == "[stream-forward-0]f"; };
    EXPECT_EQ(std::ranges::count_if(decoded->imports, forwards), std::ptrdiff_t{count});
}

TEST(Dummy, is_valid_in_every_style) {
    for (const auto style : {DummyStyle::standard, DummyStyle::legacy, DummyStyle::async_callback,
                             DummyStyle::async_stackful}) {
        const auto module = dummy_module(world().model, world().world, style);
        ASSERT_TRUE(module);
        EXPECT_TRUE(wasm::validate(Bytes(*module)));
    }
}

} // namespace
} // namespace tenon::compose
