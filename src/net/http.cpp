// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Header fields kept in their order, and the words of RFC 9110. Refuses to know how they travel.
#include "net/http.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace tenon::net {
namespace {

struct Reason {
    int status;
    std::string_view phrase;
};

// https://www.rfc-editor.org/rfc/rfc9110.html#section-15, in order; 102, 103, 425, 428, 429, 431,
// 451, 507, 508 and 511 are those of the IANA registry.
constexpr std::array reasons{
    Reason{100, "Continue"},
    Reason{101, "Switching Protocols"},
    Reason{102, "Processing"},
    Reason{103, "Early Hints"},
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{203, "Non-Authoritative Information"},
    Reason{204, "No Content"},
    Reason{205, "Reset Content"},
    Reason{206, "Partial Content"},
    Reason{300, "Multiple Choices"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{305, "Use Proxy"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{402, "Payment Required"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{407, "Proxy Authentication Required"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{421, "Misdirected Request"},
    Reason{422, "Unprocessable Content"},
    Reason{425, "Too Early"},
    Reason{426, "Upgrade Required"},
    Reason{428, "Precondition Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{451, "Unavailable For Legal Reasons"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
    Reason{508, "Loop Detected"},
    Reason{511, "Network Authentication Required"},
};
static_assert(std::ranges::is_sorted(reasons, {}, &Reason::status));

} // namespace

bool equal_names(std::string_view left, std::string_view right) noexcept {
    return std::ranges::equal(
        left, right, [](char a, char b) { return base::lower_case(a) == base::lower_case(b); });
}

bool is_token_character(char c) noexcept {
    return base::is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

void Headers::add(std::string name, std::string value) {
    fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string_view name, std::string value) {
    // The name may be a view of a field that goes away.
    std::string kept(name);
    erase(kept);
    fields_.push_back({std::move(kept), std::move(value)});
}

void Headers::erase(std::string_view name) {
    const std::string kept(name);
    std::erase_if(fields_, [&](const Field& field) { return equal_names(field.name, kept); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(
        fields_, [&](const Field& field) { return equal_names(field.name, name); });
    if (found == fields_.end())
        return std::nullopt;
    return found->value;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& field : fields_)
        if (equal_names(field.name, name))
            values.push_back(field.value);
    return values;
}

std::optional<std::uint64_t> content_length(const Content& content) noexcept {
    if (const auto* text = std::get_if<std::string>(&content))
        return text->size();
    if (const auto* file = std::get_if<FileContent>(&content))
        return file->length;
    return std::nullopt;
}

std::string_view reason_phrase(int status) noexcept {
    const auto found = std::ranges::lower_bound(reasons, status, {}, &Reason::status);
    return found == reasons.end() || found->status != status ? std::string_view() : found->phrase;
}

} // namespace tenon::net
