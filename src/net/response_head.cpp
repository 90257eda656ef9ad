// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Heads of responses, written by hand into a string that is used again.
#include "net/response_head.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace tenon::net {
namespace {

void append_number(std::string& out, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
    out.append(digits, end);
}

/// Fields that the server writes itself.
bool is_ours(std::string_view name) noexcept {
    return equal_names(name, "Content-Length") || equal_names(name, "Transfer-Encoding") ||
           equal_names(name, "Connection") || equal_names(name, "Keep-Alive");
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const auto begin = out.size();
    out.append(value);
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
        [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; },
        ' ');
    out.append("\r\n");
}

void append_length(std::string& out, const ServerResponse& response, const ResponseFacts& facts) {
    if (response.status < 200 || response.status == 204)
        return; // RFC 9110 section 8.6 forbids it
    auto length = content_length(response.content);
    const bool may_announce = facts.head_request || response.status == 304;
    if (!length && may_announce) {
        if (const auto announced = response.headers.find("Content-Length"))
            append_field(out, "Content-Length", *announced);
        return;
    }
    out.append("Content-Length: ");
    append_number(out, length.value_or(0));
    out.append("\r\n");
}

void append_connection(std::string& out, const ResponseFacts& facts) {
    if (!facts.keep_alive)
        out.append("Connection: close\r\n");
    else if (facts.http10)
        out.append("Connection: keep-alive\r\n");
}

} // namespace

bool status_has_content(int status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

void append_response_head(std::string& out, const ServerResponse& response,
                          const ResponseFacts& facts) {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::uint64_t>(std::clamp(response.status, 100, 999)));
    out.push_back(' ');
    out.append(reason_phrase(response.status)).append("\r\n");
    bool has_date = false;
    for (const auto& field : response.headers.fields()) {
        if (is_ours(field.name) || !is_token(field.name))
            continue;
        has_date = has_date || equal_names(field.name, "Date");
        append_field(out, field.name, field.value);
    }
    if (!has_date)
        out.append("Date: ").append(facts.date).append("\r\n");
    append_length(out, response, facts);
    append_connection(out, facts);
    out.append("\r\n");
}

std::string http_date(std::time_t time) {
    static constexpr std::string_view days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                       days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                       months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
}

} // namespace tenon::net
