// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "blob/background_hasher.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace tenon::blob {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024; // a few fit into a second-level cache
constexpr std::size_t ring = 8;

} // namespace

// Buffers are filled and hashed in turn: numbers below `hashed` are free again, those below
// `pushed` wait.
struct BackgroundHasher::State {
    explicit State(Algorithm chosen) : algorithm(chosen), hasher(chosen) {}

    Algorithm algorithm;
    Hasher hasher; // the thread's while it runs and something waits
    std::array<Buffer, ring> buffers;
    std::array<std::size_t, ring> filled{};
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t pushed = 0;
    std::size_t hashed = 0;
    bool ending = false;
    std::thread thread;

    void work() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [&] { return ending || hashed < pushed; });
            if (hashed == pushed)
                return;
            const auto slot = hashed % ring;
            const Bytes bytes(buffers[slot].data(), filled[slot]);
            lock.unlock();
            hasher.update(bytes);
            lock.lock();
            ++hashed;
            changed.notify_all();
        }
    }
    void wait_until_idle() {
        std::unique_lock lock(mutex);
        if (thread.joinable())
            changed.wait(lock, [&] { return hashed == pushed; });
    }
    void end() {
        if (!thread.joinable())
            return;
        {
            const std::lock_guard lock(mutex);
            ending = true;
        }
        changed.notify_all();
        thread.join();
    }
};

BackgroundHasher::BackgroundHasher(Algorithm algorithm)
    : state_(std::make_unique<State>(algorithm)) {}

BackgroundHasher::~BackgroundHasher() {
    state_->end();
}

MutableBytes BackgroundHasher::buffer() {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->pushed - state_->hashed < ring; });
    auto& buffer = state_->buffers[state_->pushed % ring];
    buffer.resize(buffer_bytes);
    return buffer;
}

void BackgroundHasher::push(std::size_t filled) {
    const auto slot = state_->pushed % ring;
    if (!state_->thread.joinable() && state_->pushed == 0) {
        state_->hasher.update(Bytes(state_->buffers[slot].data(), filled));
        state_->pushed = state_->hashed = 1;
        return;
    }
    {
        const std::lock_guard lock(state_->mutex);
        state_->filled[slot] = filled;
        ++state_->pushed;
    }
    if (!state_->thread.joinable())
        state_->thread = std::thread([state = state_.get()] { state->work(); });
    state_->changed.notify_all();
}

void BackgroundHasher::restart() {
    state_->wait_until_idle();
    state_->hasher = Hasher(state_->algorithm);
}

Digest BackgroundHasher::finish() {
    state_->end();
    return state_->hasher.finish();
}

} // namespace tenon::blob
