// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/session.hpp"

#include "oci/test_client.hpp"

#include <fmt/core.h>

namespace tenon::oci {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SessionTest : public ClientTest {
protected:
    /// Wants a token of `/token`, which gives them numbered, for whoever shows alice's password or
    /// (`open`) for anybody.
    void want_tokens(bool open, std::string life = "300") {
        server.trouble = [this, open, life](const Asked& asked) -> std::optional<Reply> {
            if (asked.path() == "/token") {
                if (asked.field("Authorization") != "Basic YWxpY2U6czNjcmV0" && !open)
                    return reply(401, {}, R"({"errors":[{"code":"UNAUTHORIZED","message":"no"}]})");
                return reply(200, {},
                             fmt::format(R"({{"token":"t{}","expires_in":{}}})", ++tokens, life));
            }
            if (asked.field("Authorization") == fmt::format("Bearer t{}", tokens) && tokens > 0)
                return std::nullopt;
            return reply(401, {{"WWW-Authenticate",
                                fmt::format(R"(Bearer realm="{}",service="reg",scope="x")",
                                            server.url("/token"))}});
        };
    }
    int tokens = 0;
};

TEST_F(SessionTest, goes_in_where_nobody_asks) {
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_THAT(server.asked(), ElementsAre("GET /v2/"));
}

TEST_F(SessionTest, shows_a_password_only_when_asked) {
    log_in("alice", "s3cret");
    server.trouble = [](const Asked& asked) -> std::optional<Reply> {
        if (asked.field("Authorization") == "Basic YWxpY2U6czNjcmV0") // printf alice:s3cret|base64
            return std::nullopt;
        EXPECT_EQ(asked.field("Authorization"), "");
        return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
    };
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_EQ(server.count("GET"), 3u); // the second time it was shown at once
    EXPECT_EQ(credentials_asked, 1);
}

TEST_F(SessionTest, a_wrong_password_ends_soon_and_is_never_told) {
    log_in("alice", "hunter2");
    server.trouble = [](const Asked&) {
        return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}},
                     R"({"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]})");
    };
    EXPECT_EQ(told(client().ping()),
              fmt::format("untrusted: `{0}` does not let us in\nbecause authentication required "
                          "(UNAUTHORIZED)\nbecause status 401: authentication required\nbecause "
                          "asked as `alice` (from `--user`)\nhelp the password of `alice` is not "
                          "accepted\nhelp log in with `docker login {0}`, or give `--user` and "
                          "`--password`",
                          server.host()));
    EXPECT_EQ(server.count("GET"), 2u);
}

TEST_F(SessionTest, without_credentials_the_error_says_how_to_log_in) {
    server.trouble = [](const Asked&) {
        return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
    };
    EXPECT_EQ(told(client().ping()),
              fmt::format("untrusted: `{0}` does not let us in\nbecause status 401: authentication "
                          "required\nbecause asked without credentials: none are known for this "
                          "registry\nhelp log in with `docker login {0}`, or give `--user` and "
                          "`--password`",
                          server.host()));
    EXPECT_EQ(server.count("GET"), 1u);
}

TEST_F(SessionTest, who_was_denied_is_told) {
    server.trouble = [](const Asked&) { return reply(403); };
    EXPECT_EQ(told(client().ping()),
              fmt::format("untrusted: `{0}` does not let us in\nbecause status 403: access denied\n"
                          "because asked without credentials: the registry did not ask who we "
                          "are\nhelp log in with `docker login {0}`, or give `--user` and "
                          "`--password`",
                          server.host()));
}

TEST_F(SessionTest, who_lacks_the_right_is_not_told_of_passwords) {
    log_in("alice", "s3cret");
    const auto expected = fmt::format(
        "because asked as `alice` (from `--user`)\nhelp `alice` may lack the right to do this; to "
        "be "
        "somebody else, log in with `docker login {}`, or give `--user` and `--password`",
        server.host());
    server.trouble = [](const Asked& asked) {
        return asked.field("Authorization").empty()
                   ? reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}})
                   : reply(403);
    };
    EXPECT_THAT(told(client().ping()), testing::EndsWith("denied\n" + expected));
    // A token that says less than what is wanted: ghcr.io and Docker Hub do so.
    server.trouble = [this](const Asked& asked) {
        return asked.path() == "/token"
                   ? reply(200, {}, R"({"token":"t"})")
                   : reply(401, {{"WWW-Authenticate",
                                  fmt::format("Bearer realm=\"{}\"", server.url("/token"))}});
    };
    EXPECT_THAT(told(client().ping()), testing::EndsWith("required\n" + expected));
}

