// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Answers from memory, cut where no network would cut them in the same way twice.
#include "net/client_answer.hpp"

#include <gtest/gtest.h>

namespace tenon::net {
namespace {

/// Feeds an answer with one byte more each time; gives its unchunked content.
std::string byte_by_byte(std::string_view text) {
    const auto bytes = as_bytes(text);
    AnswerParser parser({});
    std::size_t taken = 0;
    std::size_t seen = 0;
    while (!parser.head_done() && seen < bytes.size())
        taken += parser.parse_head(bytes.subspan(taken, ++seen - taken)).value();
    EXPECT_EQ(parser.framing(), AnswerParser::Framing::chunked);
    std::string content;
    for (;;) {
        char byte = 0;
        const auto step =
            parser.unchunk(bytes.subspan(taken, seen - taken), {reinterpret_cast<Byte*>(&byte), 1})
                .value();
        taken += step.taken;
        if (step.given != 0) // one byte at most has room
            content += byte;
        if (step.end)
            break;
        if (step.taken == 0 && step.given == 0 && ++seen > bytes.size())
            return "no end";
    }
    EXPECT_EQ(taken, bytes.size());
    return content;
}

const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(AnswerParser, takes_chunks_however_they_are_cut) {
    EXPECT_EQ(byte_by_byte(head + "5\r\nhello\r\n1;a=\"b\"\r\n!\r\n0\r\nA: b\r\n\r\n"), "hello!");
    EXPECT_EQ(byte_by_byte(head + "00\r\n\r\n"), "");
    // Beast 1.81 stops the program at the fourth byte of this, if it is shown it.
    EXPECT_EQ(byte_by_byte(head + "0\r\n\r\n"), "");
    EXPECT_EQ(byte_by_byte(head + "5\r\nhello\r\n0\r\n"), "no end");
}

TEST(AnswerParser, leaves_what_follows_the_answer) {
    AnswerParser parser({});
    const std::string text = head + "0\r\n\r\nHTTP/1.1";
    const auto taken = parser.parse_head(as_bytes(text)).value();
    EXPECT_EQ(taken, head.size());
    Byte byte = 0;
    const auto step = parser.unchunk(as_bytes(text).subspan(taken), {&byte, 1}).value();
    EXPECT_TRUE(step.end);
    EXPECT_EQ(step.taken, 5u);
}

} // namespace
} // namespace tenon::net
