// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Ctrl-C and termination as a stop token. While one of these lives, SIGINT, SIGTERM and SIGHUP no
// longer kill the process: they request a stop, the work in progress returns `Errc::interrupted`,
// and the program leaves with 128 + signal. A second signal kills at once.
#pragma once

#include <functional>
#include <stop_token>

namespace tenon::base {

class Interruption {
public:
    /// Blocks the signals in this thread (and so in threads started later) and waits for them in a
    /// thread of its own. Make it before any other thread; at most one at a time.
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    [[nodiscard]] std::stop_token token() const noexcept { return source_.get_token(); }
    /// From now on SIGHUP calls this, on a thread of the interruption's own, instead of requesting
    /// a stop; an empty function takes it back, once no call is running. Where SIGHUP is ignored
    /// (`nohup`) it stays so.
    void on_hangup(std::function<void()> act);
    /// The signal that came, or 0.
    [[nodiscard]] int signal() const noexcept;

private:
    struct Waiter;
    std::stop_source source_;
    Waiter* waiter_;
};

} // namespace tenon::base
