// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The server with TLS, seen by OpenSSL's own client. Certificates are made by the openssl program.
#include "base/process.hpp"
#include "base/test_directory.hpp"
#include "net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

void openssl(std::vector<std::string> words) {
    words.insert(words.begin(), "openssl");
    base::Command command;
    command.words = std::move(words);
    const auto outcome = base::run(command, {});
    if (!outcome || outcome->exit_status != 0)
        std::abort();
}

/// Makes `NAME.crt` and `NAME.key`, self-signed.
void make(const base::TestDirectory& directory, const std::string& name) {
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", directory / (name + ".key"), "-out", directory / (name + ".crt"), "-days",
             "1", "-subj", "/CN=" + name});
}

/// One folder of certificates for all tests: making them takes longer than the tests do.
const base::TestDirectory& certificates() {
    static const base::TestDirectory directory;
    static const bool made = [] {
        make(directory, "one");
        make(directory, "two");
        openssl({"req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                 directory / "leaf.key", "-out", directory / "leaf.csr", "-subj", "/CN=leaf"});
        openssl({"x509", "-req", "-in", directory / "leaf.csr", "-CA", directory / "one.crt",
                 "-CAkey", directory / "one.key", "-days", "1", "-set_serial", "5", "-out",
                 directory / "leaf.crt"});
        openssl({"pkey", "-in", directory / "one.key", "-aes128", "-passout", "pass:x", "-out",
                 directory / "locked.key"});
        return true;
    }();
    static_cast<void>(made);
    return directory;
}

std::string text_of(const base::Path& path) {
    return std::string(as_text(base::read_file(path, 100'000).value()));
}

ServerOptions with_tls(const base::Path& certificate, const base::Path& key) {
    ServerOptions options;
    options.tls = ServerTls{certificate, key};
    return options;
}

ServerOptions with_tls(const std::string& name = "one") {
    return with_tls(certificates() / (name + ".crt"), certificates() / (name + ".key"));
}

/// OpenSSL as a client that trusts everybody.
class TlsPeer {
public:
    explicit TlsPeer(const RunningServer& server, int newest = 0, std::string_view alpn = "")
        : raw_(server.client()), context_(SSL_CTX_new(TLS_client_method())) {
        if (newest != 0) {
            SSL_CTX_set_security_level(context_.get(), 0);
            SSL_CTX_set_min_proto_version(context_.get(), 0);
            SSL_CTX_set_max_proto_version(context_.get(), newest);
        }
        session_.reset(SSL_new(context_.get()));
        SSL_set_fd(session_.get(), raw_.fd());
        if (!alpn.empty())
            SSL_set_alpn_protos(session_.get(), as_bytes(alpn).data(),
                                static_cast<unsigned>(alpn.size()));
        connected = SSL_connect(session_.get()) == 1;
        ERR_clear_error();
    }
    bool connected = false;

    [[nodiscard]] SSL* session() const { return session_.get(); }
    RawClient& raw() { return raw_; }
    [[nodiscard]] std::string subject() const {
        const auto* certificate = SSL_get0_peer_certificate(session_.get());
        char text[200] = {};
        X509_NAME_oneline(X509_get_subject_name(certificate), text, sizeof text);
        return text;
    }
    void send(std::string_view bytes) const {
        std::size_t written = 0;
        SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &written);
    }
    /// All that comes until there are `count` bytes behind a head, or the end.
    std::string receive(std::size_t count) const {
        std::string all;
        char bytes[16 * 1024];
        for (;;) {
            const auto head = all.find("\r\n\r\n");
            if (head != all.npos && all.size() >= head + 4 + count)
                return all.substr(head + 4);
            const int got = SSL_read(session_.get(), bytes, sizeof bytes);
            if (got <= 0)
                return all;
            all.append(bytes, static_cast<std::size_t>(got));
        }
    }
    /// Whether the server says goodbye as TLS wants it.
    [[nodiscard]] bool ends() const {
        char byte = 0;
        return SSL_get_error(session_.get(), SSL_read(session_.get(), &byte, 1)) ==
               SSL_ERROR_ZERO_RETURN;
    }

private:
    struct ContextTraits {
        using Value = SSL_CTX*;
        static constexpr SSL_CTX* none = nullptr;
        static void close(SSL_CTX* value) noexcept { SSL_CTX_free(value); }
    };
    struct SessionTraits {
        using Value = SSL*;
        static constexpr SSL* none = nullptr;
        static void close(SSL* value) noexcept { SSL_free(value); }
    };
    RawClient raw_;
    base::Handle<ContextTraits> context_;
    base::Handle<SessionTraits> session_;
};

TEST(ServerTls, serves_requests_and_says_goodbye) {
    RunningServer server(with_tls());
    TlsPeer peer(server);
    ASSERT_TRUE(peer.connected);
    peer.send(get("/now/1") + get("/now/2")); // in one record
    EXPECT_EQ(peer.receive(6).substr(0, 6), "/now/1");
    peer.send(put("/x", std::string(50'000, 'y'), "Connection: close\r\n"));
    peer.receive(50'007);
    EXPECT_TRUE(peer.ends());
}

TEST(ServerTls, tells_handlers_about_it) {
    RunningServer server(with_tls());
    server.handler.slow = [](const ServerRequest& request, RequestBody&) {
        ServerResponse response;
        response.content = std::string(request.tls ? "tls" : "plain");
        return response;
    };
    TlsPeer peer(server);
    peer.send(get("/"));
    EXPECT_EQ(peer.receive(3), "tls");
}

TEST(ServerTls, reads_large_content_in_both_framings_and_pieces) {
    RunningServer server(with_tls());
    server.handler.slow = [](const ServerRequest&, RequestBody& body) {
        ServerResponse response;
        response.content = std::to_string(TestHandler::read_all(body).value_or("").size());
        return response;
    };
    TlsPeer peer(server);
    peer.send(put("/", std::string(1'000'000, 'x')));
    EXPECT_EQ(peer.receive(7), "1000000");
    std::string chunks;
    for (int i = 0; i < 100; ++i)
        chunks += "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
    peer.send(put_chunked("/", chunks + "0\r\n\r\n"));
    EXPECT_EQ(peer.receive(6), "409600");
    peer.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(peer.receive(0), "");
    peer.send("abc");
    EXPECT_EQ(peer.receive(1), "3");
}

TEST(ServerTls, sends_files_and_large_texts) {
    RunningServer server(with_tls());
    std::string content;
    for (std::size_t i = 0; i < 3'000'000; ++i)
        content.push_back(static_cast<char>(i * 31 % 251));
    const base::TestDirectory directory;
    ASSERT_TRUE(base::write_file(directory / "f", as_bytes(content)));
    server.handler.slow = [&](const ServerRequest& request, RequestBody&) {
        ServerResponse response;
        if (request.target == "/file")
            response.content =
                FileContent{base::open_to_read(directory / "f").value(), 17, content.size() - 20};
        else
            response.content = content;
        return response;
    };
    TlsPeer peer(server);
    peer.send(get("/file"));
    std::this_thread::sleep_for(20ms); // until the server cannot write
    EXPECT_TRUE(peer.receive(content.size() - 20) == content.substr(17, content.size() - 20));
    peer.send(get("/text"));
    EXPECT_TRUE(peer.receive(content.size()) == content);
}

TEST(ServerTls, speaks_1_2_and_1_3_and_nothing_older) {
    RunningServer server(with_tls());
    TlsPeer newest(server);
    EXPECT_STREQ(SSL_get_version(newest.session()), "TLSv1.3");
    TlsPeer older(server, TLS1_2_VERSION);
    EXPECT_STREQ(SSL_get_version(older.session()), "TLSv1.2");
    EXPECT_FALSE(TlsPeer(server, TLS1_1_VERSION).connected);
}

TEST(ServerTls, agrees_on_http_1_1) {
    RunningServer server(with_tls());
    TlsPeer peer(server, 0, std::string_view("\x02h2\x08http/1.1"));
    const unsigned char* chosen = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(peer.session(), &chosen, &length);
    EXPECT_EQ(as_text({chosen, length}), "http/1.1");
    EXPECT_TRUE(TlsPeer(server, 0, std::string_view("\x02h2")).connected);
}

TEST(ServerTls, sends_the_issuers_too) {
    const base::TestDirectory directory;
    const auto chain = text_of(certificates() / "leaf.crt") + text_of(certificates() / "one.crt");
    ASSERT_TRUE(base::write_file(directory / "chain.crt", as_bytes(chain)));
    RunningServer server(with_tls(directory / "chain.crt", certificates() / "leaf.key"));
    TlsPeer peer(server);
    ASSERT_TRUE(peer.connected);
    EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(peer.session())), 2);
    EXPECT_EQ(peer.subject(), "/CN=leaf");
}

TEST(ServerTls, takes_a_new_certificate_while_it_serves) {
    const base::TestDirectory directory;
    const auto place = [&](const std::string& name) {
        for (const auto* kind : {"crt", "key"})
            ASSERT_TRUE(base::write_file(directory / (std::string("now.") + kind),
                                         as_bytes(text_of(certificates() / (name + "." + kind)))));
    };
    place("one");
    RunningServer server(with_tls(directory / "now.crt", directory / "now.key"));
    TlsPeer before(server);
    place("two");
    ASSERT_TRUE(server.server().reload_tls());
    TlsPeer after(server);
    EXPECT_EQ(before.subject(), "/CN=one");
    EXPECT_EQ(after.subject(), "/CN=two");
    before.send(get("/now"));
    EXPECT_EQ(before.receive(4), "/now");
    ASSERT_TRUE(base::write_file(directory / "now.key", as_bytes("nonsense")));
    const auto refused = server.server().reload_tls();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), Errc::bad_key);
    EXPECT_EQ(TlsPeer(server).subject(), "/CN=two");
}

TEST(ServerTls, has_nothing_to_reload_without_tls) {
    RunningServer server;
    EXPECT_EQ(server.server().reload_tls().error().code(), Errc::usage);
}

TEST(ServerTls, names_the_file_that_it_cannot_use) {
    const auto& files = certificates();
    TestHandler handler;
    const auto refused = [&](const std::string& certificate, const std::string& key) {
        Endpoint endpoint;
        endpoint.host = "127.0.0.1";
        const auto server =
            Server::listen(endpoint, with_tls(files / certificate, files / key), handler);
        EXPECT_FALSE(server);
        return server ? base::Error(Errc{}, "")
                      : base::Error(server.error().code(), server.error().message() + ": " +
                                                               server.error().causes().front());
    };
    const auto missing = refused("none.crt", "one.key");
    EXPECT_EQ(missing.code(), Errc::not_found);
    EXPECT_THAT(missing.message(), HasSubstr((files / "none.crt").native()));
    const auto no_certificate = refused("one.key", "one.key");
    EXPECT_EQ(no_certificate.code(), Errc::malformed);
    EXPECT_THAT(no_certificate.message(),
                HasSubstr("cannot use the certificate `" + (files / "one.key").native() + "`"));
    const auto no_key = refused("one.crt", "one.crt");
    EXPECT_EQ(no_key.code(), Errc::bad_key);
    EXPECT_THAT(no_key.message(), HasSubstr("cannot use the key `" + (files / "one.crt").native()));
    const auto foreign = refused("one.crt", "two.key");
    EXPECT_EQ(foreign.code(), Errc::invalid);
    EXPECT_THAT(foreign.message(), HasSubstr("it is not the certificate's"));
    const auto locked = refused("one.crt", "locked.key");
    EXPECT_EQ(locked.code(), Errc::unsupported);
    EXPECT_THAT(locked.message(), HasSubstr("it is protected by a passphrase"));
}

TEST(ServerTls, refuses_a_chain_with_nonsense_in_it) {
    const base::TestDirectory directory;
    const auto chain = text_of(certificates() / "one.crt") +
                       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    ASSERT_TRUE(base::write_file(directory / "chain.crt", as_bytes(chain)));
    TestHandler handler;
    Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    const auto server = Server::listen(
        endpoint, with_tls(directory / "chain.crt", certificates() / "one.key"), handler);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code(), Errc::malformed);
    EXPECT_THAT(server.error().message(), HasSubstr("cannot use the certificate chain"));
}

TEST(ServerTls, tells_a_client_without_tls_what_it_met) {
    RunningServer server(with_tls());
    auto client = server.client();
    const auto reply = client.ask(get("/now"));
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.content, "this port speaks HTTPS\n");
    EXPECT_TRUE(client.ends());
}

TEST(ServerTls, ends_a_handshake_that_takes_too_long) {
    auto options = with_tls();
    options.header_timeout = 50ms;
    RunningServer server(std::move(options));
    auto client = server.client();
    client.send("\x16\x03\x01"); // the beginning of a hello
    EXPECT_TRUE(client.ends());
}

TEST(ServerTls, says_when_a_client_goes_away_within_content) {
    RunningServer server(with_tls());
    std::atomic<Errc> error{};
    server.handler.slow = [&](const ServerRequest&, RequestBody& body) {
        error = TestHandler::read_all(body).error().code();
        return ServerResponse();
    };
    TlsPeer peer(server);
    peer.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    peer.raw().close();
    for (int tries = 0; tries < 1000 && error.load() == Errc{}; ++tries)
        std::this_thread::sleep_for(1ms);
    EXPECT_EQ(error, Errc::truncated);
}

} // namespace
} // namespace tenon::net
