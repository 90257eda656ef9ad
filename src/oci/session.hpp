// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Requests to one registry: authorised, repeated where that makes sense, never with credentials for
// somebody else. Knows no endpoint.
#pragma once

#include "net/client.hpp"
#include "oci/authorization.hpp"
#include "oci/credentials.hpp"
#include "oci/retry.hpp"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::oci {

/// Gets a line for whoever waits: what the work is at, while it goes on.
using Note = std::function<void(std::string_view)>;

struct SessionOptions {
    bool plain_http = false;
    /// What the registry is shown when it asks; empty: nothing.
    Authorization::Ask credentials = {};
    Warning warning = {};
    Note note = {};
    net::Patience patience = {};
    RetryPolicy retry = {};
    Surroundings surroundings = Surroundings::real();
};

struct Call {
    std::string method = "GET";
    net::Url url;
    net::Headers headers = {};
    std::function<Result<net::Content>()> content = {}; ///< made anew for each attempt
    std::vector<Scope> scopes = {};
    bool repeat = true; ///< after passing troubles; false where repeating does harm
    std::function<void(std::uint64_t)> sent = {};
    std::chrono::milliseconds more_time_to_answer{0}; ///< see net::Request
    std::optional<net::Patience> patience = {}; ///< instead of the session's; then one try only
};

class Session {
public:
    /// `host` is where to connect: `ghcr.io`, `localhost:5000`. `client` must outlive the session.
    static Result<Session> open(net::Client& client, std::string_view host, SessionOptions options);

    /// Any answer but those that call for a repetition; 401 when nothing better can be shown.
    Result<net::Response> send(const Call& call);
    /// After `send` failed: whether the network failed, so that another try may help. What a token
    /// server refuses, say, stays refused.
    [[nodiscard]] bool broke() const noexcept { return broke_; }

    /// `/v2/` and what follows.
    [[nodiscard]] net::Url url(std::string_view path, std::string query = {}) const;
    /// What a `Location` names, seen from where it came. A registry behind a proxy that ends TLS
    /// often says http of itself: that becomes its real address again.
    [[nodiscard]] Result<net::Url> follow(const net::Url& from, std::string_view location) const;
    /// The error for an answer that is none of those hoped for; reads its content. `sentence` says
    /// what failed.
    base::Error refuse(net::Response& response, std::string sentence) const;

    /// Whether the registry itself answered, not somebody to whom it led us.
    [[nodiscard]] bool is_own(const net::Response& response) const {
        return response.url().same_origin(base_);
    }

    [[nodiscard]] std::string host() const { return base_.authority(); }
    [[nodiscard]] const SessionOptions& options() const noexcept { return options_; }
    /// Sleeps before the given attempt, the first being 1: as long as the registry `asked`, and
    /// then not in silence if that is long.
    Result<> pause(unsigned attempt,
                   std::optional<std::chrono::milliseconds> asked = std::nullopt) const;
    /// How long the registry asks to wait before the next attempt, if it does.
    [[nodiscard]] std::optional<std::chrono::milliseconds>
    asked_pause(const net::Response& response) const;
    void warn(base::Error warning) const;

private:
    Session(net::Client& client, net::Url base, SessionOptions options);
    Result<net::Response> attempt(const Call& call,
                                  const std::optional<std::string>& authorization);
    Result<net::Response> send_with_retries(const Authorization::Make& make, bool repeat,
                                            const net::Patience& patience);
    [[nodiscard]] bool may_be_tls(const base::Error& error) const;
    void show_warnings(const net::Response& response);

    net::Client* client_; // the caller's
    net::Url base_;
    SessionOptions options_;
    Authorization authorization_;
    std::set<std::string> shown_warnings_;
    bool answered_ = false; // something came back once: later troubles are passing ones
    bool broke_ = false;
};

} // namespace tenon::oci