TEST_F(SessionTest, fetches_an_anonymous_token_and_keeps_it) {
    want_tokens(true);
    server.add_blob("abc");
    const auto digest = blob::Digest::of(as_bytes("abc"));
    EXPECT_TRUE(*client().has_blob("acme/echo", digest));
    EXPECT_TRUE(*client().has_blob("acme/echo", digest));
    EXPECT_THAT(server.asked()[1], StartsWith("GET /token?service=reg&scope=repository%3Aacme%2F"
                                              "echo%3Apull"));
    EXPECT_EQ(tokens, 1);
    EXPECT_EQ(server.asked().size(), 4u);
}

TEST_F(SessionTest, another_repository_needs_another_token) {
    want_tokens(true);
    const auto digest = blob::Digest::of(as_bytes("abc"));
    EXPECT_FALSE(*client().has_blob("one", digest));
    EXPECT_FALSE(*client().has_blob("two", digest));
    EXPECT_EQ(server.count("GET /token?service=reg&scope=repository%3Aone%3Apull"), 1u);
    EXPECT_EQ(server.count("GET /token?service=reg&scope=repository%3Atwo%3Apull"), 1u);
}

TEST_F(SessionTest, a_token_that_ran_out_is_renewed_in_time) {
    want_tokens(true, "100");
    const auto digest = blob::Digest::of(as_bytes("abc"));
    EXPECT_FALSE(*client().has_blob("one", digest));
    now += std::chrono::seconds(89);
    EXPECT_FALSE(*client().has_blob("one", digest));
    EXPECT_EQ(tokens, 1);
    now += std::chrono::seconds(2);
    EXPECT_FALSE(*client().has_blob("one", digest));
    EXPECT_EQ(tokens, 2);
    EXPECT_EQ(server.count("HEAD"), 4u); // no 401 for the old one
}

TEST_F(SessionTest, a_token_that_was_withdrawn_is_replaced) {
    want_tokens(true);
    const auto digest = blob::Digest::of(as_bytes("abc"));
    EXPECT_FALSE(*client().has_blob("one", digest));
    tokens = 7; // the registry forgets `t1`
    EXPECT_FALSE(*client().has_blob("one", digest));
    EXPECT_EQ(tokens, 8);
}

TEST_F(SessionTest, shows_the_password_to_the_token_server) {
    log_in("alice", "s3cret");
    want_tokens(false);
    EXPECT_FALSE(*client().has_blob("one", blob::Digest::of(as_bytes("abc"))));
    EXPECT_THAT(server.asked()[1], HasSubstr("account=alice"));
}

TEST_F(SessionTest, a_token_server_that_refuses_is_named) {
    log_in("alice", "hunter2");
    want_tokens(false);
    const auto text = told(client().ping());
    EXPECT_EQ(text,
              fmt::format("untrusted: the token server `{0}` gives no token\nbecause no "
                          "(UNAUTHORIZED)\nbecause status 401: authentication required\nbecause "
                          "asked as `alice` (from `--user`)\nhelp the password of `alice` is not "
                          "accepted\nhelp log in with `docker login {0}`, or give `--user` and "
                          "`--password`",
                          server.host()));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST_F(SessionTest, identity_tokens_go_by_the_form) {
    options.session.credentials = [](std::string_view) {
        Credentials credentials;
        credentials.identity_token = crypto::SecretText("id+1");
        return Result<Credentials>(std::move(credentials));
    };
    std::string form;
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.text() == "POST /token") {
            form = asked.body;
            return reply(200, {}, R"({"access_token":"tok"})");
        }
        if (asked.field("Authorization") == "Bearer tok")
            return std::nullopt;
        return reply(401, {{"WWW-Authenticate",
                            fmt::format("Bearer realm=\"{}\",service=s", server.url("/token"))}});
    };
    EXPECT_FALSE(*client().has_blob("one", blob::Digest::of(as_bytes("abc"))));
    EXPECT_EQ(form, "service=s&grant_type=refresh_token&client_id=tenon&access_type=offline&scope="
                    "repository%3Aone%3Apull&refresh_token=id%2B1");
}

