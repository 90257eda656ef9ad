// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/read_ahead.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace tenon::pack {
namespace {

// Large enough that starting anew in each buffer costs nothing, small enough to stay in the cache
// until it is looked at.
constexpr std::size_t buffer_size = 512 * 1024;
constexpr std::size_t buffer_count = 4;

} // namespace

/// Buffers that go round between the thread that fills them and the one that looks at them.
class ReadAhead::Ring {
public:
    Ring(Source& source, Threading threading, std::stop_token stop)
        : source_(source), threading_(threading), stop_(std::move(stop)) {}

    /// The next bytes; empty at the end. Gives those before back.
    Result<Bytes> next() {
        if (stop_.stop_requested())
            return interrupted();
        if (ended_)
            return Bytes{};
        if (lending_) {
            auto lent = source_.lend(stop_);
            if (lent && *lent)
                return **lent;
            lending_ = false;
            ended_ = !lent;
            if (ended_)
                return fail(std::move(lent).error());
            start();
        }
        if (!thread_.joinable()) {
            auto& slot = slots_[0];
            slot.filled = source_.read(slot.bytes(), stop_);
            ended_ = !slot.filled || *slot.filled == 0;
            return slot.content();
        }
        std::unique_lock lock(mutex_);
        if (held_) {
            ++given_back_;
            changed_.notify_all();
        }
        held_ = false;
        if (!changed_.wait(lock, stop_, [&] { return filled_ > given_back_; }))
            return interrupted();
        auto& slot = slots_[given_back_ % buffer_count];
        held_ = true;
        ended_ = !slot.filled || *slot.filled == 0;
        return slot.content();
    }

private:
    struct Slot {
        // Memory that is not touched until it is needed: small files need little.
        std::unique_ptr<Byte[]> memory = std::make_unique_for_overwrite<Byte[]>(buffer_size);
        Result<std::size_t> filled = std::size_t{0};

        [[nodiscard]] MutableBytes bytes() const { return {memory.get(), buffer_size}; }
        Result<Bytes> content() {
            if (!filled)
                return fail(std::move(filled).error());
            return Bytes(bytes()).first(*filled);
        }
    };

    void start() {
        if (threading_ != Threading::own_thread)
            return;
        try {
            thread_ = std::jthread([this](const std::stop_token& over) { fill_all(over); });
        } catch (const std::system_error&) {
            // No thread to be had: `next` reads by itself, as it does when told so.
            thread_ = {};
        }
    }

    void fill_all(const std::stop_token& over) {
        for (std::size_t turn = 0;; ++turn) {
            auto& slot = slots_[turn % buffer_count];
            {
                std::unique_lock lock(mutex_);
                if (!changed_.wait(lock, over, [&] { return turn - given_back_ < buffer_count; }))
                    return;
            }
            // The slot is ours alone until `filled_` says otherwise.
            slot.filled = source_.read(slot.bytes(), over);
            const bool last = !slot.filled || *slot.filled == 0;
            {
                const std::scoped_lock lock(mutex_);
                ++filled_;
            }
            changed_.notify_all();
            if (last || over.stop_requested())
                return;
        }
    }

    Source& source_;
    Threading threading_;
    std::stop_token stop_;
    bool lending_ = true;
    std::array<Slot, buffer_count> slots_;
    bool ended_ = false;
    bool held_ = false; // the caller looks at slot `given_back_`
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t filled_ = 0;
    std::size_t given_back_ = 0;
    std::jthread thread_; // last: it uses all of the above
};

ReadAhead::ReadAhead(Source& source, Threading threading, std::stop_token stop)
    : ring_(std::make_unique<Ring>(source, threading, std::move(stop))) {}
ReadAhead::~ReadAhead() = default;

Result<Bytes> ReadAhead::take(std::size_t at_most) {
    if (rest_.empty() && ring_)
        rest_ = TENON_TRY(ring_->next());
    const auto taken = rest_.first(std::min(at_most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    offset_ += taken.size();
    return taken;
}

Result<> ReadAhead::drain() {
    while (!TENON_TRY(take(buffer_size)).empty()) {
    }
    ring_.reset();
    return {};
}

} // namespace tenon::pack
