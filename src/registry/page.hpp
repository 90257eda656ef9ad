// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pages that people read: repositories, tags, manifests, referrers and claims. They only show; they
// need no script, and say the same to a screen reader as to an eye.
#pragma once

#include "net/server.hpp"
#include "net/url.hpp"
#include "registry/provenance.hpp"

namespace tenon::registry {

class Html;

class Page final : public net::Handler {
public:
    /// `store` must outlive it.
    explicit Page(Store& store) : store_(store), provenance_(store) {}

    net::ServerResponse answer(const net::ServerRequest& request, net::RequestBody& body) override;

private:
    using Parameters = std::vector<net::Parameter>;

    [[nodiscard]] net::ServerResponse show(std::string_view path, const Parameters& parameters);
    net::ServerResponse repositories(const Parameters& parameters);
    net::ServerResponse repository(const std::string& name, const Parameters& parameters);
    net::ServerResponse manifest(const std::string& name, const std::string& reference);
    void add_content(Html& html, const std::string& name, const oci::Manifest& manifest);
    void add_layer(Html& html, const std::string& name, const oci::Descriptor& layer,
                   std::string_view role);
    void add_claims(Html& html, const std::string& name, const oci::Manifest& manifest);
    void add_referrers(Html& html, Repository& repository, const Entry& entry);

    Store& store_;
    Provenance provenance_;
};

} // namespace tenon::registry
