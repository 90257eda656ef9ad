// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a person reads when a registry lies, breaks off or goes round in circles: each kind once,
// the whole of it. Nothing of it ends up in a file.
#include "net/test_peer.hpp"
#include "oci/artifact.hpp"
#include "oci/test_client.hpp"

#include <fmt/core.h>

namespace tenon::oci {
namespace {

using testing::IsEmpty;

class BadRegistry : public ClientTest {
protected:
    BadRegistry() {
        Manifest manifest;
        manifest.media_type = media::image_manifest;
        manifest.config = Descriptor{"x/y", *blob::Digest::parse(server.add_blob("{}")), 2};
        manifest.layers.push_back(
            {std::string(media::provider_layer), *blob::Digest::parse(layer), content.size()});
        image = write_manifest(manifest, true);
        server.add_manifest("a/b", "1", image, std::string(media::image_manifest));
    }
    /// Instead of what is at `path`.
    void answer(const std::string& path, Reply instead) {
        server.trouble =
            [path, instead = std::move(instead)](const Asked& asked) -> std::optional<Reply> {
            return asked.path() == path ? std::optional(instead) : std::nullopt;
        };
    }
    void answer_blob(Reply instead) { answer(blob_path, std::move(instead)); }
    void answer_manifest(Reply instead) { answer(manifest_path, std::move(instead)); }

    /// The whole story of a pull, with `HOST` and `DIGEST` for what differs from run to run.
    std::string pull() {
        PullOptions how;
        how.destination = directory / "pulled";
        const auto reference = *Reference::parse(server.host() + "/a/b:1");
        const auto pulled = pull_artifact(client(), reference, how, {});
        auto text = told(pulled);
        if (!pulled)
            for (const auto& frame : pulled.error().frames())
                text += "\nin " + frame;
        EXPECT_THAT(directory.names(), IsEmpty());
        replace(text, server.host(), "HOST");
        replace(text, layer, "DIGEST");
        return text;
    }
    static void replace(std::string& text, std::string_view from, std::string_view to) {
        for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    }

    const std::string content = "a provider archive";
    const std::string layer = server.add_blob(content);
    const std::string blob_path = "/v2/a/b/blobs/" + layer;
    const std::string manifest_path = "/v2/a/b/manifests/1";
    std::string image;
    base::TestDirectory directory;
};

const Fields manifest_type{{"Content-Type", std::string(media::image_manifest)}};

TEST_F(BadRegistry, gives_a_blob_of_another_digest) {
    answer_blob(reply(200, {}, "a provider_archive"));
    EXPECT_EQ(pull(),
              "hash-mismatch: registry `HOST` gave something else than blob `DIGEST`\nbecause "
              "received sha256:04bce81b956b97bb833d4f2d9eb26ec706066235e223bf803ad3ea60c6f37c09");
}

TEST_F(BadRegistry, gives_a_manifest_of_another_digest) {
    answer_manifest(reply(
        200,
        {{"Content-Type", std::string(media::image_manifest)}, {"Docker-Content-Digest", layer}},
        image));
    EXPECT_EQ(pull(),
              fmt::format("hash-mismatch: registry `HOST` gave something else than manifest `1` of "
                          "`a/b`\nbecause promised DIGEST\nbecause received {}",
                          blob::Digest::of(as_bytes(image)).text()));
}

TEST_F(BadRegistry, ends_too_early) {
    answer_blob(Reply{"HTTP/1.1 200 X\r\nContent-Length: 18\r\n\r\na prov", true});
    EXPECT_EQ(pull(), "truncated: blob `DIGEST` cannot be pulled from `HOST`\nbecause reading "
                      "`http://HOST/v2/a/b/blobs/DIGEST` failed\nbecause the content ends after 6 "
                      "of 18 bytes");
}

TEST_F(BadRegistry, gives_too_little) {
    answer_blob(reply(200, {}, "a prov"));
    EXPECT_EQ(pull(), "invalid: blob `DIGEST` cannot be pulled from `HOST`\nbecause it should have "
                      "18 bytes, and the registry sends 6");
}

TEST_F(BadRegistry, does_not_end) {
    answer_blob(Reply{"HTTP/1.1 200 X\r\n\r\n", true, true});
    EXPECT_EQ(pull(), "invalid: blob `DIGEST` cannot be pulled from `HOST`\nbecause it should have "
                      "18 bytes, and the registry sends at least 262144");
    answer_manifest(Reply{"HTTP/1.1 200 X\r\n\r\n", true, true});
    EXPECT_EQ(pull(), "limit: the content of `http://HOST/v2/a/b/manifests/1` is longer than "
                      "4194304 bytes\nin manifest `1` of `a/b`");
}

TEST_F(BadRegistry, goes_round_in_circles) {
    answer_manifest(reply(307, {{"Location", manifest_path}}));
    EXPECT_EQ(pull(), "limit: request to `http://HOST/v2/a/b/manifests/1` failed\nbecause the "
                      "server redirects more than 10 times");
    EXPECT_EQ(server.asked().size(), 11u);
}

TEST_F(BadRegistry, leads_to_a_host_that_wants_credentials) {
    log_in("alice", "s3cret");
    TestRegistry other;
    other.trouble = [](const Asked& asked) {
        EXPECT_EQ(asked.field("Authorization"), "");
        return reply(401, {{"WWW-Authenticate", "Basic realm=\"r\""}});
    };
    answer_blob(reply(307, {{"Location", other.url("/stored")}}));
    EXPECT_EQ(pull(), "untrusted: blob `DIGEST` cannot be pulled from `HOST`\nbecause status 401: "
                      "authentication required\nhelp this was the answer of `" +
                          other.host() + "`, which gets no credentials");
    EXPECT_EQ(credentials_asked, 0);
}

TEST_F(BadRegistry, asks_for_a_login_for_ever) {
    log_in("alice", "s3cret");
    server.trouble = [this](const Asked& asked) -> std::optional<Reply> {
        if (asked.path() == "/token")
            return reply(200, {}, R"({"token":"good"})");
        return reply(401, {{"WWW-Authenticate", "Bearer realm=\"" + server.url("/token") + '"'}},
                     R"({"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]})");
    };
    EXPECT_THAT(pull(),
                testing::StartsWith(
                    "untrusted: registry `HOST` does not give manifest `1` of `a/b`\nbecause "
                    "who are you? (UNAUTHORIZED)\nbecause status 401: authentication "
                    "required\nbecause asked as `alice` (from `--user`)\nhelp "));
    EXPECT_EQ(server.count("GET /v2/"), 3u);
    EXPECT_EQ(server.count("GET /token"), 2u);
}

