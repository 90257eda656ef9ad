// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/authorization.hpp"

#include "crypto/encoding.hpp"
#include "data/value.hpp"
#include "oci/problem.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

using crypto::SecretText;

constexpr std::string_view client_id = "tenon";
constexpr std::uint64_t max_answer = 1024 * 1024;
constexpr std::size_t max_tokens = 256;
constexpr std::string_view basic_prefix = "Basic ";

/// Whether what a token allows is enough for what is wanted.
bool covers(const std::vector<Scope>& allowed, const std::vector<Scope>& wanted) {
    return std::ranges::all_of(wanted, [&](const Scope& scope) {
        return std::ranges::any_of(allowed, [&](const Scope& one) {
            return one.repository == scope.repository &&
                   (one.actions & scope.actions) == scope.actions;
        });
    });
}

/// What there is in the place of a password; empty where there is none.
std::string_view kind_of_token(const Credentials& credentials) {
    if (!credentials.registry_token.get().empty())
        return "a registry token";
    return credentials.identity_token.get().empty() ? "" : "an identity token";
}

std::string encoded(std::string_view text) {
    return net::percent_encode(text);
}

} // namespace

std::string Scope::text() const {
    std::string words;
    for (const auto& [bit, word] : {std::pair(pull, "pull"), {push, "push"}, {remove, "delete"}})
        if ((actions & bit) != 0)
            words += std::string(words.empty() ? "" : ",") + word;
    return fmt::format("repository:{}:{}", repository, words);
}

Result<std::optional<std::string>> Authorization::field(const std::vector<Scope>& scopes,
                                                        const Send& send) {
    if (mode_ == Mode::unknown)
        return std::nullopt;
    if (mode_ == Mode::basic) {
        TENON_TRY(load_credentials(scopes));
        return credentials_.user.empty() ? std::nullopt : std::optional(basic());
    }
    if (!find_token(scopes))
        TENON_TRY(fetch_token(scopes, "", send));
    const auto* token = find_token(scopes);
    if (!token)
        return std::nullopt;
    return fmt::format("Bearer {}", token->text.get());
}

// Bearer is taken where both are offered: a token is worth less to whoever steals it.
Result<bool> Authorization::denied(std::string_view challenge_field,
                                   const std::vector<Scope>& scopes, const Send& send) {
    const auto challenges = TENON_TRY(parse_challenges(challenge_field));
    const auto bearer = std::ranges::find_if(challenges, [](const Challenge& challenge) {
        return challenge.scheme == "bearer" && !challenge.find("realm").empty();
    });
    if (bearer == challenges.end()) {
        if (std::ranges::find(challenges, "basic", &Challenge::scheme) == challenges.end())
            return false;
        const bool shown = mode_ == Mode::basic;
        mode_ = Mode::basic;
        TENON_TRY(load_credentials(scopes));
        return !shown && !credentials_.user.empty();
    }
    // With a token of that very scope the registry said no already, unless it asks for another
    // one; an old token may have been withdrawn or have run out early.
    mode_ = Mode::bearer;
    realm_ = bearer->find("realm");
    service_ = bearer->find("service");
    const std::string wanted(bearer->find("scope"));
    std::string extra;
    if (std::ranges::none_of(scopes, [&](const Scope& scope) { return scope.text() == wanted; }))
        extra = wanted;
    forget_tokens(scopes);
    TENON_TRY(fetch_token(scopes, extra, send));
    return true;
}

Result<> Authorization::load_credentials(const std::vector<Scope>& scopes) {
    const std::string repository = scopes.empty() ? "" : scopes.front().repository;
    if (asked_for_ == repository)
        return {};
    if (ask_)
        credentials_ = TENON_TRY(ask_(repository));
    asked_for_ = repository;
    return {};
}

const Authorization::Token* Authorization::find_token(const std::vector<Scope>& scopes) const {
    const auto now = now_();
    const auto found = std::ranges::find_if(tokens_, [&](const Token& token) {
        return token.expires > now && covers(token.scopes, scopes);
    });
    return found == tokens_.end() ? nullptr : &*found;
}

