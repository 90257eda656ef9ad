// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Our client and our server with each other.
#include "base/test_directory.hpp"
#include "net/client.hpp"
#include "net/test_server.hpp"

#include <gtest/gtest.h>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;

Request request_to(const RunningServer& server, std::string_view target,
                   std::string method = "GET") {
    Request request;
    request.method = std::move(method);
    request.url = Url::parse("http://" + server.endpoint().text() + std::string(target)).value();
    return request;
}

std::string content_of(Result<Response> response) {
    return response ? response->read_all(100'000'000).value_or("!") : response.error().message();
}

TEST(ClientAndServer, send_files_both_ways) {
    const base::TestDirectory directory;
    std::string content;
    for (std::size_t i = 0; i < 5'000'000; ++i)
        content.push_back(static_cast<char>(i * 7 % 251));
    ASSERT_TRUE(base::write_file(directory / "up", as_bytes(content)));
    RunningServer server;
    server.handler.slow = [&](const ServerRequest&, RequestBody& body) {
        const auto received = TestHandler::read_all(body).value_or("");
        ServerResponse response;
        if (base::write_file(directory / "down", as_bytes(received)))
            response.content =
                FileContent{base::open_to_read(directory / "down").value(), 0, received.size()};
        return response;
    };
    auto client = Client::create({}).value();
    for (int i = 0; i < 2; ++i) {
        auto request = request_to(server, "/", "PUT");
        request.content =
            FileContent{base::open_to_read(directory / "up").value(), 0, content.size()};
        EXPECT_TRUE(content_of(client.send(std::move(request), {})) == content);
    }
}

TEST(ClientAndServer, go_on_after_the_server_ended_an_idle_connection) {
    ServerOptions options;
    options.keep_alive_timeout = 20ms;
    RunningServer server(std::move(options));
    auto client = Client::create({}).value();
    EXPECT_EQ(content_of(client.send(request_to(server, "/now/1"), {})), "/now/1");
    std::this_thread::sleep_for(60ms);
    EXPECT_EQ(content_of(client.send(request_to(server, "/now/2"), {})), "/now/2");
}

TEST(ClientAndServer, deliver_an_answer_that_came_before_the_content_was_read) {
    RunningServer server;
    server.handler.slow = [](const ServerRequest&, RequestBody&) {
        ServerResponse response;
        response.status = 401;
        response.content = std::string("who are you");
        return response;
    };
    auto client = Client::create({}).value();
    for (int i = 0; i < 3; ++i) {
        auto request = request_to(server, "/", "PUT");
        request.content = std::string(8'000'000, 'x');
        const auto response = client.send(std::move(request), {});
        ASSERT_TRUE(response) << response.error().message();
        EXPECT_EQ(response->status(), 401);
    }
}

TEST(ClientAndServer, serve_many_downloads_with_few_threads) {
    const base::TestDirectory directory;
    const std::string content(2'000'000, 'z');
    ASSERT_TRUE(base::write_file(directory / "f", as_bytes(content)));
    ServerOptions options;
    options.worker_threads = 2;
    RunningServer server(std::move(options));
    server.handler.slow = [&](const ServerRequest&, RequestBody&) {
        ServerResponse response;
        response.content =
            FileContent{base::open_to_read(directory / "f").value(), 0, content.size()};
        return response;
    };
    // All are on their way before the first is read.
    auto client = Client::create({}).value();
    std::vector<Response> responses;
    for (int i = 0; i < 32; ++i) {
        auto response = client.send(request_to(server, "/"), {});
        ASSERT_TRUE(response);
        responses.push_back(*std::move(response));
    }
    for (auto& response : responses)
        EXPECT_TRUE(response.read_all(content.size()).value_or("") == content);
}

} // namespace
} // namespace tenon::net
