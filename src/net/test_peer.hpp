// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a server that says what its script says, byte for byte, to one connection after
// the other.
#pragma once

#include "base/handle.hpp"

#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace tenon::net {

class TestPeer {
public:
    class Connection {
    public:
        Connection(base::Fd fd, TestPeer& peer) : fd_(std::move(fd)), peer_(peer) {
            // What was sent has left when a script hangs up.
            const int on = 1;
            ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }

        [[nodiscard]] int fd() const noexcept { return fd_.get(); }

        /// The next request, head and content by Content-Length; what came of it when the other
        /// side hangs up. Kept in the peer too.
        std::string read_request() {
            std::string text;
            while (text.find("\r\n\r\n") == text.npos)
                if (!read_some(text))
                    return text;
            const auto head = text.find("\r\n\r\n") + 4;
            const auto field = text.find("Content-Length: ");
            const auto length =
                field < head ? std::strtoull(text.c_str() + field + 16, nullptr, 10) : 0;
            while (text.size() < head + length)
                if (!read_some(text))
                    break;
            const std::scoped_lock lock(peer_.mutex_);
            peer_.requests_.push_back(text);
            return text;
        }
        /// False when the other side has gone.
        bool send(std::string_view text) {
            while (!text.empty()) {
                if (!peer_.wait(fd_.get(), POLLOUT))
                    return false;
                const auto sent =
                    ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
                if (sent <= 0)
                    return false;
                text.remove_prefix(static_cast<std::size_t>(sent));
            }
            return true;
        }
        /// Byte by byte, each in a packet of its own where the system sends it so.
        void send_slowly(std::string_view text) {
            for (std::size_t i = 0; i < text.size(); ++i)
                if (!send(text.substr(i, 1)))
                    return;
        }
        /// Waits until the other side hangs up, or the test ends.
        void wait_for_end() {
            std::string ignored;
            while (read_some(ignored))
                ignored.clear();
        }
        void close() { fd_.reset(); }
        /// Ends the connection with RST.
        void reset() {
            const linger at_once{1, 0};
            ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            fd_.reset();
        }

    private:
        bool read_some(std::string& text) {
            char bytes[4096];
            if (!peer_.wait(fd_.get(), POLLIN))
                return false;
            const auto got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
            if (got > 0)
                text.append(bytes, static_cast<std::size_t>(got));
            return got > 0;
        }

        base::Fd fd_;
        TestPeer& peer_;
    };
    using Script = std::function<void(Connection&)>;

    /// Serves as many connections as there are scripts; the listening socket stays open.
    explicit TestPeer(std::vector<Script> scripts, int family = AF_INET)
        : listener_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)),
          end_(::eventfd(0, EFD_CLOEXEC)) {
        listen(family);
        thread_ = std::thread([this, all = std::move(scripts)] {
            for (const auto& script : all) {
                if (!wait(listener_.get(), POLLIN))
                    return;
                Connection connection(
                    base::Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)), *this);
                {
                    const std::scoped_lock lock(mutex_);
                    ++accepted_;
                }
                script(connection);
            }
        });
    }
    /// One connection, one request, these bytes, and the end.
    static std::vector<Script> answer(std::string text) {
        return {[text = std::move(text)](Connection& connection) {
            connection.read_request();
            connection.send(text);
        }};
    }
    ~TestPeer() {
        ::eventfd_write(end_.get(), 1);
        thread_.join();
    }
    TestPeer(const TestPeer&) = delete;
    TestPeer& operator=(const TestPeer&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1",
                                  std::string_view scheme = "http") const {
        return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(port_) +
               std::string(path);
    }
    [[nodiscard]] std::vector<std::string> requests() {
        const std::scoped_lock lock(mutex_);
        return requests_;
    }
    [[nodiscard]] unsigned accepted() {
        const std::scoped_lock lock(mutex_);
        return accepted_;
    }

private:
    void listen(int family) {
        sockaddr_storage address{};
        socklen_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
        address.ss_family = static_cast<sa_family_t>(family);
        if (family == AF_INET6)
            reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
        else
            reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(listener_.get(), 16) != 0 ||
            ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
            std::abort();
        port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port); // the same place in both
    }
    /// False at the test's end.
    bool wait(int fd, short events) const {
        pollfd entries[] = {{fd, events, 0}, {end_.get(), POLLIN, 0}};
        return fd >= 0 && ::poll(entries, 2, -1) > 0 && entries[1].revents == 0;
    }

    base::Fd listener_, end_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    unsigned accepted_ = 0;
    std::thread thread_;
};

} // namespace tenon::net
