// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A lock that many can share or one can have alone, in the order in which they come: neither kind
// can keep the other out for ever. (`std::shared_mutex` lets those who share overtake.)
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tenon::registry {

/// For `std::shared_lock` and `std::unique_lock`. Whoever shares it must not ask for it again: one
/// who wants it alone may stand between.
class Gate {
public:
    void lock();
    void unlock();
    void lock_shared();
    void unlock_shared();

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    std::uint64_t last_ = 0; ///< number that was given out last
    std::uint64_t next_ = 1; ///< whose turn it is to pass
    std::uint64_t sharing_ = 0;
    bool alone_ = false;
};

} // namespace tenon::registry
