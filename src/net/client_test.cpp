// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The client against servers that say exactly what a test wants, over real sockets of this machine.
#include "net/client.hpp"

#include "base/test_directory.hpp"
#include "net/test_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <semaphore>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using Connection = TestPeer::Connection;

Patience patience() {
    return {std::chrono::steady_clock::now() + 5s, {}};
}

Client client(ClientOptions options = {}) {
    return std::move(Client::create(std::move(options)).value());
}

Request get(const std::string& url) {
    Request request;
    request.url = Url::parse(url).value();
    return request;
}

Request put(const std::string& url, Content content) {
    auto request = get(url);
    request.method = "PUT";
    request.content = std::move(content);
    return request;
}

/// What a GET of the peer's only answer gives: the content, or the error of head or content.
Result<std::string> fetch(const std::string& answer, ClientOptions options = {}) {
    TestPeer peer(TestPeer::answer(answer));
    auto made = client(std::move(options));
    auto response = made.send(get(peer.url()), patience());
    if (!response)
        return fail(std::move(response).error());
    return response->read_all(1 << 20);
}

void expect_error(const Result<std::string>& got, Errc code, std::string_view cause) {
    ASSERT_FALSE(got) << *got;
    EXPECT_EQ(got.error().code(), code) << got.error().message();
    ASSERT_FALSE(got.error().causes().empty()) << got.error().message();
    EXPECT_EQ(got.error().causes().front(), cause);
}

// --- requests

TEST(Client, sends_a_request_as_it_was_given) {
    TestPeer peer(TestPeer::answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"));
    ClientOptions options;
    options.user_agent = "tenon/1";
    auto request = get(peer.url("/v2/a%20b?x=1"));
    request.headers = {{"Accept", "a/b"}, {"Accept", "c/d"}};
    auto made = client(options);
    auto response = made.send(std::move(request), patience());
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->status(), 200);
    EXPECT_EQ(response->length(), 2u);
    EXPECT_EQ(response->read_all(10), "hi");
    const auto host = "127.0.0.1:" + std::to_string(peer.port());
    EXPECT_EQ(peer.requests().at(0), "GET /v2/a%20b?x=1 HTTP/1.1\r\nHost: " + host +
                                         "\r\nUser-Agent: tenon/1\r\nAccept: a/b\r\nAccept: "
                                         "c/d\r\n\r\n");
}

TEST(Client, announces_the_length_of_content_also_of_none) {
    TestPeer peer({[](Connection& connection) {
        for (int i = 0; i < 3; ++i) {
            connection.read_request();
            connection.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        }
    }});
    auto made = client();
    ASSERT_TRUE(made.send(put(peer.url(), std::string("abc")), patience()));
    ASSERT_TRUE(made.send(put(peer.url(), {}), patience()));
    auto remove = get(peer.url());
    remove.method = "DELETE";
    ASSERT_TRUE(made.send(std::move(remove), patience()));
    const auto requests = peer.requests();
    EXPECT_THAT(requests.at(0), HasSubstr("\r\nContent-Length: 3\r\n\r\nabc"));
    EXPECT_THAT(requests.at(1), HasSubstr("\r\nContent-Length: 0\r\n\r\n"));
    EXPECT_THAT(requests.at(2), testing::Not(HasSubstr("Content-Length")));
}

TEST(Client, refuses_requests_that_would_break_the_message) {
    auto made = client();
    const auto refused = [&](Request request) {
        auto response = made.send(std::move(request), patience());
        ASSERT_FALSE(response);
        EXPECT_EQ(response.error().code(), Errc::usage);
        EXPECT_THAT(response.error().message(), testing::Not(HasSubstr("geheim")));
    };
    auto request = get("http://127.0.0.1:1/");
    request.method = "GET /x";
    refused(std::move(request));
    for (const auto& field : {Field{"A", "geheim\r\nX: y"}, Field{"A b", "c"}, Field{"", "c"},
                              Field{"A", std::string("\0", 1)}, Field{"host", "a"},
                              Field{"Content-Length", "1"}, Field{"transfer-encoding", "x"}}) {
        auto with = get("http://127.0.0.1:1/");
        with.headers.add(field.name, field.value);
        refused(std::move(with));
    }
    Request by_hand;
    by_hand.url.host = "a";
    by_hand.url.path = "/ HTTP/1.1";
    EXPECT_EQ(made.send(std::move(by_hand), patience()).error().code(), Errc::malformed);
}

