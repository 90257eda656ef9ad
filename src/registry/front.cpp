// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/front.hpp"

#include <algorithm>

namespace tenon::registry {
namespace {

std::string_view authorization(const net::ServerRequest& request) {
    return request.headers.find("Authorization").value_or("");
}

bool is_api(const net::ServerRequest& request) {
    return request.path() == "/v2" || request.path().starts_with("/v2/");
}

bool reads(const net::ServerRequest& request) {
    return request.method == "GET" || request.method == "HEAD";
}

} // namespace

Front::Front(Store& store, Api& api, net::Handler& page, AccessLog& log, FrontOptions options)
    : store_(store), api_(api), page_(page), log_(log), options_(std::move(options)),
      access_(options_.access), receiving_(options_.most_receiving),
      senders_(std::max(options_.most_receiving / 4, 1U)) {}

std::optional<net::ServerResponse> Front::answer_at_once(const net::ServerRequest& request) {
    // Whoever asks whether the server lives needs no password, and learns nothing else.
    if (request.path() == "/healthz" && reads(request))
        return net::ServerResponse{200,
                                   {{"Content-Type", "text/plain"}, {"Cache-Control", "no-store"}},
                                   std::string("ok\n")};
    if (auto refusal = guarded(request))
        return refusal;
    if (access_) {
        const auto verdict = access_->remembered(authorization(request));
        if (!verdict)
            return std::nullopt;
        if (*verdict != Access::Verdict::allowed)
            return turn_away(*verdict);
    }
    return is_api(request) ? api_.answer_at_once(request) : std::nullopt;
}

net::ServerResponse Front::answer(const net::ServerRequest& request, net::RequestBody& body) {
    if (auto refusal = guarded(request))
        return *std::move(refusal);
    if (access_)
        if (const auto verdict = access_->check(authorization(request));
            verdict != Access::Verdict::allowed)
            return turn_away(verdict);
    if (is_api(request)) {
        Quota::Place of_sender;
        Budget::Share of_all;
        if (request.has_content) {
            if (const auto sender = holder_of(sender_of(request, options_.trust_proxy))) {
                of_sender = senders_.take(*sender);
                if (!of_sender)
                    return Api::finished(busy("this client is sending too much at the same time"));
            }
            of_all = receiving_.take_within(1, {});
            if (!of_all)
                return Api::finished(busy("too many clients are sending content"));
        }
        return api_.answer(request, body);
    }
    if (request.path() == "/metrics")
        return metrics(request);
    return page_.answer(request, body);
}

std::optional<net::ServerResponse> Front::guarded(const net::ServerRequest& request) const {
    if (const auto why = options_.guard.refuse(request))
        return Api::finished(answer_problem(Problem::denied, *why));
    return std::nullopt;
}

net::ServerResponse Front::turn_away(Access::Verdict verdict) {
    if (verdict == Access::Verdict::busy) {
        auto answer = answer_problem(Problem::too_many_requests, "too many passwords to check");
        answer.headers.add("Retry-After", "2");
        return Api::finished(std::move(answer));
    }
    auto answer = answer_problem(Problem::unauthorized, "user name and password are needed");
    answer.headers.add("WWW-Authenticate", "Basic realm=\"tenon registry\"");
    return Api::finished(std::move(answer));
}

net::ServerResponse Front::metrics(const net::ServerRequest& request) const {
    if (!reads(request)) {
        auto answer = answer_problem(Problem::unsupported, "the method is not supported here");
        answer.headers.add("Allow", "GET, HEAD");
        return answer;
    }
    return {200,
            {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
             {"Cache-Control", "no-store"}},
            metrics_.text(
                {store_.open_uploads(), receiving_.taken(), store_.cache_bytes(), log_.lost()})};
}

void Front::answered(const net::Access& access) {
    metrics_.count(access);
    // Only a user who has proved to be one; anybody can write another's name.
    const auto field = authorization(access.request);
    const bool proved = access_ && access_->remembered(field) == Access::Verdict::allowed;
    log_.add(access, proved ? Access::user_of(field) : std::string());
}

} // namespace tenon::registry
