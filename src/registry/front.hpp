// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The door of a registry's server: who may enter, where to go from there, and what is written down
// about it.
#pragma once

#include "registry/access.hpp"
#include "registry/access_log.hpp"
#include "registry/api.hpp"
#include "registry/budget.hpp"
#include "registry/host_guard.hpp"
#include "registry/metrics.hpp"
#include "registry/quota.hpp"

namespace tenon::registry {

struct FrontOptions {
    Access* access = nullptr; ///< null where everybody may enter
    HostGuard guard = {};
    /// Requests whose content is being received at the same time. Each occupies a thread for as
    /// long as its client likes, and others need threads too.
    unsigned most_receiving = 48;
    /// Of these one client gets a quarter, or it could keep out all others with a byte now and
    /// then. Who that is, a proxy may say.
    bool trust_proxy = false;
};

class Front final : public net::Handler {
public:
    /// What it stands in front of must outlive it, and so must what is in the options.
    Front(Store& store, Api& api, net::Handler& page, AccessLog& log, FrontOptions options = {});

    std::optional<net::ServerResponse> answer_at_once(const net::ServerRequest& request) override;
    net::ServerResponse answer(const net::ServerRequest& request, net::RequestBody& body) override;
    void answered(const net::Access& access) override;

private:
    [[nodiscard]] std::optional<net::ServerResponse>
    guarded(const net::ServerRequest& request) const;
    [[nodiscard]] static net::ServerResponse turn_away(Access::Verdict verdict);
    [[nodiscard]] net::ServerResponse metrics(const net::ServerRequest& request) const;

    Store& store_;
    Api& api_;
    net::Handler& page_;
    AccessLog& log_;
    const FrontOptions options_;
    Access* const access_;
    Metrics metrics_;
    Budget receiving_;
    Quota senders_;
};

} // namespace tenon::registry
