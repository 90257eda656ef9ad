// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The server's side of TLS over non-blocking sockets: certificate and key from files, and sessions.
// A door of OpenSSL.
#pragma once

#include "base/bytes.hpp"
#include "base/file.hpp"

#include <memory>
#include <string_view>

namespace tenon::net {

enum class Flow {
    moved,      ///< `bytes` went
    want_read,  ///< nothing went; try again when the socket can be read
    want_write, ///< the same, when it can be written
    ended,      ///< the peer sends no more
    broken,     ///< the connection is lost
};

struct Moved {
    Flow flow = Flow::broken;
    std::size_t bytes = 0;
};

class ServerTlsSession {
public:
    Moved shake_hands();
    Moved read(MutableBytes into);
    Moved write(std::string_view bytes);
    /// Sends `close_notify` if the socket takes it.
    void end_writing();
    /// The handshake failed because the peer speaks HTTP without TLS.
    [[nodiscard]] bool met_plain_http() const noexcept;

    ServerTlsSession(ServerTlsSession&&) noexcept;
    ServerTlsSession& operator=(ServerTlsSession&&) = delete;
    ~ServerTlsSession();

private:
    friend class ServerTlsContext;
    struct State;
    explicit ServerTlsSession(std::unique_ptr<State> state);
    Moved outcome(int result);
    std::unique_ptr<State> state_;
};

/// Certificate, key and rules: TLS 1.2 and newer, HTTP/1.1 by ALPN. Immutable, hence shared by the
/// server, which may have a newer one, and by the sessions begun with it.
class ServerTlsContext {
public:
    /// Errors name the file. `invalid` when the key is not the certificate's.
    static Result<std::shared_ptr<ServerTlsContext>> load(const base::Path& certificate,
                                                          const base::Path& key);
    /// A session over the socket, which must outlive it.
    Result<ServerTlsSession> begin(int socket);

    ~ServerTlsContext();

private:
    struct State;
    explicit ServerTlsContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace tenon::net
