// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// TLS for the client's side of a connection: whom it trusts, and one session over one socket that
// does not block. Knows nothing of HTTP. OpenSSL stops at the .cpp.
#pragma once

#include "base/file.hpp"

namespace tenon::net {

/// What a try to move bytes came to.
struct Attempt {
    enum class State : std::uint8_t {
        moved,      ///< `bytes`, or the step is done
        end,        ///< the peer has sent its last byte, and said so
        want_read,  ///< try again when the socket is readable
        want_write, ///< try again when it is writable
    };
    State state = State::moved;
    std::size_t bytes = 0;
};

struct TlsTrust {
    std::vector<base::Path> ca_files; ///< PEM; trusted beside the system's store
    base::Path system_ca_file; ///< instead of the system's file of authorities; empty: OpenSSL's
    bool verify_peer = true;
};

class TlsSession {
public:
    /// Until it gives `moved`. A certificate that is not trusted is `untrusted` with its cause.
    Result<Attempt> handshake();
    Result<Attempt> read(MutableBytes into);
    /// At least one byte goes, or none.
    Result<Attempt> write(Bytes from);

    struct State;
    explicit TlsSession(std::unique_ptr<State> state);
    TlsSession(TlsSession&&) noexcept;
    TlsSession& operator=(TlsSession&&) noexcept;
    /// Tells the peer that nothing follows, where that can be said without waiting.
    ~TlsSession();

private:
    std::unique_ptr<State> state_;
};

/// Makes sessions: TLS 1.2 and newer, certificates checked against the trust and the host's name
/// or address.
class TlsClient {
public:
    static Result<TlsClient> create(const TlsTrust& trust);
    /// `fd` stays the caller's and must outlive the session.
    [[nodiscard]] Result<TlsSession> session(int fd, const std::string& host) const;

    struct State;
    explicit TlsClient(std::unique_ptr<State> state);
    TlsClient(TlsClient&&) noexcept;
    TlsClient& operator=(TlsClient&&) noexcept;
    ~TlsClient();

private:
    std::unique_ptr<State> state_;
};

} // namespace tenon::net
