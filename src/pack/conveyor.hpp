// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Jobs that are done on several threads and taken out in the order in which they were put in. As
// many as there is room for are under way, which bounds the memory.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

namespace tenon::pack {

/// The threads to use where `wanted` (0: as many as there are processors) were asked for.
inline unsigned thread_count(unsigned wanted, unsigned most) {
    return std::min(wanted != 0 ? wanted : std::max(1U, std::thread::hardware_concurrency()), most);
}

/// Each thread has a `Worker` of its own, whose `work(Job&)` does a job. A job belongs to whoever
/// has it; the owner's thread fills it, submits it, and takes it out. Threads start with the first
/// job.
template <class Job, class Worker> class Conveyor {
public:
    /// With no threads, or where none are to be had, `submit` does the job.
    Conveyor(unsigned threads, std::size_t room) : threads_(threads), places_(room) {}

    [[nodiscard]] bool empty() const { return taken_ == submitted_; }
    [[nodiscard]] bool full() const { return submitted_ - taken_ == places_.size(); }

    /// The job to fill next; not when full.
    Job& open() { return place(submitted_).job; }
    void submit() {
        start();
        if (own_)
            own_->work(open());
        {
            const std::scoped_lock lock(mutex_);
            place(submitted_).done = own_ != nullptr;
            ++submitted_;
        }
        changed_.notify_all();
    }

    /// The oldest job once it is done; null when a stop is requested before. Not when empty.
    Job* oldest(const std::stop_token& stop) {
        auto& oldest = place(taken_);
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [&] { return oldest.done; }) || stop.stop_requested())
            return nullptr;
        return &oldest.job;
    }
    /// Takes the oldest job out, once it was given.
    void take() { ++taken_; }

private:
    struct Place {
        Job job;
        bool done = false; // under the mutex
    };
    Place& place(std::size_t number) { return places_[number % places_.size()]; }

    void start() {
        if (own_ || !workers_.empty())
            return;
        try {
            for (unsigned i = 0; i < threads_; ++i)
                workers_.emplace_back([this](const std::stop_token& over) { work(over); });
        } catch (const std::system_error&) {
            threads_ = static_cast<unsigned>(workers_.size()); // fewer than asked for
        }
        if (threads_ == 0)
            own_ = std::make_unique<Worker>();
    }

    void work(const std::stop_token& over) {
        Worker worker;
        for (;;) {
            Place* mine = nullptr;
            {
                std::unique_lock lock(mutex_);
                if (!changed_.wait(lock, over, [&] { return begun_ < submitted_; }) ||
                    over.stop_requested())
                    return;
                mine = &place(begun_++);
            }
            worker.work(mine->job);
            {
                const std::scoped_lock lock(mutex_);
                mine->done = true;
            }
            changed_.notify_all();
        }
    }

    unsigned threads_;
    std::vector<Place> places_;
    std::unique_ptr<Worker> own_;
    std::size_t taken_ = 0;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t submitted_ = 0; // changed by the owner's thread only
    std::size_t begun_ = 0;
    std::vector<std::jthread> workers_; // last: they use all of the above
};

} // namespace tenon::pack
