// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whom the client trusts over TLS, and that nothing else changes. Certificates are made here.
#include "base/test_directory.hpp"
#include "net/client.hpp"
#include "net/test_peer.hpp"

#include <ctime>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace tenon::net {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using Connection = TestPeer::Connection;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

template <class T, auto free_it> struct Free {
    using Value = T*;
    static constexpr Value none = nullptr;
    static void close(Value value) noexcept { free_it(value); }
};
using Key = base::Handle<Free<EVP_PKEY, EVP_PKEY_free>>;
using X509Handle = base::Handle<Free<X509, X509_free>>;
using ContextHandle = base::Handle<Free<SSL_CTX, SSL_CTX_free>>;
using SslHandle = base::Handle<Free<SSL, SSL_free>>;

// --- certificates

struct Certificate {
    X509Handle certificate;
    Key key;
};

constexpr auto own_hosts = "IP:127.0.0.1,DNS:localhost";

struct Wish {
    std::string name = "Leaf";
    std::string hosts = own_hosts; ///< empty: an authority
    std::time_t from_days = -1;
    std::time_t to_days = 1;
};

/// Signed by `issuer`, or by itself.
Certificate make(const Wish& wish, const Certificate* issuer = nullptr) {
    constexpr std::time_t day = 24 * 60 * 60;
    Certificate made{X509Handle(X509_new()), Key(EVP_EC_gen("P-256"))};
    X509* certificate = made.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1 + std::rand());
    const auto now = std::time(nullptr);
    ASN1_TIME_set(X509_getm_notBefore(certificate), now + wish.from_days * day);
    ASN1_TIME_set(X509_getm_notAfter(certificate), now + wish.to_days * day);
    X509_set_pubkey(certificate, made.key.get());
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wish.name.c_str()), -1, -1,
                               0);
    X509_set_issuer_name(
        certificate, issuer != nullptr ? X509_get_subject_name(issuer->certificate.get()) : name);
    const auto extend = [&](int kind, const std::string& value) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    };
    extend(NID_basic_constraints, wish.hosts.empty() ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (!wish.hosts.empty())
        extend(NID_subject_alt_name, wish.hosts);
    X509_sign(certificate, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256());
    return made;
}

const Certificate& authority() {
    static const Certificate made = make({"Test Authority", "", -30, 30});
    return made;
}

std::string pem(const Certificate& certificate) {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, certificate.certificate.get());
    char* data = nullptr;
    const auto size = BIO_get_mem_data(memory, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return text;
}

/// The day of the other end of a wish, as a message shows it.
std::string day(int days_from_now) {
    const std::time_t when = std::time(nullptr) + days_from_now * 24 * 60 * 60;
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    char text[16];
    std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
    return text;
}

// --- servers

/// One TLS session over a peer's connection.
class Secured {
public:
    Secured(Connection& connection, const Certificate& certificate, int max_version)
        : context_(SSL_CTX_new(TLS_server_method())), ssl_() {
        SSL_CTX_use_certificate(context_.get(), certificate.certificate.get());
        SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get());
        if (max_version != 0) {
            SSL_CTX_set_min_proto_version(context_.get(), 0);
            SSL_CTX_set_max_proto_version(context_.get(), max_version);
            SSL_CTX_set_security_level(context_.get(), 0);
        }
        SSL_CTX_set_alpn_select_cb(
            context_.get(),
            [](SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in,
               unsigned, void*) {
                *out = in + 1;
                *length = in[0];
                return SSL_TLSEXT_ERR_OK;
            },
            nullptr);
        ssl_ = SslHandle(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), connection.fd());
        accepted_ = SSL_accept(ssl_.get()) == 1;
        ERR_clear_error();
    }

    [[nodiscard]] bool accepted() const noexcept { return accepted_; }
    [[nodiscard]] std::string server_name() const {
        const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }
    [[nodiscard]] std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned length = 0;
        SSL_get0_alpn_selected(ssl_.get(), &name, &length);
        return {reinterpret_cast<const char*>(name), length};
    }
    std::string read_request() {
        std::string text;
        std::size_t wanted = std::string::npos;
        while (text.size() < wanted) {
            char bytes[16 * 1024];
            const int got = SSL_read(ssl_.get(), bytes, sizeof bytes);
            if (got <= 0)
                break;
            text.append(bytes, static_cast<std::size_t>(got));
            const auto head = text.find("\r\n\r\n");
            const auto field = text.find("Content-Length: ");
            if (head != text.npos)
                wanted = head + 4 +
                         (field < head ? std::strtoull(text.c_str() + field + 16, nullptr, 10) : 0);
        }
        return text;
    }
    void send(std::string_view text) const {
        SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    }
    void say_goodbye() const { SSL_shutdown(ssl_.get()); }

