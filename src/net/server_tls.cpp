// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// TLS by OpenSSL. Its errors become ours here; a passphrase is never asked for.
#include "net/server_tls.hpp"

#include <cstring>
#include <fmt/core.h>
#include <limits>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace tenon::net {
namespace {

template <class T, void (*free_it)(T*)> struct OpensslTraits {
    using Value = T*;
    static constexpr T* none = nullptr;
    static void close(T* value) noexcept { free_it(value); }
};
using Context = base::Handle<OpensslTraits<SSL_CTX, SSL_CTX_free>>;
using Session = base::Handle<OpensslTraits<SSL, SSL_free>>;
using Key = base::Handle<OpensslTraits<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = base::Handle<OpensslTraits<X509, X509_free>>;

struct BioTraits {
    using Value = BIO*;
    static constexpr BIO* none = nullptr;
    static void close(BIO* value) noexcept { BIO_free(value); }
};
using Bio = base::Handle<BioTraits>;

constexpr std::uint64_t max_pem_bytes = 1024 * 1024;

/// What OpenSSL thought last, and nothing of it left behind.
std::string openssl_cause() {
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "OpenSSL gives no reason" : reason;
}

base::Error unusable(Errc code, std::string_view what, const base::Path& file) {
    return base::Error(code, fmt::format("cannot use the {} `{}`", what, file.native()));
}

/// A file's text, which is a secret when it holds a key.
struct Pem {
    base::Buffer text;
    ~Pem() { OPENSSL_cleanse(text.data(), text.size()); }
    Pem() = default;
    Pem(Pem&&) = default;
    Pem& operator=(Pem&&) = delete;
    [[nodiscard]] Bio bio() const {
        return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    }
};

Result<Pem> read_pem(const base::Path& file) {
    Pem pem;
    pem.text = TENON_TRY(base::read_file(file, max_pem_bytes));
    return pem;
}

/// The certificate and those of its issuers, in the order in which they stand in the file.
Result<> use_certificates(SSL_CTX* context, const base::Path& file) {
    const auto pem = TENON_TRY(read_pem(file));
    const auto bio = pem.bio();
    ERR_clear_error();
    const Certificate own(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
    if (!own)
        return fail(unusable(Errc::malformed, "certificate", file)
                        .because(openssl_cause())
                        .help("it is a PEM file: `-----BEGIN CERTIFICATE-----`, its issuers "
                              "behind it"));
    if (SSL_CTX_use_certificate(context, own.get()) != 1)
        return fail(unusable(Errc::invalid, "certificate", file).because(openssl_cause()));
    SSL_CTX_clear_chain_certs(context);
    for (;;) {
        Certificate issuer(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!issuer)
            break;
        if (SSL_CTX_add0_chain_cert(context, issuer.get()) != 1)
            return fail(
                unusable(Errc::invalid, "certificate chain", file).because(openssl_cause()));
        static_cast<void>(issuer.release()); // the context owns it now
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        return fail(unusable(Errc::malformed, "certificate chain", file).because(openssl_cause()));
    ERR_clear_error();
    return {};
}

/// Instead of asking at the terminal, as OpenSSL would.
int no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

Result<> use_key(SSL_CTX* context, const base::Path& file) {
    const auto pem = TENON_TRY(read_pem(file));
    const auto bio = pem.bio();
    bool asked = false;
    ERR_clear_error();
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &asked));
    if (!key && asked) {
        ERR_clear_error();
        return fail(unusable(Errc::unsupported, "key", file)
                        .because("it is protected by a passphrase")
                        .help("`openssl pkey -in KEY -out PLAIN-KEY` takes the passphrase off"));
    }
    if (!key)
        return fail(unusable(Errc::bad_key, "key", file)
                        .because(openssl_cause())
                        .help("it is a PEM file: `-----BEGIN PRIVATE KEY-----`"));
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
        const bool foreign = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH ||
                             ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_TYPE_MISMATCH;
        auto why = unusable(foreign ? Errc::invalid : Errc::bad_key, "key", file);
        auto cause = openssl_cause();
        return fail(std::move(why).because(foreign ? "it is not the certificate's" : cause));
    }
    return {};
}

