// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads for work that may block: made when there is work and nobody is free, up to a limit. What
// comes beyond waits in line; the line is as long as there are connections, each having one job at
// most.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tenon::net {

class Workers {
public:
    explicit Workers(unsigned most) : most_(most == 0 ? 1 : most) {}
    /// Finishes what waits in line, then ends the threads.
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// From any thread. False when the system gives not even one thread; the job is then not run.
    [[nodiscard]] bool submit(std::move_only_function<void()> job);

    /// Threads made so far.
    [[nodiscard]] unsigned size() const;

private:
    void work();
    bool add_thread();

    const unsigned most_;
    mutable std::mutex mutex_;
    std::condition_variable has_work_;
    std::deque<std::move_only_function<void()>> line_;
    std::vector<std::thread> threads_;
    unsigned idle_ = 0;
    bool ending_ = false;
};

/// A broken connection is to be an error of `write`, not a signal that ends the process; sendfile
/// and OpenSSL know no flag for that. For the calling thread.
void block_sigpipe() noexcept;

} // namespace tenon::net
