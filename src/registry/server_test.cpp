// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The whole server over real sockets.
#include "registry/server.hpp"

#include "net/client.hpp"
#include "registry/control.hpp"
#include "registry/test_client.hpp"

#include <future>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace tenon::registry {
namespace {

using testing::ElementsAre;
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

/// A connection that sends exactly what it is told to.
base::Fd connect_to(const Served& server) {
    base::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
}
void send_to(const base::Fd& fd, const std::string& text) {
    EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
}
std::string receive_all(const base::Fd& fd) {
    std::string all;
    char some[4096];
    for (ssize_t got = 0; (got = ::recv(fd.get(), some, sizeof some, 0)) > 0;)
        all.append(some, static_cast<std::size_t>(got));
    return all;
}

TEST(Served, slow_pushers_leave_room_for_others) {
    const Served server({});
    const auto content = noise(1000);
    const auto digest = digest_of(content);
    const auto pushed =
        ask(server, "POST", "/v2/a/blobs/uploads/?digest=" + digest.text(), content);
    ASSERT_EQ(pushed.status, 201);
    const std::string push = "PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: localhost\r\n"
                             "Content-Length: 1000\r\nConnection: close\r\n\r\n{";
    std::vector<base::Fd> slow;
    for (int i = 0; i < 100; ++i) {
        slow.push_back(connect_to(server));
        send_to(slow.back(), push);
    }
    const auto receiving = [&] {
        const auto text = ask(server, "GET", "/metrics").body;
        const auto at = text.find("\ntenon_registry_receiving ");
        return text.substr(at + 26, text.find('\n', at + 1) - at - 26);
    };
    for (int tries = 0; tries < 500 && receiving() != "48"; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(receiving(), "48");
    EXPECT_EQ(ask(server, "GET", pushed.location).body, content);
    EXPECT_EQ(ask(server, "GET", "/v2/a/tags/list").status, 200);
    // One more is told when to come back.
    const auto fd = connect_to(server);
    send_to(fd, push + std::string(999, ' '));
    const auto refusal = receive_all(fd);
    EXPECT_THAT(refusal, HasSubstr("HTTP/1.1 503 "));
    EXPECT_THAT(refusal, HasSubstr("\r\nRetry-After: 2\r\n"));
    EXPECT_THAT(refusal, HasSubstr("too many clients are sending content"));
    // And when the slow ones are gone there is room again.
    slow.clear();
    for (int tries = 0; tries < 500 && receiving() != "0"; ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(ask(server, "PUT", "/v2/a/manifests/v1", index_of("")).status, 201);
}

TEST(Served, knows_its_names_where_nothing_else_protects_it) {
    const Served server({.allowed_hosts = {"host.docker.internal"}});
    const auto status = [&](const std::string& method, const std::string& host) {
        const auto fd = connect_to(server);
        send_to(fd, method + " /v2/ HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        return receive_all(fd).substr(9, 3);
    };
    EXPECT_EQ(status("GET", "localhost:5000"), "200");
    EXPECT_EQ(status("GET", "host.docker.internal:5000"), "200");
    EXPECT_EQ(status("GET", "evil.example"), "403");
    EXPECT_EQ(status("POST", "evil.example"), "403");
    ServeOptions everywhere;
    everywhere.address.host = "0.0.0.0";
    everywhere.insecure_public = true;
    const Served open(everywhere);
    const auto fd = connect_to(open);
    send_to(fd, "GET /v2/ HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(receive_all(fd), HasSubstr("HTTP/1.1 200 "));
}

/// Status line and content of the answer to these bytes, after which nothing more is sent.
std::string answer_to(const Served& server, const std::string& text) {
    const auto fd = connect_to(server);
    // The server may have closed before it has read everything.
    std::string_view left = text;
    while (!left.empty()) {
        const auto sent = ::send(fd.get(), left.data(), left.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        left.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::shutdown(fd.get(), SHUT_WR);
    const auto all = receive_all(fd);
    const auto end = all.find("\r\n\r\n");
    return end == std::string::npos
               ? all
               : all.substr(9, all.find("\r\n") - 9) + " | " + all.substr(end + 4);
}
std::string request(const std::string& line, const std::string& fields = {},
                    const std::string& content = {}) {
    return line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n" +
           content;
}

TEST(Served, answers_clients_that_behave_badly) {
    const Served server({});
    const auto content = noise(2048);
    const auto digest = digest_of(content).text();
    const auto pushed = ask(server, "POST", "/v2/a/blobs/uploads/?digest=" + digest, content);
    ASSERT_EQ(pushed.status, 201);
    const auto problem = [](const std::string& status, const std::string& code) {
        return testing::StartsWith(status + " | {\"errors\":[{\"code\":\"" + code + "\",");
    };
    // Stops in the middle; what has come stays, and goes on.
    const auto location = ask(server, "POST", "/v2/a/blobs/uploads/").location;
    EXPECT_THAT(answer_to(server, request("PATCH " + location, "Content-Length: 2048\r\n",
                                          content.substr(0, 1000))),
                problem("400 Bad Request", "SIZE_INVALID"));
    EXPECT_THAT(answer_to(server, request("PATCH " + location, "Transfer-Encoding: chunked\r\n",
                                          "18\r\n" + content.substr(1000, 24) + "\r\nxyz\r\n")),
                problem("400 Bad Request", "SIZE_INVALID"));
    EXPECT_EQ(answer_to(server, request("PATCH " + location,
                                        "Content-Range: 1024-2047\r\nContent-Length: 1024\r\n",
                                        content.substr(1024))),
              "202 Accepted | ");
    EXPECT_EQ(answer_to(server, request("PUT " + location + "?digest=" + digest)),
              "201 Created | ");
    // Reuses the id of an upload.
    for (const auto* method : {"GET", "PATCH", "DELETE"})
        EXPECT_THAT(answer_to(server, request(method + (" " + location))),
                    problem("404 Not Found", "BLOB_UPLOAD_UNKNOWN"));
    EXPECT_THAT(answer_to(server, request("PUT " + location + "?digest=" + digest)),
                problem("404 Not Found", "BLOB_UPLOAD_UNKNOWN"));
    // Asks for what lies beyond the end.
    const auto refused =
        answer_to(server, request("GET " + pushed.location, "Range: bytes=2048-\r\n"));
    EXPECT_THAT(refused, problem("416 Range Not Satisfiable", "SIZE_INVALID"));
    EXPECT_EQ(answer_to(server, request("GET " + pushed.location, "Range: bytes=2047-9999\r\n")),
              "206 Partial Content | " + content.substr(2047));
    // Names that lead elsewhere, and nowhere.
    std::string deep = "/v2/a";
    for (int i = 1; i < 300; ++i)
        deep += "/a";
    for (const auto& name : {std::string("/v2/.."), std::string("/v2/a/../.."),
                             std::string("/v2/%2e%2e"), std::string("/v2/a/%2e%2e%2fb"), deep})
        EXPECT_THAT(answer_to(server, request("POST " + name + "/blobs/uploads/")),
                    problem("400 Bad Request", "NAME_INVALID"))
            << name;
    // A manifest whose blobs are not here.
    const auto missing = image(descriptor("c/c", digest_of("?"), 1), "");
    EXPECT_THAT(
        answer_to(server,
                  request("PUT /v2/a/manifests/v1",
                          "Content-Length: " + std::to_string(missing.size()) + "\r\n", missing)),
        problem("404 Not Found", "MANIFEST_BLOB_UNKNOWN"));
    // More fields, and longer ones, than anybody needs.
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "X-" + std::to_string(i) + ": x\r\n";
    EXPECT_THAT(answer_to(server, request("GET /v2/", many)),
                testing::StartsWith("431 Request Header Fields Too Large | "));
    EXPECT_THAT(answer_to(server, request("GET /v2/", "X: " + std::string(100'000, 'x') + "\r\n")),
                testing::StartsWith("431 Request Header Fields Too Large | "));
    EXPECT_THAT(answer_to(server, std::string("\x16\x03\x01\x02", 4)),
                testing::StartsWith("400 Bad Request | "));
    // And nothing of all this keeps others from being served.
    EXPECT_EQ(ask(server, "GET", pushed.location).body, content);
    EXPECT_EQ(ask(server, "GET", "/v2/_catalog").body, "{\"repositories\":[\"a\"]}\n");
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

/// What stands in a folder.
std::vector<std::string> names_in(const base::Path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

TEST(Served, makes_no_registry_among_other_files) {
    const base::TestDirectory directory;
    EXPECT_TRUE(base::write_file(directory / "letter", {}));
    ServeOptions options{.directory = directory.path()};
    options.address.port = 0;
    const auto served = serve(options, {}, {});
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code(), Errc::usage);
    EXPECT_EQ(served.error().message(),
              "`" + directory.path().native() + "` holds other files, and no registry");
    EXPECT_THAT(served.error().helps(), ElementsAre("name a new folder or an empty one, such as `" +
                                                    (directory / "registry").native() + "`"));
    const auto collected = collect_garbage(directory.path(), {}, {});
    ASSERT_FALSE(collected);
    EXPECT_EQ(collected.error().code(), Errc::not_found);
    EXPECT_EQ(collected.error().message(), "`" + directory.path().native() + "` holds no registry");
    EXPECT_THAT(names_in(directory.path()), ElementsAre("letter"));
}

TEST(Served, a_folder_of_layouts_or_a_new_file_system_is_a_registry_s) {
    const base::TestDirectory directory;
    EXPECT_FALSE(collect_garbage(directory.path(), {}, {})); // it is empty, and stays so
    EXPECT_THAT(names_in(directory.path()), ElementsAre());
    std::filesystem::create_directory(directory / "lost+found");
    EXPECT_EQ(Served({.directory = directory.path()}).error, "");

    const base::TestDirectory other;
    std::filesystem::create_directories(other / "acme/tools/echo/_oci");
    EXPECT_TRUE(base::write_file(other / "acme/letter", {}));
    EXPECT_EQ(collect_garbage(other.path(), {}, {}).error().code(), Errc::not_found);
    EXPECT_TRUE(base::write_file(other / "acme/tools/echo/_oci/index.json",
                                 as_bytes(R"({"schemaVersion":2,"manifests":[]})")));
    EXPECT_EQ(collect_garbage(other.path(), {}, {})->repositories, 1U);
    EXPECT_EQ(Served({.directory = other.path()}).error, "");
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

TEST(Served, can_be_used_until_it_says_that_it_is_over) {
    const base::TestDirectory directory;
    ServeOptions options;
    options.address.port = 0;
    options.log = LogFormat::none;
    options.directory = directory.path();
    std::stop_source stop;
    Running* server = nullptr;
    std::string said;
    ASSERT_TRUE(serve(
        options, stop.get_token(),
        [&](Running& running) {
            said += "ready ";
            server = &running;
            stop.request_stop();
        },
        [&] {
            const bool used = server->reload() && server->collect_garbage({}, {});
            said += used ? "over" : "gone";
        }));
    EXPECT_EQ(said, "ready over");
    // A server that never began says nothing.
    EXPECT_TRUE(base::write_file(directory / "file", {}));
    options.directory = directory / "file";
    EXPECT_FALSE(serve(options, {}, [&](Running&) { said += "!"; }, [&] { said += "!"; }));
    EXPECT_EQ(said, "ready over");
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
