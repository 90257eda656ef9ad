// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the server does with clients that send nonsense, too much, too slowly, or go away.
#include "net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;

ServerResponse with(std::string content) {
    ServerResponse response;
    response.content = std::move(content);
    return response;
}

/// A server whose handler says how reading the content failed.
struct Reading {
    explicit Reading(ServerOptions options = {}) : server(std::move(options)) {
        server.handler.slow = [this](const ServerRequest&, RequestBody& body) {
            const auto content = TestHandler::read_all(body);
            if (content)
                return with("all");
            Byte more[10];
            again = body.read(more).error().code() == content.error().code();
            error = content.error().code();
            return with(std::string(errc_name(content.error().code())));
        };
    }
    std::atomic<Errc> error{};
    std::atomic<bool> again{false};
    RunningServer server;

    void wait() const {
        for (int tries = 0; tries < 1000 && error == Errc{}; ++tries)
            std::this_thread::sleep_for(2ms);
    }
};

TEST(ServerLimits, answers_nonsense_once_and_closes) {
    RunningServer server;
    for (const std::string_view bytes :
         {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
          "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0",
          "\x16\x03\x01\x02"}) {
        auto client = server.client();
        const auto reply = client.ask(bytes);
        EXPECT_EQ(reply.status, 400) << bytes;
        EXPECT_TRUE(reply.has("Connection: close"));
        EXPECT_TRUE(reply.has("Content-Type: text/plain; charset=utf-8"));
        EXPECT_TRUE(reply.content.ends_with("\n"));
        EXPECT_TRUE(client.ends());
        EXPECT_FALSE(client.was_reset());
    }
    EXPECT_EQ(server.ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 505);
    EXPECT_EQ(server.ask("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n").status,
              501);
    EXPECT_EQ(server.ask("PUT / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n").status, 417);
}

TEST(ServerLimits, nothing_behind_a_refused_head_is_a_request) {
    RunningServer server;
    auto client = server.client();
    client.send("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n" +
                get("/now/smuggled"));
    EXPECT_EQ(client.receive().status, 400);
    EXPECT_TRUE(client.ends());
    server.stop();
    EXPECT_EQ(server.handler.seen(1).size(), 1u);
}

