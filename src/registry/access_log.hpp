// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The access log: one line a request, in Apache's common format or as JSON. Whoever answers never
// waits for it: lines go to a thread, and are counted as lost when it cannot keep up.
#pragma once

#include "net/server.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace tenon::registry {

enum class LogFormat { none, common, json };

/// Who sent a request, and over what.
struct Sender {
    std::string address; ///< without port; `unix` for a socket; IPv6 in brackets
    bool tls = false;
    bool forwarded = false; ///< a proxy says so
};
/// With `trust_proxy` what the proxy in front says counts: the last address of `X-Forwarded-For`,
/// which it has added itself (those before are the client's own words), and `X-Forwarded-Proto`.
[[nodiscard]] Sender sender_of(const net::ServerRequest& request, bool trust_proxy);

/// `now` is when the request was answered. Both end with a line feed.
[[nodiscard]] std::string common_line(const net::Access& access, const Sender& sender,
                                      std::string_view user,
                                      std::chrono::system_clock::time_point now);
[[nodiscard]] std::string json_line(const net::Access& access, const Sender& sender,
                                    std::string_view user,
                                    std::chrono::system_clock::time_point now);

class AccessLog {
public:
    /// Writes to `fd`, which it does not own.
    AccessLog(LogFormat format, int fd, bool trust_proxy = false);
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;
    ~AccessLog();

    void add(const net::Access& access, std::string_view user);
    /// A line that is no request: what went wrong inside.
    void note(const std::string& text);
    [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

private:
    static constexpr std::size_t most_bytes = 4 << 20;

    void push(std::string_view line);
    void work();

    const LogFormat format_;
    const int fd_;
    const bool trust_proxy_;
    std::atomic<std::uint64_t> lost_ = 0;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::string waiting_;
    bool over_ = false;
    std::thread thread_;
};

} // namespace tenon::registry
