// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the server does with requests that are as they should be.
#include "net/server.hpp"

#include "base/test_directory.hpp"
#include "net/test_server.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;

ServerResponse with(std::string content) {
    ServerResponse response;
    response.content = std::move(content);
    return response;
}

/// A file that has no name any more.
FileContent file_of(std::string_view text, std::uint64_t offset, std::uint64_t length) {
    base::Fd fd(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        std::abort();
    return {std::move(fd), offset, length};
}

/// Waits for something that is about to happen.
void until(const std::atomic<bool>& fact) {
    for (int tries = 0; tries < 10'000 && !fact; ++tries)
        std::this_thread::sleep_for(1ms);
}

TEST(Server, answers_at_once_and_in_a_worker) {
    RunningServer server;
    auto client = server.client();
    const auto now = client.ask(get("/now/a?b=c"));
    EXPECT_EQ(now.status, 200);
    EXPECT_EQ(now.content, "/now/a?b=c");
    EXPECT_EQ(now.field("Content-Length"), "10");
    EXPECT_EQ(now.field("Date").size(), 29u);
    EXPECT_EQ(client.ask(get("/later")).content, "GET /later ");
    EXPECT_EQ(client.ask(put("/later", "abc")).content, "PUT /later abc");
    EXPECT_EQ(client.ask(get("/now")).content, "/now");
}

TEST(Server, gives_handlers_the_whole_head) {
    RunningServer server;
    std::string seen;
    server.handler.slow = [&](const ServerRequest& request, RequestBody&) {
        seen = request.method + "|" + std::string(request.path()) + "|" +
               std::string(request.query()) + "|" +
               std::string(request.headers.find("x-A").value_or("?")) + "|" +
               std::to_string(request.content_length.value_or(99)) +
               (request.has_content ? "|content" : "|none") + (request.tls ? "|tls" : "|plain");
        return with(request.peer.substr(0, 10));
    };
    EXPECT_EQ(server
                  .ask("PATCH /p%20q?r=%2F HTTP/1.1\r\nhost: h\r\nX-a: \t b c \r\n"
                       "Content-Length: 0\r\n\r\n")
                  .content,
              "127.0.0.1:");
    EXPECT_EQ(seen, "PATCH|/p%20q|r=%2F|b c|0|none|plain");
}

TEST(Server, answers_pipelined_requests_in_order) {
    RunningServer server;
    auto client = server.client();
    std::string all;
    for (int i = 0; i < 100; ++i)
        all += i % 3 == 0 ? put("/later/" + std::to_string(i), "xy")
                          : get((i % 3 == 1 ? "/now/" : "/later/") + std::to_string(i));
    client.send(all);
    for (int i = 0; i < 100; ++i) {
        const auto number = std::to_string(i);
        EXPECT_EQ(client.receive().content, i % 3 == 0   ? "PUT /later/" + number + " xy"
                                            : i % 3 == 1 ? "/now/" + number
                                                         : "GET /later/" + number + " ");
    }
}

TEST(Server, reads_a_request_that_comes_byte_by_byte) {
    RunningServer server;
    auto client = server.client();
    for (const char c : put_chunked("/later", "3;a=b\r\nabc\r\n1\r\nd\r\n0\r\nT: x\r\n\r\n"))
        client.send({&c, 1});
    EXPECT_EQ(client.receive().content, "PUT /later abcd");
    EXPECT_EQ(client.ask(get("/now")).content, "/now");
}

TEST(Server, reads_chunks_larger_and_smaller_than_its_buffers) {
    RunningServer server;
    std::size_t total = 0;
    std::uint64_t sum = 0;
    server.handler.slow = [&](const ServerRequest&, RequestBody& body) {
        std::vector<Byte> some(200'000);
        for (;;) {
            const auto count = body.read(some).value();
            if (count == 0)
                return with(std::to_string(total) + " " + std::to_string(sum));
            for (std::size_t i = 0; i < count; ++i)
                sum += some[i] * (++total % 1000);
        }
    };
    std::string content;
    std::string chunks;
    std::uint64_t expected = 0;
    for (const std::size_t size : {1u, 70'000u, 3u, 300'000u, 65'536u, 17u}) {
        const auto begin = content.size();
        for (std::size_t i = 0; i < size; ++i)
            content.push_back(static_cast<char>((begin + i) * 7 % 251));
        char digits[16];
        const auto end = std::to_chars(std::begin(digits), std::end(digits), size, 16).ptr;
        chunks += std::string(digits, end) + "\r\n" + content.substr(begin) + "\r\n";
    }
    for (std::size_t i = 0; i < content.size(); ++i)
        expected += static_cast<Byte>(content[i]) * ((i + 1) % 1000);
    EXPECT_EQ(server.ask(put_chunked("/", chunks + "0\r\n\r\n")).content,
              std::to_string(content.size()) + " " + std::to_string(expected));
}

TEST(Server, sends_a_part_of_a_file) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        ServerResponse response;
        response.status = 206;
        response.content = file_of("0123456789", 2, 5);
        return response;
    };
    auto client = server.client();
    const auto reply = client.ask(get("/"));
    EXPECT_EQ(reply.content, "23456");
    EXPECT_EQ(reply.field("Content-Length"), "5");
    EXPECT_EQ(client.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", true).field("Content-Length"), "5");
    EXPECT_EQ(client.ask(get("/")).content, "23456");
    const auto seen = server.handler.seen(3);
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].sent_bytes, 5u);
    EXPECT_EQ(seen[1].sent_bytes, 0u);
    EXPECT_TRUE(seen[0].complete && seen[1].complete);
}

TEST(Server, closes_when_a_file_is_shorter_than_announced) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        ServerResponse response;
        response.content = file_of("0123456789", 0, 20);
        return response;
    };
    auto client = server.client();
    EXPECT_EQ(client.ask(get("/")).content, "0123456789");
    const auto seen = server.handler.seen(1);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].sent_bytes, 10u);
    EXPECT_FALSE(seen[0].complete);
}

