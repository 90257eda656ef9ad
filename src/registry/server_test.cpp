// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The whole server over real sockets.
#include "registry/server.hpp"

#include "net/client.hpp"
#include "registry/control.hpp"
#include "registry/test_client.hpp"

#include <future>
#include <gmock/gmock.h>
#include <thread>

namespace tenon::registry {
namespace {

using testing::HasSubstr;

const std::string index_type(oci::media::image_index);

/// A server in a thread of its own.
class Served {
public:
    explicit Served(ServeOptions options) {
        options.log = LogFormat::none;
        if (options.address.path.empty())
            options.address.port = 0;
        std::promise<void> ready;
        auto is_ready = ready.get_future();
        thread_ = std::jthread([this, options, &ready](const std::stop_token& stop) {
            bool told = false;
            const auto served = serve(options, stop, [&](Running& running) {
                running_ = &running;
                port = running.endpoint().port;
                told = true;
                ready.set_value();
            });
            if (!served)
                error = served.error().message();
            if (!told)
                ready.set_value();
        });
        is_ready.wait();
    }
    net::Url url(const std::string& target) const {
        return net::Url::parse("http://127.0.0.1:" + std::to_string(port) + target).value();
    }
    Running& running() { return *running_; }

    std::string error;
    std::uint16_t port = 0;

private:
    Running* running_ = nullptr;
    std::jthread thread_; // last
};

struct Got {
    int status;
    std::string body;
    std::string location;
};

Got ask(const Served& server, const std::string& method, const std::string& target,
        net::Content content = {}, net::Headers headers = {}) {
    auto client = net::Client::create({}).value();
    net::Request request;
    request.method = method;
    request.url = server.url(target);
    request.content = std::move(content);
    request.headers = std::move(headers);
    auto response = client.send(std::move(request), {});
    if (!response)
        return {0, response.error().message(), {}};
    Got got{response->status(), {}, std::string(response->headers().find("Location").value_or(""))};
    got.body = response->read_all(std::uint64_t{64} << 20).value_or("(broken)");
    return got;
}

TEST(Served, pushes_and_pulls_over_a_socket) {
    const base::TestDirectory directory;
    for (const auto& where :
         {std::optional<base::Path>(), std::optional<base::Path>(directory.path())}) {
        const Served server({.directory = where});
        ASSERT_EQ(server.error, "");
        EXPECT_EQ(ask(server, "GET", "/v2/").status, 200);
        EXPECT_EQ(ask(server, "GET", "/healthz").body, "ok\n");
        const auto content = noise(3'000'000);
        const auto session = ask(server, "POST", "/v2/a/blobs/uploads/");
        EXPECT_EQ(session.status, 202);
        const auto pushed =
            ask(server, "PUT", with_digest(session.location, digest_of(content)), content);
        EXPECT_EQ(pushed.status, 201) << pushed.body;
        EXPECT_EQ(ask(server, "GET", pushed.location).body, content);
        const auto part = ask(server, "GET", pushed.location, {}, {{"Range", "bytes=-3"}});
        EXPECT_EQ(part.status, 206);
        EXPECT_EQ(part.body, content.substr(content.size() - 3));
        EXPECT_EQ(ask(server, "HEAD", pushed.location).status, 200);
        EXPECT_EQ(
            ask(server, "PUT", "/v2/a/manifests/v1", index_of(""), {{"Content-Type", index_type}})
                .status,
            201);
        EXPECT_EQ(ask(server, "GET", "/v2/a/manifests/v1").body, index_of(""));
        EXPECT_THAT(ask(server, "GET", "/metrics").body,
                    HasSubstr("tenon_registry_requests_total{method=\"PUT\",status=\"2xx\"} 2"));
        EXPECT_THAT(ask(server, "GET", "/").body, HasSubstr("/repositories/a"));
    }
}

TEST(Served, second_server_on_one_directory_refuses) {
    const base::TestDirectory directory;
    const Served first({.directory = directory.path()});
    const Served second({.directory = directory.path()});
    EXPECT_EQ(first.error, "");
    EXPECT_THAT(second.error, HasSubstr("another registry serves"));
}

TEST(Served, collects_garbage_when_the_verb_asks_it_to) {
    const base::TestDirectory directory;
    const Served server({.directory = directory.path()});
    const auto content = noise(1000);
    const auto pushed =
        ask(server, "POST", "/v2/a/blobs/uploads/?digest=" + digest_of(content).text(), content);
    ASSERT_EQ(pushed.status, 201);
    const auto kept = collect_garbage(directory.path(), {}, {});
    ASSERT_TRUE(kept) << kept.error().message();
    EXPECT_EQ(kept->repositories, 1U);
    EXPECT_EQ(kept->blobs, 0U);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto removed = collect_garbage(directory.path(), {.grace = std::chrono::seconds(0)}, {});
    ASSERT_TRUE(removed);
    EXPECT_EQ(removed->blobs, 1U);
    EXPECT_EQ(removed->blob_bytes, 1000U);
    EXPECT_EQ(ask(server, "GET", pushed.location).status, 404);
}

TEST(Served, garbage_is_collected_without_a_server_too) {
    const base::TestDirectory directory;
    {
        const Served server({.directory = directory.path()});
        ask(server, "POST", "/v2/a/blobs/uploads/?digest=" + digest_of("x").text(),
            std::string("x"));
    }
    EXPECT_FALSE(std::filesystem::exists(directory / "_control"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto report = collect_garbage(directory.path(), {.grace = std::chrono::seconds(0)}, {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->blobs, 1U);
    EXPECT_EQ(ask_server_to_collect(directory.path(), {}, {}).error().code(), Errc::not_found);
    EXPECT_EQ(collect_garbage(directory / "missing", {}, {}).error().code(), Errc::not_found);
}

TEST(Served, control_works_in_directories_with_long_names) {
    const base::TestDirectory directory;
    const auto deep = directory.path() / std::string(100, 'd') / std::string(100, 'e');
    const Served server({.directory = deep});
    ASSERT_EQ(server.error, "");
    EXPECT_TRUE(collect_garbage(deep, {}, {}));
}

TEST(Served, beyond_this_machine_only_with_protection) {
    ServeOptions options;
    options.address.host = "0.0.0.0";
    const auto served = serve(options, {}, {});
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code(), Errc::usage);
    EXPECT_EQ(served.error().message(), "an address beyond this machine needs TLS and passwords");
    options.insecure_public = true;
    options.address.port = 0;
    options.log = LogFormat::none;
    std::stop_source stop;
    EXPECT_TRUE(serve(options, stop.get_token(), [&](Running&) { stop.request_stop(); }));
}

TEST(Served, reads_passwords_again) {
    const base::TestDirectory directory;
    const auto file = directory / "htpasswd";
    const auto write = [&](const std::string& user) {
        const auto line = user + ":$2y$04$1lIS7SbRU73sYMQC1dby8ulsZehneC8V0T4RxmtMe4OG/cYsYgI9y\n";
        EXPECT_TRUE(base::write_file(file, as_bytes(line)));
    };
    write("alice");
    Served server({.htpasswd = file});
    ASSERT_EQ(server.error, "");
    const auto enter = [&](const char* credentials) {
        return ask(server, "GET", "/v2/", {}, {{"Authorization", credentials}}).status;
    };
    const auto* as_alice = "Basic YWxpY2U6czNjcmV0LXRocm93YXdheQ==";
    const auto* as_bob = "Basic Ym9iOnMzY3JldC10aHJvd2F3YXk=";
    EXPECT_EQ(enter(as_alice), 200);
    EXPECT_EQ(enter(as_bob), 401);
    write("bob");
    EXPECT_TRUE(server.running().reload());
    EXPECT_EQ(enter(as_alice), 401);
    EXPECT_EQ(enter(as_bob), 200);
    EXPECT_TRUE(base::write_file(file, as_bytes("nonsense")));
    EXPECT_FALSE(server.running().reload());
    EXPECT_EQ(enter(as_bob), 200);
}

} // namespace
} // namespace tenon::registry
