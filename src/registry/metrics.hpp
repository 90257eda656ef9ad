// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a registry counts, in Prometheus's text format.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#pragma once

#include "net/server.hpp"

#include <array>
#include <atomic>
#include <string>

namespace tenon::registry {

class Metrics {
public:
    void count(const net::Access& access) noexcept;
    /// What others know at the moment.
    struct Gauges {
        std::size_t open_uploads = 0;
        std::uint64_t receiving = 0; ///< requests whose content is coming
        std::size_t cache_bytes = 0;
        std::uint64_t lost_log_lines = 0;
    };
    [[nodiscard]] std::string text(const Gauges& gauges) const;

private:
    static constexpr std::array<std::string_view, 7> methods{"GET", "HEAD",   "POST", "PATCH",
                                                             "PUT", "DELETE", "other"};
    static constexpr std::size_t classes = 5; // 1xx to 5xx
    static constexpr std::array<std::uint64_t, 12> bounds_us{
        100,    250,     500,     1'000,     2'500,     10'000,
        50'000, 250'000, 500'000, 1'000'000, 5'000'000, 30'000'000};

    using Counter = std::atomic<std::uint64_t>;
    std::array<std::array<Counter, classes>, methods.size()> requests_{};
    std::array<Counter, bounds_us.size() + 1> durations_{};
    Counter duration_us_ = 0;
    Counter sent_ = 0;
    Counter received_ = 0;
    Counter broken_ = 0;
};

} // namespace tenon::registry
