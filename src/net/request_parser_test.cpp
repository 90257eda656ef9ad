// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/request_parser.hpp"

#include <gtest/gtest.h>
#include <string>

namespace tenon::net {
namespace {

constexpr HeadLimits limits{1000, 10};

struct Parsed {
    ServerRequest request;
    Framing framing;
    std::string refusal; ///< `400 why`; empty: none
};

std::string text(const Refusal& refusal) {
    return std::to_string(refusal.status) + " " + std::string(refusal.why);
}

/// Finds the head's end as a connection does, byte by byte, and reads the head.
Parsed parse(std::string_view head) {
    Parsed parsed;
    HeadScanner scanner;
    for (std::size_t length = 1; length <= head.size(); ++length) {
        const auto end = scanner.find_end(head.substr(0, length), limits.bytes);
        if (!end) {
            parsed.refusal = text(end.error());
            return parsed;
        }
        if (*end == 0)
            continue;
        const auto read = parse_head(head.substr(0, *end), limits, parsed.request, parsed.framing);
        if (!read)
            parsed.refusal = text(read.error());
        return parsed;
    }
    parsed.refusal = "more";
    return parsed;
}

std::string refusal(std::string_view head) {
    return parse(head).refusal;
}

/// The refusal of a request with this field.
std::string refusal_of(std::string_view field) {
    return refusal("PUT / HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n");
}

TEST(RequestHead, reads_line_and_fields) {
    const auto parsed = parse("GET /a/b?c HTTP/1.1\r\nHost: x:1\r\nX-Y:  z w \r\nE:\r\n\r\n");
    EXPECT_EQ(parsed.refusal, "");
    EXPECT_EQ(parsed.request.method, "GET");
    EXPECT_EQ(parsed.request.target, "/a/b?c");
    EXPECT_EQ(parsed.request.path(), "/a/b");
    EXPECT_EQ(parsed.request.query(), "c");
    ASSERT_EQ(parsed.request.headers.fields().size(), 3u);
    EXPECT_EQ(parsed.request.headers.find("x-y"), "z w");
    EXPECT_EQ(parsed.request.headers.find("e"), "");
    EXPECT_TRUE(parsed.framing.keep_alive);
    EXPECT_FALSE(parsed.request.has_content);
    EXPECT_FALSE(parsed.request.content_length);
}

TEST(RequestHead, knows_what_content_follows) {
    auto parsed = parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n");
    EXPECT_EQ(parsed.request.content_length, 12u);
    EXPECT_TRUE(parsed.request.has_content);
    parsed =
        parse("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(parsed.request.content_length, 0u);
    EXPECT_FALSE(parsed.request.has_content);
    EXPECT_FALSE(parsed.framing.expect_continue);
    parsed = parse("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n"
                   "Expect: 100-continue\r\n\r\n");
    EXPECT_FALSE(parsed.request.content_length);
    EXPECT_TRUE(parsed.request.has_content);
    EXPECT_TRUE(parsed.framing.chunked);
    EXPECT_TRUE(parsed.framing.expect_continue);
}

TEST(RequestHead, knows_who_keeps_the_connection) {
    EXPECT_FALSE(
        parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").framing.keep_alive);
    EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").framing.keep_alive);
    EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").framing.keep_alive);
}

TEST(RequestHead, refuses_what_is_not_http) {
    EXPECT_EQ(refusal("\x16\x03\x01"), "400 this is not HTTP");
    EXPECT_EQ(refusal(" GET / HTTP/1.1\r\n"), "400 this is not HTTP");
    EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: a\n"),
              "400 a line ends with carriage return and line feed");
    EXPECT_EQ(refusal("GET\r\n\r\n"), "400 the method is not a word");
    EXPECT_EQ(refusal("GET /\r\n\r\n").substr(0, 3), "400");
    EXPECT_EQ(refusal("G(T / HTTP/1.1\r\n\r\n"), "400 the method is not a word");
    EXPECT_EQ(refusal("GET / HTTP/2.0\r\n\r\n"), "505 this is HTTP/1.1 and 1.0");
    EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "505 this is HTTP/1.1 and 1.0");
    EXPECT_EQ(refusal("GET / HTTP/0.9\r\n\r\n"), "505 this is HTTP/1.1 and 1.0");
}

TEST(RequestHead, refuses_targets_that_it_does_not_serve) {
    const auto of = [](std::string_view target, std::string_view method = "GET") {
        return refusal(std::string(method) + " " + std::string(target) +
                       " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
    EXPECT_EQ(of("*", "OPTIONS"), "501 only targets that begin with `/` are served");
    EXPECT_EQ(of("a:443", "CONNECT"), "501 only targets that begin with `/` are served");
    EXPECT_EQ(of("a"), "400 a target begins with `/`");
    EXPECT_EQ(of("ftp://a/"), "400 a target begins with `/`, `http://` or `https://`");
    EXPECT_EQ(of("http:///b"), "400 the target's host is not a host");
    EXPECT_EQ(of("http://u@a/b"), "400 the target's host is not a host");
    EXPECT_EQ(of("/a#b"), "400 a target has no such characters");
    EXPECT_EQ(of("/a\x7f"), "400 a target has no such characters");
    EXPECT_EQ(of("/\xc3\xbc"), "400 a target has no such characters");
    EXPECT_EQ(of("/a\tb").substr(0, 3), "400");
}

TEST(RequestHead, refuses_a_host_that_is_missing_doubled_or_none) {
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), "400 `Host` is missing");
    EXPECT_EQ(refusal("GET / HTTP/1.0\r\n\r\n"), "");
    EXPECT_EQ(refusal_of("Host: a"), "400 more than one `Host`");
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), "400 `Host` is not a host");
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), "400 `Host` is not a host");
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: [::1]:5000\r\n\r\n"), "");
}

