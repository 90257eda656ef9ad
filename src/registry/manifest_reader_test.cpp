// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/manifest_reader.hpp"

#include "registry/test_client.hpp"

#include <malloc.h>
#include <thread>

namespace tenon::registry {
namespace {

const std::string index_type(oci::media::image_index);

TEST(JsonWeight, counts_every_value) {
    EXPECT_EQ(weigh_json("1"), 1U);
    EXPECT_EQ(weigh_json("[]"), 2U);                       // an empty list may hold one
    EXPECT_EQ(weigh_json(R"([1,[2,"a,b"],{"c":3}])"), 7U); // 6 there are
    EXPECT_EQ(weigh_json(std::string(4 << 20, '[')), (4U << 20) + 1);
}

TEST(JsonWeight, does_not_count_what_strings_hold) {
    EXPECT_EQ(weigh_json(R"({"a":"[[[,,,{{{"})"), 2U);
    EXPECT_EQ(weigh_json(R"({"a":"\"[[["})"), 2U);
    EXPECT_EQ(weigh_json(R"({"a":"\\"}[[[)"), 5U);
}

TEST(JsonWeight, counts_lines_wherever_they_are) {
    EXPECT_EQ(weigh_json("[1,\n2]"), 3U);
    EXPECT_EQ(weigh_json("\"" + std::string(400, '\n') + "\""), 101U);
}

TEST(ManifestReader, takes_the_longest_index_of_four_megabytes) {
    const auto one = descriptor("a/b", digest_of(""), 0);
    std::string all = one;
    while (all.size() + one.size() + 200 < oci::max_manifest_bytes)
        all += "," + one;
    EXPECT_LT(weigh_json(index_of(all)), ManifestReader::max_weight);
}

std::string refusal(std::string_view text) {
    ManifestReader reader;
    const auto manifest = reader.read(text, index_type);
    return manifest ? "no refusal" : manifest.error().message();
}

TEST(ManifestReader, refuses_what_would_take_too_much_memory) {
    const std::string too_many = "manifests of more than 200000 values are not accepted";
    EXPECT_EQ(refusal(std::string(4 << 20, '[')), too_many);
    EXPECT_EQ(refusal(std::string(4 << 20, '\n')), too_many);
    std::string numbers = "[1";
    while (numbers.size() < (4U << 20))
        numbers += ",1";
    EXPECT_EQ(refusal(numbers), too_many);
    EXPECT_NE(refusal(std::string(190'000, '[')), too_many); // that one nests too deeply
}

/// Bytes of the heap that are in use.
std::size_t in_use() {
    return ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
}

// The memory is watched while eight do their worst at once.
TEST(ManifestReader, many_at_once_cost_no_more_than_one) {
    std::string text = R"({"schemaVersion":2,"manifests":[],"annotations":{"x":"")";
    for (int i = 0; i < 12'000; ++i)
        text += ",\"" + std::to_string(i) + "\":\"\"";
    text += "}}";
    ManifestReader reader(13'000);
    const auto before = in_use();
    std::atomic<int> running = 8;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            EXPECT_TRUE(reader.read(text, index_type));
            --running;
        });
    std::size_t most = 0;
    while (running > 0) {
        most = std::max(most, in_use() - before);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_LT(most, 10U << 20);
}

} // namespace
} // namespace tenon::registry
