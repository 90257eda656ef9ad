// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// So much of something that many want a part of at the same time: memory, threads. Whoever asks
// waits in line, so that one who wants much gets it too.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

namespace tenon::registry {

class Budget {
public:
    explicit Budget(std::uint64_t whole) : whole_(whole), left_(whole) {}

    /// What was taken; given back when it goes. The budget must outlive it.
    class Share {
    public:
        Share() = default;
        Share(Share&& other) noexcept
            : budget_(std::exchange(other.budget_, nullptr)), amount_(other.amount_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(budget_, other.budget_);
            std::swap(amount_, other.amount_);
            return *this;
        }
        ~Share() {
            if (budget_)
                budget_->give_back(amount_);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return budget_ != nullptr; }

    private:
        friend class Budget;
        Share(Budget* budget, std::uint64_t amount) : budget_(budget), amount_(amount) {}
        Budget* budget_ = nullptr;
        std::uint64_t amount_ = 0;
    };

    /// Who wants more than there ever is gets all of it.
    [[nodiscard]] Share take(std::uint64_t amount);
    /// Nothing when it could not be had in time.
    [[nodiscard]] Share take_within(std::uint64_t amount, std::chrono::milliseconds patience);

    [[nodiscard]] std::uint64_t taken() const;

private:
    using Clock = std::chrono::steady_clock;
    /// Without a deadline for as long as it takes.
    Share wait(std::uint64_t amount, std::optional<Clock::time_point> deadline);
    void give_back(std::uint64_t amount);

    const std::uint64_t whole_;
    mutable std::mutex mutex_;
    std::condition_variable moved_;
    std::uint64_t left_;
    std::list<std::uint64_t> line_; // what those who wait want, the first one first
};

} // namespace tenon::registry
