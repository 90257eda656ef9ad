// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Connections over time: kept, lost, redirected, proxied, waited for and given up.
#include "base/test_directory.hpp"
#include "net/client.hpp"
#include "net/resolve.hpp"
#include "net/test_peer.hpp"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <semaphore>
#include <sys/un.h>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;
using Connection = TestPeer::Connection;
using Script = TestPeer::Script;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Patience patience() {
    return {std::chrono::steady_clock::now() + 5s, {}};
}

Client client(ClientOptions options = {}) {
    return std::move(Client::create(std::move(options)).value());
}

Request request_for(const std::string& url, std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    request.url = Url::parse(url).value();
    return request;
}

Result<std::string> content(Client& client, Request request) {
    auto response = client.send(std::move(request), patience());
    if (!response)
        return fail(std::move(response).error());
    return response->read_all(1 << 20);
}

/// As many requests as there are answers, over one connection that stays open.
Script answers(std::vector<std::string> all) {
    return [all = std::move(all)](Connection& connection) {
        for (const auto& answer : all) {
            if (connection.read_request().empty())
                return;
            connection.send(answer);
        }
        connection.wait_for_end();
    };
}

std::string redirect(int status, std::string_view location) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nLocation: " + std::string(location) +
           "\r\nContent-Length: 4\r\n\r\naway";
}

void expect_error(const Result<std::string>& got, Errc code, std::string_view cause) {
    ASSERT_FALSE(got) << *got;
    EXPECT_EQ(got.error().code(), code) << got.error().message();
    ASSERT_FALSE(got.error().causes().empty()) << got.error().message();
    EXPECT_EQ(got.error().causes().front(), cause);
}

// --- kept

TEST(KeepAlive, uses_a_connection_again) {
    TestPeer peer({answers({std::string(ok),
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "2\r\nok\r\n0\r\n\r\n",
                            std::string(ok)})});
    auto made = client();
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(content(made, request_for(peer.url())), "ok");
    EXPECT_EQ(peer.accepted(), 1u);
}

TEST(KeepAlive, needs_two_connections_for_two_answers_at_a_time) {
    TestPeer peer({answers({std::string(ok)}), answers({std::string(ok)})});
    auto made = client();
    // The scripts run one after the other, so the first connection must end for the second.
    auto first = made.send(request_for(peer.url()), patience());
    ASSERT_TRUE(first);
    {
        const auto dropped = std::move(*first); // unread: its connection is closed
    }
    EXPECT_EQ(content(made, request_for(peer.url())), "ok");
    EXPECT_EQ(peer.accepted(), 2u);
}

