// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How `registry gc` speaks to the server that holds a directory's lock: one question and one answer
// over a Unix socket in that directory, which only its owner can reach.
#pragma once

#include "registry/gc.hpp"

#include <functional>
#include <stop_token>
#include <thread>

namespace tenon::registry {

class Control {
public:
    using Collect = std::function<Result<GcReport>(const GcOptions&, const std::stop_token&)>;
    /// Listens; `collect` runs in the thread that this starts, and must outlive it. Who calls holds
    /// the directory's lock, so that what another server has left is replaced.
    static Result<std::unique_ptr<Control>> listen(const base::Path& directory, Collect collect);
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;
    ~Control();

private:
    Control(base::Fd socket, base::Fd wake, base::Path directory, Collect collect);
    void work(const std::stop_token& stop);
    void serve(int connection, const std::stop_token& stop);

    base::Fd socket_;
    base::Fd wake_; // readable once it is over
    base::Path directory_;
    Collect collect_;
    std::jthread thread_; // last, so that it ends first
};

/// Asks the server that serves `directory`. `not_found` when none listens there.
Result<GcReport> ask_server_to_collect(const base::Path& directory, const GcOptions& options,
                                       const std::stop_token& stop);

} // namespace tenon::registry
