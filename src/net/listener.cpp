// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Listening sockets of the three families.
#include "net/listener.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace tenon::net {
namespace {

using base::Fd;

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un un;
    sockaddr_storage storage;
};

/// The address's length, or 0 when `host` is not an address.
socklen_t fill(Address& address, const std::string& host, std::uint16_t port) {
    std::memset(&address, 0, sizeof address);
    if (::inet_pton(AF_INET, host.c_str(), &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        return sizeof address.v4;
    }
    if (::inet_pton(AF_INET6, host.c_str(), &address.v6.sin6_addr) == 1) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        return sizeof address.v6;
    }
    return 0;
}

std::uint16_t bound_port(const Fd& socket) {
    Address address;
    socklen_t length = sizeof address;
    if (::getsockname(socket.get(), &address.any, &length) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

std::string peer_text(const Address& address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (address.any.sa_family == AF_INET) {
        ::inet_ntop(AF_INET, &address.v4.sin_addr, text, sizeof text);
        return fmt::format("{}:{}", text, ntohs(address.v4.sin_port));
    }
    if (address.any.sa_family != AF_INET6)
        return "unix";
    const auto port = ntohs(address.v6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&address.v6.sin6_addr)) {
        ::inet_ntop(AF_INET, &address.v6.sin6_addr.s6_addr[12], text, sizeof text);
        return fmt::format("{}:{}", text, port);
    }
    ::inet_ntop(AF_INET6, &address.v6.sin6_addr, text, sizeof text);
    return fmt::format("[{}]:{}", text, port);
}

void switch_on(const Fd& socket, int level, int option, int value = 1) {
    // All are comforts: a socket without them still serves.
    static_cast<void>(::setsockopt(socket.get(), level, option, &value, sizeof value));
}

/// Whether somebody listens at a Unix socket; an errno when that cannot be told.
int probe(const Address& address, socklen_t length, bool& alive) {
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return errno;
    if (::connect(socket.get(), &address.any, length) == 0 || errno == EAGAIN) {
        alive = true; // EAGAIN: its backlog is full
        return 0;
    }
    alive = false;
    return errno == ECONNREFUSED || errno == ENOENT ? 0 : errno;
}

/// Keeps two servers from deciding at the same moment that a socket is stale. Where the directory
/// cannot be locked the check goes without.
Fd lock_directory(const base::Path& path) {
    const auto directory = path.has_parent_path() ? path.parent_path() : base::Path(".");
    Fd lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lock && ::flock(lock.get(), LOCK_EX) != 0)
        lock.reset();
    return lock;
}

} // namespace

Result<Listener> Listener::open(const Endpoint& endpoint, mode_t socket_mode) {
    Listener listener(endpoint);
    if (!endpoint.path.empty())
        TENON_TRY(listener.open_unix(socket_mode));
    else if (endpoint.host == "localhost")
        TENON_TRY(listener.open_localhost());
    else
        TENON_TRY(listener.open_internet());
    return listener;
}

Listener::Listener(Listener&& other) noexcept
    : endpoint_(std::move(other.endpoint_)), sockets_(std::move(other.sockets_)),
      file_(std::exchange(other.file_, std::nullopt)) {}

Listener::~Listener() {
    struct stat now;
    if (file_ && ::lstat(endpoint_.path.c_str(), &now) == 0 && now.st_ino == file_->st_ino &&
        now.st_dev == file_->st_dev)
        ::unlink(endpoint_.path.c_str());
}

base::Error Listener::failed(int error_number) const {
    auto why =
        base::system_error(fmt::format("cannot listen on `{}`", endpoint_.text()), error_number);
    if (error_number == EADDRINUSE)
        return std::move(why).help("another program listens there; choose another port");
    if (error_number == EACCES && endpoint_.path.empty())
        return std::move(why).help("ports below 1024 belong to root; choose a higher one");
    return why;
}

