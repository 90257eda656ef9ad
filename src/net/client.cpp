// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Requests as a whole: which connection, once more on a fresh one, where a redirect leads. Runs in
// the calling thread over poll(2): with one connection a call there is nothing for an executor to
// share out, and content goes from the socket to the caller's buffer.
#include "net/client.hpp"

#include "net/client_connect.hpp"
#include "net/client_exchange.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::net {
namespace {

/// The URL for messages. A query is left out: those of signed URLs are keys.
std::string shown(const Url& url) {
    return fmt::format("`{}://{}{}{}`", url.scheme, url.authority(), url.path,
                       url.query.empty() ? "" : "?…");
}

// --- what may be sent

bool is_field_value(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

/// No message shows a value: it may be a password.
Result<> check(const Request& request) {
    constexpr std::array own_fields{"Host", "Connection", "Content-Length", "Transfer-Encoding"};
    if (!is_token(request.method) || request.method == "CONNECT")
        return fail(Errc::usage, "the method of a request is no method");
    for (const auto& [name, value] : request.headers.fields()) {
        if (!is_token(name))
            return fail(Errc::usage,
                        "the name of a header field holds a character that it must not");
        if (!is_field_value(value))
            return fail(Errc::usage,
                        fmt::format("the header field `{}` holds a control character", name));
        for (const std::string_view own : own_fields)
            if (equal_names(name, own))
                return fail(
                    Errc::usage,
                    fmt::format("the header field `{}` is written by the client itself", own));
    }
    TENON_TRY(Url::parse(request.url.text()));
    return {};
}

std::string head_of(const Request& request, const Route& route, const ClientOptions& options) {
    const auto& url = request.url;
    std::string head =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method,
                    route.through_proxy() ? url.text() : url.target(), url.authority());
    const auto add = [&](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (!options.user_agent.empty() && !request.headers.find("User-Agent"))
        add("User-Agent", options.user_agent);
    if (route.through_proxy() && !route.proxy->authorization.empty())
        add("Proxy-Authorization", route.proxy->authorization);
    for (const auto& [name, value] : request.headers.fields())
        add(name, value);
    const bool expects_content =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (const auto length = content_length(request.content))
        add("Content-Length", fmt::format("{}", *length));
    else if (expects_content)
        add("Content-Length", "0");
    return head += "\r\n";
}

// --- once more

bool is_idempotent(std::string_view method) noexcept {
    // https://www.rfc-editor.org/rfc/rfc9110.html#section-9.2.2
    constexpr std::array<std::string_view, 6> idempotent{"GET",    "HEAD",    "PUT",
                                                         "DELETE", "OPTIONS", "TRACE"};
    return std::ranges::find(idempotent, method) != idempotent.end();
}

/// After a failure on a connection that had lain idle: whether the peer had just hung up.
bool may_repeat(const Exchange& exchange, const Request& request, const base::Error& error) {
    const bool hung_up = error.code() == Errc::io || error.code() == Errc::truncated;
    return hung_up && !exchange.answered() && (is_idempotent(request.method) || !exchange.begun());
}

// --- redirects

bool is_followed(const Request& request, int status) noexcept {
    if (!request.follow_redirects)
        return false;
    if (status == 307 || status == 308)
        return true;
    return (status == 301 || status == 302 || status == 303) &&
           (request.method == "GET" || request.method == "HEAD");
}

/// Where the answer leads, or nothing when it is the answer.
Result<std::optional<Url>> redirect_of(const Request& request, const AnswerParser& answer) {
    const auto location = answer.headers().find("Location");
    if (!location || !is_followed(request, answer.status()))
        return std::optional<Url>();
    auto next = request.url.resolve(*location);
    if (!next)
        return fail(
            base::Error(Errc::malformed, "the server redirects to a place that cannot be used")
                .because(next.error().message()));
    if (request.url.scheme == "https" && next->scheme == "http")
        return fail(base::Error(Errc::untrusted, "the server redirects from https to http")
                        .because(fmt::format("it leads to {}", shown(*next))));
    return std::optional(*std::move(next));
}

void turn_to(Request& request, Url next) {
    if (!next.same_origin(request.url))
        for (const auto* secret : {"Authorization", "Cookie", "Proxy-Authorization"})
            request.headers.erase(secret);
    request.url = std::move(next);
}

} // namespace

// --- answers

struct Response::State {
    std::unique_ptr<Waiter> waiter;
    std::unique_ptr<Exchange> exchange;
    std::string key; // of the connection
    // Shared with the client, which may be gone before its last answer has been read.
    std::shared_ptr<Pool> pool;
    Url url;