TEST(Server, sends_a_large_content_to_a_client_that_reads_late) {
    RunningServer server;
    const std::string large(6'000'000, 'x');
    server.handler.slow = [&](const ServerRequest&, RequestBody&) { return with(large); };
    auto client = server.client(4096);
    client.send(get("/") + get("/now"));
    EXPECT_EQ(client.receive().content.size(), large.size());
    EXPECT_EQ(client.receive().content, "/now");
}

TEST(Server, sends_no_content_where_there_is_none) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest& request, RequestBody&) {
        auto response = with("text");
        std::from_chars(request.target.data() + 1, request.target.data() + 4, response.status);
        return response;
    };
    auto client = server.client();
    EXPECT_EQ(client.ask(get("/204")).field("Content-Length"), "");
    EXPECT_EQ(client.ask(get("/304")).content, "");
    EXPECT_EQ(client.ask("HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n", true).field("Content-Length"),
              "4");
    EXPECT_EQ(client.ask(get("/200")).content, "text");
    server.stop();
    for (const auto& one : server.handler.seen(4))
        EXPECT_EQ(one.sent_bytes, one.method == "GET" && one.status == 200 ? 4u : 0u);
}

TEST(Server, announces_a_length_that_a_handler_knows_without_content) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        ServerResponse response;
        response.headers.add("content-length", "1234");
        return response;
    };
    auto client = server.client();
    EXPECT_EQ(client.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", true).field("Content-Length"),
              "1234");
    EXPECT_EQ(client.ask(get("/")).field("Content-Length"), "0");
}

