// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// OpenSSL over a socket that does not block. It writes through a BIO of our own, since its own
// raises SIGPIPE when the peer is gone.
#include "net/tls.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fmt/core.h>
#include <mutex>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

namespace tenon::net {
namespace {

struct ContextTraits {
    using Value = SSL_CTX*;
    static constexpr SSL_CTX* none = nullptr;
    static void close(Value value) noexcept { SSL_CTX_free(value); }
};
using Context = base::Handle<ContextTraits>;

struct SslTraits {
    using Value = SSL*;
    static constexpr SSL* none = nullptr;
    static void close(Value value) noexcept { SSL_free(value); }
};
using Ssl = base::Handle<SslTraits>;

/// OpenSSL's own words for the first error in its queue, which is emptied.
std::string openssl_words() {
    const auto code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason != nullptr ? reason : "no reason is known";
}

// --- the socket, as OpenSSL sees it

int socket_write(BIO* bio, const char* data, int size) noexcept {
    BIO_clear_retry_flags(bio);
    const int fd = *static_cast<const int*>(BIO_get_data(bio));
    ssize_t sent = 0;
    do
        sent = ::send(fd, data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && errno == EAGAIN)
        BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int socket_read(BIO* bio, char* data, int size) noexcept {
    BIO_clear_retry_flags(bio);
    const int fd = *static_cast<const int*>(BIO_get_data(bio));
    ssize_t got = 0;
    do
        got = ::recv(fd, data, static_cast<std::size_t>(size), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    if (got == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(got);
}

long socket_control(BIO* bio, int command, long, void*) noexcept {
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int socket_create(BIO* bio) noexcept {
    BIO_set_init(bio, 1);
    return 1;
}

/// A constant table in all but its type; made when the first session is, never freed.
const BIO_METHOD* socket_method() {
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        if (made != nullptr) {
            BIO_meth_set_write(made, socket_write);
            BIO_meth_set_read(made, socket_read);
            BIO_meth_set_ctrl(made, socket_control);
            BIO_meth_set_create(made, socket_create);
        }
        return made;
    }();
    return method;
}

// --- why a certificate is refused

std::string date_of(const ASN1_TIME* time) {
    tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1)
        return "an unreadable date";
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string common_name(const X509_NAME* name) {
    std::array<char, 128> text{};
    if (name == nullptr || X509_NAME_get_text_by_NID(name, NID_commonName, text.data(),
                                                     static_cast<int>(text.size())) < 0)
        return "an authority without a name";
    return fmt::format("`{}`", base::printable(text.data()));
}

std::string address_text(const ASN1_OCTET_STRING* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int size = ASN1_STRING_length(address);
    const int family = size == 4 ? AF_INET : AF_INET6;
    if ((size != 4 && size != 16) ||
        ::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size()) == nullptr)
        return "an unreadable address";
    return text.data();
}

/// The hosts that a certificate is for, as its author wrote them.
std::string hosts_of(X509* certificate) {
    constexpr int enough = 5;
    std::string hosts;
    const auto names = static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
    const int count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names);
    for (int i = 0; i < std::min(count, enough); ++i) {
        const auto* name = sk_GENERAL_NAME_value(names, i);
        std::string text;
        if (name->type == GEN_DNS)
            text = base::printable(
                {reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                 static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))});
        else if (name->type == GEN_IPADD)
            text = address_text(name->d.iPAddress);
        else
            continue;
        hosts += fmt::format("{}`{}`", hosts.empty() ? "" : ", ", text);
    }
    GENERAL_NAMES_free(names);
    if (count > enough)
        hosts += ", …";
    return hosts.empty() ? common_name(X509_get_subject_name(certificate)) : hosts;
}

constexpr std::string_view trust_help =
    "`--ca-file FILE` trusts the authority in FILE, `--insecure-skip-tls-verify` asks for no proof";
constexpr std::string_view insecure_help =
    "`--insecure-skip-tls-verify` connects without asking who answers";
constexpr std::string_view host_help =
    "name the host that the certificate is for; `--insecure-skip-tls-verify` connects without "
    "asking who answers";

struct Refusal {
    std::string why;
    std::string_view help;
};

Refusal refusal_of(X509_STORE_CTX* store, const std::string& host) {
    const int error = X509_STORE_CTX_get_error(store);
    X509* certificate = X509_STORE_CTX_get_current_cert(store);
    const bool own = X509_STORE_CTX_get_error_depth(store) == 0;
    if (certificate == nullptr)
        return {X509_verify_cert_error_string(error), trust_help};
    const auto whose =
        own ? std::string("it")
            : fmt::format("the certificate of {}", common_name(X509_get_subject_name(certificate)));
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return {fmt::format("{} expired on {}", whose, date_of(X509_get0_notAfter(certificate))),
                insecure_help};
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return {fmt::format("{} is not valid before {}", whose,
                            date_of(X509_get0_notBefore(certificate))),
                insecure_help};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return {fmt::format("it is for {}, not for `{}`", hosts_of(certificate), host), host_help};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return {"it is self-signed", trust_help};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return {fmt::format("{}, which signed it, is not trusted",
                            common_name(X509_get_subject_name(certificate))),
                trust_help};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return {fmt::format("{}, which signed it, is not known",
                            common_name(X509_get_issuer_name(certificate))),
                trust_help};
    default: return {X509_verify_cert_error_string(error), trust_help};
    }
}

} // namespace