int Listener::open_address(const std::string& host, std::uint16_t port, bool dual) {
    Address address;
    const auto length = fill(address, host, port);
    if (length == 0)
        return EINVAL;
    Fd socket(::socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return errno;
    switch_on(socket, SOL_SOCKET, SO_REUSEADDR);
    if (address.any.sa_family == AF_INET6)
        switch_on(socket, IPPROTO_IPV6, IPV6_V6ONLY, dual ? 0 : 1);
    if (::bind(socket.get(), &address.any, length) != 0 || ::listen(socket.get(), SOMAXCONN) != 0)
        return errno;
    sockets_.push_back(std::move(socket));
    return 0;
}

Result<> Listener::open_internet() {
    const bool everywhere = endpoint_.host == "::";
    int why = open_address(endpoint_.host, endpoint_.port, everywhere);
    if (everywhere && (why == EAFNOSUPPORT || why == EADDRNOTAVAIL)) {
        endpoint_.host = "0.0.0.0"; // a system without IPv6
        why = open_address(endpoint_.host, endpoint_.port, false);
    }
    if (why == EINVAL)
        return fail(base::Error(Errc::usage, fmt::format("`{}` is not an address", endpoint_.host))
                        .help("give an IPv4 or IPv6 address, `localhost`, or `:PORT` for all"));
    if (why != 0)
        return fail(failed(why));
    endpoint_.port = bound_port(sockets_.front());
    return {};
}

Result<> Listener::open_localhost() {
    // The port that the system chooses for one family may be taken in the other.
    for (int attempt = 0;; ++attempt) {
        sockets_.clear();
        if (const int why = open_address("127.0.0.1", endpoint_.port, false); why != 0)
            return fail(failed(why));
        const auto port = bound_port(sockets_.front());
        const int why = open_address("::1", port, false);
        if (why == EADDRINUSE && endpoint_.port == 0 && attempt < 16)
            continue;
        if (why == EADDRINUSE)
            return fail(failed(why)); // else some clients would reach another server
        endpoint_.port = port;
        return {};
    }
}

Result<> Listener::open_unix(mode_t mode) {
    Address address;
    std::memset(&address, 0, sizeof address);
    const auto& path = endpoint_.path;
    if (path.size() >= sizeof address.un.sun_path || path.find('\0') != path.npos)
        return fail(
            base::Error(Errc::limit, fmt::format("the path of the Unix socket `{}` is longer "
                                                 "than the system's {} bytes",
                                                 path, sizeof address.un.sun_path - 1)));
    address.un.sun_family = AF_UNIX;
    std::memcpy(address.un.sun_path, path.data(), path.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);

    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return fail(failed(errno));
    // Before `bind`, so that the file never has more permissions than it shall have.
    if (::fchmod(socket.get(), mode) != 0)
        return fail(failed(errno));

    const auto lock = lock_directory(path);
    struct stat old;
    if (::lstat(path.c_str(), &old) == 0) {
        const auto taken = [&](std::string_view by) {
            return fail(base::Error(Errc::exists, fmt::format("cannot listen on `unix:{}`", path))
                            .because(std::string(by)));
        };
        if (!S_ISSOCK(old.st_mode))
            return taken("there is a file of that name that is not a socket");
        bool alive = false;
        if (const int why = probe(address, length, alive); why != 0)
            return fail(failed(why));
        if (alive)
            return taken("somebody listens there already");
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            return fail(failed(errno));
    }
    if (::bind(socket.get(), &address.any, length) != 0)
        return fail(failed(errno));
    struct stat made;
    if (::lstat(path.c_str(), &made) != 0)
        return fail(failed(errno));
    file_ = made;
    // Again, past the umask.
    if (::chmod(path.c_str(), mode) != 0 || ::listen(socket.get(), SOMAXCONN) != 0)
        return fail(failed(errno));
    sockets_.push_back(std::move(socket));
    return {};
}

std::expected<Accepted, Listener::Nothing> Listener::accept(const Fd& socket) {
    Address address;
    socklen_t length = sizeof address;
    std::memset(&address, 0, sizeof address);
    Fd accepted(::accept4(socket.get(), &address.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) {
        switch (errno) {
        case EAGAIN: return std::unexpected(Nothing::yet);
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM: return std::unexpected(Nothing::for_now);
        default:
            return std::unexpected(Nothing::this_time); // ECONNABORTED and what accept(2) lists
        }
    }
    if (address.any.sa_family == AF_INET || address.any.sa_family == AF_INET6)
        switch_on(accepted, IPPROTO_TCP, TCP_NODELAY);
    return Accepted{std::move(accepted), peer_text(address)};
}

} // namespace tenon::net