TEST(Server, lets_no_header_value_begin_another_field) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        ServerResponse response;
        response.headers.add("Location", "/a\r\nSet-Cookie: b");
        response.headers.add("X\r\nY", "c");
        response.headers.add("Transfer-Encoding", "chunked");
        return response;
    };
    const auto reply = server.ask(get("/"));
    EXPECT_TRUE(reply.has("Location: /a  Set-Cookie: b"));
    EXPECT_EQ(reply.field("Set-Cookie"), "");
    EXPECT_EQ(reply.field("Y"), "");
    EXPECT_EQ(reply.field("Transfer-Encoding"), "");
}

TEST(Server, tells_a_client_to_go_on_when_the_handler_reads) {
    RunningServer server;
    auto client = server.client();
    const auto head = std::string("PUT /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                                  "Expect: 100-Continue\r\n\r\n");
    EXPECT_EQ(client.ask(head).status, 100);
    EXPECT_EQ(client.ask("abc").content, "PUT /later abc");
    // Who does not wait is not told either.
    EXPECT_EQ(client.ask(head + "xyz").content, "PUT /later xyz");
}

TEST(Server, closes_when_content_was_neither_invited_nor_sent) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        auto response = with("no");
        response.status = 401;
        return response;
    };
    auto client = server.client();
    const auto reply = client.ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                                  "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(reply.status, 401);
    EXPECT_TRUE(reply.has("Connection: close"));
    EXPECT_TRUE(client.ends());
}

TEST(Server, reads_away_what_a_handler_leaves) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody& body) {
        Byte some[3];
        return with(std::to_string(body.read(some).value_or(0)));
    };
    auto client = server.client();
    EXPECT_EQ(client.ask(put("/", std::string(1'000'000, 'x'))).content, "3");
    EXPECT_EQ(client.ask(get("/now")).content, "/now");
    EXPECT_EQ(client.ask(put_chunked("/", "5\r\nabcde\r\n0\r\n\r\n")).content, "3");
    EXPECT_EQ(client.ask(get("/now")).content, "/now");
}

TEST(Server, closes_after_content_that_is_too_long_to_be_read_away) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) { return with("no"); };
    const std::string content(8'000'000, 'x');
    auto client = server.client();
    const auto reply = client.ask(put("/", content)); // all of it is sent before it reads
    EXPECT_EQ(reply.content, "no");
    EXPECT_TRUE(reply.has("Connection: close"));
    client.end_writing();
    EXPECT_TRUE(client.ends());
    EXPECT_FALSE(client.was_reset());
}

TEST(Server, keeps_or_closes_connections_as_asked) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        auto response = with("bye");
        response.close = true;
        return response;
    };
    auto client = server.client();
    EXPECT_TRUE(client.ask(get("/now", "Connection: close\r\n")).has("Connection: close"));
    EXPECT_TRUE(client.ends());
    client = server.client();
    EXPECT_TRUE(client.ask(get("/")).has("Connection: close"));
    EXPECT_TRUE(client.ends());
    client = server.client();
    EXPECT_EQ(client.ask("GET /now HTTP/1.0\r\n\r\n").content, "/now");
    EXPECT_TRUE(client.ends());
    client = server.client();
    for (int i = 0; i < 2; ++i)
        EXPECT_TRUE(client.ask("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .has("Connection: keep-alive"));
}

TEST(Server, takes_a_target_with_its_host) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest& request, RequestBody&) {
        return with(request.target + "@" + std::string(request.headers.find("Host").value_or("")));
    };
    EXPECT_EQ(server.ask("GET http://b:80/c?d HTTP/1.1\r\nHost: a\r\n\r\n").content, "/c?d@b:80");
    EXPECT_EQ(server.ask("GET HTTPS://b?d HTTP/1.1\r\nHost: a\r\n\r\n").content, "/?d@b");
    EXPECT_EQ(server.ask("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n").content, "/@b");
}

TEST(Server, answers_500_for_what_a_handler_throws) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) -> ServerResponse {
        throw std::runtime_error("secret");
    };
    auto client = server.client();
    const auto reply = client.ask(get("/"));
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.content.find("secret"), std::string::npos);
    EXPECT_EQ(client.ask(get("/now")).status, 200);
}