TEST_F(SessionTest, which_token_was_shown_is_told) {
    std::string_view challenge = "Bearer";
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.path() == "/token")
            return reply(401);
        return reply(401, {{"WWW-Authenticate",
                            fmt::format("{} realm=\"{}\"", challenge, server.url("/token"))}});
    };
    for (const bool registry_token : {true, false}) {
        options.session.credentials = [registry_token](std::string_view) {
            Credentials credentials;
            (registry_token ? credentials.registry_token : credentials.identity_token) =
                crypto::SecretText("s3cret");
            credentials.source = "config.json";
            return Result<Credentials>(std::move(credentials));
        };
        const auto* const token = registry_token ? "a registry token" : "an identity token";
        challenge = "Bearer";
        EXPECT_THAT(told(another_client().ping()),
                    HasSubstr(fmt::format("because asked with {} (from `config.json`)\nhelp the "
                                          "token is not accepted\nhelp log in",
                                          token)));
        challenge = "Basic";
        EXPECT_THAT(told(another_client().ping()),
                    HasSubstr(fmt::format("because asked without credentials: the registry wants a "
                                          "password, and only {} is known (from `config.json`)\n"
                                          "help log in",
                                          token)));
    }
}

TEST_F(SessionTest, refuses_401_for_ever) {
    server.trouble = [this](const Asked& asked) -> std::optional<Reply> {
        if (asked.path() == "/token")
            return reply(200, {}, R"({"token":"t"})");
        return reply(
            401, {{"WWW-Authenticate", fmt::format("Bearer realm=\"{}\"", server.url("/token"))}});
    };
    EXPECT_THAT(told(client().ping()), HasSubstr("status 401"));
    EXPECT_LE(server.asked().size(), 6u);
}

TEST_F(SessionTest, a_broken_challenge_is_an_error) {
    server.trouble = [](const Asked&) {
        return reply(401, {{"WWW-Authenticate", "Bearer realm=\"open"}});
    };
    EXPECT_THAT(told(client().ping()), HasSubstr("this quoted text has no end"));
}

