// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/front.hpp"

#include "crypto/encoding.hpp"
#include "registry/page.hpp"
#include "registry/test_client.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <thread>
#include <unistd.h>

namespace tenon::registry {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

// `htpasswd -B -C 4 -bn alice s3cret-throwaway`
constexpr std::string_view alice =
    "alice:$2y$04$1lIS7SbRU73sYMQC1dby8ulsZehneC8V0T4RxmtMe4OG/cYsYgI9y\n";

std::string basic(std::string_view password) {
    return "Basic " + crypto::base64(as_bytes("alice:" + std::string(password)));
}

class FrontTest : public testing::Test {
protected:
    FrontTest() : registry_("memory"), page_(registry_.store) {
        EXPECT_EQ(::pipe(pipe_), 0);
        log_ = std::make_unique<AccessLog>(LogFormat::json, pipe_[1]);
        EXPECT_TRUE(base::write_file(registry_.directory / "htpasswd", as_bytes(alice)));
        access_ = Access::load(registry_.directory / "htpasswd").value();
        open_ = std::make_unique<Front>(registry_.store, registry_.api, page_, *log_);
        closed_ = std::make_unique<Front>(registry_.store, registry_.api, page_, *log_,
                                          FrontOptions{.access = access_.get()});
    }
    ~FrontTest() override {
        ::close(pipe_[0]);
        ::close(pipe_[1]);
    }
    std::string logged() {
        log_.reset(); // writes what waits
        std::string text(10'000, '\0');
        const auto got = ::read(pipe_[0], text.data(), text.size());
        text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        return text;
    }

    TestRegistry registry_;
    Page page_;
    int pipe_[2] = {-1, -1};
    std::unique_ptr<AccessLog> log_;
    std::unique_ptr<Access> access_;
    std::unique_ptr<Front> open_;
    std::unique_ptr<Front> closed_;
};

TEST_F(FrontTest, asks_for_a_password_everywhere_but_for_its_health) {
    TestClient client(*closed_);
    for (const auto* target : {"/v2/", "/v2/a/tags/list", "/", "/metrics", "/style.css"}) {
        const auto answer = client.get(target);
        EXPECT_EQ(answer.status, 401) << target;
        EXPECT_EQ(answer.code(), "UNAUTHORIZED");
        EXPECT_THAT(answer.header("WWW-Authenticate"), HasSubstr("Basic realm=\"tenon registry\""));
        EXPECT_EQ(client.get(target, {{"Authorization", basic("wrong")}}).status, 401);
        EXPECT_NE(client.get(target, {{"Authorization", basic("s3cret-throwaway")}}).status, 401);
    }
    EXPECT_EQ(client.get("/healthz").status, 200);
}

TEST_F(FrontTest, lets_no_browser_take_an_answer_of_the_api_for_a_page) {
    TestClient closed(*closed_);
    TestClient open(*open_);
    for (const auto& answer : {closed.get("/v2/"), open.get("/v2/"), open.get("/v2/a/tags/list"),
                               open.get("/v2/a/blobs/x"), open.get("/v2/%zz")}) {
        EXPECT_EQ(answer.header("Content-Security-Policy"), "default-src 'none'; sandbox");
        EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    }
}

TEST_F(FrontTest, keeps_pages_of_strangers_out) {
    Front front(registry_.store, registry_.api, page_, *log_,
                FrontOptions{.guard = HostGuard(std::vector<std::string>())});
    TestClient client(front);
    const std::vector<net::Field> stranger{{"Host", "evil.example"}};
    const std::vector<net::Field> page{{"Host", "localhost"}, {"Origin", "http://evil.example"}};
    for (const auto* target : {"/", "/v2/", "/v2/a/tags/list", "/metrics"}) {
        const auto answer = client.get(target, stranger);
        EXPECT_EQ(answer.status, 403) << target;
        EXPECT_EQ(answer.code(), "DENIED");
        EXPECT_THAT(answer.body, HasSubstr("`--allow-host`"));
        EXPECT_NE(client.get(target, {{"Host", "localhost"}}).status, 403);
    }
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"})
        EXPECT_EQ(client.send({method, "/v2/a/blobs/uploads/", page}).code(), "DENIED");
    EXPECT_EQ(client.get("/healthz", stranger).status, 200);
}

TEST_F(FrontTest, remembered_password_needs_no_thread) {
    TestClient client(*closed_);
    const std::vector<net::Field> right{{"Authorization", basic("s3cret-throwaway")}};
    EXPECT_FALSE(client.get("/v2/", right).at_once);
    EXPECT_TRUE(client.get("/v2/", right).at_once);
    EXPECT_TRUE(client.get("/v2/").at_once); // refused at once, too
}

/// Content in whose midst something else happens.
class InterruptedBody final : public net::RequestBody {
public:
    explicit InterruptedBody(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}
    Result<std::size_t> read(MutableBytes /*into*/) override {
        if (const auto happens = std::exchange(meanwhile_, nullptr))
            happens();
        return std::size_t{0};
    }

private:
    std::function<void()> meanwhile_;
};

TEST_F(FrontTest, gives_one_client_a_quarter_of_the_places_for_content) {
    Front front(registry_.store, registry_.api, page_, *log_,
                FrontOptions{.most_receiving = 8, .trust_proxy = true});
    const auto put = [&](const std::string& client, std::function<void()> meanwhile = {}) {
        net::ServerRequest request;
        request.method = "PUT";
        request.target = "/v2/a/manifests/v1";
        request.peer = "127.0.0.1:4000";
        request.headers.add("X-Forwarded-For", client);
        request.has_content = true;
        InterruptedBody body(std::move(meanwhile));
        const auto answer = front.answer(request, body);
        EXPECT_EQ(answer.headers.find("Retry-After").value_or("(none)"),
                  answer.status == 503 ? "2" : "(none)");
        return answer.status;
    };
    constexpr int received = 400; // what came is no manifest
    int third = 0, other = 0;
    put("192.0.2.1", [&] {
        put("192.0.2.1", [&] {
            third = put("192.0.2.1");
            other = put("192.0.2.2");
        });
    });
    EXPECT_EQ(third, 503);
    EXPECT_EQ(other, received);
    EXPECT_EQ(put("192.0.2.1"), received);
}

TEST_F(FrontTest, counts_what_it_answers) {
    TestClient client(*open_);
    net::ServerRequest request;
    request.method = "GET";
    request.target = "/v2/";
    request.content_length = 7;
    open_->answered({request, 200, 100, std::chrono::microseconds(300), true});
    open_->answered({request, 404, 50, std::chrono::milliseconds(3), true});
    request.method = "PURGE";
    open_->answered({request, 405, 0, std::chrono::seconds(60), false});
    const auto answer = client.get("/metrics");
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    for (const auto* line :
         {"tenon_registry_requests_total{method=\"GET\",status=\"2xx\"} 1\n",
          "tenon_registry_requests_total{method=\"GET\",status=\"4xx\"} 1\n",
          "tenon_registry_requests_total{method=\"other\",status=\"4xx\"} 1\n",
          "tenon_registry_request_duration_seconds_bucket{le=\"0.00025\"} 0\n",
          "tenon_registry_request_duration_seconds_bucket{le=\"0.0005\"} 1\n",
          "tenon_registry_request_duration_seconds_bucket{le=\"30\"} 2\n",
          "tenon_registry_request_duration_seconds_bucket{le=\"+Inf\"} 3\n",
          "tenon_registry_request_duration_seconds_sum 60.0033\n",
          "tenon_registry_request_duration_seconds_count 3\n",
          "tenon_registry_sent_bytes_total 150\n", "tenon_registry_received_bytes_total 21\n",
          "tenon_registry_broken_answers_total 1\n", "tenon_registry_open_uploads 0\n"})
        EXPECT_THAT(answer.body, HasSubstr(line));
    EXPECT_EQ(client.post("/metrics").status, 405);
}

TEST_F(FrontTest, writes_a_line_for_each_request) {
    net::ServerRequest request;
    request.method = "GET";
    request.target = "/v2/a\"b";
    request.peer = "127.0.0.1:4000";
    request.headers.add("Authorization", basic("s3cret-throwaway"));
    EXPECT_EQ(access_->check(basic("s3cret-throwaway")), Access::Verdict::allowed);
    request.headers.add("User-Agent", "crane\x1b[2J");
    closed_->answered({request, 200, 12, std::chrono::microseconds(300), true});
    closed_->answered({request, 401, 0, std::chrono::microseconds(300), false});
    const auto text = logged();
    EXPECT_THAT(text, HasSubstr(R"("peer":"127.0.0.1:4000","user":"alice","method":"GET",)"
                                R"("target":"/v2/a\"b","status":200,"bytes":12,)"
                                R"("duration_us":300,"user_agent":"crane\\u{1b}[2J"})"));
    EXPECT_THAT(text, HasSubstr(R"("status":401,"bytes":0,"duration_us":300,"complete":false)"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST_F(FrontTest, names_no_user_who_has_not_proved_to_be_one) {
    net::ServerRequest request;
    request.method = "GET";
    request.target = "/healthz";
    request.headers.add("Authorization", basic("wrong"));
    closed_->answered({request, 200, 3, {}, true});
    EXPECT_EQ(access_->check(basic("wrong")), Access::Verdict::refused);
    closed_->answered({request, 429, 0, {}, true});
    EXPECT_THAT(logged(), testing::Not(HasSubstr("alice")));
}

TEST(AccessLog, survives_when_its_reader_goes) {
    ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
    int pipe[2] = {-1, -1};
    ASSERT_EQ(::pipe(pipe), 0);
    ::close(pipe[0]);
    {
        AccessLog log(LogFormat::common, pipe[1]);
        log.note("x");
        for (int i = 0; i < 1000 && log.lost() == 0; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_EQ(log.lost(), 1U);
    }
    ::close(pipe[1]);
}

TEST(AccessLogLine, has_the_common_form) {
    net::ServerRequest request;
    request.method = "GET";
    request.target = "/v2/\"\\\n";
    request.peer = "[::1]:4000";
    const auto when = std::chrono::system_clock::from_time_t(1'000'000'000);
    const auto sender = sender_of(request, false);
    EXPECT_EQ(common_line({request, 200, 2326, {}, true}, sender, "", when),
              "[::1] - - [09/Sep/2001:01:46:40 +0000] \"GET /v2/\\\"\\\\\\\\u{a} HTTP/1.1\" 200 "
              "2326\n");
    EXPECT_THAT(common_line({request, 200, 0, {}, true}, sender, "al\"ice", when),
                HasSubstr("- al\\\"ice ["));
}

net::ServerRequest forwarded(const std::vector<std::string>& fields, const char* scheme = nullptr) {
    net::ServerRequest request;
    request.method = "GET";
    request.target = "/v2/";
    request.peer = "127.0.0.1:4000";
    for (const auto& field : fields)
        request.headers.add("X-Forwarded-For", field);
    if (scheme)
        request.headers.add("X-Forwarded-Proto", scheme);
    return request;
}

TEST(AccessLogSender, is_the_peer_unless_a_proxy_is_trusted) {
    const auto request = forwarded({"192.0.2.1"}, "https");
    EXPECT_EQ(sender_of(request, false).address, "127.0.0.1");
    EXPECT_FALSE(sender_of(request, false).tls);
    EXPECT_EQ(sender_of(request, true).address, "192.0.2.1");
    EXPECT_TRUE(sender_of(request, true).tls);
    EXPECT_EQ(sender_of(forwarded({}), true).address, "127.0.0.1");
}

// Those before are what the client itself has sent, and can name anybody.
TEST(AccessLogSender, is_the_last_one_that_a_proxy_names) {
    EXPECT_EQ(sender_of(forwarded({"198.51.100.9, 203.0.113.4, 192.0.2.1"}), true).address,
              "192.0.2.1");
    EXPECT_EQ(sender_of(forwarded({"198.51.100.9", " 203.0.113.4,\t192.0.2.1 "}), true).address,
              "192.0.2.1");
}

TEST(AccessLogSender, is_an_address_or_the_peer) {
    const auto address = [](const char* field) {
        return sender_of(forwarded({field}), true).address;
    };
    EXPECT_EQ(address("192.0.2.1:4711"), "192.0.2.1");
    EXPECT_EQ(address("2001:db8::1"), "[2001:db8::1]");
    EXPECT_EQ(address("[2001:db8::1]"), "[2001:db8::1]");
    EXPECT_EQ(address("[2001:db8::1]:4711"), "[2001:db8::1]");
    for (const auto* nonsense : {"", ",", "unknown", "example.org", "192.0.2", "[192.0.2.1]", "[",
                                 "192.0.2.1 - admin [x] \"GET\"", "1.2.3.4\n5"})
        EXPECT_EQ(address(nonsense), "127.0.0.1") << nonsense;
}

TEST(AccessLogLine, names_client_and_scheme_behind_a_proxy) {
    const auto request = forwarded({"192.0.2.1"}, "https");
    const net::Access access{request, 200, 2, {}, true};
    const auto when = std::chrono::system_clock::from_time_t(1'000'000'000);
    EXPECT_THAT(common_line(access, sender_of(request, true), "", when),
                testing::StartsWith("192.0.2.1 - - ["));
    EXPECT_THAT(
        json_line(access, sender_of(request, true), "", when),
        HasSubstr(R"("peer":"127.0.0.1:4000","client":"192.0.2.1","scheme":"https","method")"));
    EXPECT_THAT(json_line(access, sender_of(request, false), "", when),
                HasSubstr(R"("peer":"127.0.0.1:4000","method")"));
}

} // namespace
} // namespace tenon::registry
