// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The event loop of one I/O thread: resumes coroutines when a descriptor is ready, runs what other
// threads hand over, and ticks. A door of Asio; knows no protocol.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>

namespace tenon::net {

enum class Want { read, write };

class Loop {
public:
    static Result<std::unique_ptr<Loop>> create();
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Serves in the calling thread until `finish` was called and nothing is waited for.
    void run();
    /// From any thread.
    void finish();
    /// From any thread; runs in the loop's, never inside this call.
    void post(std::move_only_function<void()> job);
    void resume_later(std::coroutine_handle<> waiting);
    /// In the loop's thread: calls `tick` after each `interval` for as long as it returns true.
    void tick_every(std::chrono::milliseconds interval, std::function<bool()> tick);

private:
    friend class Readiness;
    struct State;
    explicit Loop(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Waits for one descriptor, which must outlive it and is not owned. In the loop's thread only.
class Readiness {
public:
    static Result<Readiness> create(Loop& loop, int fd);
    Readiness(Readiness&&) noexcept;
    Readiness& operator=(Readiness&&) = delete;
    ~Readiness();

    /// Resumes `waiting` once, from the loop, when the descriptor is ready (or broken), or after
    /// `cancel`. One wait at a time.
    void wait(Want want, std::coroutine_handle<> waiting);
    void cancel();

private:
    struct State;
    explicit Readiness(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace tenon::net
