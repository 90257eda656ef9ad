// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// poll(2) with one more descriptor, which a stop makes readable.
#include "net/wait.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <sys/eventfd.h>

namespace tenon::net {
namespace {

constexpr std::size_t max_entries = 16;

int milliseconds_until(Clock::time_point when) noexcept {
    if (when == Clock::time_point::max())
        return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now()).count();
    return static_cast<int>(
        std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max() / 2));
}

} // namespace

Clock::time_point after(std::chrono::milliseconds limit) noexcept {
    const auto now = Clock::now();
    return limit >= Clock::time_point::max() - now ? Clock::time_point::max() : now + limit;
}

struct Waiter::Stop {
    struct Wake {
        int event;
        void operator()() const noexcept { ::eventfd_write(event, 1); }
    };
    Stop(base::Fd made, const std::stop_token& token)
        : event(std::move(made)), callback(token, Wake{event.get()}) {}

    base::Fd event; // outlives the callback that writes to it
    std::stop_callback<Wake> callback;
};

Waiter::Waiter(Patience patience) noexcept : patience_(std::move(patience)) {}
Waiter::~Waiter() = default;

Result<std::unique_ptr<Waiter>> Waiter::create(Patience patience) {
    std::unique_ptr<Waiter> waiter(new Waiter(std::move(patience)));
    if (waiter->patience_.stop.stop_possible()) {
        base::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!event)
            return fail(base::system_error("cannot wait for a stop", errno));
        waiter->stop_ = std::make_unique<Stop>(std::move(event), waiter->patience_.stop);
    }
    return waiter;
}

Result<> Waiter::check() const {
    if (patience_.stop.stop_requested())
        return fail(Errc::interrupted, "a stop was asked for");
    if (patience_.deadline != Clock::time_point::max() && Clock::now() >= patience_.deadline)
        return fail(Errc::limit, "the time allowed for the whole of it is over");
    return {};
}

Result<bool> Waiter::wait(std::span<pollfd> entries, Clock::time_point until) const {
    TENON_ASSERT(entries.size() < max_entries);
    std::array<pollfd, max_entries> all{};
    const auto used = entries.size() + 1;
    for (;;) {
        TENON_TRY(check());
        std::ranges::copy(entries, all.begin());
        all[used - 1] = {stop_ ? stop_->event.get() : -1, POLLIN, 0};
        const int ready =
            ::poll(all.data(), used, milliseconds_until(std::min(until, patience_.deadline)));
        if (ready < 0 && errno != EINTR)
            return fail(base::system_error("cannot wait for a connection", errno));
        std::ranges::copy(std::span(all).first(entries.size()), entries.begin());
        const bool any =
            ready > 0 && std::ranges::any_of(entries, [](auto& entry) { return entry.revents; });
        if (any)
            return true;
        TENON_TRY(check());
        if (Clock::now() >= until)
            return false;
    }
}

} // namespace tenon::net
