// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a server that runs while a test does, and a client that sends exactly the bytes
// it is told to.
#pragma once

#include "net/server.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <vector>

namespace tenon::net {

/// What a test's handler keeps of an Access.
struct Answered {
    std::string method;
    std::string target;
    int status;
    std::uint64_t sent_bytes;
    bool complete;
};

/// A handler made of functions. Paths that begin with `/now` are answered at once with their
/// target; without `slow` all others are answered with `METHOD TARGET CONTENT`.
class TestHandler final : public Handler {
public:
    std::function<ServerResponse(const ServerRequest&, RequestBody&)> slow;

    std::optional<ServerResponse> answer_at_once(const ServerRequest& request) override {
        if (!request.path().starts_with("/now"))
            return std::nullopt;
        ServerResponse response;
        response.content = request.target;
        return response;
    }
    ServerResponse answer(const ServerRequest& request, RequestBody& body) override {
        if (slow)
            return slow(request, body);
        ServerResponse response;
        auto content = read_all(body);
        response.content = request.method + " " + request.target + " " + content.value_or("?");
        return response;
    }
    void answered(const Access& access) override {
        const std::scoped_lock lock(mutex_);
        seen_.push_back({access.request.method, access.request.target, access.status,
                         access.sent_bytes, access.complete});
    }
    /// All that was answered, once it is `count` or more; gives up after a while.
    std::vector<Answered> seen(std::size_t count) {
        for (int tries = 0; tries < 1000; ++tries) {
            {
                const std::scoped_lock lock(mutex_);
                if (seen_.size() >= count)
                    return seen_;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return {};
    }
    static Result<std::string> read_all(RequestBody& body) {
        std::string all;
        Byte some[1000];
        for (;;) {
            const auto count = body.read(some);
            if (!count)
                return fail(base::Error(count.error().code(), count.error().message()));
            if (*count == 0)
                return all;
            all.append(reinterpret_cast<const char*>(some), *count);
        }
    }

private:
    std::mutex mutex_;
    std::vector<Answered> seen_;
};

/// What came back: the head's lines and the content.
struct Reply {
    int status = 0; ///< 0: the connection ended without an answer
    std::string head;
    std::string content;
    [[nodiscard]] bool has(std::string_view line) const {
        return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
    }
    [[nodiscard]] std::string field(std::string_view name) const {
        const auto at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos)
            return {};
        const auto begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }
};

class RawClient {
public:
    explicit RawClient(const Endpoint& endpoint, int receive_buffer = 0) {
        const int family = !endpoint.path.empty()                         ? AF_UNIX
                           : endpoint.host.find(':') != std::string::npos ? AF_INET6
                                                                          : AF_INET;
        fd_.reset(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (receive_buffer != 0)
            ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        const timeval patience{10, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        sockaddr_storage address{};
        const auto length = fill(address, endpoint, family);
        connected_ = ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0;
    }

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    void close() { fd_.reset(); }
    void end_writing() const { ::shutdown(fd_.get(), SHUT_WR); }

    /// False when the server does not take all of it.
    bool send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    /// The next answer. `to_head`: it has no content whatever its length says.
    Reply receive(bool to_head = false) {
        Reply reply;
        std::size_t end = 0;
        while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
            if (!more())
                return reply;
        reply.head = pending_.substr(0, end + 2);
        pending_.erase(0, end + 4);
        std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
        std::size_t length = 0;
        const auto announced = reply.field("Content-Length");
        if (!to_head && reply.status != 304)
            std::from_chars(announced.data(), announced.data() + announced.size(), length);
        while (pending_.size() < length)
            if (!more())
                break;
        reply.content = pending_.substr(0, length);
        pending_.erase(0, length);
        return reply;
    }
    Reply ask(std::string_view bytes, bool to_head = false) {
        send(bytes);
        return receive(to_head);
    }
    /// Whether the server closes the connection without a byte more.
    bool ends() { return pending_.empty() && !more() && !timed_out_; }
    /// Whether it was reset instead of closed.
    [[nodiscard]] bool was_reset() const noexcept { return reset_; }

private:
    static socklen_t fill(sockaddr_storage& storage, const Endpoint& endpoint, int family) {
        if (family == AF_UNIX) {
            auto& address = reinterpret_cast<sockaddr_un&>(storage);
            address.sun_family = AF_UNIX;
            std::memcpy(address.sun_path, endpoint.path.c_str(), endpoint.path.size() + 1);
            return sizeof address;
        }
        if (family == AF_INET6) {
            auto& address = reinterpret_cast<sockaddr_in6&>(storage);
            address.sin6_family = AF_INET6;
            address.sin6_port = htons(endpoint.port);
            ::inet_pton(AF_INET6, endpoint.host.c_str(), &address.sin6_addr);
            return sizeof address;
        }
        auto& address = reinterpret_cast<sockaddr_in&>(storage);
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        const auto* host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host.c_str();
        ::inet_pton(AF_INET, host, &address.sin_addr);
        return sizeof address;
    }
    bool more() {
        char bytes[64 * 1024];
        const auto count = ::recv(fd_.get(), bytes, sizeof bytes, 0);
        if (count <= 0) {
            timed_out_ = count < 0 && errno == EAGAIN;
            reset_ = count < 0 && errno == ECONNRESET;
            return false;
        }
        pending_.append(bytes, static_cast<std::size_t>(count));
        return true;
    }

    base::Fd fd_;
    bool connected_ = false;
    bool timed_out_ = false;
    bool reset_ = false;
    std::string pending_;
};

/// Serves on a port of 127.0.0.1 (or wherever told) until it goes away.
class RunningServer {
public:
    explicit RunningServer(ServerOptions options = {}, std::string_view endpoint = "127.0.0.1:0")
        : server_(listen(std::move(options), endpoint)),
          thread_([this](const std::stop_token& stop) { result_ = server_.run(stop); }) {}
    ~RunningServer() { stop(); }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    TestHandler handler;

    [[nodiscard]] const Endpoint& endpoint() const noexcept { return server_.endpoint(); }
    [[nodiscard]] Server& server() noexcept { return server_; }
    [[nodiscard]] RawClient client(int receive_buffer = 0) const {
        return RawClient(endpoint(), receive_buffer);
    }
    /// One request on a connection of its own.
    [[nodiscard]] Reply ask(std::string_view bytes) const { return client().ask(bytes); }

    void begin_stop() { thread_.request_stop(); }
    void stop() {
        thread_.request_stop();
        if (thread_.joinable())
            thread_.join();
    }
    [[nodiscard]] bool ended_well() const noexcept { return result_.has_value(); }

private:
    Server listen(ServerOptions options, std::string_view endpoint) {
        auto server =
            Server::listen(Endpoint::parse(endpoint).value(), std::move(options), handler);
        if (!server)
            std::abort();
        return *std::move(server);
    }

    Server server_;
    Result<> result_;
    std::jthread thread_;
};

inline std::string get(std::string_view target, std::string_view more_fields = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more_fields) +
           "\r\n";
}

inline std::string put(std::string_view target, std::string_view content,
                       std::string_view more_fields = "") {
    return "PUT " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(content.size()) + "\r\n" +
           std::string(more_fields) + "\r\n" + std::string(content);
}

inline std::string put_chunked(std::string_view target, std::string_view chunks) {
    return "PUT " + std::string(target) +
           " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(chunks);
}

} // namespace tenon::net
