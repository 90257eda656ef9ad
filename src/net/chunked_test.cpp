// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/chunked.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tenon::net {
namespace {

/// The content, or the error as `code: message`; `piece` bytes are given at a time.
std::string decode(std::string_view text, std::size_t piece, std::size_t& used_in_all) {
    ChunkedDecoder decoder;
    std::string content;
    used_in_all = 0;
    while (!decoder.at_end() && !text.empty()) {
        auto part = text.substr(0, piece);
        if (decoder.data() != 0) {
            part = part.substr(0, decoder.data());
            content += part;
            decoder.take(part.size());
        } else {
            const auto used = decoder.framing(part);
            if (!used)
                return std::string(errc_name(used.error().code())) + ": " + used.error().message();
            part = part.substr(0, *used);
        }
        text.remove_prefix(part.size());
        used_in_all += part.size();
    }
    return decoder.at_end() ? content : "more";
}

std::string decode(std::string_view text) {
    std::size_t used = 0;
    auto whole = decode(text, text.size(), used);
    for (const std::size_t piece : {1u, 2u, 3u})
        EXPECT_EQ(decode(text, piece, used), whole) << text;
    return whole;
}

TEST(Chunked, reads_sizes_extensions_and_trailers) {
    EXPECT_EQ(decode("4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n"), "Wikipedia");
    EXPECT_EQ(decode("0\r\n\r\n"), "");
    EXPECT_EQ(decode("00A;x=\"y;z\" \r\n0123456789\r\n000;last\r\nExpires: never\r\nA:\r\n\r\n"),
              "0123456789");
    EXPECT_EQ(decode("1 \r\n\n\r\n0\r\n\r\n"), "\n");
}

TEST(Chunked, leaves_what_comes_behind_the_end) {
    std::size_t used = 0;
    EXPECT_EQ(decode("1\r\na\r\n0\r\n\r\nGET /", 100, used), "a");
    EXPECT_EQ(used, 11u);
}

TEST(Chunked, wants_more_until_the_last_line) {
    const std::string_view whole = "1\r\na\r\n0\r\nT: x\r\n\r\n";
    std::size_t used = 0;
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(decode(whole.substr(0, length), 100, used), "more") << length;
}

TEST(Chunked, refuses_lies) {
    const std::string bad = "malformed: malformed chunked content: ";
    EXPECT_EQ(decode("\r\n"), bad + "a chunk has no size");
    EXPECT_EQ(decode("-1\r\n"), bad + "a chunk has no size");
    EXPECT_EQ(decode("0x1\r\n"), bad + "a chunk's size is not hexadecimal");
    EXPECT_EQ(decode("1g\r\n"), bad + "a chunk's size is not hexadecimal");
    EXPECT_EQ(decode("1\n"), bad + "a chunk's size is not hexadecimal");
    EXPECT_EQ(decode("1\ra"), bad + "a chunk's size does not end with its line");
    EXPECT_EQ(decode("1;a\x01"), bad + "a control character in a chunk's extension");
    EXPECT_EQ(decode("1;a\nb"), bad + "a control character in a chunk's extension");
    EXPECT_EQ(decode("1\r\nab\r\n"), bad + "a chunk is longer than its size");
    EXPECT_EQ(decode("1\r\na\rb"), bad + "a chunk is longer than its size");
    EXPECT_EQ(decode("0\r\n X: y\r\n"), bad + "not a trailer field");
    EXPECT_EQ(decode("0\r\nX\nY"), bad + "a control character in a trailer field");
    EXPECT_EQ(decode("0\r\n\rX"), bad + "the last line does not end");
    EXPECT_EQ(decode("ffffffffffffffff\r\n"), bad + "a chunk's size has too many digits");
    EXPECT_EQ(decode("0000000000000001\r\n"), bad + "a chunk's size has too many digits");
}

TEST(Chunked, has_a_limit_for_what_is_not_data) {
    const std::string limit = "limit: chunked content has too much between its data";
    EXPECT_EQ(decode("1;" + std::string(20'000, 'x')), limit);
    EXPECT_EQ(decode("0\r\nX: " + std::string(20'000, 'x')), limit);
    std::string many;
    for (int i = 0; i < 4000; ++i)
        many += "1;0123456789abcdef\r\nx\r\n";
    EXPECT_EQ(decode(many + "0\r\n\r\n"), limit);
}

TEST(Chunked, takes_any_number_of_small_chunks) {
    std::string many;
    for (int i = 0; i < 20'000; ++i)
        many += "0001;a\r\nx\r\n";
    std::size_t used = 0;
    EXPECT_EQ(decode(many + "0\r\n\r\n", many.size() + 5, used), std::string(20'000, 'x'));
}

} // namespace
} // namespace tenon::net
