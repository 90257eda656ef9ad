// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the HTTP server costs beside the bare system calls, everything in one process on loopback:
// small answers over 64 kept connections, and 100 MiB down and up, each next to a control that does
// nothing but sendfile or recv. Controls and server take turns, so that both see the same machine.
#include "net/server.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace {

namespace base = tenon::base;
namespace net = tenon::net;
using tenon::Byte;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t large = 100 * 1024 * 1024;
constexpr int rounds = 15;
constexpr int connections = 64;
constexpr auto small_time = std::chrono::seconds(5);

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

class Answers final : public net::Handler {
public:
    explicit Answers(int file) : file_(file) {}
    std::optional<net::ServerResponse> answer_at_once(const net::ServerRequest& request) override {
        net::ServerResponse response;
        if (request.target == "/small") {
            response.headers.add("Content-Type", "application/vnd.oci.image.manifest.v1+json");
            response.content = std::string(1024, 'x');
            return response;
        }
        response.content = net::FileContent{base::Fd(::dup(file_)), 0, large};
        return response;
    }
    net::ServerResponse answer(const net::ServerRequest&, net::RequestBody& body) override {
        std::vector<Byte> buffer(256 * 1024);
        std::uint64_t total = 0;
        for (;;) {
            const auto count = body.read(buffer);
            if (!count || *count == 0)
                break;
            total += *count;
        }
        net::ServerResponse response;
        response.status = total == large ? 201 : 400;
        return response;
    }

private:
    int file_;
};

base::Fd connect_to(std::uint16_t port) {
    base::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        give_up("connect");
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
}

void send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0)
            give_up("send");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

void receive_all(int socket, std::uint64_t count) {
    std::vector<char> buffer(256 * 1024);
    while (count != 0) {
        const auto got =
            ::recv(socket, buffer.data(),
                   static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), count)), 0);
        if (got <= 0)
            give_up("recv");
        count -= static_cast<std::uint64_t>(got);
    }
}

/// Reads a head and gives what came behind it.
std::size_t receive_head(int socket) {
    std::string text;
    char bytes[1024];
    while (text.find("\r\n\r\n") == text.npos) {
        const auto got = ::recv(socket, bytes, sizeof bytes, 0);
        if (got <= 0)
            give_up("recv");
        text.append(bytes, static_cast<std::size_t>(got));
    }
    return text.size() - text.find("\r\n\r\n") - 4;
}

/// Serves one connection after the other with bare system calls: `d` downloads, `u` uploads.
class Control {
public:
    explicit Control(int file) : file_(file), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
            ::listen(socket_.get(), 8) != 0 ||
            ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
            give_up("control");
        port = ntohs(address.sin_port);
        thread_ = std::jthread([this] { serve(); });
    }
    ~Control() { ::shutdown(socket_.get(), SHUT_RDWR); }
    std::uint16_t port = 0;

private:
    void serve() {
        for (;;) {
            const base::Fd client(::accept(socket_.get(), nullptr, nullptr));
            if (!client)
                return;
            char what = 0;
            if (::recv(client.get(), &what, 1, 0) != 1)
                continue;
            if (what == 'u') {
                receive_all(client.get(), large);
                send_all(client.get(), "!");
                continue;
            }
            off_t at = 0;
            while (static_cast<std::uint64_t>(at) < large)
                if (::sendfile(client.get(), file_, &at, large - static_cast<std::uint64_t>(at)) <=
                    0)
                    give_up("sendfile");
        }
    }
    int file_;
    base::Fd socket_;
    std::jthread thread_;
};

/// Wall time, and processor time of both ends: the latter says the same on a busy machine too.
struct Cost {
    double wall_ms;
    double cpu_ms;
};

double cpu_ms() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

template <class F> Cost cost(F&& work) {
    const auto cpu = cpu_ms();
    const auto begin = Clock::now();
    work();
    return {std::chrono::duration<double, std::milli>(Clock::now() - begin).count(),
            cpu_ms() - cpu};
}