// --- sessions

struct TlsSession::State {
    int fd = -1; // the caller's; what reads and writes for OpenSSL looks here
    Ssl ssl;
    std::string host;
    std::optional<Refusal> refusal;
    bool open = false; // the handshake is done and nothing has failed since
};

namespace {

int on_verified(int accepted, X509_STORE_CTX* store) noexcept {
    if (accepted == 1)
        return 1;
    const auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* state = static_cast<TlsSession::State*>(SSL_get_app_data(ssl));
    state->refusal = refusal_of(store, state->host);
    return 0;
}

base::Error session_error(TlsSession::State& state, int kind, int system_error) {
    state.open = false;
    if (state.refusal) {
        ERR_clear_error();
        return base::Error(Errc::untrusted,
                           fmt::format("the certificate of `{}` is not trusted", state.host))
            .because(std::move(state.refusal->why))
            .help(std::string(state.refusal->help));
    }
    const auto code = ERR_peek_error();
    const bool cut = ERR_GET_LIB(code) == ERR_LIB_SSL &&
                     ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    if (cut) {
        ERR_clear_error();
        return {Errc::truncated, "the connection was closed in the middle of TLS"};
    }
    if (kind == SSL_ERROR_SYSCALL && system_error != 0) {
        ERR_clear_error();
        return base::Error(Errc::io, "the connection broke")
            .because(base::system_error({}, system_error).causes().front());
    }
    if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER)
        return base::Error(Errc::io, fmt::format("`{}` does not speak TLS", state.host))
            .because(openssl_words())
            .help("`--insecure` speaks HTTP without TLS");
    return base::Error(Errc::io, "TLS failed").because(openssl_words());
}

/// `done` is what the SSL_ function gave: more than 0 for success.
Result<Attempt> outcome(TlsSession::State& state, int done, std::size_t bytes) {
    if (done > 0)
        return Attempt{Attempt::State::moved, bytes};
    const int system_error = errno;
    const int kind = SSL_get_error(state.ssl.get(), done);
    switch (kind) {
    case SSL_ERROR_WANT_READ: return Attempt{Attempt::State::want_read, 0};
    case SSL_ERROR_WANT_WRITE: return Attempt{Attempt::State::want_write, 0};
    case SSL_ERROR_ZERO_RETURN: return Attempt{Attempt::State::end, 0};
    default: return fail(session_error(state, kind, system_error));
    }
}

} // namespace

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;

TlsSession::~TlsSession() {
    if (state_ && state_->open) {
        ERR_clear_error();
        SSL_shutdown(state_->ssl.get());
        ERR_clear_error();
    }
}

Result<Attempt> TlsSession::handshake() {
    ERR_clear_error();
    errno = 0;
    auto attempt = outcome(*state_, SSL_connect(state_->ssl.get()), 0);
    if (attempt && attempt->state == Attempt::State::moved)
        state_->open = true;
    if (attempt && attempt->state == Attempt::State::end)
        return fail(Errc::truncated, "the connection was closed in the middle of TLS");
    return attempt;
}

Result<Attempt> TlsSession::read(MutableBytes into) {
    ERR_clear_error();
    errno = 0;
    std::size_t got = 0;
    const int done = SSL_read_ex(state_->ssl.get(), into.data(), into.size(), &got);
    return outcome(*state_, done, got);
}

Result<Attempt> TlsSession::write(Bytes from) {
    ERR_clear_error();
    errno = 0;
    std::size_t sent = 0;
    const int done = SSL_write_ex(state_->ssl.get(), from.data(), from.size(), &sent);
    auto attempt = outcome(*state_, done, sent);
    if (attempt && attempt->state == Attempt::State::end)
        return fail(Errc::io, "the server has closed the TLS session");
    return attempt;
}

// --- trust

struct TlsClient::State {
    Context context;
    base::Path late_file; // the system's authorities, read when they are needed
    std::once_flag late_read;
};

