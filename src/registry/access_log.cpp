// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://httpd.apache.org/docs/2.4/logs.html#common
#include "registry/access_log.hpp"

#include "base/utf8.hpp"
#include "data/value.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::registry {
namespace {

/// What a client sent, made harmless: it can neither end the line nor leave its quotes.
std::string harmless(std::string_view text) {
    std::string out;
    for (const char c : base::printable(text)) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out;
}

std::tm utc(std::chrono::system_clock::time_point now) {
    const auto seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return parts;
}

std::string_view host_of(std::string_view peer) {
    const auto colon = peer.rfind(':');
    return colon == std::string_view::npos ? peer : peer.substr(0, colon);
}

/// What the nearest proxy has written into a field that each on the way adds to.
std::string_view last_word(const net::Headers& headers, std::string_view name) {
    const auto fields = headers.all(name);
    if (fields.empty())
        return {};
    auto word = fields.back();
    word.remove_prefix(word.rfind(',') + 1); // 0 where there is none
    while (word.starts_with(' ') || word.starts_with('\t'))
        word.remove_prefix(1);
    while (word.ends_with(' ') || word.ends_with('\t'))
        word.remove_suffix(1);
    return word;
}

/// `192.0.2.1`, `[2001:db8::1]`, from what may have a port and may lack brackets; empty for what is
/// no address.
std::string address_in(std::string_view word) {
    const bool bracket = word.starts_with('[');
    const bool has_port = bracket || std::ranges::count(word, ':') == 1;
    if (has_port)
        word = word.substr(0, bracket ? word.find(']') : word.find(':'));
    std::string text(word.substr(bracket ? 1 : 0));
    in_addr v4{};
    in6_addr v6{};
    if (!bracket && ::inet_pton(AF_INET, text.c_str(), &v4) == 1)
        return text;
    return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 ? "[" + text + "]" : std::string();
}

} // namespace

Sender sender_of(const net::ServerRequest& request, bool trust_proxy) {
    Sender direct{std::string(host_of(request.peer)), request.tls};
    if (!trust_proxy)
        return direct;
    auto address = address_in(last_word(request.headers, "X-Forwarded-For"));
    if (address.empty())
        return direct;
    const auto scheme = last_word(request.headers, "X-Forwarded-Proto");
    const bool tls = scheme.empty() ? request.tls : net::equal_names(scheme, "https");
    return {std::move(address), tls, true};
}

std::string common_line(const net::Access& access, const Sender& sender, std::string_view user,
                        std::chrono::system_clock::time_point now) {
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto at = utc(now);
    // Apache writes `-` for a request that could not be read.
    const auto line = access.request.method.empty()
                          ? std::string("-")
                          : fmt::format("{} {} HTTP/1.1", harmless(access.request.method),
                                        harmless(access.request.target));
    return fmt::format("{} - {} [{:02}/{}/{}:{:02}:{:02}:{:02} +0000] \"{}\" {} {}\n",
                       sender.address, user.empty() ? std::string("-") : harmless(user), at.tm_mday,
                       months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec, line,
                       access.status, access.sent_bytes);
}

std::string json_line(const net::Access& access, const Sender& sender, std::string_view user,
                      std::chrono::system_clock::time_point now) {
    const auto at = utc(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() %
        1000;
    const auto number = [](auto value) { return data::Value(data::Number{std::to_string(value)}); };
    auto line = data::Value::object({});
    line.set("time", data::Value(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                                             at.tm_year + 1900, at.tm_mon + 1, at.tm_mday,
                                             at.tm_hour, at.tm_min, at.tm_sec, milliseconds)));
    line.set("peer", data::Value(access.request.peer));
    if (sender.forwarded) {
        line.set("client", data::Value(sender.address));
        line.set("scheme", data::Value(sender.tls ? "https" : "http"));
    }
    if (!user.empty())
        line.set("user", data::Value(base::printable(user)));
    line.set("method", data::Value(base::printable(access.request.method)));
    line.set("target", data::Value(base::printable(access.request.target)));
    line.set("status", number(access.status));
    line.set("bytes", number(access.sent_bytes));
    line.set("duration_us",
             number(std::chrono::duration_cast<std::chrono::microseconds>(access.took).count()));
    if (!access.complete)
        line.set("complete", data::Value(false));
    if (const auto agent = access.request.headers.find("User-Agent"))
        line.set("user_agent", data::Value(base::printable(*agent)));
    return data::to_json(line) + "\n";
}

AccessLog::AccessLog(LogFormat format, int fd, bool trust_proxy)
    : format_(format), fd_(fd), trust_proxy_(trust_proxy) {
    thread_ = std::thread([this] { work(); });
}

AccessLog::~AccessLog() {
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
        filled_.notify_one();
    }
    thread_.join();
}

void AccessLog::add(const net::Access& access, std::string_view user) {
    if (format_ == LogFormat::none)
        return;
    const auto now = std::chrono::system_clock::now();
    const auto sender = sender_of(access.request, trust_proxy_);
    push(format_ == LogFormat::json ? json_line(access, sender, user, now)
                                    : common_line(access, sender, user, now));
}

void AccessLog::note(const std::string& text) {
    if (format_ != LogFormat::json) {
        push("tenon registry: " + base::printable(text) + "\n");
        return;
    }
    auto line = data::Value::object({});
    line.set("error", data::Value(base::printable(text)));
    push(data::to_json(line) + "\n");
}

void AccessLog::push(std::string_view line) {
    const std::scoped_lock lock(mutex_);
    if (waiting_.size() + line.size() > most_bytes) {
        ++lost_;
        return;
    }
    waiting_ += line;
    filled_.notify_one();
}

void AccessLog::work() {
    // Whoever read the log may have gone; then `write` fails, and the server goes on.
    sigset_t broken_pipe;
    ::sigemptyset(&broken_pipe);
    ::sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    std::unique_lock lock(mutex_);
    for (;;) {
        filled_.wait(lock, [&] { return over_ || !waiting_.empty(); });
        if (waiting_.empty())
            return;
        const auto lines = std::exchange(waiting_, {});
        lock.unlock();
        for (std::size_t done = 0; done < lines.size();) {
            const auto wrote = ::write(fd_, lines.data() + done, lines.size() - done);
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0) {
                ++lost_;
                break;
            }
            done += static_cast<std::size_t>(wrote);
        }
        lock.lock();
    }
}

} // namespace tenon::registry