TEST(ServerLimits, refuses_ten_thousand_fields) {
    RunningServer server;
    std::string fields;
    for (int i = 0; i < 10'000; ++i)
        fields += "A: b\r\n";
    auto client = server.client();
    EXPECT_EQ(client.ask(get("/now", fields)).status, 431);
    client.end_writing();
    EXPECT_TRUE(client.ends());
    EXPECT_FALSE(client.was_reset());
    std::string fewer;
    for (int i = 0; i < 100; ++i)
        fewer += "A: b\r\n";
    EXPECT_EQ(server.ask(get("/now", fewer)).status, 431); // with `Host` one too many
    EXPECT_EQ(server.ask(get("/now", fewer.substr(6))).status, 200);
}

TEST(ServerLimits, refuses_a_head_without_end) {
    ServerOptions options;
    options.max_header_bytes = 2000;
    RunningServer server(std::move(options));
    EXPECT_EQ(server.ask("GET /" + std::string(100'000, 'x')).status, 431);
    EXPECT_EQ(server.ask(get("/now", "A: " + std::string(1900, 'x') + "\r\n")).status, 200);
    EXPECT_EQ(server.ask(get("/now", "A: " + std::string(2000, 'x') + "\r\n")).status, 431);
}

TEST(ServerLimits, ends_a_head_that_trickles_in) {
    ServerOptions options;
    options.header_timeout = 60ms;
    RunningServer server(std::move(options));
    auto client = server.client();
    const auto begin = std::chrono::steady_clock::now();
    for (const char c : std::string_view("GET / HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaa")) {
        if (!client.send({&c, 1}))
            break;
        pollfd waiting{client.fd(), POLLIN, 0};
        if (::poll(&waiting, 1, 5) == 1)
            break;
    }
    EXPECT_EQ(client.receive().status, 408);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    auto silent = server.client();
    EXPECT_TRUE(silent.ends()); // from the start: nothing to answer
}

TEST(ServerLimits, ends_connections_that_are_idle_for_too_long) {
    ServerOptions options;
    options.keep_alive_timeout = 50ms;
    RunningServer server(std::move(options));
    auto client = server.client();
    EXPECT_EQ(client.ask(get("/now")).status, 200);
    EXPECT_TRUE(client.ends());
}

TEST(ServerLimits, ends_content_that_does_not_come) {
    ServerOptions options;
    options.idle_timeout = 50ms;
    Reading reading(std::move(options));
    auto client = reading.server.client();
    auto reply = client.ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(reply.content, "timed-out");
    EXPECT_TRUE(reply.has("Connection: close"));
    EXPECT_TRUE(reading.again);
    client = reading.server.client();
    EXPECT_EQ(client.ask(put_chunked("/", "5\r\nab")).content, "timed-out");
    client = reading.server.client();
    EXPECT_EQ(client
                  .ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n"
                       "Expect: 100-continue\r\n\r\n")
                  .status,
              100);
    EXPECT_EQ(client.receive().content, "timed-out");
}

TEST(ServerLimits, ends_content_that_comes_byte_by_byte) {
    ServerOptions options;
    options.idle_timeout = 100ms; // in which 52 bytes must come
    Reading reading(std::move(options));
    auto client = reading.server.client();
    client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n");
    for (int i = 0; i < 2000 && reading.error == Errc{}; ++i) {
        client.send("x");
        std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(client.receive().content, "timed-out");
}

TEST(ServerLimits, does_not_count_the_handlers_own_time) {
    ServerOptions options;
    options.idle_timeout = 60ms;
    RunningServer server(std::move(options));
    server.handler.slow = [](const ServerRequest&, RequestBody& body) {
        Byte some[2];
        std::size_t total = 0;
        for (;;) {
            const auto count = body.read(some);
            if (!count || *count == 0)
                return with(count ? std::to_string(total) : count.error().message());
            total += *count;
            std::this_thread::sleep_for(30ms);
        }
    };
    EXPECT_EQ(server.ask(put("/", "0123456789")).content, "10");
}

TEST(ServerLimits, ends_an_answer_that_nobody_reads) {
    ServerOptions options;
    options.idle_timeout = 60ms;
    RunningServer server(std::move(options));
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        return with(std::string(20'000'000, 'x'));
    };
    auto client = server.client(4096);
    client.send(get("/"));
    const auto seen = server.handler.seen(1);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_FALSE(seen[0].complete);
}

TEST(ServerLimits, says_when_a_client_goes_away) {
    for (const auto& request :
         {std::string("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
          put_chunked("/", "5\r\nab"), put_chunked("/", "5\r\nabcde\r\n"),
          put_chunked("/", "5\r\nabcde\r\n0\r\n")}) {
        Reading reading;
        auto client = reading.server.client();
        client.send(request);
        client.close();
        reading.wait();
        EXPECT_EQ(reading.error, Errc::truncated) << request;
        EXPECT_TRUE(reading.again);
    }
}

TEST(ServerLimits, says_that_chunks_lie) {
    for (const auto* chunks : {"2\r\nabc\r\n0\r\n\r\n", "x\r\n", "1\r\nabc", "-1\r\n\r\n",
                               "fffffffffffffffff\r\n", "1\na\n0\n\n", "\r\n\r\n"}) {
        Reading reading;
        auto client = reading.server.client();
        const auto reply = client.ask(put_chunked("/", chunks) + get("/now/smuggled"));
        EXPECT_EQ(reply.content, "malformed") << chunks;
        EXPECT_TRUE(client.ends());
        reading.server.stop();
        EXPECT_EQ(reading.server.handler.seen(1).size(), 1u);
    }
    Reading reading;
    EXPECT_EQ(reading.server.ask(put_chunked("/", "1;" + std::string(100'000, 'x'))).content,
              "limit");
}

TEST(ServerLimits, closes_when_what_is_left_of_content_lies) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) { return with("unread"); };
    auto client = server.client();
    EXPECT_EQ(client.ask(put_chunked("/", "1\r\nabc") + get("/now")).content, "unread");
    EXPECT_TRUE(client.ends());
}

TEST(ServerLimits, makes_others_wait_when_all_places_are_taken) {
    ServerOptions options;
    options.max_connections = 2;
    RunningServer server(std::move(options));
    auto first = server.client();
    auto second = server.client();
    EXPECT_EQ(first.ask(get("/now")).status, 200);
    EXPECT_EQ(second.ask(get("/now")).status, 200);
    auto third = server.client();
    third.send(get("/now"));
    pollfd waiting{third.fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 50), 0);
    first.close();
    EXPECT_EQ(third.receive().status, 200);
    EXPECT_EQ(second.ask(get("/now")).status, 200);
}

TEST(ServerLimits, makes_room_by_ending_the_connection_that_was_idle_for_longest) {
    ServerOptions options;
    options.max_connections = 2;
    options.keep_alive_timeout = 1s; // idle for 1/64 of it: may have to go
    RunningServer server(std::move(options));
    auto first = server.client();
    EXPECT_EQ(first.ask(get("/now")).status, 200);
    std::this_thread::sleep_for(30ms);
    auto second = server.client();
    EXPECT_EQ(second.ask(get("/now")).status, 200);
    EXPECT_EQ(server.ask(get("/now")).status, 200);
    EXPECT_TRUE(first.ends());
}

TEST(ServerLimits, survives_without_free_descriptors) {
    RunningServer server;
    auto before = server.client();
    EXPECT_EQ(before.ask(get("/now")).status, 200);
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    auto none_free = limit;
    auto waiting_client = server.client();
    EXPECT_EQ(waiting_client.ask(get("/now")).status, 200);
    base::Fd client(::socket(AF_INET, SOCK_STREAM, 0));
    none_free.rlim_cur = static_cast<rlim_t>(client.get()) + 1;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_free), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.endpoint().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const auto request = get("/now");
    EXPECT_EQ(::send(client.get(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    pollfd waiting{client.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 50), 0); // accepted by nobody
    EXPECT_EQ(before.ask(get("/now")).status, 200);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(::poll(&waiting, 1, 5000), 1);
}

} // namespace
} // namespace tenon::net