void Authorization::forget_tokens(const std::vector<Scope>& scopes) {
    const auto now = now_();
    std::erase_if(tokens_, [&](const Token& token) {
        return token.expires <= now || covers(token.scopes, scopes);
    });
    if (tokens_.size() >= max_tokens)
        tokens_.clear();
}

Result<> Authorization::fetch_token(const std::vector<Scope>& scopes, const std::string& extra,
                                    const Send& send) {
    TENON_TRY(load_credentials(scopes));
    if (!credentials_.registry_token.get().empty()) {
        forget_tokens(scopes);
        tokens_.push_back({scopes, "", SecretText(credentials_.registry_token.get()),
                           now_() + std::chrono::hours(1)});
        return {};
    }
    std::vector<std::string> texts;
    texts.reserve(scopes.size() + 1);
    for (const auto& scope : scopes)
        texts.push_back(scope.text());
    if (!extra.empty())
        texts.push_back(extra);
    // An identity token is shown only in the OAuth2 form; everything else goes by GET, which every
    // token server has.
    const bool form = !credentials_.identity_token.get().empty();
    auto response = TENON_TRY(send([&] { return token_request(texts, form); }));
    if (response.status() != 200) {
        const auto status = response.status();
        const auto body = without_secrets(response.read_all(64 * 1024).value_or(""));
        auto error =
            refusal(fmt::format("the token server `{}` gives no token", response.url().authority()),
                    status, parse_problems(body));
        if (form && (status == 404 || status == 405))
            return fail(std::move(error).help(
                fmt::format("it does not take identity tokens; log in to `{}` with a user name and "
                            "password",
                            base_.authority())));
        if (status != 401 && status != 403)
            return fail(std::move(error).because(who()));
        return fail(explained(std::move(error), status == 401));
    }
    auto token = TENON_TRY(read_token(std::move(response)));
    token.scopes = scopes;
    token.extra = extra;
    tokens_.push_back(std::move(token));
    return {};
}

Result<net::Request> Authorization::token_request(const std::vector<std::string>& scopes,
                                                  bool form) const {
    auto url = net::Url::parse(realm_);
    if (!url)
        return fail(std::move(url).error().wrap(fmt::format(
            "registry `{}` names no token server that can be reached", base_.authority())));
    // Whoever can alter a challenge could otherwise have the password sent in the clear.
    if (base_.scheme == "https" && url->scheme != "https")
        return fail(base::Error(Errc::untrusted,
                                fmt::format("registry `{}` is reached by https, but sends to the "
                                            "token server `{}` by http",
                                            base_.authority(), url->authority())));
    std::string query;
    const auto add = [&query](std::string_view name, std::string_view value) {
        query += query.empty() ? "" : "&";
        query.append(name).append("=").append(encoded(value));
    };
    if (!service_.empty())
        add("service", service_);
    net::Request request;
    if (form) {
        std::string all;
        for (const auto& scope : scopes)
            all += (all.empty() ? "" : " ") + scope;
        add("grant_type", "refresh_token");
        add("client_id", client_id);
        add("access_type", "offline");
        if (!all.empty())
            add("scope", all);
        add("refresh_token", credentials_.identity_token.get());
        request.method = "POST";
        request.headers.add("Content-Type", "application/x-www-form-urlencoded");
        request.content = std::move(query);
        request.follow_redirects = false; // the secret is in the content
    } else {
        for (const auto& scope : scopes)
            add("scope", scope);
        if (!credentials_.user.empty()) {
            add("account", credentials_.user);
            request.headers.add("Authorization", basic());
        }
        add("client_id", client_id);
        url->query += (url->query.empty() ? "" : "&") + query;
    }
    request.url = *std::move(url);
    request.headers.add("Accept", "application/json");
    return request;
}

