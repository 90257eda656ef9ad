// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a session shows to a registry: nothing, a password, or tokens that a token server gave for
// certain repositories (https://distribution.github.io/distribution/spec/auth/token/). Decides and
// remembers; sends only the requests to the token server.
#pragma once

#include "net/client.hpp"
#include "oci/challenge.hpp"
#include "oci/docker_config.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::oci {

/// What a request is about to do, in words that a token server understands.
struct Scope {
    static constexpr unsigned pull = 1, push = 2, remove = 4;
    std::string repository;
    unsigned actions = pull;

    /// `repository:acme/echo:pull,push`
    [[nodiscard]] std::string text() const;
    friend bool operator==(const Scope&, const Scope&) = default;
};

class Authorization {
public:
    /// Sends a request, with the session's retries: it is made anew for each.
    using Make = std::function<Result<net::Request>()>;
    using Send = std::function<Result<net::Response>(const Make&)>;
    /// The credentials for a repository; asked once for each, and only when the registry wants
    /// some.
    using Ask = std::function<Result<Credentials>(std::string_view repository)>;

    /// `base` is the registry's own address; `ask` may be empty.
    Authorization(net::Url base, Ask ask,
                  std::function<std::chrono::steady_clock::time_point()> now)
        : base_(std::move(base)), ask_(std::move(ask)), now_(std::move(now)) {}

    /// The value of the field Authorization for a request; nothing to go without. Fetches a token
    /// when the registry is known to want one and none fits.
    Result<std::optional<std::string>> field(const std::vector<Scope>& scopes, const Send& send);

    /// The registry answered 401. True when it makes sense to ask again with what `field` gives
    /// now.
    Result<bool> denied(std::string_view challenge_field, const std::vector<Scope>& scopes,
                        const Send& send);

    /// The error for a 401 (`unknown`) or 403, with who one was and what helps.
    [[nodiscard]] base::Error explained(base::Error error, bool unknown) const;
    /// What a server said, without the passwords and tokens that we have: some repeat what they
    /// were sent.
    [[nodiscard]] std::string without_secrets(std::string text) const;

private:
    enum class Mode { unknown, basic, bearer };
    struct Token {
        std::vector<Scope> scopes;
        std::string extra; ///< a scope in the registry's own words
        crypto::SecretText text;
        std::chrono::steady_clock::time_point expires;
    };

    Result<> load_credentials(const std::vector<Scope>& scopes);
    [[nodiscard]] const Token* find_token(const std::vector<Scope>& scopes) const;
    void forget_tokens(const std::vector<Scope>& scopes);
    Result<> fetch_token(const std::vector<Scope>& scopes, const std::string& extra,
                         const Send& send);
    [[nodiscard]] Result<net::Request> token_request(const std::vector<std::string>& scopes,
                                                     bool form) const;
    Result<Token> read_token(net::Response response) const;
    [[nodiscard]] std::string basic() const;
    [[nodiscard]] bool shown_any() const noexcept;
    [[nodiscard]] std::string who() const;
    [[nodiscard]] std::string login() const;

    net::Url base_;
    Ask ask_;
    std::function<std::chrono::steady_clock::time_point()> now_;
    Mode mode_ = Mode::unknown;
    std::string realm_, service_;
    std::optional<std::string> asked_for_; // repository
    Credentials credentials_;
    std::vector<Token> tokens_;
};

} // namespace tenon::oci
