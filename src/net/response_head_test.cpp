// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "net/response_head.hpp"

#include <gtest/gtest.h>

namespace tenon::net {
namespace {

std::string head(const ServerResponse& response, bool to_head = false, bool http10 = false,
                 bool keep_alive = true) {
    std::string out;
    append_response_head(out, response, {to_head, http10, keep_alive, "D"});
    return out;
}

TEST(ResponseHead, writes_dates_as_rfc_9110_does) {
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); // its own example
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(ResponseHead, adds_date_and_length) {
    ServerResponse response;
    response.status = 404;
    response.headers.add("A", "b");
    response.content = "text";
    EXPECT_EQ(head(response),
              "HTTP/1.1 404 Not Found\r\nA: b\r\nDate: D\r\nContent-Length: 4\r\n\r\n");
    EXPECT_EQ(head(response, true), head(response));
    EXPECT_EQ(head(response, false, false, false),
              "HTTP/1.1 404 Not Found\r\nA: b\r\nDate: D\r\nContent-Length: 4\r\n"
              "Connection: close\r\n\r\n");
    EXPECT_EQ(head(response, false, true),
              "HTTP/1.1 404 Not Found\r\nA: b\r\nDate: D\r\nContent-Length: 4\r\n"
              "Connection: keep-alive\r\n\r\n");
}

TEST(ResponseHead, has_a_length_whenever_one_may) {
    ServerResponse response;
    EXPECT_EQ(head(response), "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(head(response, true), "HTTP/1.1 200 OK\r\nDate: D\r\n\r\n");
    response.status = 204;
    EXPECT_EQ(head(response), "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
    response.status = 304;
    EXPECT_EQ(head(response), "HTTP/1.1 304 Not Modified\r\nDate: D\r\n\r\n");
    response.status = 299;
    response.content = FileContent{base::Fd(), 5, 7};
    EXPECT_EQ(head(response), "HTTP/1.1 299 \r\nDate: D\r\nContent-Length: 7\r\n\r\n");
}

TEST(ResponseHead, leaves_out_fields_that_are_the_servers) {
    ServerResponse response;
    for (const auto* name : {"content-length", "transfer-encoding", "connection", "keep-alive"})
        response.headers.add(name, "1");
    response.headers.add("date", "E");
    EXPECT_EQ(head(response), "HTTP/1.1 200 OK\r\ndate: E\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(head(response, true), "HTTP/1.1 200 OK\r\ndate: E\r\nContent-Length: 1\r\n\r\n");
}

TEST(ResponseHead, writes_no_line_end_of_a_value) {
    ServerResponse response;
    response.headers.add("A", "b\r\nC: d\x7f\te");
    response.headers.add("B:", "x");
    response.headers.add("", "y");
    EXPECT_EQ(head(response),
              "HTTP/1.1 200 OK\r\nA: b  C: d \te\r\nDate: D\r\nContent-Length: 0\r\n\r\n");
}

} // namespace
} // namespace tenon::net