private:
    ContextHandle context_;
    SslHandle ssl_;
    bool accepted_ = false;
};

TestPeer::Script secured(const Certificate& certificate, std::function<void(Secured&)> script,
                         int max_version = 0) {
    return [&certificate, script = std::move(script), max_version](Connection& connection) {
        Secured session(connection, certificate, max_version);
        if (session.accepted())
            script(session);
    };
}

void answer_ok(Secured& session) {
    while (!session.read_request().empty())
        session.send(ok);
}

class ClientTls : public testing::Test {
protected:
    ClientTls() { write("authority.pem", pem(authority())); }

    void write(std::string_view name, const std::string& text) {
        ASSERT_TRUE(base::write_file(directory_ / name, as_bytes(text)));
    }
    [[nodiscard]] ClientOptions trusting() const {
        ClientOptions options;
        options.ca_files = {directory_ / "authority.pem"};
        return options;
    }
    static Patience patience() { return {std::chrono::steady_clock::now() + 5s, {}}; }
    static Request request_for(const std::string& url) {
        Request request;
        request.url = Url::parse(url).value();
        return request;
    }
    static Result<std::string> get(const TestPeer& peer, ClientOptions options,
                                   std::string_view host = "127.0.0.1") {
        auto made = Client::create(std::move(options));
        auto response = made->send(request_for(peer.url("/", host, "https")), patience());
        if (!response)
            return fail(std::move(response).error());
        return response->read_all(1 << 20);
    }
    /// What the client says to a server with this certificate.
    void expect_untrusted(const Certificate& certificate, const ClientOptions& options,
                          const std::string& why, std::string_view help,
                          std::string_view host = "127.0.0.1") {
        TestPeer peer({secured(certificate, answer_ok)});
        const auto got = get(peer, options, host);
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code(), Errc::untrusted);
        EXPECT_THAT(
            got.error().causes(),
            ElementsAre("the certificate of `" + std::string(host) + "` is not trusted", why));
        EXPECT_THAT(got.error().helps(), ElementsAre(help));
        TestPeer again({secured(certificate, answer_ok)});
        ClientOptions careless;
        careless.verify_peer = false;
        EXPECT_EQ(get(again, careless, host), "ok");
    }

    base::TestDirectory directory_;
    Certificate leaf_ = make({}, &authority());
};

constexpr std::string_view trust_help =
    "`--ca-file FILE` trusts the authority in FILE, `--insecure-skip-tls-verify` asks for no proof";
constexpr std::string_view insecure_help =
    "`--insecure-skip-tls-verify` connects without asking who answers";
constexpr std::string_view host_help =
    "name the host that the certificate is for; `--insecure-skip-tls-verify` connects without "
    "asking who answers";

TEST_F(ClientTls, trusts_an_authority_that_it_was_told_of) {
    TestPeer peer({secured(leaf_, answer_ok)});
    EXPECT_EQ(get(peer, trusting()), "ok");
    ClientOptions system;
    system.system_ca_file = directory_ / "authority.pem";
    TestPeer again({secured(leaf_, answer_ok)});
    EXPECT_EQ(get(again, system), "ok");
}

TEST_F(ClientTls, trusts_a_server_whose_own_certificate_it_was_given) {
    const auto alone = make({});
    write("authority.pem", pem(alone));
    TestPeer peer({secured(alone, answer_ok)});
    EXPECT_EQ(get(peer, trusting()), "ok");
    // Even where that is not its own issuer.
    write("authority.pem", pem(leaf_));
    TestPeer again({secured(leaf_, answer_ok)});
    EXPECT_EQ(get(again, trusting()), "ok");
}

TEST_F(ClientTls, does_not_trust_strangers) {
    expect_untrusted(leaf_, {}, "`Test Authority`, which signed it, is not known", trust_help);
    expect_untrusted(make({}), trusting(), "it is self-signed", trust_help);
}

TEST_F(ClientTls, does_not_trust_other_times) {
    expect_untrusted(make({"Leaf", own_hosts, -9, -3}, &authority()), trusting(),
                     "it expired on " + day(-3), insecure_help);
    expect_untrusted(make({"Leaf", own_hosts, 3, 9}, &authority()), trusting(),
                     "it is not valid before " + day(3), insecure_help);
}

