// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/retry.hpp"

#include "base/number.hpp"
#include "crypto/sodium.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

namespace tenon::oci {
namespace {

using std::chrono::milliseconds;

Result<> sleep_or_stop(milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, time, [] { return false; });
    if (stop.stop_requested())
        return fail(Errc::interrupted, "interrupted");
    return {};
}

constexpr auto number = base::parse_decimal<unsigned>;

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || !text.ends_with(" GMT") || text.substr(3, 2) != ", ")
        return std::nullopt;
    const auto day = number(text.substr(5, 2));
    const auto* month = std::ranges::find(months, text.substr(8, 3));
    const auto year = number(text.substr(12, 4));
    const auto hour = number(text.substr(17, 2));
    const auto minute = number(text.substr(20, 2));
    const auto second = number(text.substr(23, 2));
    if (!day || month == months.end() || !year || !hour || !minute || !second)
        return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year(static_cast<int>(*year)),
        std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
        std::chrono::day(*day)};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second);
}

} // namespace

Surroundings Surroundings::real() {
    return {
        [] { return std::chrono::steady_clock::now(); },
        [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); },
        sleep_or_stop, crypto::random_below};
}

bool is_passing(int status) noexcept {
    switch (status) {
    case 408:
    case 429: return true;
    case 501: // the method
    case 505: // the version of HTTP
    case 507: // the disk is full
    case 508: // a loop
    case 510:
    case 511: return false; // somebody between wants a login
    default: return status >= 500 && status < 600;
    }
}

bool is_passing(const base::Error& error) noexcept {
    return error.code() == Errc::io || error.code() == Errc::truncated ||
           error.code() == Errc::timed_out;
}

bool Endurance::endures(std::uint64_t reached) noexcept {
    if (reached > furthest_) {
        furthest_ = reached;
        failures_ = 0;
    }
    ++failures_;
    return failures_ < attempts_ && ++in_all_ <= most_in_all;
}

milliseconds pause_before(unsigned attempt, const RetryPolicy& policy,
                          const Surroundings& surroundings) {
    const auto doublings = std::min(attempt < 2 ? 0U : attempt - 2, 16U);
    const auto pause = std::min(policy.first_pause * (1 << doublings), policy.longest_pause);
    const auto half = pause / 2;
    const auto chance = surroundings.random(static_cast<std::uint32_t>(half.count()) + 1);
    return half + milliseconds(chance);
}

std::optional<milliseconds> parse_retry_after(std::string_view field,
                                              std::chrono::sys_seconds now) {
    constexpr unsigned longest = 7 * 24 * 3600;
    if (const auto seconds = number(field))
        return std::chrono::seconds(std::min(*seconds, longest));
    if (!field.empty() && field.find_first_not_of("0123456789") == field.npos)
        return std::chrono::seconds(longest); // more than a number holds
    const auto date = parse_date(field);
    if (!date)
        return std::nullopt;
    return std::clamp<milliseconds>(*date - now, milliseconds(0), std::chrono::seconds(longest));
}

} // namespace tenon::oci