TEST_F(SessionTest, answers_of_a_token_server_are_not_repeated) {
    server.trouble = [this](const Asked& asked) -> std::optional<Reply> {
        if (asked.path() == "/token")
            return reply(200, {}, R"({"token":"hunter2")");
        return reply(
            401, {{"WWW-Authenticate", fmt::format("Bearer realm=\"{}\"", server.url("/token"))}});
    };
    const auto text = told(client().ping());
    EXPECT_THAT(text, HasSubstr("answers without a token"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST_F(SessionTest, waits_as_long_as_it_is_asked_to) {
    int left = 2;
    server.trouble = [&](const Asked&) -> std::optional<Reply> {
        if (left-- > 0)
            return reply(429, {{"Retry-After", "7"}});
        return std::nullopt;
    };
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_THAT(pauses, ElementsAre(7000, 7000));
}

TEST_F(SessionTest, a_long_wait_is_no_silent_one) {
    std::vector<std::string> asked_to_wait = {"60", "2"}; // the last one first
    server.trouble = [&](const Asked&) -> std::optional<Reply> {
        if (asked_to_wait.empty())
            return std::nullopt;
        auto answer = reply(429, {{"Retry-After", asked_to_wait.back()}});
        asked_to_wait.pop_back();
        return answer;
    };
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_THAT(pauses, ElementsAre(2000, 60'000));
    EXPECT_THAT(notes, ElementsAre(fmt::format("registry `{}` asks to wait 60 s", server.host())));
}

TEST_F(SessionTest, gives_up_when_asked_to_wait_too_long) {
    server.trouble = [](const Asked&) { return reply(429, {{"Retry-After", "3600"}}); };
    EXPECT_THAT(told(client().ping()), HasSubstr("the registry asks to wait 3600 s"));
    EXPECT_EQ(server.count("GET"), 1u);
}

TEST_F(SessionTest, waits_longer_each_time_and_not_for_ever) {
    server.trouble = [](const Asked&) { return reply(503); };
    EXPECT_THAT(told(client().ping()), HasSubstr("status 503: service unavailable"));
    EXPECT_THAT(pauses, ElementsAre(200, 400, 800, 1600));
}

TEST_F(SessionTest, a_broken_connection_is_made_anew) {
    EXPECT_EQ(told(client().ping()), "fine");
    int left = 3;
    server.trouble = [&](const Asked&) -> std::optional<Reply> {
        if (left-- > 0)
            return Reply{"", true};
        return std::nullopt;
    };
    EXPECT_EQ(told(client().ping()), "fine");
}

TEST_F(SessionTest, what_is_not_http_is_no_reason_to_try_again) {
    server.trouble = [](const Asked&) { return Reply{"SSH-2.0-OpenSSH_9.2\r\n\r\n", true}; };
    EXPECT_THAT(told(client().ping()), StartsWith("malformed: "));
    EXPECT_EQ(server.count("GET"), 1u);
}

TEST_F(SessionTest, hands_on_each_warning_once) {
    server.trouble = [](const Asked&) {
        return reply(200, {{"Warning", "299 - \"this registry closes in May\""},
                           {"Warning", "110 - \"stale\""}});
    };
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_EQ(told(client().ping()), "fine");
    EXPECT_THAT(warnings, ElementsAre(fmt::format("registry `{}` says: this registry closes in May",
                                                  server.host())));
}

TEST_F(SessionTest, problems_of_three_megabytes_are_passed_over) {
    server.trouble = [](const Asked&) {
        return reply(400, {}, R"({"errors":[{"message":")" + std::string(3'000'000, 'x') + "\"}]}");
    };
    EXPECT_EQ(told(client().ping()),
              fmt::format("invalid: `{}` does not let us in\nbecause status 400: bad request",
                          server.host()));
}

TEST_F(SessionTest, plain_words_of_a_server_are_told) {
    server.trouble = [](const Asked&) {
        return reply(400, {{"Content-Type", "text/plain; charset=utf-8"}},
                     "Client sent an HTTP request to an HTTPS server.\nmore\n");
    };
    EXPECT_EQ(
        told(client().ping()),
        fmt::format("invalid: `{}` does not let us in\nbecause Client sent an HTTP request to "
                    "an HTTPS server.\nbecause status 400: bad request\nhelp this registry "
                    "speaks TLS: leave out `--insecure`",
                    server.host()));
}

TEST_F(SessionTest, a_server_of_tls_that_has_no_words_is_recognised) {
    const auto* hint = "help if this registry speaks TLS, leave out `--insecure`";
    server.trouble = [](const Asked&) { return Reply{"", true}; };
    EXPECT_THAT(told(client().ping()), testing::EndsWith(hint));
    server.trouble = [](const Asked&) { return Reply{"\x15\x03\x01\x00\x02\x02\x0a", true}; };
    EXPECT_THAT(told(client().ping()), testing::EndsWith(hint)); // an alert
    server.trouble = [](const Asked&) { return reply(400); };    // to HEAD
    EXPECT_THAT(told(client().ping()), testing::EndsWith(hint));
    server.trouble = [](const Asked&) { return Reply{"", true}; };
    EXPECT_THAT(told(client().ping()), Not(HasSubstr("TLS"))); // it has answered before
}

TEST_F(SessionTest, our_own_server_s_word_for_tls_is_understood) {
    server.trouble = [](const Asked&) { return reply(400, {}, "this port speaks HTTPS\n"); };
    EXPECT_THAT(told(client().ping()),
                testing::EndsWith("help this registry speaks TLS: leave out `--insecure`"));
}

TEST_F(SessionTest, what_a_server_repeats_of_our_secrets_is_not_told) {
    log_in("alice", "hunter2");
    bool json = true;
    server.trouble = [&](const Asked& asked) {
        auto shown = "Authorization: " + asked.field("Authorization") + " (hunter2)";
        return json ? reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}},
                            R"({"errors":[{"code":"C","message":"you sent )" + shown + "\"}]}")
                    : reply(400,
                            {{"Content-Type", "text/plain"}, {"Warning", "299 - \"" + shown + '"'}},
                            "you sent " + shown);
    };
    for (const bool as_json : {true, false}) {
        json = as_json;
        const auto text = told(client().ping());
        EXPECT_THAT(text, HasSubstr("because you sent Authorization: Basic … (…)"));
        EXPECT_THAT(text, Not(HasSubstr("YWxpY2U6aHVudGVyMg"))); // printf alice:hunter2 | base64
        EXPECT_THAT(text, Not(HasSubstr("hunter2")));
    }
    EXPECT_THAT(warnings, ElementsAre(fmt::format("registry `{}` says: Authorization: Basic … (…)",
                                                  server.host())));
}

