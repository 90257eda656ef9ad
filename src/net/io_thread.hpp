// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One I/O thread of a server and the connections that live on it, each from its first byte to its
// last. And what all of a server's threads share.
#pragma once

#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"
#include "net/server_tls.hpp"
#include "net/workers.hpp"

#include <atomic>
#include <ctime>
#include <mutex>

namespace tenon::net {

class Connection;

/// What connections, I/O threads and the accepting thread share; outlives them.
struct Service {
    Service(Handler& handler_in, ServerOptions options_in)
        : handler(handler_in), options(std::move(options_in)), workers(options.worker_threads) {}

    Handler& handler;
    const ServerOptions options;
    Workers workers;
    std::atomic<unsigned> connections{0};
    /// The accepting thread waits for a connection to end.
    std::atomic<bool> connection_wanted{false};
    base::Fd wake; ///< an eventfd that the accepting thread waits at

    void wake_up() const noexcept;
    /// A connection is over.
    void one_less() noexcept;

    [[nodiscard]] std::shared_ptr<ServerTlsContext> tls() const;
    void set_tls(std::shared_ptr<ServerTlsContext> context);

private:
    mutable std::mutex tls_mutex_;
    std::shared_ptr<ServerTlsContext> tls_; // null: no TLS
};

class IoThread {
public:
    static Result<std::unique_ptr<IoThread>> create(Service& service);
    ~IoThread();
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;

    /// Serves in the calling thread until `finish` was called and no connection is left.
    void run();

    // From any thread:
    /// Takes over a connection, which `Service::connections` counts already.
    void admit(Accepted accepted);
    /// Connections end when their request is answered; idle ones at once.
    void stop_gently();
    /// Connections end now.
    void cut_off();
    /// Ends the idle connection that has been silent for longest, to make room.
    void shed();
    void finish();
    [[nodiscard]] unsigned load() const noexcept { return load_.load(std::memory_order_relaxed); }

    // From its own thread, for connections:
    [[nodiscard]] Service& service() noexcept { return service_; }
    [[nodiscard]] Loop& loop() noexcept { return *loop_; }
    [[nodiscard]] bool stopping() const noexcept { return stopping_; }
    /// The Date field's value, made once a second.
    [[nodiscard]] std::string_view date();
    /// Bytes that nobody keeps from one wait to the next.
    [[nodiscard]] MutableBytes scratch() noexcept { return scratch_; }
    void enter(Connection& connection);
    void leave(Connection& connection) noexcept;

private:
    IoThread(Service& service, std::unique_ptr<Loop> loop);
    void begin(Accepted accepted);
    void tick();

    Service& service_;
    std::unique_ptr<Loop> loop_;
    Connection* first_ = nullptr; // a list through the connections themselves
    bool stopping_ = false;
    bool ticking_ = false;
    std::atomic<unsigned> load_{0};
    std::time_t date_second_ = 0;
    std::string date_;
    Buffer scratch_;
};

} // namespace tenon::net