TEST(KeepAlive, ends_when_the_answer_says_so_or_more_comes_than_announced) {
    for (const std::string_view answer :
         {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nsmuggled"}) {
        TestPeer peer({answers({std::string(answer)}), answers({std::string(ok)})});
        auto made = client();
        EXPECT_EQ(content(made, request_for(peer.url())), "ok");
        EXPECT_EQ(content(made, request_for(peer.url())), "ok");
        EXPECT_EQ(peer.accepted(), 2u);
    }
}

TEST(KeepAlive, replaces_a_connection_that_was_closed_meanwhile) {
    std::binary_semaphore closed(0);
    TestPeer peer({[&](Connection& connection) {
                       connection.read_request();
                       connection.send(ok);
                       connection.close();
                       closed.release();
                   },
                   answers({std::string(ok)})});
    auto made = client();
    EXPECT_EQ(content(made, request_for(peer.url(), "POST")), "ok");
    closed.acquire();
    EXPECT_EQ(content(made, request_for(peer.url(), "POST")), "ok"); // seen before anything is sent
}

/// A connection that answers once and is closed when the second request comes.
Script answers_once_and_hangs_up(bool reset) {
    return [reset](Connection& connection) {
        connection.read_request();
        connection.send(ok);
        connection.read_request();
        if (reset)
            connection.reset();
    };
}

TEST(KeepAlive, repeats_what_can_be_repeated_when_the_server_hangs_up) {
    for (const bool reset : {false, true}) {
        TestPeer peer({answers_once_and_hangs_up(reset), answers({std::string(ok)})});
        auto made = client();
        EXPECT_EQ(content(made, request_for(peer.url())), "ok");
        auto again = request_for(peer.url(), "PUT");
        again.content = std::string("abc");
        EXPECT_EQ(content(made, std::move(again)), "ok");
        EXPECT_THAT(peer.requests().at(2), testing::EndsWith("\r\n\r\nabc"));
    }
}

TEST(KeepAlive, does_not_repeat_what_may_have_been_done) {
    TestPeer peer({answers_once_and_hangs_up(false), answers({std::string(ok)})});
    auto made = client();
    EXPECT_EQ(content(made, request_for(peer.url())), "ok");
    expect_error(content(made, request_for(peer.url(), "POST")), Errc::io,
                 "the connection was closed before an answer");
}

TEST(KeepAlive, does_not_repeat_on_a_fresh_connection) {
    TestPeer peer(
        {[](Connection& connection) { connection.read_request(); }, answers({std::string(ok)})});
    auto made = client();
    expect_error(content(made, request_for(peer.url())), Errc::io,
                 "the connection was closed before an answer");
    EXPECT_EQ(peer.accepted(), 1u);
}

TEST(KeepAlive, outlives_the_client_for_an_answer_under_way) {
    TestPeer peer({answers({std::string(ok)})});
    std::optional<Client> made = client();
    auto response = made->send(request_for(peer.url()), patience());
    made.reset();
    EXPECT_EQ(response->read_all(10), "ok");
}

// --- redirects

TEST(Redirect, is_followed_on_the_same_connection) {
    TestPeer peer({answers({redirect(301, "/b"), redirect(308, "c?d"), std::string(ok)})});
    auto made = client();
    auto request = request_for(peer.url("/a/"));
    request.headers.add("Authorization", "Basic eA==");
    auto response = made.send(std::move(request), patience());
    ASSERT_TRUE(response) << response.error().message();
    EXPECT_EQ(response->url().target(), "/c?d");
    EXPECT_EQ(response->read_all(10), "ok");
    const auto requests = peer.requests();
    EXPECT_THAT(requests.at(1), StartsWith("GET /b HTTP/1.1\r\n"));
    EXPECT_THAT(requests.at(2), HasSubstr("Authorization: Basic eA==\r\n"));
    EXPECT_EQ(peer.accepted(), 1u);
}

TEST(Redirect, to_another_origin_carries_no_credentials) {
    TestPeer other({answers({std::string(ok)})});
    TestPeer peer({answers({redirect(307, other.url("/x"))})});
    auto made = client();
    auto request = request_for(peer.url(), "PUT");
    request.content = std::string("abc");
    request.headers = {{"authorization", "Basic eA=="},
                       {"Cookie", "a=b"},
                       {"Proxy-Authorization", "Basic eA=="},
                       {"Accept", "x"}};
    EXPECT_EQ(content(made, std::move(request)), "ok");
    EXPECT_EQ(other.requests().at(0),
              "PUT /x HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(other.port()) +
                  "\r\nAccept: x\r\nContent-Length: 3\r\n\r\nabc");
}

TEST(Redirect, is_left_to_the_caller_where_it_would_change_the_method) {
    for (const int status : {301, 302, 303}) {
        TestPeer peer({answers({redirect(status, "/b")})});
        auto made = client();
        auto response = made.send(request_for(peer.url(), "POST"), patience());
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status(), status);
        EXPECT_EQ(response->read_all(10), "away");
    }
}

TEST(Redirect, is_left_to_the_caller_who_asks_for_it_and_without_location) {
    TestPeer peer({answers({redirect(302, "/b"), "HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n"})});
    auto made = client();
    auto request = request_for(peer.url());
    request.follow_redirects = false;
    EXPECT_EQ(content(made, std::move(request)), "away");
    EXPECT_EQ(content(made, request_for(peer.url())), "");
}

TEST(Redirect, does_not_go_round_for_ever) {
    TestPeer peer({answers(std::vector<std::string>(20, redirect(302, "/again")))});
    auto made = client();
    expect_error(content(made, request_for(peer.url())), Errc::limit,
                 "the server redirects more than 10 times");
    EXPECT_EQ(peer.requests().size(), 11u);
}

TEST(Redirect, goes_only_where_http_goes) {
    TestPeer peer(
        {answers({redirect(302, "file:///etc/passwd")}), answers({redirect(302, "//u:p@h/")})});
    auto made = client();
    for (int i = 0; i < 2; ++i)
        expect_error(content(made, request_for(peer.url())), Errc::malformed,
                     "the server redirects to a place that cannot be used");
}

// --- ways to connect

TEST(Connect, speaks_ipv6) {
    TestPeer peer({answers({std::string(ok)})}, AF_INET6);
    auto made = client();
    EXPECT_EQ(content(made, request_for(peer.url("/", "[::1]"))), "ok");
    EXPECT_THAT(peer.requests().at(0), HasSubstr("\r\nHost: [::1]:"));
}

TEST(Connect, tries_both_addresses_of_localhost) {
    TestPeer four({answers({std::string(ok)})});
    TestPeer six({answers({std::string(ok)})}, AF_INET6);
    auto made = client();
    EXPECT_EQ(content(made, request_for(four.url("/", "localhost"))), "ok");
    EXPECT_EQ(content(made, request_for(six.url("/", "localhost"))), "ok");
}

