// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// When a request is made once more, and how long one waits before that. Time and chance come from
// outside, so that a test of patience needs none.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

namespace tenon::oci {

struct Surroundings {
    std::function<std::chrono::steady_clock::time_point()> now;
    std::function<std::chrono::sys_seconds()> calendar;
    /// `interrupted` when the stop comes first.
    std::function<Result<>(std::chrono::milliseconds, const std::stop_token&)> sleep;
    std::function<std::uint32_t(std::uint32_t bound)> random; ///< below `bound`

    static Surroundings real();
};

struct RetryPolicy {
    unsigned attempts = 5; ///< of one request, the first included
    std::chrono::milliseconds first_pause{200};
    std::chrono::milliseconds longest_pause{10'000};
    std::chrono::milliseconds longest_asked{60'000}; ///< of Retry-After; beyond it one gives up
};

/// 408, 429 and those of 5xx that do not say that the request itself is at fault.
[[nodiscard]] bool is_passing(int status) noexcept;
/// For errors of the network only, not for what a registry answered: a connection that broke, could
/// not be made, or on which nothing moved.
[[nodiscard]] bool is_passing(const base::Error& error) noexcept;

/// Counts the failures of a transfer that goes on where it broke off. One that got further than at
/// any failure before has used up no patience; but nobody is put off for ever byte by byte.
class Endurance {
public:
    explicit Endurance(unsigned attempts) : attempts_(attempts) {}

    /// Another failure, with so many bytes safely over. False when it is time to give up.
    [[nodiscard]] bool endures(std::uint64_t reached) noexcept;
    /// Failures since the transfer last got further.
    [[nodiscard]] unsigned failures() const noexcept { return failures_; }

private:
    static constexpr unsigned most_in_all = 100;
    unsigned attempts_;
    unsigned failures_ = 0;
    unsigned in_all_ = 0;
    std::uint64_t furthest_ = 0;
};

/// Before attempt 2, 3, …: doubles each time, half of it by chance, so that many clients that
/// failed together do not come back together.
[[nodiscard]] std::chrono::milliseconds pause_before(unsigned attempt, const RetryPolicy& policy,
                                                     const Surroundings& surroundings);

/// Retry-After (RFC 9110 section 10.2.3): seconds, or a date in the form that is not obsolete.
[[nodiscard]] std::optional<std::chrono::milliseconds>
parse_retry_after(std::string_view field, std::chrono::sys_seconds now);

} // namespace tenon::oci
