// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Waiting for descriptors in the calling thread, no longer than a call's Patience allows.
#pragma once

#include "net/http.hpp"

#include <poll.h>

namespace tenon::net {

using Clock = std::chrono::steady_clock;

/// `now + limit`, without overflow for limits that mean "for ever".
[[nodiscard]] Clock::time_point after(std::chrono::milliseconds limit) noexcept;

/// One blocking call's patience. A request for a stop wakes it wherever it waits.
class Waiter {
public:
    static Result<std::unique_ptr<Waiter>> create(Patience patience);
    ~Waiter();
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Fails with `interrupted` after a stop, with `limit` after the call's deadline. For loops
    /// that always find something to do.
    Result<> check() const;
    /// Waits until one of `entries` is ready (their `revents` say which). False when `until` came
    /// first; fails as `check` does.
    Result<bool> wait(std::span<pollfd> entries, Clock::time_point until) const;

private:
    struct Stop;
    explicit Waiter(Patience patience) noexcept;

    Patience patience_;
    std::unique_ptr<Stop> stop_; // only where a stop is possible
};

} // namespace tenon::net