/// A port that nobody listens on.
std::uint16_t closed_port() {
    TestPeer gone({});
    return gone.port();
}

TEST(Connect, says_who_refused) {
    auto made = client();
    const auto where = "127.0.0.1:" + std::to_string(closed_port());
    auto response = made.send(request_for("http://" + where + "/a?key=geheim"), patience());
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), Errc::io);
    EXPECT_EQ(response.error().message(), "request to `http://" + where + "/a?…` failed");
    EXPECT_EQ(response.error().causes(),
              (std::vector<std::string>{"cannot connect to `" + where + "`",
                                        "Connection refused (os error 111)"}));
}

TEST(Connect, says_which_name_is_not_known) {
    auto watch = std::move(Waiter::create(patience()).value());
    // Not a name of DNS, so that nobody is asked over a network.
    const auto addresses = resolve("a..b", 80, 5s, *watch);
    ASSERT_FALSE(addresses);
    EXPECT_EQ(addresses.error().code(), Errc::io);
    EXPECT_EQ(addresses.error().message(), "cannot resolve `a..b`");
    EXPECT_EQ(addresses.error().causes().size(), 1u);
}

TEST(Connect, reaches_a_unix_socket_whatever_the_url_says) {
    const base::TestDirectory directory;
    const auto path = directory / "socket";
    const base::Fd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);
    std::string request(1000, '\0');
    std::jthread server([&] {
        const base::Fd connection(::accept(listener.get(), nullptr, nullptr));
        const auto got = ::recv(connection.get(), request.data(), request.size(), 0);
        request.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        ::send(connection.get(), ok.data(), ok.size(), MSG_NOSIGNAL);
    });
    ClientOptions options;
    options.unix_socket = path;
    options.proxies.http = "proxy.invalid:1";
    auto made = client(options);
    EXPECT_EQ(content(made, request_for("http://registry.example/v2/")), "ok");
    server.join();
    EXPECT_EQ(request, "GET /v2/ HTTP/1.1\r\nHost: registry.example\r\n\r\n");

    options.unix_socket = directory / "nothing";
    auto nobody = client(options);
    const auto refused = content(nobody, request_for("http://registry.example/"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::io);
    EXPECT_THAT(refused.error().causes().at(1), StartsWith("No such file or directory"));
}

TEST(Connect, hands_http_to_a_proxy_with_the_whole_url) {
    TestPeer proxy({answers({std::string(ok), std::string(ok)})});
    ClientOptions options;
    options.proxies.http = "http://user:pass@127.0.0.1:" + std::to_string(proxy.port());
    auto made = client(options);
    EXPECT_EQ(content(made, request_for("http://registry.example:5000/v2/?a=b")), "ok");
    EXPECT_EQ(content(made, request_for("http://other.example/")), "ok");
    EXPECT_EQ(proxy.requests().at(0), "GET http://registry.example:5000/v2/?a=b HTTP/1.1\r\n"
                                      "Host: registry.example:5000\r\n"
                                      "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
    EXPECT_EQ(proxy.accepted(), 1u);
}

TEST(Connect, says_that_it_was_the_proxy_that_was_not_there) {
    ClientOptions options;
    options.proxies.http = "127.0.0.1:" + std::to_string(closed_port());
    auto made = client(options);
    const auto got = content(made, request_for("http://registry.example/"));
    expect_error(got, Errc::io, "cannot connect to `" + options.proxies.http + "`");
    EXPECT_EQ(got.error().frames(), std::vector<std::string>{"the connection to the proxy"});
}

TEST(Connect, says_that_a_proxy_refuses_a_tunnel) {
    TestPeer proxy({answers({"HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n"})});
    ClientOptions options;
    options.proxies.https = "127.0.0.1:" + std::to_string(proxy.port());
    auto made = client(options);
    const auto got = content(made, request_for("https://registry.example/"));
    expect_error(got, Errc::io,
                 "the proxy `" + options.proxies.https +
                     "` does not connect to `registry.example:443`");
    EXPECT_EQ(got.error().causes().at(1), "it answers 407 Proxy Authentication Required");
    EXPECT_EQ(proxy.requests().at(0), "CONNECT registry.example:443 HTTP/1.1\r\n"
                                      "Host: registry.example:443\r\n\r\n");
}

// --- time

/// A listening socket whose queue is full: connecting to it takes for ever.
class DeafPeer {
public:
    DeafPeer() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 0) != 0 ||
            ::getsockname(listener_.get(), any, &size) != 0)
            std::abort();
        port_ = ntohs(address.sin_port);
        for (auto& fd : queue_) {
            fd = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            if (::connect(fd.get(), any, size) == 0)
                std::abort();
        }
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + "/";
    }

private:
    base::Fd listener_;
    std::array<base::Fd, 4> queue_;
    std::uint16_t port_ = 0;
};

