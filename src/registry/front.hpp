// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The door of a registry's server: who may enter, where to go from there, and what is written down
// about it.
#pragma once

#include "registry/access.hpp"
#include "registry/access_log.hpp"
#include "registry/api.hpp"
#include "registry/metrics.hpp"

namespace tenon::registry {

class Front final : public net::Handler {
public:
    /// What it stands in front of must outlive it; `access` is null where everybody may enter.
    Front(Store& store, Api& api, net::Handler& page, Access* access, AccessLog& log);

    std::optional<net::ServerResponse> answer_at_once(const net::ServerRequest& request) override;
    net::ServerResponse answer(const net::ServerRequest& request, net::RequestBody& body) override;
    void answered(const net::Access& access) override;

private:
    [[nodiscard]] static net::ServerResponse turn_away(Access::Verdict verdict);
    [[nodiscard]] net::ServerResponse metrics(const net::ServerRequest& request) const;

    Store& store_;
    Api& api_;
    net::Handler& page_;
    Access* access_;
    AccessLog& log_;
    Metrics metrics_;
};

} // namespace tenon::registry