TEST(Client, sends_large_text_and_says_how_much_has_left) {
    TestPeer peer(TestPeer::answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    const std::string content(5'000'000, 'x');
    auto request = put(peer.url(), content);
    std::uint64_t last = 0;
    request.sent = [&](std::uint64_t bytes) {
        EXPECT_GT(bytes, last);
        last = bytes;
    };
    auto made = client();
    ASSERT_TRUE(made.send(std::move(request), patience()));
    EXPECT_EQ(last, content.size());
    EXPECT_TRUE(peer.requests().at(0).ends_with("\r\n\r\n" + content));
}

base::Fd file_of(const base::TestDirectory& directory, std::string_view content) {
    TENON_ASSERT(base::write_file(directory / "file", as_bytes(content)).has_value());
    return std::move(base::open_to_read(directory / "file").value());
}

TEST(Client, sends_a_part_of_a_file) {
    const base::TestDirectory directory;
    std::string content(3'000'000, '-');
    for (std::size_t i = 0; i < content.size(); i += 7)
        content[i] = static_cast<char>('a' + i % 26);
    TestPeer peer(TestPeer::answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    auto request =
        put(peer.url(), FileContent{file_of(directory, content), 1000, content.size() - 2000});
    std::uint64_t last = 0;
    request.sent = [&](std::uint64_t bytes) { last = bytes; };
    auto made = client();
    ASSERT_TRUE(made.send(std::move(request), patience()));
    EXPECT_EQ(last, content.size() - 2000);
    EXPECT_TRUE(
        peer.requests().at(0).ends_with("\r\n\r\n" + content.substr(1000, content.size() - 2000)));
}

TEST(Client, notices_a_file_that_became_shorter) {
    const base::TestDirectory directory;
    TestPeer peer({[](Connection& connection) { connection.read_request(); }});
    auto made = client();
    auto response =
        made.send(put(peer.url(), FileContent{file_of(directory, "abc"), 0, 5}), patience());
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), Errc::invalid);
    EXPECT_EQ(response.error().causes().front(), "the file became shorter while it was sent");
}

TEST(Client, takes_an_answer_that_comes_before_everything_is_sent) {
    // The server reads the head only, refuses, and stays: whoever goes on sending never ends.
    std::binary_semaphore done(0);
    TestPeer peer({[&](Connection& connection) {
        char byte = 0;
        ::recv(connection.fd(), &byte, 1, 0);
        connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
        done.acquire();
    }});
    auto made = client();
    auto response = made.send(put(peer.url(), std::string(50'000'000, 'x')), patience());
    done.release();
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->status(), 413);
    EXPECT_EQ(response->read_all(10), "big");
}

TEST(Client, takes_an_answer_from_a_server_that_hung_up_while_we_sent) {
    const base::TestDirectory directory;
    const std::string content(20'000'000, 'x');
    for (const bool file : {false, true}) {
        TestPeer peer({[](Connection& connection) {
            char byte = 0;
            ::recv(connection.fd(), &byte, 1, 0);
            connection.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: "
                            "close\r\n\r\n");
            connection.close(); // unread bytes make this a reset
        }});
        Content sent = content;
        if (file)
            sent = FileContent{file_of(directory, content), 0, content.size()};
        auto made = client();
        auto response = made.send(put(peer.url(), std::move(sent)), patience());
        ASSERT_TRUE(response) << response.error().message();
        EXPECT_EQ(response->status(), 401);
    }
}