TEST(Patience, is_limited_for_connecting) {
    const DeafPeer peer;
    ClientOptions options;
    options.connect_timeout = 40ms;
    auto made = client(options);
    const auto got = content(made, request_for(peer.url()));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::timed_out);
    EXPECT_THAT(got.error().causes().front(), testing::EndsWith("took longer than 40 ms"));
}

TEST(Patience, is_limited_while_nothing_comes) {
    ClientOptions options;
    options.idle_timeout = 40ms;
    for (const std::string_view part :
         {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}) {
        TestPeer peer({[&](Connection& connection) {
            connection.read_request();
            connection.send(part);
            connection.wait_for_end();
        }});
        auto made = client(options);
        expect_error(content(made, request_for(peer.url())), Errc::timed_out,
                     "nothing moved on the connection for 40 ms");
    }
}

TEST(Patience, is_longer_for_the_answer_when_the_request_says_so) {
    const auto slow = [](Connection& connection) {
        for (int i = 0; i < 2; ++i) {
            connection.read_request();
            std::this_thread::sleep_for(120ms);
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
        connection.wait_for_end();
    };
    TestPeer peer({slow});
    ClientOptions options;
    options.idle_timeout = 40ms;
    auto made = client(options);
    auto request = request_for(peer.url(), "PUT");
    request.content = "x";
    request.more_time_to_answer = 5s;
    EXPECT_EQ(content(made, std::move(request)), "ok");
    // For that request only.
    expect_error(content(made, request_for(peer.url())), Errc::timed_out,
                 "nothing moved on the connection for 40 ms");
}

TEST(Patience, is_limited_while_nothing_is_taken) {
    std::binary_semaphore done(0);
    TestPeer peer({[&](Connection&) { done.acquire(); }});
    ClientOptions options;
    options.idle_timeout = 40ms;
    auto made = client(options);
    auto request = request_for(peer.url(), "PUT");
    request.content = std::string(50'000'000, 'x');
    expect_error(content(made, std::move(request)), Errc::timed_out,
                 "nothing moved on the connection for 40 ms");
    done.release();
}

TEST(Patience, ends_at_the_deadline_although_something_moves) {
    TestPeer peer({[](Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        while (connection.send(std::string(1000, 'x')))
            continue;
    }});
    auto made = client();
    auto response = made.send(request_for(peer.url()), {Clock::now() + 50ms, {}});
    ASSERT_TRUE(response);
    Buffer buffer(10'000);
    auto got = response->read(buffer);
    while (got && *got != 0)
        got = response->read(buffer);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::limit);
    EXPECT_EQ(got.error().causes().front(), "the time allowed for the whole of it is over");
}

/// Asks for a stop a little later, from another thread.
class LateStop {
public:
    explicit LateStop(std::stop_source& source)
        : thread_([&source] {
              std::this_thread::sleep_for(20ms);
              source.request_stop();
          }) {}

private:
    std::jthread thread_;
};

TEST(Stop, ends_connecting) {
    const DeafPeer peer;
    std::stop_source source;
    auto made = client();
    const LateStop stop(source);
    auto response = made.send(request_for(peer.url()), {Clock::now() + 5s, source.get_token()});
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().code(), Errc::interrupted);
}

TEST(Stop, ends_waiting_for_head_and_content) {
    for (const std::string_view part : {"", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}) {
        TestPeer peer({[&](Connection& connection) {
            connection.read_request();
            connection.send(part);
            connection.wait_for_end();
        }});
        std::stop_source source;
        auto made = client();
        const LateStop stop(source);
        auto response = made.send(request_for(peer.url()), {Clock::now() + 5s, source.get_token()});
        ASSERT_EQ(response.has_value(), !part.empty());
        const auto error =
            response ? response->read_all(100).error().code() : response.error().code();
        EXPECT_EQ(error, Errc::interrupted);
    }
}

TEST(Stop, that_was_asked_for_before_ends_at_once) {
    TestPeer peer({});
    std::stop_source source;
    source.request_stop();
    auto made = client();
    EXPECT_EQ(
        made.send(request_for(peer.url()), {Clock::now() + 5s, source.get_token()}).error().code(),
        Errc::interrupted);
}

// --- threads

TEST(Client, may_be_used_from_several_threads) {
    // Scripts run one after the other; a connection that is closed makes place for the next.
    constexpr int each = 10;
    const std::string answer =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
    TestPeer peer(std::vector<Script>(4 * each, [&](Connection& connection) {
        connection.read_request();
        connection.send(answer);
    }));
    auto made = client();
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < each; ++n)
                    good += content(made, request_for(peer.url())) == "ok" ? 1 : 0;
            });
    }
    EXPECT_EQ(good, 4 * each);
}

} // namespace
} // namespace tenon::net
