// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/metrics.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>

namespace tenon::registry {
namespace {

/// Without floating point: `0.0025`, `1`.
std::string seconds(std::uint64_t microseconds) {
    auto text = fmt::format("{}.{:06}", microseconds / 1'000'000, microseconds % 1'000'000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(out),
                   "# HELP tenon_registry_{0} {2}\n# TYPE tenon_registry_{0} {1}\n", name, type,
                   help);
}

void plain(std::string& out, std::string_view name, std::string_view type, std::string_view help,
           std::uint64_t value) {
    head(out, name, type, help);
    fmt::format_to(std::back_inserter(out), "tenon_registry_{} {}\n", name, value);
}

} // namespace

void Metrics::count(const net::Access& access) noexcept {
    const auto relaxed = std::memory_order_relaxed;
    const auto method = static_cast<std::size_t>(std::ranges::find(methods, access.request.method) -
                                                 methods.begin());
    const auto row = std::min(method, methods.size() - 1);
    const auto column = static_cast<std::size_t>(std::clamp(access.status / 100, 1, 5) - 1);
    requests_[row][column].fetch_add(1, relaxed);
    const auto took = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(access.took).count());
    const auto bucket =
        static_cast<std::size_t>(std::ranges::lower_bound(bounds_us, took) - bounds_us.begin());
    durations_[bucket].fetch_add(1, relaxed);
    duration_us_.fetch_add(took, relaxed);
    sent_.fetch_add(access.sent_bytes, relaxed);
    received_.fetch_add(access.request.content_length.value_or(0), relaxed);
    if (!access.complete)
        broken_.fetch_add(1, relaxed);
}

std::string Metrics::text(const Gauges& gauges) const {
    std::string out;
    const auto into = [&] { return std::back_inserter(out); };
    head(out, "requests_total", "counter", "Requests answered, by method and class of status.");
    for (std::size_t method = 0; method < methods.size(); ++method)
        for (std::size_t column = 0; column < classes; ++column)
            if (const auto value = requests_[method][column].load())
                fmt::format_to(
                    into(), "tenon_registry_requests_total{{method=\"{}\",status=\"{}xx\"}} {}\n",
                    methods[method], column + 1, value);
    head(out, "request_duration_seconds", "histogram",
         "Time from the last byte of a request's head to the last byte of its answer.");
    std::uint64_t total = 0;
    for (std::size_t bucket = 0; bucket < durations_.size(); ++bucket) {
        total += durations_[bucket].load();
        fmt::format_to(into(), "tenon_registry_request_duration_seconds_bucket{{le=\"{}\"}} {}\n",
                       bucket < bounds_us.size() ? seconds(bounds_us[bucket]) : "+Inf", total);
    }
    fmt::format_to(into(),
                   "tenon_registry_request_duration_seconds_sum {}\n"
                   "tenon_registry_request_duration_seconds_count {}\n",
                   seconds(duration_us_.load()), total);
    plain(out, "sent_bytes_total", "counter", "Bytes of content sent.", sent_.load());
    plain(out, "received_bytes_total", "counter", "Bytes of content announced by Content-Length.",
          received_.load());
    plain(out, "broken_answers_total", "counter", "Answers whose connection ended before they did.",
          broken_.load());
    plain(out, "open_uploads", "gauge", "Uploads begun and neither finished nor expired.",
          gauges.open_uploads);
    plain(out, "receiving", "gauge", "Requests whose content is being received.", gauges.receiving);
    plain(out, "manifest_cache_bytes", "gauge", "Memory that manifests take up.",
          gauges.cache_bytes);
    plain(out, "lost_log_lines_total", "counter",
          "Lines of the access log that could not be written in time.", gauges.lost_log_lines);
    return out;
}

} // namespace tenon::registry
