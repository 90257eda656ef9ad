// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An HTTP/1.1 client whose calls block: keep-alive connections, TLS, proxies, redirects. Knows no
// authentication scheme and no retry: those depend on what is asked for.
#pragma once

#include "base/file.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

#include <functional>
#include <memory>

namespace tenon::net {

/// Proxies as curl and Go read them from the environment: `http_proxy`/`HTTP_PROXY`,
/// `https_proxy`/`HTTPS_PROXY`, `all_proxy`/`ALL_PROXY`, `no_proxy`/`NO_PROXY`, lower case first.
/// `HTTP_PROXY` counts for nothing where REQUEST_METHOD is set: in a CGI program it is whatever a
/// client's `Proxy` field says. Loopback addresses and `localhost` never go through a proxy.
struct Proxies {
    std::string http;  ///< `http://[user:password@]host:port`, or empty
    std::string https; ///< the same; reached by CONNECT
    /// Exceptions, separated by commas: `*`, hosts (with what lies below them), `.suffix` (only
    /// what lies below), addresses, CIDR blocks; all but the first and last with an optional
    /// `:port`.
    std::string none;

    /// `variable` gives an environment variable's value; nothing where it is not set.
    static Proxies
    from_environment(const std::function<std::optional<std::string>(std::string_view)>& variable);
};

struct ClientOptions {
    std::vector<base::Path> ca_files; ///< PEM; trusted beside the system's store
    base::Path system_ca_file;        ///< what SSL_CERT_FILE says; empty: OpenSSL's default store
    bool verify_peer = true;          ///< false only for --insecure-skip-tls-verify
    Proxies proxies;
    base::Path unix_socket; ///< every connection goes here, as with `curl --unix-socket`
    std::string user_agent; ///< `tenon/0.1.0`; empty: none is sent
    std::chrono::milliseconds connect_timeout{10'000}; ///< resolving, connecting and TLS, each
    std::chrono::milliseconds idle_timeout{60'000};    ///< no byte moved in either direction
    std::size_t max_header_bytes = 64 * 1024;
    unsigned max_redirects = 10;
    unsigned max_idle_connections = 8;
};

struct Request {
    std::string method = "GET";
    Url url;
    /// `Host`, `Connection`, `Content-Length`, `Transfer-Encoding` are the client's own: a request
    /// that holds one, or a name or value that would break the message, is `usage`.
    Headers headers = {};
    /// Without content POST, PUT and PATCH send `Content-Length: 0` (RFC 9110 section 8.6).
    Content content = {};
    /// GET and HEAD follow 301, 302, 303, 307, 308; other methods follow 307 and 308 with the same
    /// content. `Authorization`, `Cookie` and `Proxy-Authorization` do not go to another origin;
    /// https never leads to http.
    bool follow_redirects = true;
    /// Called with the bytes of content sent so far, from the calling thread.
    std::function<void(std::uint64_t)> sent = {};
    /// How much longer than `idle_timeout` the server may take before it answers, once it has all
    /// of the request: whoever was sent much may have to bring it to its disk first.
    std::chrono::milliseconds more_time_to_answer{0};
};

/// The head of an answer, and its content as a stream. The connection goes back to its client once
/// the content has been read to its end; it is closed when the Response is destroyed before that.
class Response {
public:
    [[nodiscard]] int status() const noexcept;
    [[nodiscard]] const Headers& headers() const noexcept;
    /// Where the answer came from, after redirects.
    [[nodiscard]] const Url& url() const noexcept;
    /// What Content-Length promises; nothing for chunked content.
    [[nodiscard]] std::optional<std::uint64_t> length() const noexcept;

    /// Up to `into.size()` bytes; 0 at the end. `truncated` when the connection ends before the
    /// content does.
    Result<std::size_t> read(MutableBytes into);
    /// The whole content; `limit` beyond so many bytes.
    Result<std::string> read_all(std::uint64_t limit);

    struct State;
    explicit Response(std::unique_ptr<State> state);
    Response(Response&&) noexcept;
    Response& operator=(Response&&) noexcept;
    ~Response();

private:
    std::unique_ptr<State> state_;
};

/// May be used from several threads; each call runs in its caller's thread.
class Client {
public:
    static Result<Client> create(ClientOptions options);

    /// Sends a request and reads the head of the answer; the Response's reads obey `patience` too.
    /// A connection that the server closed while it lay idle is replaced once, where the request
    /// can be sent again. An error's message names the URL (without its query, which may hold
    /// secrets), its causes say what happened: `io` for a
    /// connection that cannot be made or breaks, `timed_out` for a peer that lets one
    /// wait, `untrusted` for a certificate, `limit` for size, number of redirects and the patience
    /// of the call as a whole, `malformed` for what is not HTTP.
    Result<Response> send(Request request, const Patience& patience);

    struct State;
    explicit Client(std::unique_ptr<State> state);
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    ~Client();

private:
    std::unique_ptr<State> state_;
};

} // namespace tenon::net