int choose_protocol(SSL* /*session*/, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void* /*unused*/) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* match = nullptr;
    if (SSL_select_next_proto(&match, chosen_length, ours, sizeof ours - 1, offered,
                              offered_length) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK; // we speak HTTP/1.1 to whoever goes on
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

int clamp(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

} // namespace

// --- context

struct ServerTlsContext::State {
    Context context;
};

ServerTlsContext::ServerTlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerTlsContext::~ServerTlsContext() = default;

Result<std::shared_ptr<ServerTlsContext>> ServerTlsContext::load(const base::Path& certificate,
                                                                 const base::Path& key) {
    ERR_clear_error();
    auto state = std::make_unique<State>();
    state->context.reset(SSL_CTX_new(TLS_server_method()));
    auto* context = state->context.get();
    if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
        return fail(base::Error(Errc::io, "cannot set up TLS").because(openssl_cause()));
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // A write that was cut short goes on from wherever its bytes are then; idle connections keep no
    // record buffers.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    TENON_TRY(use_certificates(context, certificate));
    TENON_TRY(use_key(context, key));
    return std::shared_ptr<ServerTlsContext>(new ServerTlsContext(std::move(state)));
}

// --- sessions

struct ServerTlsSession::State {
    Session session;
    bool met_plain_http = false;
    bool failed = false; // OpenSSL must not be asked to say goodbye then
};

ServerTlsSession::ServerTlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerTlsSession::ServerTlsSession(ServerTlsSession&&) noexcept = default;
ServerTlsSession::~ServerTlsSession() = default;

Result<ServerTlsSession> ServerTlsContext::begin(int socket) {
    ERR_clear_error();
    auto state = std::make_unique<ServerTlsSession::State>();
    state->session.reset(SSL_new(state_->context.get()));
    if (!state->session || SSL_set_fd(state->session.get(), socket) != 1)
        return fail(base::Error(Errc::io, "cannot begin a TLS session").because(openssl_cause()));
    SSL_set_accept_state(state->session.get());
    return ServerTlsSession(std::move(state));
}

bool ServerTlsSession::met_plain_http() const noexcept {
    return state_->met_plain_http;
}

Moved ServerTlsSession::outcome(int result) {
    switch (SSL_get_error(state_->session.get(), result)) {
    case SSL_ERROR_NONE: return {Flow::moved, static_cast<std::size_t>(result)};
    case SSL_ERROR_WANT_READ: return {Flow::want_read};
    case SSL_ERROR_WANT_WRITE: return {Flow::want_write};
    case SSL_ERROR_ZERO_RETURN: return {Flow::ended};
    default: break;
    }
    const auto reason = ERR_GET_REASON(ERR_peek_last_error());
    state_->met_plain_http = reason == SSL_R_HTTP_REQUEST;
    state_->failed = true;
    ERR_clear_error();
    return {Flow::broken};
}

Moved ServerTlsSession::shake_hands() {
    ERR_clear_error();
    return outcome(SSL_do_handshake(state_->session.get()));
}

Moved ServerTlsSession::read(MutableBytes into) {
    ERR_clear_error();
    return outcome(SSL_read(state_->session.get(), into.data(), clamp(into.size())));
}

Moved ServerTlsSession::write(std::string_view bytes) {
    ERR_clear_error();
    return outcome(SSL_write(state_->session.get(), bytes.data(), clamp(bytes.size())));
}

void ServerTlsSession::end_writing() {
    if (state_->failed || SSL_in_init(state_->session.get()) != 0)
        return;
    ERR_clear_error();
    // One way: the peer's own goodbye is not waited for.
    if (SSL_shutdown(state_->session.get()) < 0)
        ERR_clear_error();
}

} // namespace tenon::net