TEST_F(BadRegistry, gives_json_that_is_none) {
    answer_manifest(reply(200, manifest_type, "{\"schemaVersion\": 2,, }"));
    EXPECT_EQ(pull(), "malformed: expected a key in double quotes, found `,`\nin manifest `1` of "
                      "`a/b` at `HOST`");
}

TEST_F(BadRegistry, gives_three_megabytes_of_json) {
    answer_manifest(reply(200, manifest_type, "[" + std::string(3'000'000, ' ') + "]"));
    EXPECT_EQ(pull(), "invalid: a manifest must be an object\nin manifest `1` of `a/b` at `HOST`");
    answer_manifest(reply(200, manifest_type, "[" + std::string(5'000'000, ' ') + "]"));
    EXPECT_EQ(pull(), "limit: the content of `http://HOST/v2/a/b/manifests/1` is longer than "
                      "4194304 bytes\nin manifest `1` of `a/b`");
    // Deep, too.
    answer_manifest(reply(200, manifest_type, std::string(3'000'000, '[')));
    EXPECT_EQ(pull(), "limit: nested deeper than 128 levels\nin manifest `1` of `a/b` at `HOST`");
}

TEST_F(BadRegistry, lies_about_its_chunks) {
    const auto chunked = [](const std::string& body) {
        return Reply{"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n" + body, true};
    };
    const std::string reading = "reading `http://HOST/v2/a/b/blobs/DIGEST` failed\nbecause ";
    answer_blob(chunked("nonsense\r\n"));
    EXPECT_EQ(pull(), "malformed: " + reading + "the answer is not HTTP\nbecause bad chunk");
    answer_blob(chunked("4\r\na provider archive\r\n0\r\n\r\n"));
    EXPECT_EQ(pull(), "malformed: " + reading + "the answer is not HTTP\nbecause bad chunk");
    answer_blob(chunked("fffffffffffffffff\r\n"));
    EXPECT_EQ(pull(), "malformed: " + reading + "the answer is not HTTP\nbecause bad chunk");
    answer_blob(chunked("12\r\na prov"));
    EXPECT_EQ(pull(), "truncated: blob `DIGEST` cannot be pulled from `HOST`\nbecause " + reading +
                          "the content was cut off after 6 bytes");
    answer_blob(chunked("12\r\na provider archive\r\n1\r\nx\r\n0\r\n\r\n"));
    EXPECT_EQ(pull(), "invalid: blob `DIGEST` cannot be pulled from `HOST`\nbecause it should have "
                      "18 bytes, and the registry sends at least 19");
}

// The other certificates (expired, of another host, self-made) are those of net's ClientTls tests;
// what they say comes through as it is.
TEST_F(BadRegistry, speaks_no_tls) {
    const auto plain = [](net::TestPeer::Connection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.wait_for_end();
    };
    net::TestPeer peer({plain, plain}); // it is tried twice
    auto made = net::Client::create(http);
    ASSERT_TRUE(made);
    auto session = options;
    session.session.plain_http = false;
    const auto host = "127.0.0.1:" + std::to_string(peer.port());
    auto registry = Registry::open(*made, host, session);
    ASSERT_TRUE(registry);
    const auto pinged = registry->ping();
    ASSERT_FALSE(pinged);
    EXPECT_THAT(pinged.error().helps(),
                testing::ElementsAre("`--insecure` speaks HTTP without TLS"));
}

} // namespace
} // namespace tenon::oci
