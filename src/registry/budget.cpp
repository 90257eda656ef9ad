// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/budget.hpp"

#include <algorithm>

namespace tenon::registry {

Budget::Share Budget::take(std::uint64_t amount) {
    return wait(amount, std::nullopt);
}

Budget::Share Budget::take_within(std::uint64_t amount, std::chrono::milliseconds patience) {
    return wait(amount, Clock::now() + patience);
}

Budget::Share Budget::wait(std::uint64_t amount, std::optional<Clock::time_point> deadline) {
    amount = std::min(amount, whole_);
    std::unique_lock lock(mutex_);
    const auto mine = line_.insert(line_.end(), amount);
    const auto is_my_turn = [&] { return mine == line_.begin() && amount <= left_; };
    if (deadline)
        moved_.wait_until(lock, *deadline, is_my_turn);
    else
        moved_.wait(lock, is_my_turn);
    const bool mine_now = is_my_turn();
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
