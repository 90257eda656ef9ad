// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An HTTP/1.1 server: accepts, parses, waits and writes on a few I/O threads; what may block runs
// on threads of its own. Knows no resource and no authentication.
#pragma once

#include "base/file.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

#include <functional>
#include <memory>

namespace tenon::net {

/// The head of a request as it came.
struct ServerRequest {
    std::string method;
    /// As in the request line, checked: begins with `/`, visible ASCII without `#`. Of an absolute
    /// one the path and query; its host is in `Host`.
    std::string target;
    /// The two halves of `target`, still percent-encoded.
    [[nodiscard]] std::string_view path() const noexcept;
    [[nodiscard]] std::string_view query() const noexcept; ///< without `?`
    Headers headers;
    std::string peer; ///< `127.0.0.1:40312`, `[::1]:40312`, `unix`
    bool tls = false;
    std::optional<std::uint64_t> content_length; ///< nothing: none, or chunked
    bool has_content = false;
};

struct ServerResponse {
    int status = 200; ///< 200 to 999
    /// `Date` is added. `Content-Length`, `Transfer-Encoding` and `Connection` are the server's:
    /// a handler's are dropped, but for a `Content-Length` where there is no content to be sent
    /// and none given (HEAD, 304).
    Headers headers = {};
    /// For HEAD the length is announced and nothing is sent.
    Content content = {};
    bool close = false; ///< end the connection after this answer
};

/// The content of a request, read in the handler's thread. What is left unread when the handler
/// returns is read away up to a limit; beyond it the connection is closed after the answer.
class RequestBody {
public:
    virtual ~RequestBody() = default;
    /// Up to `into.size()` bytes, at least one unless at the end, which is 0. Fails with
    /// `timed_out` when the client is too slow, `truncated` when it goes away, `malformed` when its
    /// chunks lie, `limit` when there is too much around them, `interrupted` when the server stops;
    /// from then on always. A client that waits for `100 Continue` gets it at the first call.
    virtual Result<std::size_t> read(MutableBytes into) = 0;
};

/// What was answered, for the access log; made when the last byte has left or the connection broke.
/// A request that was refused before a handler saw it is among them; what could not be read of its
/// head is empty.
struct Access {
    const ServerRequest& request;
    int status;
    std::uint64_t sent_bytes; ///< of content
    std::chrono::steady_clock::duration took;
    bool complete;
};

class Handler {
public:
    virtual ~Handler() = default;
    /// Runs on an I/O thread and must not block: answers what needs no disk and no content, and
    /// gives nothing for all else. Not asked about requests that have content.
    virtual std::optional<ServerResponse> answer_at_once(const ServerRequest& request);
    /// Runs on a thread that may block. Several calls run at the same time. An exception is
    /// answered with 500.
    virtual ServerResponse answer(const ServerRequest& request, RequestBody& body) = 0;
    /// After the answer; on an I/O thread, must not block for long.
    virtual void answered(const Access& access);
};

struct ServerTls {
    base::Path certificate; ///< PEM chain
    base::Path key;         ///< PEM
};

struct ServerOptions {
    std::optional<ServerTls> tls;
    unsigned io_threads = 2;
    unsigned worker_threads = 64; ///< at most; made when needed. What comes beyond waits its turn.
    /// Beyond it connections wait to be accepted; those idle for longest are ended to make room.
    unsigned max_connections = 1024;
    std::size_t max_header_bytes = 32 * 1024;
    std::size_t max_fields = 100;
    std::chrono::milliseconds header_timeout{15'000}; ///< from the first byte of a head to its last
    std::chrono::milliseconds keep_alive_timeout{75'000};
    /// In so much time of waiting for a client, 512 bytes for each of its seconds must move.
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds stop_timeout{10'000}; ///< what requests in flight get when stopping
    mode_t socket_mode = 0600;                      ///< of a Unix socket
};

class Server {
public:
    /// Binds and listens; `handler` must outlive the server. A Unix socket's file that nobody
    /// listens on is replaced; one that somebody listens on is `exists`.
    static Result<Server> listen(const Endpoint& endpoint, ServerOptions options, Handler& handler);

    /// Where it listens, with the port that the system chose.
    [[nodiscard]] const Endpoint& endpoint() const noexcept;
    /// Serves until `stop` is asked for, then ends gracefully: no new connections, requests in
    /// flight are finished, idle connections closed. Returns when all handlers have. Once only.
    Result<> run(const std::stop_token& stop);
    /// Reads certificate and key again; connections made later use them. An error leaves the old
    /// ones. From any thread.
    Result<> reload_tls();

    struct State;
    explicit Server(std::unique_ptr<State> state);
    Server(Server&&) noexcept;
    Server& operator=(Server&&) noexcept;
    ~Server();

private:
    std::unique_ptr<State> state_;
};

} // namespace tenon::net