TEST(Server, serves_more_slow_requests_than_it_has_workers) {
    ServerOptions options;
    options.worker_threads = 2;
    RunningServer server(std::move(options));
    std::atomic<int> running{0};
    std::atomic<int> most{0};
    server.handler.slow = [&](const ServerRequest&, RequestBody&) {
        most = std::max(most.load(), ++running);
        for (int tries = 0; tries < 1000 && most < 2; ++tries)
            std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(2ms); // time for a third
        --running;
        return with("done");
    };
    std::vector<RawClient> clients;
    for (int i = 0; i < 10; ++i) {
        clients.push_back(server.client());
        clients.back().send(get("/"));
    }
    EXPECT_EQ(server.ask(get("/now")).status, 200); // not behind them
    for (auto& client : clients)
        EXPECT_EQ(client.receive().content, "done");
    EXPECT_EQ(most, 2);
}

TEST(Server, reports_every_answer_once) {
    RunningServer server;
    auto client = server.client();
    EXPECT_EQ(client.ask(get("/now")).status, 200);
    EXPECT_EQ(client.ask(put("/later", "abc")).status, 200);
    EXPECT_EQ(client.ask("nonsense\r\n\r\n").status, 400);
    server.stop();
    const auto seen = server.handler.seen(3);
    ASSERT_EQ(seen.size(), 3u);
    EXPECT_EQ(seen[0].target + " " + std::to_string(seen[0].sent_bytes), "/now 4");
    EXPECT_EQ(seen[1].method + " " + std::to_string(seen[1].sent_bytes), "PUT 14");
    EXPECT_EQ(seen[2].status, 400);
    EXPECT_TRUE(seen[0].complete && seen[1].complete && seen[2].complete);
}

TEST(Server, reports_an_answer_that_the_client_does_not_take) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        return with(std::string(20'000'000, 'x'));
    };
    auto client = server.client(4096);
    client.send(get("/"));
    char byte = 0;
    ASSERT_EQ(::recv(client.fd(), &byte, 1, 0), 1);
    client.close();
    const auto seen = server.handler.seen(1);
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_FALSE(seen[0].complete);
    EXPECT_LT(seen[0].sent_bytes, 20'000'000u);
}

// --- where it listens

TEST(Server, listens_on_ipv6_and_on_both) {
    RunningServer six({}, "[::1]:0");
    EXPECT_EQ(six.ask(get("/now")).status, 200);
    RunningServer both({}, ":0");
    for (const auto* host : {"127.0.0.1", "::1"}) {
        Endpoint endpoint;
        endpoint.host = host;
        endpoint.port = both.endpoint().port;
        EXPECT_EQ(RawClient(endpoint).ask(get("/now")).status, 200) << host;
    }
    RunningServer local({}, "localhost:0");
    for (const auto* host : {"127.0.0.1", "::1"}) {
        Endpoint endpoint;
        endpoint.host = host;
        endpoint.port = local.endpoint().port;
        EXPECT_EQ(RawClient(endpoint).ask(get("/now")).status, 200) << host;
    }
}

TEST(Server, says_that_a_port_is_taken) {
    RunningServer server;
    TestHandler handler;
    const auto second = Server::listen(server.endpoint(), {}, handler);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Errc::io);
    EXPECT_EQ(second.error().message(), "cannot listen on `" + server.endpoint().text() + "`");
    EXPECT_THAT(second.error().causes().front(), testing::HasSubstr("Address already in use"));
}

TEST(Server, listens_on_a_unix_socket_of_the_mode_asked_for) {
    const base::TestDirectory directory;
    const auto path = directory / "s";
    ServerOptions options;
    options.socket_mode = 0660;
    const auto text = "unix:" + path.native();
    RunningServer server(std::move(options), text);
    struct stat status;
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0660u);
    EXPECT_EQ(server.ask(get("/now")).content, "/now");
    TestHandler handler;
    const auto second = Server::listen(server.endpoint(), {}, handler);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), Errc::exists);
    EXPECT_EQ(second.error().causes().front(), "somebody listens there already");
    EXPECT_EQ(server.ask(get("/now")).content, "/now");
    server.stop();
    EXPECT_TRUE(directory.names().empty());
}