    /// Gives the connection back once nothing is left to be read.
    void settle() {
        if (pool && exchange->finished()) {
            if (exchange->reusable())
                pool->put(key, std::move(*exchange).take_stream());
            pool.reset();
        }
    }
};

Response::Response(std::unique_ptr<State> state) : state_(std::move(state)) {}
Response::Response(Response&&) noexcept = default;
Response& Response::operator=(Response&&) noexcept = default;
Response::~Response() = default;

int Response::status() const noexcept {
    return state_->exchange->answer().status();
}
const Headers& Response::headers() const noexcept {
    return state_->exchange->answer().headers();
}
const Url& Response::url() const noexcept {
    return state_->url;
}
std::optional<std::uint64_t> Response::length() const noexcept {
    return state_->exchange->answer().length();
}

Result<std::size_t> Response::read(MutableBytes into) {
    auto got = state_->exchange->read(into, *state_->waiter);
    if (!got)
        return fail(
            std::move(got).error().wrap(fmt::format("reading {} failed", shown(state_->url))));
    state_->settle();
    return got;
}

Result<std::string> Response::read_all(std::uint64_t limit) {
    constexpr std::size_t step = 64 * 1024;
    const auto too_long = [&] {
        return fail(Errc::limit, fmt::format("the content of {} is longer than {} bytes",
                                             shown(state_->url), limit));
    };
    std::string text;
    const bool has_content = !state_->exchange->finished();
    if (has_content && length().value_or(0) > limit)
        return too_long();
    for (;;) {
        const auto size = text.size();
        text.resize(size + step);
        const auto got = TENON_TRY(read({reinterpret_cast<Byte*>(text.data()) + size, step}));
        text.resize(size + got);
        if (text.size() > limit)
            return too_long();
        if (got == 0)
            return text;
    }
}

// --- the client

struct Client::State {
    explicit State(ClientOptions given)
        : options(std::move(given)), pool(std::make_shared<Pool>(options.max_idle_connections)) {}

    Result<std::unique_ptr<Response::State>> follow(Request& request, const Patience& patience);
    Result<std::unique_ptr<Exchange>> perform(const Request& request, const Route& route,
                                              const Waiter& waiter);

    ClientOptions options;
    LazyTls tls;
    std::shared_ptr<Pool> pool;
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::create(ClientOptions options) {
    if (!is_field_value(options.user_agent))
        return fail(Errc::usage, "the name of the user agent holds a control character");
    return Client(std::make_unique<State>(std::move(options)));
}

Result<Response> Client::send(Request request, const Patience& patience) {
    TENON_TRY(check(request));
    auto state = state_->follow(request, patience);
    if (!state) // `request` is where the last redirect led
        return fail(
            std::move(state).error().wrap(fmt::format("request to {} failed", shown(request.url))));
    return Response(*std::move(state));
}

Result<std::unique_ptr<Response::State>> Client::State::follow(Request& request,
                                                               const Patience& patience) {
    auto answer = std::make_unique<Response::State>();
    answer->waiter = TENON_TRY(Waiter::create(patience));
    for (unsigned redirects = 0;; ++redirects) {
        const auto route = TENON_TRY(Route::to(request.url, options));
        answer->exchange = TENON_TRY(perform(request, route, *answer->waiter));
        answer->key = route.key;
        answer->pool = pool;
        answer->url = request.url;
        auto next = TENON_TRY(redirect_of(request, answer->exchange->answer()));
        if (!next) {
            answer->settle();
            return answer;
        }
        if (redirects == options.max_redirects)
            return fail(Errc::limit,
                        fmt::format("the server redirects more than {} times", redirects));
        // A few words that nobody wants; taken in, the connection can be kept.
        answer->exchange->drop_what_came();
        answer->settle();
        turn_to(request, *std::move(next));
    }
}

Result<std::unique_ptr<Exchange>> Client::State::perform(const Request& request, const Route& route,
                                                         const Waiter& waiter) {
    Message message;
    message.head = head_of(request, route, options);
    message.content = &request.content;
    message.sent = request.sent;
    message.more_time_to_answer = request.more_time_to_answer;
    message.answer.max_header_bytes = options.max_header_bytes;
    message.answer.to_head = request.method == "HEAD";
    if (auto stream = pool->take(route.key)) {
        auto exchange = std::make_unique<Exchange>(*std::move(stream));
        auto done = exchange->run(message, waiter);
        if (done)
            return exchange;
        if (!may_repeat(*exchange, request, done.error()))
            return fail(std::move(done).error());
    }
    auto exchange = std::make_unique<Exchange>(TENON_TRY(connect(route, options, tls, waiter)));
    TENON_TRY(exchange->run(message, waiter));
    return exchange;
}

} // namespace tenon::net