TEST(Client, survives_a_peer_that_breaks_the_connection_while_a_file_is_sent) {
    const base::TestDirectory directory;
    const std::string content(20'000'000, 'x');
    TestPeer peer({[](Connection& connection) {
        char byte = 0;
        ::recv(connection.fd(), &byte, 1, 0);
        connection.reset();
    }});
    auto made = client();
    auto response = made.send(
        put(peer.url(), FileContent{file_of(directory, content), 0, content.size()}), patience());
    ASSERT_FALSE(response); // and no SIGPIPE
    EXPECT_EQ(response.error().code(), Errc::io);
    EXPECT_EQ(response.error().causes().front(), "the connection broke");
}

// --- answers

TEST(Answer, has_a_length_chunks_or_an_end) {
    EXPECT_EQ(fetch("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloXX"), "hello");
    EXPECT_EQ(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2;x=y\r\nhe\r\n003\r\nllo\r\n0\r\nTrailer: x\r\n\r\n"),
              "hello");
    EXPECT_EQ(fetch("HTTP/1.1 200 OK\r\n\r\nhello"), "hello");
    EXPECT_EQ(fetch("HTTP/1.0 200 \r\n\r\nhello"), "hello");
}

TEST(Answer, may_come_byte_by_byte) {
    TestPeer peer({[](Connection& connection) {
        connection.read_request();
        connection.send_slowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"
                               "2\r\nhe\r\n3\r\nllo\r\n0\r\nB: c\r\n\r\n");
        connection.read_request();
        connection.send_slowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }});
    auto made = client();
    auto response = made.send(get(peer.url()), patience());
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->headers().find("a"), "b");
    EXPECT_EQ(response->read_all(10), "hello");
    EXPECT_EQ(response->headers().find("B"), std::nullopt); // trailers are not headers
    EXPECT_EQ(made.send(get(peer.url()), patience())->read_all(10), "");
}

TEST(Answer, has_no_content_after_head_204_and_304) {
    TestPeer peer({[](Connection& connection) {
        for (const auto* head : {"200 OK", "204 No Content", "304 Not Modified"}) {
            connection.read_request();
            connection.send(std::string("HTTP/1.1 ") + head + "\r\nContent-Length: 7\r\n\r\n");
        }
    }});
    auto made = client();
    for (const int status : {200, 204, 304}) {
        auto request = get(peer.url());
        request.method = status == 200 ? "HEAD" : "GET";
        auto response = made.send(std::move(request), patience());
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status(), status);
        EXPECT_EQ(response->length(), 7u);
        EXPECT_EQ(response->read_all(0), "");
    }
    EXPECT_EQ(peer.accepted(), 1u);
}

