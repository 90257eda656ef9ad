// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/problem.hpp"

#include "data/value.hpp"

#include <fmt/core.h>

namespace tenon::oci {
namespace {

constexpr std::size_t max_problems = 16;
constexpr std::size_t max_message = 1024;

std::string text_of(const data::Value& object, std::string_view key) {
    const auto* value = object.find(key);
    return value && value->string() ? value->string()->substr(0, max_message) : std::string();
}

Errc code_of(int status) {
    switch (status) {
    case 400:
    case 416: return Errc::invalid;
    case 401:
    case 403: return Errc::untrusted; // we are, by the registry
    case 404:
    case 410: return Errc::not_found;
    case 405:
    case 501: return Errc::unsupported;
    case 413:
    case 414:
    case 429: return Errc::limit;
    case 408:
    case 504: return Errc::timed_out;
    default: return Errc::io;
    }
}

std::string_view words_of(int status) {
    switch (status) {
    case 400: return "bad request";
    case 401: return "authentication required";
    case 403: return "access denied";
    case 404: return "not found";
    case 405: return "not allowed";
    case 408: return "the request took too long";
    case 409: return "conflict";
    case 413: return "too large";
    case 416: return "range not satisfiable";
    case 429: return "too many requests";
    case 500: return "internal error of the registry";
    case 501: return "not implemented";
    case 502: return "bad gateway";
    case 503: return "service unavailable";
    case 504: return "gateway timeout";
    case 507: return "no room left";
    default: return "unexpected answer";
    }
}

} // namespace

std::vector<Problem> parse_problems(std::string body) {
    std::vector<Problem> problems;
    const auto document = data::parse_json({"answer", std::move(body)});
    if (!document)
        return problems;
    const auto* errors = document->root.find("errors");
    if (!errors)
        return problems;
    for (const auto& item : errors->items()) {
        if (problems.size() == max_problems)
            break;
        Problem problem{text_of(item, "code"), text_of(item, "message")};
        if (!problem.code.empty() || !problem.message.empty())
            problems.push_back(std::move(problem));
    }
    return problems;
}

base::Error refusal(std::string sentence, int status, const std::vector<Problem>& problems) {
    base::Error error(code_of(status), std::move(sentence));
    for (const auto& problem : problems) {
        auto cause = problem.message.empty() ? problem.code
                     : problem.code.empty()  ? problem.message
                                            : fmt::format("{} ({})", problem.message, problem.code);
        error = std::move(error).because(std::move(cause));
    }
    return std::move(error).because(fmt::format("status {}: {}", status, words_of(status)));
}

std::optional<std::string> parse_warning(std::string_view field) {
    if (!field.starts_with("299 "))
        return std::nullopt;
    const auto quote = field.find('"');
    if (quote == field.npos)
        return std::nullopt;
    std::string text;
    for (auto at = quote + 1; at < field.size() && text.size() < max_message; ++at) {
        if (field[at] == '"')
            return text;
        if (field[at] == '\\')
            ++at;
        if (at < field.size())
            text += field[at];
    }
    return text.size() == max_message ? std::optional(text) : std::nullopt;
}

} // namespace tenon::oci
