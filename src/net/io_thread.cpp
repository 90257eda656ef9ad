// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Connections of one I/O thread: their list, their deadlines, their end.
#include "net/io_thread.hpp"

#include "net/connection.hpp"
#include "net/response_head.hpp"

#include <sys/eventfd.h>

namespace tenon::net {

// --- what threads share

void Service::wake_up() const noexcept {
    const std::uint64_t one = 1;
    // Fails only when the counter is full, and then the sleeper is awake.
    static_cast<void>(::write(wake.get(), &one, sizeof one) == sizeof one);
}

void Service::one_less() noexcept {
    connections.fetch_sub(1);
    if (connection_wanted.load())
        wake_up();
}

std::shared_ptr<ServerTlsContext> Service::tls() const {
    const std::scoped_lock lock(tls_mutex_);
    return tls_;
}

void Service::set_tls(std::shared_ptr<ServerTlsContext> context) {
    const std::scoped_lock lock(tls_mutex_);
    tls_ = std::move(context);
}

// --- one thread

namespace {

constexpr std::size_t scratch_bytes = 64 * 1024;

/// Deadlines are looked at this often: a timer for each of them would cost a system call each.
std::chrono::milliseconds tick_interval(const ServerOptions& options) {
    const auto shortest =
        std::min({options.header_timeout, options.keep_alive_timeout, options.idle_timeout});
    return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(1000));
}

} // namespace

Result<std::unique_ptr<IoThread>> IoThread::create(Service& service) {
    auto loop = TENON_TRY(Loop::create());
    return std::unique_ptr<IoThread>(new IoThread(service, std::move(loop)));
}

IoThread::IoThread(Service& service, std::unique_ptr<Loop> loop)
    : service_(service), loop_(std::move(loop)), scratch_(scratch_bytes) {}

IoThread::~IoThread() {
    TENON_ASSERT(first_ == nullptr);
}

void IoThread::run() {
    block_sigpipe();
    loop_->run();
}

void IoThread::finish() {
    loop_->finish();
}

void IoThread::admit(Accepted accepted) {
    load_.fetch_add(1, std::memory_order_relaxed);
    loop_->post([this, taken = std::move(accepted)]() mutable { begin(std::move(taken)); });
}

void IoThread::begin(Accepted accepted) {
    const auto not_begun = [this] {
        load_.fetch_sub(1, std::memory_order_relaxed);
        service_.one_less();
    };
    auto readiness = Readiness::create(*loop_, accepted.socket.get());
    if (!readiness || stopping_)
        return not_begun();
    if (const auto tls = service_.tls()) {
        auto session = tls->begin(accepted.socket.get());
        if (!session)
            return not_begun();
        Channel channel(std::move(accepted.socket), *std::move(session));
        Connection::start(*this, std::move(channel), *std::move(readiness),
                          std::move(accepted.peer));
        return;
    }
    Connection::start(*this, Channel(std::move(accepted.socket)), *std::move(readiness),
                      std::move(accepted.peer));
}

void IoThread::enter(Connection& connection) {
    connection.next_ = first_;
    if (first_ != nullptr)
        first_->previous_ = &connection;
    first_ = &connection;
    if (ticking_)
        return;
    ticking_ = true;
    loop_->tick_every(tick_interval(service_.options), [this] {
        tick();
        ticking_ = first_ != nullptr; // an idle server does not wake up
        return ticking_;
    });
}

void IoThread::leave(Connection& connection) noexcept {
    if (connection.previous_ != nullptr)
        connection.previous_->next_ = connection.next_;
    else
        first_ = connection.next_;
    if (connection.next_ != nullptr)
        connection.next_->previous_ = connection.previous_;
    load_.fetch_sub(1, std::memory_order_relaxed);
    service_.one_less();
}

void IoThread::tick() {
    const auto now = std::chrono::steady_clock::now();
    for (auto* connection = first_; connection != nullptr; connection = connection->next_)
        connection->check_deadline(now);
}

void IoThread::stop_gently() {
    loop_->post([this] {
        stopping_ = true;
        for (auto* connection = first_; connection != nullptr; connection = connection->next_)
            connection->end_if_idle();
    });
}

void IoThread::cut_off() {
    loop_->post([this] {
        for (auto* connection = first_; connection != nullptr; connection = connection->next_)
            connection->cut_off();
    });
}

void IoThread::shed() {
    loop_->post([this] {
        // Not one that is only between two requests.
        const auto long_ago =
            std::chrono::steady_clock::now() - service_.options.keep_alive_timeout / 64;
        Connection* oldest = nullptr;
        for (auto* connection = first_; connection != nullptr; connection = connection->next_)
            if (connection->idle_since() && *connection->idle_since() < long_ago &&
                (oldest == nullptr || *connection->idle_since() < *oldest->idle_since()))
                oldest = connection;
        if (oldest != nullptr)
            oldest->end_if_idle();
    });
}

std::string_view IoThread::date() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != date_second_) {
        date_second_ = now.tv_sec;
        date_ = http_date(now.tv_sec);
    }
    return date_;
}

} // namespace tenon::net
