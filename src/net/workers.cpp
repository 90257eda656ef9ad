// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The threads that run what may block.
#include "net/workers.hpp"

#include <csignal>
#include <system_error>

namespace tenon::net {

void block_sigpipe() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Workers::~Workers() {
    {
        const std::scoped_lock lock(mutex_);
        ending_ = true;
    }
    has_work_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

bool Workers::submit(std::move_only_function<void()> job) {
    {
        const std::scoped_lock lock(mutex_);
        // Those who are idle may have been promised to jobs in line already.
        if (idle_ <= line_.size() && threads_.size() < most_ && !add_thread() && threads_.empty())
            return false;
        line_.push_back(std::move(job));
    }
    has_work_.notify_one();
    return true;
}

unsigned Workers::size() const {
    const std::scoped_lock lock(mutex_);
    return static_cast<unsigned>(threads_.size());
}

bool Workers::add_thread() {
    try {
        threads_.emplace_back([this] { work(); });
        return true;
    } catch (const std::system_error&) {
        return false; // those there are do the work
    }
}

void Workers::work() {
    block_sigpipe();
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        has_work_.wait(lock, [this] { return !line_.empty() || ending_; });
        --idle_;
        if (line_.empty())
            return;
        auto job = std::move(line_.front());
        line_.pop_front();
        lock.unlock();
        job();
        job = nullptr; // whatever it holds goes outside the lock
        lock.lock();
    }
}

} // namespace tenon::net