TEST(RequestHead, refuses_lengths_that_could_be_read_in_two_ways) {
    EXPECT_EQ(refusal_of("Content-Length: 3\r\nContent-Length: 3"), "");
    const std::string lengths =
        "400 `Content-Length` and `Transfer-Encoding` disagree or are no numbers";
    EXPECT_EQ(refusal_of("Content-Length: 3\r\nContent-Length: 4"), lengths);
    EXPECT_EQ(refusal_of("Content-Length: 3\r\nTransfer-Encoding: chunked"), lengths);
    EXPECT_EQ(refusal_of("Transfer-Encoding: chunked\r\nContent-Length: 3"), lengths);
    EXPECT_EQ(refusal_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), lengths);
    EXPECT_EQ(refusal_of("Content-Length: -3"), lengths);
    EXPECT_EQ(refusal_of("Content-Length: 0x3"), lengths);
    EXPECT_EQ(refusal_of("Content-Length:"), lengths);
    EXPECT_EQ(refusal_of("Content-Length: 99999999999999999999"), lengths);
    EXPECT_EQ(refusal_of("Content-Length: 3, 3"), "400 `Content-Length` is not a number");
    EXPECT_EQ(refusal("PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
              "400 HTTP/1.0 has no `Transfer-Encoding`");
    for (const auto* coding : {"gzip, chunked", "gzip", "identity", "chunked, gzip", "xchunked"})
        EXPECT_EQ(refusal_of("Transfer-Encoding: " + std::string(coding)),
                  "501 the only transfer coding here is `chunked`")
            << coding;
}

TEST(RequestHead, refuses_fields_that_others_read_differently) {
    EXPECT_EQ(refusal_of("A : b"), "400 a header field is malformed");
    EXPECT_EQ(refusal_of("A"), "400 a header field is malformed");
    EXPECT_EQ(refusal_of(": b"), "400 a header field is malformed");
    EXPECT_EQ(refusal_of("A: b\x01"), "400 a header field is malformed");
    EXPECT_EQ(refusal_of(std::string_view("A: b\0c", 6)), "400 a header field is malformed");
    EXPECT_EQ(refusal_of("A: b\rc"), "400 a header field is malformed");
    EXPECT_EQ(refusal_of("A: b\r\n c"), "400 a header field goes on in a second line");
    EXPECT_EQ(refusal_of("Expect: more"), "417 the only expectation here is `100-continue`");
}

TEST(RequestHead, has_limits) {
    std::string many;
    for (int i = 0; i < 9; ++i)
        many += "A: b\r\n";
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\n" + many + "\r\n"), "");
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\n" + many + "A: b\r\n\r\n"),
              "431 too many header fields");
    const std::string before = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
    const auto fits = limits.bytes - before.size() - 4;
    EXPECT_EQ(refusal(before + std::string(fits, 'x') + "\r\n\r\n"), "");
    EXPECT_EQ(refusal(before + std::string(fits + 1, 'x') + "\r\n\r\n"),
              "431 the head is too long");
    EXPECT_EQ(refusal(std::string(limits.bytes + 1, 'x')), "431 the head is too long");
}

} // namespace
} // namespace tenon::net