namespace {

base::Error unreadable(const base::Path& file, int system_error) {
    auto message = fmt::format("cannot read certificates from `{}`", file.native());
    const bool system = ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SYS && system_error != 0;
    auto words = openssl_words();
    if (system)
        return base::system_error(std::move(message), system_error);
    return base::Error(Errc::malformed, std::move(message)).because(std::move(words));
}

/// Reading the hundred authorities of a system takes longer than a handshake, and most systems have
/// them in a directory too, where each is found by its name: the file is read only when something
/// was not found there.
Result<> load_trust(TlsClient::State& state, const TlsTrust& trust) {
    auto* context = state.context.get();
    SSL_CTX_set_default_verify_dir(context);
    state.late_file = trust.system_ca_file;
    if (state.late_file.empty())
        state.late_file = X509_get_default_cert_file(); // where there is none, nobody is trusted
    else
        TENON_TRY(base::open_to_read(state.late_file));
    for (const auto& file : trust.ca_files) {
        ERR_clear_error();
        errno = 0;
        if (SSL_CTX_load_verify_file(context, file.c_str()) != 1)
            return fail(unreadable(file, errno));
    }
    ERR_clear_error();
    // A certificate that was named is trusted even if it is not its own issuer, as with curl.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    return {};
}

/// The same question once more, as OpenSSL asks it in ssl_verify_cert_chain.
int verify_again(X509_STORE_CTX* first, X509_STORE* store) noexcept {
    X509_STORE_CTX* again = X509_STORE_CTX_new();
    const int session = SSL_get_ex_data_X509_STORE_CTX_idx();
    int accepted = 0;
    if (again != nullptr &&
        X509_STORE_CTX_init(again, store, X509_STORE_CTX_get0_cert(first),
                            X509_STORE_CTX_get0_untrusted(first)) == 1 &&
        X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(again),
                               X509_STORE_CTX_get0_param(first)) == 1 &&
        X509_STORE_CTX_set_ex_data(again, session, X509_STORE_CTX_get_ex_data(first, session)) ==
            1) {
        X509_STORE_CTX_set_verify_cb(again, X509_STORE_CTX_get_verify_cb(first));
        accepted = X509_verify_cert(again);
        X509_STORE_CTX_set_error(first, X509_STORE_CTX_get_error(again));
    }
    X509_STORE_CTX_free(again);
    return accepted == 1 ? 1 : 0;
}

int verify_chain(X509_STORE_CTX* chain, void* client) noexcept {
    if (X509_verify_cert(chain) == 1)
        return 1;
    auto& state = *static_cast<TlsClient::State*>(client);
    std::call_once(state.late_read, [&] {
        SSL_CTX_load_verify_file(state.context.get(), state.late_file.c_str());
        ERR_clear_error();
    });
    // Another thread may have read the file after this one had looked: asking again is right too.
    auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    static_cast<TlsSession::State*>(SSL_get_app_data(ssl))->refusal.reset();
    return verify_again(chain, SSL_CTX_get_cert_store(state.context.get()));
}

bool is_address(const std::string& host) noexcept {
    in6_addr address;
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// The name goes to the server (SNI), and must be in its certificate. Addresses are never sent
/// (RFC 6066 section 3).
bool set_host(SSL* ssl, const std::string& host) {
    auto* parameters = SSL_get0_param(ssl);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
    const auto name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(parameters, name.c_str(), name.size()) == 1 &&
           SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

} // namespace

TlsClient::TlsClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;
TlsClient::~TlsClient() = default;

Result<TlsClient> TlsClient::create(const TlsTrust& trust) {
    auto state = std::make_unique<State>();
    state->context = Context(SSL_CTX_new(TLS_client_method()));
    auto* context = state->context.get();
    if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return fail(base::Error(Errc::io, "cannot set up TLS").because(openssl_words()));
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    // As much as the socket has at once, not a record's five bytes and then its rest.
    constexpr std::size_t read_ahead = 64 * 1024;
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, read_ahead);
    constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(context, protocols.data(), protocols.size());
    if (trust.verify_peer) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verified);
        SSL_CTX_set_cert_verify_callback(context, verify_chain, state.get());
        TENON_TRY(load_trust(*state, trust));
    } else {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    }
    return TlsClient(std::move(state));
}

Result<TlsSession> TlsClient::session(int fd, const std::string& host) const {
    ERR_clear_error();
    auto session = std::make_unique<TlsSession::State>();
    session->host = host;
    session->ssl = Ssl(SSL_new(state_->context.get()));
    auto* ssl = session->ssl.get();
    const auto* method = socket_method();
    BIO* bio = ssl == nullptr || method == nullptr ? nullptr : BIO_new(method);
    if (bio == nullptr)
        return fail(base::Error(Errc::io, "cannot set up TLS").because(openssl_words()));
    session->fd = fd;
    BIO_set_data(bio, &session->fd);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_app_data(ssl, session.get());
    if (!set_host(ssl, host))
        return fail(base::Error(Errc::io, "cannot set up TLS").because(openssl_words()));
    return TlsSession(std::move(session));
}

} // namespace tenon::net