TEST(Server, replaces_a_stale_unix_socket_but_no_other_file) {
    const base::TestDirectory directory;
    Endpoint endpoint;
    endpoint.path = (directory / "s").native();
    {
        const base::Fd stale(::socket(AF_UNIX, SOCK_STREAM, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, endpoint.path.c_str(), endpoint.path.size() + 1);
        ASSERT_EQ(::bind(stale.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    TestHandler handler;
    EXPECT_TRUE(Server::listen(endpoint, {}, handler));
    EXPECT_TRUE(directory.names().empty());
    ASSERT_TRUE(base::write_file(endpoint.path, as_bytes("mine")));
    const auto refused = Server::listen(endpoint, {}, handler);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::exists);
    EXPECT_EQ(directory.names().size(), 1u);
}

TEST(Server, says_that_a_socket_path_is_too_long) {
    TestHandler handler;
    Endpoint endpoint;
    endpoint.path = "/tmp/" + std::string(200, 'x');
    const auto refused = Server::listen(endpoint, {}, handler);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::limit);
}

// --- stopping

TEST(Server, ends_idle_connections_and_finishes_requests_when_it_stops) {
    RunningServer server;
    std::atomic<bool> begun{false};
    std::atomic<bool> go{false};
    server.handler.slow = [&](const ServerRequest&, RequestBody& body) {
        begun = true;
        while (!go)
            std::this_thread::sleep_for(1ms);
        return with(TestHandler::read_all(body).value_or("?"));
    };
    auto idle = server.client();
    EXPECT_EQ(idle.ask(get("/now")).status, 200);
    auto busy = server.client();
    busy.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    auto in_a_head = server.client();
    EXPECT_EQ(in_a_head.ask(get("/now")).status, 200);
    in_a_head.send("GET /now HTTP/1.1\r\n");
    until(begun);
    server.begin_stop();
    EXPECT_TRUE(idle.ends());
    go = true;
    busy.send("def");
    const auto reply = busy.receive();
    EXPECT_EQ(reply.content, "abcdef");
    EXPECT_TRUE(reply.has("Connection: close"));
    EXPECT_TRUE(busy.ends());
    EXPECT_EQ(in_a_head.ask("Host: a\r\n\r\n").content, "/now");
    EXPECT_FALSE(server.client().connected());
    server.stop();
    EXPECT_TRUE(server.ended_well());
}

TEST(Server, interrupts_what_does_not_end_in_time) {
    ServerOptions options;
    options.stop_timeout = 50ms;
    RunningServer server(std::move(options));
    std::atomic<bool> begun{false};
    std::atomic<Errc> error{};
    server.handler.slow = [&](const ServerRequest&, RequestBody& body) {
        begun = true;
        const auto content = TestHandler::read_all(body);
        error = content ? Errc::usage : content.error().code();
        return with("late");
    };
    auto sending = server.client();
    sending.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nabc");
    auto in_a_head = server.client();
    EXPECT_EQ(in_a_head.ask(get("/now")).status, 200);
    in_a_head.send("GET /now HTTP/1.1\r\n");
    until(begun);
    const auto begin = std::chrono::steady_clock::now();
    server.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
    EXPECT_EQ(error, Errc::interrupted);
    EXPECT_TRUE(sending.ends());
    EXPECT_TRUE(in_a_head.ends());
    EXPECT_TRUE(server.ended_well());
}

TEST(Server, stops_before_anybody_came) {
    RunningServer server;
    server.stop();
    EXPECT_TRUE(server.ended_well());
}

} // namespace
} // namespace tenon::net