Result<Authorization::Token> Authorization::read_token(net::Response response) const {
    const auto host = response.url().authority();
    const auto useless = [&host] {
        return base::Error(Errc::malformed,
                           fmt::format("the token server `{}` answers without a token", host));
    };
    // The text itself never stands in a message: it holds the token.
    auto body = response.read_all(max_answer);
    if (!body)
        return fail(std::move(body).error().wrap(
            fmt::format("the answer of the token server `{}` cannot be read", host)));
    const auto document = data::parse_json({"answer", *std::move(body)});
    if (!document)
        return fail(useless().because("the answer is no JSON"));
    const auto text = [&](std::string_view key) -> std::string_view {
        const auto* value = document->root.find(key);
        return value && value->string() ? std::string_view(*value->string()) : std::string_view();
    };
    const auto value = text("token").empty() ? text("access_token") : text("token");
    if (value.empty())
        return fail(useless());
    if (std::ranges::any_of(value, [](char c) { return c <= ' ' || c > '~'; }))
        return fail(useless().because("what it gives has characters that no token has"));
    constexpr std::uint64_t usual_life = 60, longest_life = 30 * 24 * 3600;
    const auto* life = document->root.find("expires_in");
    const auto seconds =
        std::min(life ? life->unsigned_integer().value_or(usual_life) : usual_life, longest_life);
    const auto kept = seconds - std::min<std::uint64_t>(10, seconds / 2);
    return Token{{}, {}, SecretText(value), now_() + std::chrono::seconds(kept)};
}

/// A token cannot be shown to a registry that wants a password.
bool Authorization::shown_any() const noexcept {
    return !credentials_.user.empty() ||
           (mode_ == Mode::bearer && !kind_of_token(credentials_).empty());
}

std::string Authorization::who() const {
    const auto from =
        credentials_.source.empty() ? "" : fmt::format(" (from `{}`)", credentials_.source);
    if (!credentials_.user.empty())
        return fmt::format("asked as `{}`{}", credentials_.user, from);
    if (const auto token = kind_of_token(credentials_); !token.empty())
        return mode_ == Mode::basic
                   ? fmt::format("asked without credentials: the registry wants a password, and "
                                 "only {} is known{}",
                                 token, from)
                   : fmt::format("asked with {}{}", token, from);
    return asked_for_ ? "asked without credentials: none are known for this registry"
                      : "asked without credentials: the registry did not ask who we are";
}

std::string Authorization::login() const {
    const auto host = base_.authority();
    return fmt::format("log in with `docker login {}`, or give `--user` and `--password`",
                       host == "registry-1.docker.io" ? "docker.io" : host);
}

base::Error Authorization::explained(base::Error error, bool unknown) const {
    error = std::move(error).because(who());
    if (!shown_any())
        return std::move(error).help(login());
    const auto& user = credentials_.user;
    // Whoever has got a token was known to whoever gave it; a registry token only once was.
    const bool ready_made = mode_ == Mode::bearer && !credentials_.registry_token.get().empty();
    if (!unknown || (!tokens_.empty() && !ready_made))
        return std::move(error).help(
            fmt::format("{} may lack the right to do this; to be somebody else, {}",
                        user.empty() ? "the token's owner" : fmt::format("`{}`", user), login()));
    return std::move(error)
        .help(ready_made || user.empty()
                  ? std::string("the token is not accepted")
                  : fmt::format("the password of `{}` is not accepted", user))
        .help(login());
}

std::string Authorization::without_secrets(std::string text) const {
    constexpr std::size_t shortest = 4; // what is shorter is in every other word
    const auto conceal = [&text](std::string_view secret) {
        if (secret.size() < shortest)
            return;
        for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at))
            text.replace(at, secret.size(), "…");
    };
    if (!credentials_.user.empty())
        conceal(std::string_view(basic()).substr(basic_prefix.size()));
    conceal(credentials_.password.get());
    conceal(credentials_.identity_token.get());
    conceal(credentials_.registry_token.get());
    for (const auto& token : tokens_)
        conceal(token.text.get());
    return text;
}

std::string Authorization::basic() const {
    const auto both =
        SecretText::take(fmt::format("{}:{}", credentials_.user, credentials_.password.get()));
    return std::string(basic_prefix) + crypto::base64(as_bytes(both.get()));
}

} // namespace tenon::oci