double median(const std::vector<Cost>& costs, double Cost::* which) {
    std::vector<double> values;
    for (const auto& one : costs)
        values.push_back(one.*which);
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void compare(const char* what, auto&& ours, auto&& control) {
    std::vector<Cost> our_costs;
    std::vector<Cost> control_costs;
    for (int round = 0; round < rounds; ++round) {
        control_costs.push_back(cost(control));
        our_costs.push_back(cost(ours));
    }
    const auto print = [&](const char* kind, double Cost::* which) {
        const double our_cost = median(our_costs, which);
        const double control_cost = median(control_costs, which);
        std::printf("  %s %.1f ms, control %.1f ms, ratio %.3f", kind, our_cost, control_cost,
                    our_cost / control_cost);
    };
    std::printf("%-22s", what);
    print("wall", &Cost::wall_ms);
    print("  processor", &Cost::cpu_ms);
    std::printf("\n");
}

void large_transfers(std::uint16_t port, Control& control) {
    const std::string get = "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    compare(
        "GET 100 MiB",
        [&] {
            const auto socket = connect_to(port);
            send_all(socket.get(), get);
            const auto early = receive_head(socket.get());
            receive_all(socket.get(), large - early);
        },
        [&] {
            const auto socket = connect_to(control.port);
            send_all(socket.get(), "d");
            receive_all(socket.get(), large);
        });
    const std::string content(1024 * 1024, 'x');
    const auto send_content = [&](int socket) {
        for (std::uint64_t sent = 0; sent < large; sent += content.size())
            send_all(socket, content);
    };
    compare(
        "PUT 100 MiB",
        [&] {
            const auto socket = connect_to(port);
            send_all(socket.get(), "PUT /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                   "Content-Length: 104857600\r\n\r\n");
            send_content(socket.get());
            receive_head(socket.get());
        },
        [&] {
            const auto socket = connect_to(control.port);
            send_all(socket.get(), "u");
            send_content(socket.get());
            receive_all(socket.get(), 1);
        });
    std::string head = "PUT /large HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    compare(
        "PUT 100 MiB, chunked",
        [&] {
            const auto socket = connect_to(port);
            send_all(socket.get(), head);
            const auto chunk = "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
            for (std::uint64_t sent = 0; sent < large; sent += 0x8000)
                send_all(socket.get(), chunk);
            send_all(socket.get(), "0\r\n\r\n");
            receive_head(socket.get());
        },
        [&] {
            const auto socket = connect_to(control.port);
            send_all(socket.get(), "u");
            const std::string part(0x8000, 'x');
            for (std::uint64_t sent = 0; sent < large; sent += part.size())
                send_all(socket.get(), part);
            receive_all(socket.get(), 1);
        });
}

/// 64 connections, one request in flight on each, from one thread.
void small_answers(std::uint16_t port) {
    const std::string request = "GET /small HTTP/1.1\r\nHost: localhost:5000\r\n"
                                "User-Agent: bench/1\r\nAccept: */*\r\n\r\n";
    std::vector<base::Fd> sockets;
    std::vector<pollfd> waiting;
    std::vector<Clock::time_point> asked(connections);
    for (int i = 0; i < connections; ++i) {
        sockets.push_back(connect_to(port));
        waiting.push_back({sockets.back().get(), POLLIN, 0});
    }
    char bytes[8192];
    send_all(sockets[0].get(), request); // how long an answer is
    std::size_t answer = 0;
    while (answer < 1024 + 4)
        answer += static_cast<std::size_t>(::recv(sockets[0].get(), bytes, sizeof bytes, 0));

    std::vector<float> times;
    std::vector<std::size_t> got(connections, 0);
    const auto cpu = cpu_ms();
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < connections; ++i) {
        asked[i] = Clock::now();
        send_all(sockets[i].get(), request);
    }
    while (Clock::now() - begin < small_time) {
        ::poll(waiting.data(), waiting.size(), -1);
        for (std::size_t i = 0; i < connections; ++i) {
            if (waiting[i].revents == 0)
                continue;
            const auto count = ::recv(sockets[i].get(), bytes, sizeof bytes, 0);
            if (count <= 0)
                give_up("recv");
            got[i] += static_cast<std::size_t>(count);
            if (got[i] < answer)
                continue;
            got[i] = 0;
            const auto now = Clock::now();
            times.push_back(std::chrono::duration<float, std::milli>(now - asked[i]).count());
            asked[i] = now;
            send_all(sockets[i].get(), request);
        }
    }
    const auto took = std::chrono::duration<double>(Clock::now() - begin).count();
    std::ranges::sort(times);
    std::printf("GET 1 KiB, 64 kept      %.0f/s, processor %.1f us each, p50 %.2f ms, p99 %.2f ms, "
                "max %.2f ms\n",
                static_cast<double>(times.size()) / took,
                (cpu_ms() - cpu) * 1e3 / static_cast<double>(times.size()), times[times.size() / 2],
                times[times.size() * 99 / 100], times.back());
}

void parallel_downloads(std::uint16_t port) {
    const auto time = cost([&] {
        std::vector<std::jthread> clients;
        for (int i = 0; i < connections; ++i)
            clients.emplace_back([port] {
                const auto socket = connect_to(port);
                send_all(socket.get(),
                         "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                const auto early = receive_head(socket.get());
                receive_all(socket.get(), large - early);
            });
    });
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf("64 parallel GETs        %.0f ms, most memory (clients too) %ld MiB\n",
                time.wall_ms, usage.ru_maxrss / 1024);
}

} // namespace

int main(int count, char** words) {
    const base::Fd file(::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    const std::string mebibyte(1024 * 1024, 'y');
    for (std::uint64_t size = 0; size < large; size += mebibyte.size())
        if (::write(file.get(), mebibyte.data(), mebibyte.size()) < 0)
            give_up("write");
    Answers answers(file.get());
    net::Endpoint endpoint;
    endpoint.host = "127.0.0.1";
    auto server = net::Server::listen(endpoint, {}, answers);
    if (!server)
        give_up("listen");
    std::jthread serving([&](const std::stop_token& stop) {
        if (!server->run(stop))
            give_up("run");
    });
    const auto port = server->endpoint().port;
    if (count == 2 && std::string_view(words[1]) == "serve") { // for other clients, e.g. wrk
        std::printf("http://%s/small\n", server->endpoint().text().c_str());
        std::fflush(stdout);
        ::pause();
    }
    Control control(file.get());
    small_answers(port);
    large_transfers(port, control);
    parallel_downloads(port);
    return 0;
}