TEST_F(ClientTls, does_not_trust_another_hosts_certificate) {
    const auto other = make({"Leaf", "DNS:a.example,DNS:*.b.example,IP:::5", -1, 1}, &authority());
    expect_untrusted(other, trusting(),
                     "it is for `a.example`, `*.b.example`, `::5`, not for `127.0.0.1`", host_help);
    expect_untrusted(other, trusting(),
                     "it is for `a.example`, `*.b.example`, `::5`, not for `localhost`", host_help,
                     "localhost");
    auto system = ClientOptions();
    system.system_ca_file = directory_ / "authority.pem"; // read only at the second look
    expect_untrusted(other, system,
                     "it is for `a.example`, `*.b.example`, `::5`, not for `127.0.0.1`", host_help);
    // An address in a name is no address.
    expect_untrusted(make({"127.0.0.1", "DNS:127.0.0.1", -1, 1}, &authority()), trusting(),
                     "it is for `127.0.0.1`, not for `127.0.0.1`", host_help);
}

TEST_F(ClientTls, names_the_host_but_no_address_and_asks_for_http_1) {
    std::string name = "?";
    std::string protocol;
    const auto look = [&](Secured& session) {
        name = session.server_name();
        protocol = session.protocol();
        answer_ok(session);
    };
    {
        TestPeer peer({secured(leaf_, look)});
        EXPECT_EQ(get(peer, trusting(), "localhost"), "ok");
    }
    EXPECT_EQ(name, "localhost");
    EXPECT_EQ(protocol, "http/1.1");
    {
        TestPeer peer({secured(leaf_, look)});
        EXPECT_EQ(get(peer, trusting()), "ok");
    }
    EXPECT_EQ(name, "");
}

TEST_F(ClientTls, needs_tls_1_2) {
    TestPeer good({secured(leaf_, answer_ok, TLS1_2_VERSION)});
    EXPECT_EQ(get(good, trusting()), "ok");
    TestPeer old({secured(leaf_, answer_ok, TLS1_1_VERSION)});
    EXPECT_EQ(get(old, trusting()).error().code(), Errc::io);
}

TEST_F(ClientTls, says_that_a_server_speaks_no_tls) {
    TestPeer peer({[](Connection& connection) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.wait_for_end();
    }});
    const auto got = get(peer, trusting());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::io);
    EXPECT_EQ(got.error().causes().front(), "`127.0.0.1` does not speak TLS");
    EXPECT_THAT(got.error().helps(), ElementsAre("`--insecure` speaks HTTP without TLS"));
}

TEST_F(ClientTls, says_which_file_of_authorities_is_bad) {
    TestPeer peer({});
    auto options = trusting();
    options.ca_files = {directory_ / "nothing"};
    auto got = get(peer, options);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::not_found);
    EXPECT_EQ(got.error().causes().front(),
              "cannot read certificates from `" + options.ca_files.front().native() + "`");
    write("authority.pem", "-----BEGIN CERTIFICATE-----\nnonsense\n");
    got = get(peer, trusting());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::malformed);
    EXPECT_EQ(peer.accepted(), 0u);
}

TEST_F(ClientTls, keeps_connections) {
    TestPeer peer({secured(leaf_, answer_ok)});
    auto made = Client::create(trusting());
    for (int i = 0; i < 3; ++i) {
        auto response = made->send(request_for(peer.url("/", "127.0.0.1", "https")), patience());
        ASSERT_TRUE(response) << response.error().causes().front();
        EXPECT_EQ(response->read_all(10), "ok");
    }
    EXPECT_EQ(peer.accepted(), 1u);
}

TEST_F(ClientTls, replaces_a_connection_that_was_closed_meanwhile) {
    const auto once = [](Secured& session) {
        session.read_request();
        session.send(ok);
        session.say_goodbye();
    };
    TestPeer peer({secured(leaf_, once), secured(leaf_, once)});
    auto made = Client::create(trusting());
    for (int i = 0; i < 2; ++i) {
        auto response = made->send(request_for(peer.url("/", "127.0.0.1", "https")), patience());
        ASSERT_TRUE(response) << response.error().causes().front();
        EXPECT_EQ(response->read_all(10), "ok");
    }
    EXPECT_EQ(peer.accepted(), 2u);
}

