// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/session.hpp"

#include "base/join.hpp"
#include "oci/problem.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

constexpr unsigned max_denials = 3;
constexpr std::size_t max_warnings = 10;
constexpr std::chrono::seconds longest_silence(3); // whoever waits longer wants to know for what
constexpr std::uint64_t max_problem_body = 64 * 1024;
constexpr const char* tls_help = "if this registry speaks TLS, leave out `--insecure`";

/// Whole ones, as many as it takes.
std::int64_t seconds(std::chrono::milliseconds time) {
    return std::chrono::ceil<std::chrono::seconds>(time).count();
}

bool is_plain_text(const net::Response& response) {
    const auto type = response.headers().find("Content-Type");
    return type && type->starts_with("text/plain");
}

/// What servers that are no registries, or proxies before one, say in plain words: the first line.
std::vector<Problem> plain_problem(std::string_view body) {
    constexpr std::size_t longest = 200;
    const auto line = body.substr(0, std::min(body.find_first_of("\r\n"), longest));
    if (line.empty())
        return {};
    return {{"", std::string(line)}};
}

} // namespace

Session::Session(net::Client& client, net::Url base, SessionOptions options)
    : client_(&client), base_(base), options_(std::move(options)),
      authorization_(std::move(base), options_.credentials, options_.surroundings.now) {}

Result<Session> Session::open(net::Client& client, std::string_view host, SessionOptions options) {
    auto base = TENON_TRY(
        net::Url::parse(fmt::format("{}://{}/v2/", options.plain_http ? "http" : "https", host)));
    return Session(client, std::move(base), std::move(options));
}

net::Url Session::url(std::string_view path, std::string query) const {
    auto url = base_;
    url.path += path;
    url.query = std::move(query);
    return url;
}

Result<net::Url> Session::follow(const net::Url& from, std::string_view location) const {
    auto url = TENON_TRY(from.resolve(location));
    if (base_.scheme == "https" && url.scheme == "http" && url.host == base_.host) {
        url.scheme = base_.scheme;
        url.port = base_.port;
    }
    if (base_.scheme == "https" && url.scheme != "https")
        return fail(base::Error(Errc::untrusted,
                                fmt::format("registry `{}` leads from https to `{}`, which is http",
                                            host(), url.authority())));
    return url;
}

Result<net::Response> Session::send(const Call& call) {
    broke_ = false;
    const bool ours = call.url.same_origin(base_);
    const auto& patience = call.patience ? *call.patience : options_.patience;
    const Authorization::Send send_plainly = [&](const Authorization::Make& make) {
        auto response = send_with_retries(make, !call.patience, patience);
        broke_ = false; // all that could be tried was
        return response;
    };
    for (unsigned denials = 0;;) {
        std::optional<std::string> shown;
        if (ours)
            shown = TENON_TRY(authorization_.field(call.scopes, send_plainly));
        auto response = TENON_TRY(attempt(call, shown));
        // A 401 of somebody else, a storage server behind a redirect, is no question for us.
        if (response.status() != 401 || !ours || !is_own(response) || ++denials == max_denials)
            return response;
        const auto challenge = base::joined(response.headers().all("WWW-Authenticate"), ", ");
        if (!TENON_TRY(authorization_.denied(challenge, call.scopes, send_plainly)))
            return response;
        // Read, so that the connection can be used again.
        [[maybe_unused]] const auto skipped = response.read_all(max_problem_body);
    }
}

Result<net::Response> Session::attempt(const Call& call,
                                       const std::optional<std::string>& authorization) {
    const auto make = [&]() -> Result<net::Request> {
        net::Request request;
        request.method = call.method;
        request.url = call.url;
        request.headers = call.headers;
        if (authorization)
            request.headers.set("Authorization", *authorization);
        if (call.content)
            request.content = TENON_TRY(call.content());
        request.sent = call.sent;
        request.more_time_to_answer = call.more_time_to_answer;
        return request;
    };
    return send_with_retries(make, call.repeat && !call.patience,
                             call.patience ? *call.patience : options_.patience);
}