TEST_F(SessionTest, a_token_that_a_server_repeats_is_not_told) {
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.path() == "/token")
            return reply(200, {}, R"({"token":"hunter2"})");
        if (asked.field("Authorization").empty())
            return reply(401, {{"WWW-Authenticate",
                                fmt::format("Bearer realm=\"{}\"", server.url("/token"))}});
        return reply(500, {{"Content-Type", "text/plain"}}, asked.field("Authorization"));
    };
    const auto text = told(client().ping());
    EXPECT_THAT(text, HasSubstr("because Bearer …\n"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
}

TEST_F(SessionTest, redirects_without_end_are_an_error) {
    server.trouble = [this](const Asked&) {
        return reply(307, {{"Location", server.url("/v2/")}});
    };
    EXPECT_THAT(told(client().ping()), StartsWith("limit: "));
}

TEST_F(SessionTest, another_host_gets_no_credentials) {
    log_in("alice", "s3cret");
    TestRegistry other;
    std::string seen = "nothing";
    other.trouble = [&](const Asked& asked) {
        seen = asked.field("Authorization");
        return reply(200, {}, "abc");
    };
    server.trouble = [&](const Asked& asked) -> std::optional<Reply> {
        if (asked.field("Authorization").empty())
            return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
        return reply(307, {{"Location", other.url("/stored")}});
    };
    const Descriptor descriptor{"a/b", blob::Digest::of(as_bytes("abc")), 3};
    const auto bytes = client().get_small_blob("one", descriptor, 10);
    ASSERT_TRUE(bytes) << told(bytes);
    EXPECT_EQ(*bytes, "abc");
    EXPECT_EQ(seen, "");
}

TEST_F(SessionTest, another_host_is_not_answered_when_it_asks_for_credentials) {
    log_in("alice", "s3cret");
    TestRegistry other;
    other.trouble = [](const Asked& asked) {
        EXPECT_EQ(asked.field("Authorization"), "");
        return reply(401, {{"WWW-Authenticate", "Basic realm=\"give me\""}});
    };
    server.trouble = [&](const Asked&) { return reply(307, {{"Location", other.url("/x")}}); };
    const Descriptor descriptor{"a/b", blob::Digest::of(as_bytes("abc")), 3};
    EXPECT_THAT(told(client().get_small_blob("one", descriptor, 10)),
                HasSubstr("which gets no credentials"));
    EXPECT_EQ(credentials_asked, 0);
}

TEST_F(SessionTest, https_never_leads_to_http) {
    auto made = net::Client::create(net::ClientOptions());
    ASSERT_TRUE(made);
    const auto session = Session::open(*made, "reg.example", {});
    ASSERT_TRUE(session);
    const auto from = session->url("a/blobs/uploads/");
    EXPECT_EQ(session->follow(from, "/v2/x?y=z")->text(), "https://reg.example/v2/x?y=z");
    EXPECT_EQ(session->follow(from, "https://store.example/x")->text(), "https://store.example/x");
    // Behind a proxy that ends TLS registries say http of themselves.
    EXPECT_EQ(session->follow(from, "http://reg.example/v2/x")->text(), "https://reg.example/v2/x");
    EXPECT_EQ(session->follow(from, "http://store.example/x").error().code(), Errc::untrusted);
}

} // namespace
} // namespace tenon::oci