TEST_F(ClientTls, tells_an_end_from_a_cut) {
    TestPeer whole({secured(leaf_, [](Secured& session) {
        session.read_request();
        session.send("HTTP/1.1 200 OK\r\n\r\nhello");
        session.say_goodbye();
    })});
    EXPECT_EQ(get(whole, trusting()), "hello");
    TestPeer cut({secured(leaf_, [](Secured& session) {
        session.read_request();
        session.send("HTTP/1.1 200 OK\r\n\r\nhello");
    })});
    const auto got = get(cut, trusting());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::truncated);
}

TEST_F(ClientTls, carries_files_and_large_answers) {
    std::string text(2'000'000, '-');
    for (std::size_t i = 0; i < text.size(); i += 11)
        text[i] = static_cast<char>('a' + i % 26);
    write("file", text);
    TestPeer peer({secured(leaf_, [](Secured& session) {
        const auto request = session.read_request();
        const auto content = request.substr(request.find("\r\n\r\n") + 4);
        session.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e8480\r\n" + content +
                     "\r\n0\r\n\r\n");
    })});
    auto request = request_for(peer.url("/", "127.0.0.1", "https"));
    request.method = "PUT";
    request.content =
        FileContent{std::move(base::open_to_read(directory_ / "file").value()), 0, text.size()};
    auto made = Client::create(trusting());
    auto response = made->send(std::move(request), patience());
    ASSERT_TRUE(response);
    EXPECT_EQ(response->read_all(10'000'000), text);
}

TEST_F(ClientTls, takes_an_answer_that_comes_before_everything_is_sent) {
    TestPeer peer({secured(leaf_, [](Secured& session) {
        session.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
        session.say_goodbye();
    })});
    auto request = request_for(peer.url("/", "127.0.0.1", "https"));
    request.method = "PUT";
    request.content = std::string(50'000'000, 'x');
    auto made = Client::create(trusting());
    auto response = made->send(std::move(request), patience());
    ASSERT_TRUE(response) << response.error().causes().front();
    EXPECT_EQ(response->status(), 401);
}

TEST_F(ClientTls, is_not_left_by_a_redirect) {
    TestPeer peer({secured(leaf_, [](Secured& session) {
        session.read_request();
        session.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/?key=geheim\r\n"
                     "Content-Length: 0\r\n\r\n");
    })});
    const auto got = get(peer, trusting());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::untrusted);
    EXPECT_THAT(got.error().causes(), ElementsAre("the server redirects from https to http",
                                                  "it leads to `http://127.0.0.1:1/?…`"));
}

TEST_F(ClientTls, goes_through_a_proxys_tunnel) {
    const auto registry = make({"Leaf", "DNS:registry.example", -1, 1}, &authority());
    std::string seen;
    TestPeer proxy({[&](Connection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 Connection established\r\n\r\n");
        Secured session(connection, registry, 0);
        seen = session.read_request();
        session.send(ok);
        session.read_request(); // stays until the client has gone
    }});
    auto options = trusting();
    options.proxies.https = "http://user:pass@127.0.0.1:" + std::to_string(proxy.port());
    {
        auto made = Client::create(options);
        auto response = made->send(request_for("https://registry.example/v2/"), patience());
        ASSERT_TRUE(response) << response.error().causes().front();
        EXPECT_EQ(response->read_all(10), "ok");
    }
    EXPECT_EQ(proxy.requests().at(0), "CONNECT registry.example:443 HTTP/1.1\r\n"
                                      "Host: registry.example:443\r\n"
                                      "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
    // What the proxy's password is, the registry does not learn.
    EXPECT_EQ(seen, "GET /v2/ HTTP/1.1\r\nHost: registry.example\r\n\r\n");
}

TEST_F(ClientTls, does_not_wait_for_ever_for_a_handshake) {
    TestPeer peer({[](Connection& connection) { connection.wait_for_end(); }});
    auto options = trusting();
    options.connect_timeout = 40ms;
    const auto got = get(peer, options);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code(), Errc::timed_out);
    EXPECT_EQ(got.error().causes().front(),
              "the TLS handshake with `127.0.0.1` took longer than 40 ms");
}

TEST_F(ClientTls, is_truncated_when_the_peer_hangs_up_in_the_handshake) {
    TestPeer peer({[](Connection& connection) {
        char byte = 0;
        ::recv(connection.fd(), &byte, 1, 0);
        ::shutdown(connection.fd(), SHUT_WR);
        connection.wait_for_end();
    }});
    EXPECT_EQ(get(peer, trusting()).error().code(), Errc::truncated);
}

} // namespace
} // namespace tenon::net