Result<net::Response> Session::send_with_retries(const Authorization::Make& make, bool repeat,
                                                 const net::Patience& patience) {
    for (unsigned attempt = 1;; ++attempt) {
        // A registry that never answered is more likely absent than troubled.
        const unsigned most = !repeat ? 1 : answered_ ? options_.retry.attempts : 2;
        auto request = TENON_TRY(make());
        auto response = client_->send(std::move(request), patience);
        if (!response) {
            broke_ = is_passing(response.error());
            if (!broke_ || attempt >= most)
                return fail(may_be_tls(response.error())
                                ? std::move(response).error().help(tls_help)
                                : std::move(response).error());
            TENON_TRY(pause(attempt + 1));
            continue;
        }
        answered_ = true;
        show_warnings(*response);
        if (!repeat || !is_passing(response->status()) || attempt >= options_.retry.attempts)
            return response;
        const auto asked = asked_pause(*response);
        if (asked && *asked > options_.retry.longest_asked)
            return response;
        TENON_TRY(pause(attempt + 1, asked));
    }
}

/// What servers that expect TLS do with HTTP: they answer with an alert, or end the connection.
bool Session::may_be_tls(const base::Error& error) const {
    if (answered_ || base_.scheme != "http")
        return false;
    return error.code() == Errc::malformed || error.code() == Errc::truncated ||
           (!error.causes().empty() &&
            error.causes().front() == "the connection was closed before an answer");
}

Result<> Session::pause(unsigned attempt, std::optional<std::chrono::milliseconds> asked) const {
    const auto time = asked ? *asked : pause_before(attempt, options_.retry, options_.surroundings);
    if (asked && time > longest_silence && options_.note)
        options_.note(fmt::format("registry `{}` asks to wait {} s", host(), seconds(time)));
    return options_.surroundings.sleep(time, options_.patience.stop);
}

std::optional<std::chrono::milliseconds> Session::asked_pause(const net::Response& response) const {
    const auto field = response.headers().find("Retry-After");
    return field ? parse_retry_after(*field, options_.surroundings.calendar()) : std::nullopt;
}

void Session::show_warnings(const net::Response& response) {
    for (const auto field : response.headers().all("Warning")) {
        const auto text = parse_warning(field);
        if (!text || shown_warnings_.size() >= max_warnings ||
            !shown_warnings_.insert(*text).second)
            continue;
        warn(base::Error(Errc::io, fmt::format("registry `{}` says: {}", host(),
                                               authorization_.without_secrets(*text))));
    }
}

void Session::warn(base::Error warning) const {
    if (options_.warning)
        options_.warning(warning);
}

base::Error Session::refuse(net::Response& response, std::string sentence) const {
    const auto status = response.status();
    const auto said = response.read_all(max_problem_body);
    auto body = authorization_.without_secrets(said.value_or(""));
    auto problems = parse_problems(body);
    if (problems.empty() && is_plain_text(response))
        problems = plain_problem(body);
    for (auto& problem : problems) // once more, as they read without JSON's escapes
        problem = {authorization_.without_secrets(std::move(problem.code)),
                   authorization_.without_secrets(std::move(problem.message))};
    auto error = refusal(std::move(sentence), status, problems);
    // Go's, nginx's and our own servers have words with HTTPS in it for that; a HEAD has none.
    if (base_.scheme == "http" && status == 400 && body.find("HTTPS") != body.npos)
        return std::move(error).help("this registry speaks TLS: leave out `--insecure`");
    if (base_.scheme == "http" && status == 400 && said && said->empty())
        return std::move(error).help(tls_help);
    const auto pause = asked_pause(response);
    if ((status == 429 || status == 503) && pause)
        error =
            std::move(error).help(fmt::format("the registry asks to wait {} s", seconds(*pause)));
    if (status != 401 && status != 403)
        return error;
    if (!is_own(response))
        return std::move(error).help(fmt::format(
            "this was the answer of `{}`, which gets no credentials", response.url().authority()));
    return authorization_.explained(std::move(error), status == 401);
}

} // namespace tenon::oci