TEST(Answer, comes_after_interim_ones) {
    EXPECT_EQ(fetch("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
              "ok");
    std::string endless;
    for (int i = 0; i < 70; ++i)
        endless += "HTTP/1.1 100 Continue\r\n\r\n";
    expect_error(fetch(endless), Errc::limit, "more than 64 interim answers");
    expect_error(fetch("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Errc::malformed,
                 "the answer is not HTTP");
}

TEST(Answer, that_ends_early_is_truncated) {
    expect_error(fetch("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), Errc::truncated,
                 "the content ends after 5 of 10 bytes");
    expect_error(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
                 Errc::truncated, "the content was cut off after 5 bytes");
    expect_error(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello"),
                 Errc::truncated, "the content was cut off after 5 bytes");
    expect_error(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"),
                 Errc::truncated, "the content was cut off after 0 bytes");
    expect_error(fetch("HTTP/1.1 200 OK\r\nContent-Len"), Errc::truncated,
                 "the connection was closed in the middle of the answer's head");
    expect_error(fetch(""), Errc::io, "the connection was closed before an answer");
}

TEST(Answer, that_breaks_off_is_truncated_too) {
    std::binary_semaphore read(0);
    TestPeer peer({[&](Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        read.acquire();
        connection.reset();
    }});
    auto made = client();
    auto response = made.send(get(peer.url()), patience());
    ASSERT_TRUE(response);
    Buffer buffer(10);
    EXPECT_EQ(response->read(buffer), 5u);
    read.release();
    const auto rest = response->read(buffer);
    ASSERT_FALSE(rest);
    EXPECT_EQ(rest.error().code(), Errc::truncated);
    EXPECT_EQ(rest.error().causes().front(), "the content ends after 5 of 10 bytes");
}

TEST(Answer, that_is_not_http_is_malformed) {
    for (const std::string_view answer :
         {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
          "HTTP/1.1 099 Low\r\n\r\n", "HTTP/1.1 600 High\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"})
        expect_error(fetch(std::string(answer)), Errc::malformed, "the answer is not HTTP");
    expect_error(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx"), Errc::unsupported,
                 "the answer has a transfer coding other than `chunked`");
}

TEST(Answer, with_lying_chunks_is_malformed) {
    for (const std::string_view chunks :
         {"x\r\nhello\r\n0\r\n\r\n", "-1\r\nhello\r\n", "5hello\r\n0\r\n\r\n",
          "5\r\nhelloworld\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n\r\n",
          "10000000000000000\r\nhello\r\n", "\r\n5\r\nhello\r\n0\r\n\r\n"})
        expect_error(
            fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks)),
            Errc::malformed, "the answer is not HTTP");
    // The largest size there is promises more than will ever come.
    expect_error(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "ffffffffffffffff\r\nhello"),
                 Errc::truncated, "the content was cut off after 5 bytes");
    expect_error(fetch("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" +
                       std::string(300'000, 'x') + "\r\nhello\r\n0\r\n\r\n"),
                 Errc::limit, "a chunk's head or the trailer of the content is too long");
}

TEST(Answer, has_a_head_of_limited_size) {
    ClientOptions options;
    options.max_header_bytes = 1000;
    const std::string tail = "\r\nContent-Length: 0\r\n\r\n";
    const std::string head = "HTTP/1.1 200 OK\r\nA: ";
    const auto fits = head + std::string(1000 - head.size() - tail.size(), 'x') + tail;
    ASSERT_EQ(fits.size(), 1000u);
    EXPECT_EQ(fetch(fits, options), "");
    expect_error(fetch(head + 'x' + fits.substr(head.size()), options), Errc::limit,
                 "the answer's head is longer than 1000 bytes");
    // Many fields, one endless field, one endless status line.
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10'000; ++i)
        many += "Field-" + std::to_string(i) + ": x\r\n";
    expect_error(fetch(many), Errc::limit, "the answer's head is longer than 65536 bytes");
    expect_error(fetch("HTTP/1.1 200 OK\r\nA: " + std::string(1'000'000, 'x')), Errc::limit,
                 "the answer's head is longer than 65536 bytes");
    expect_error(fetch("HTTP/1.1 200 " + std::string(1'000'000, 'x')), Errc::limit,
                 "the answer's head is longer than 65536 bytes");
    std::string interim;
    for (int i = 0; i < 50; ++i)
        interim += "HTTP/1.1 103 X\r\nA: " + std::string(2000, 'x') + "\r\n\r\n";
    expect_error(fetch(interim), Errc::limit, "the answer's head is longer than 65536 bytes");
}

TEST(Answer, is_read_to_a_limit) {
    const auto within = [](const std::string& answer, std::uint64_t limit) {
        TestPeer peer(TestPeer::answer(answer));
        auto made = client();
        return made.send(get(peer.url()), patience())->read_all(limit);
    };
    EXPECT_EQ(within("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 5), "hello");
    const auto announced = within("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", 5);
    ASSERT_FALSE(announced);
    EXPECT_EQ(announced.error().code(), Errc::limit);
    EXPECT_THAT(announced.error().message(), testing::EndsWith("is longer than 5 bytes"));
    EXPECT_EQ(within("HTTP/1.1 200 OK\r\n\r\nhello!", 5).error().code(), Errc::limit);
}

} // namespace
} // namespace tenon::net
