// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/gate.hpp"

namespace tenon::registry {

void Gate::lock() {
    std::unique_lock lock(mutex_);
    const auto mine = ++last_;
    moved_.wait(lock, [&] { return next_ == mine && !alone_ && sharing_ == 0; });
    alone_ = true;
    ++next_;
}

void Gate::unlock() {
    const std::scoped_lock lock(mutex_);
    alone_ = false;
    moved_.notify_all();
}

void Gate::lock_shared() {
    std::unique_lock lock(mutex_);
    const auto mine = ++last_;
    moved_.wait(lock, [&] { return next_ == mine && !alone_; });
    ++sharing_;
    ++next_;
    moved_.notify_all(); // whoever is next may share it too
}

void Gate::unlock_shared() {
    const std::scoped_lock lock(mutex_);
    if (--sharing_ == 0)
        moved_.notify_all();
}

} // namespace tenon::registry
