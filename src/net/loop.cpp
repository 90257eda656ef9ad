// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop over one boost::asio::io_context that a single thread runs, so that nothing in it needs
// a strand.
#include "net/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

namespace tenon::net {

namespace asio = boost::asio;
using boost::system::error_code;

struct Loop::State {
    asio::io_context context{1}; // one thread: Asio may leave out what several would need
    asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
    asio::steady_timer timer{context};
    std::chrono::milliseconds interval{};
    std::function<bool()> tick;

    void tick_again() {
        timer.expires_after(interval);
        timer.async_wait([this](const error_code& why) {
            if (!why && tick())
                tick_again();
        });
    }
};

Result<std::unique_ptr<Loop>> Loop::create() {
    try {
        return std::unique_ptr<Loop>(new Loop(std::make_unique<State>()));
    } catch (const boost::system::system_error& why) {
        return fail(base::system_error("cannot make an event loop", why.code().value()));
    }
}

Loop::Loop(std::unique_ptr<State> state) : state_(std::move(state)) {}
Loop::~Loop() = default;

void Loop::run() {
    state_->context.run();
}

void Loop::finish() {
    post([this] {
        state_->timer.cancel();
        state_->guard.reset();
    });
}

void Loop::post(std::move_only_function<void()> job) {
    asio::post(state_->context, std::move(job));
}

void Loop::resume_later(std::coroutine_handle<> waiting) {
    asio::post(state_->context, [waiting] { waiting.resume(); });
}

void Loop::tick_every(std::chrono::milliseconds interval, std::function<bool()> tick) {
    state_->interval = interval;
    state_->tick = std::move(tick);
    state_->tick_again();
}

struct Readiness::State {
    asio::posix::stream_descriptor descriptor;
    explicit State(asio::io_context& context) : descriptor(context) {}
};

Result<Readiness> Readiness::create(Loop& loop, int fd) {
    auto state = std::make_unique<State>(loop.state_->context);
    error_code why;
    state->descriptor.assign(fd, why);
    if (why)
        return fail(base::system_error("cannot wait for a connection", why.value()));
    return Readiness(std::move(state));
}

Readiness::Readiness(std::unique_ptr<State> state) : state_(std::move(state)) {}
Readiness::Readiness(Readiness&&) noexcept = default;

Readiness::~Readiness() {
    if (state_)
        state_->descriptor.release(); // its owner closes it
}

void Readiness::wait(Want want, std::coroutine_handle<> waiting) {
    const auto what = want == Want::read ? asio::posix::stream_descriptor::wait_read
                                         : asio::posix::stream_descriptor::wait_write;
    // Why it ended is not asked: the next call on the descriptor says so, and a cancelled wait is
    // known to whoever cancelled it.
    state_->descriptor.async_wait(what, [waiting](const error_code&) { waiting.resume(); });
}

void Readiness::cancel() {
    error_code nothing_waits;
    state_->descriptor.cancel(nothing_waits);
}

} // namespace tenon::net
