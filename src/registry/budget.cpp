// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/budget.hpp"

#include <algorithm>

namespace tenon::registry {

Budget::Share Budget::take(std::uint64_t amount) {
    // An hour is for ever here: shares are held for as long as a computation takes.
    for (;;)
        if (auto share = take_within(amount, std::chrono::hours(1)))
            return share;
}

Budget::Share Budget::take_within(std::uint64_t amount, std::chrono::milliseconds patience) {
    amount = std::min(amount, whole_);
    std::unique_lock lock(mutex_);
    const auto mine = line_.insert(line_.end(), amount);
    const bool mine_now =
        moved_.wait_for(lock, patience, [&] { return mine == line_.begin() && amount <= left_; });
    line_.erase(mine);
    if (mine_now)
        left_ -= amount;
    if (!line_.empty())
        moved_.notify_all(); // whoever stood behind may be next
    return mine_now ? Share(this, amount) : Share();
}

std::uint64_t Budget::taken() const {
    const std::scoped_lock lock(mutex_);
    return whole_ - left_;
}

void Budget::give_back(std::uint64_t amount) {
    const std::scoped_lock lock(mutex_);
    left_ += amount;
    moved_.notify_all();
}

} // namespace tenon::registry
