// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/hash_pipe.hpp"

#include <system_error>

namespace tenon::registry {

MutableBytes HashPipe::buffer() {
    if (thread_.joinable()) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return passed_ - hashed_ < count; });
    }
    auto& next = buffers_[passed_ % count];
    if (next.empty())
        next.resize(buffer_size);
    return next;
}

void HashPipe::pass(std::size_t size) {
    if (!hasher_)
        return;
    const auto place = passed_ % count;
    bytes_ += size;
    if (!thread_.joinable() && bytes_ > alone) {
        try {
            hashed_ = given_ = passed_;
            thread_ = std::thread([this] { work(); });
        } catch (const std::system_error&) {
            bytes_ = 0; // no thread to be had now: go on alone for a while
        }
    }
    if (!thread_.joinable()) {
        hasher_->update(Bytes(buffers_[place]).first(size));
        return;
    }
    const std::scoped_lock lock(mutex_);
    sizes_[place] = size;
    given_ = ++passed_;
    changed_.notify_all();
}

void HashPipe::finish() {
    if (!thread_.joinable())
        return;
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void HashPipe::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return hashed_ < given_ || over_; });
        if (hashed_ == given_)
            return;
        const auto place = hashed_ % count;
        const auto bytes = Bytes(buffers_[place]).first(sizes_[place]);
        lock.unlock();
        hasher_->update(bytes);
        lock.lock();
        ++hashed_;
        changed_.notify_all();
    }
}

} // namespace tenon::registry
