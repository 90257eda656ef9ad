// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The OCI distribution API, version 1.1 and the additions of its development branch, over a store.
// Knows nothing of who asks; that was decided before.
//
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md
#pragma once

#include "net/server.hpp"
#include "net/url.hpp"
#include "registry/problem.hpp"
#include "registry/route.hpp"
#include "registry/store.hpp"

#include <functional>

namespace tenon::registry {

class CountedBody;

struct ApiOptions {
    std::uint64_t max_blob_bytes = UINT64_MAX;
    /// Clients read a list of referrers into memory, and expect no more than a manifest's size.
    std::size_t max_referrers_bytes = std::size_t{3} << 20;
    /// Of manifests that are read anew for one list, since their annotations are not in memory.
    std::uint64_t max_referrers_read = std::uint64_t{8} << 20;
    /// Of large manifests that are being pushed at the same time.
    std::uint64_t manifest_bytes_at_once = std::uint64_t{24} << 20;
    /// How long a request waits for others, such as one that uses the same upload.
    std::chrono::milliseconds patience{1000};
    /// Told about what is the server's fault; clients only hear that something is.
    std::function<void(const std::string&)> on_error = {};
};

class Api final : public net::Handler {
public:
    /// `store` must outlive it.
    explicit Api(Store& store, ApiOptions options = {});

    /// Manifests that are in memory, tag lists of repositories that are, and the base.
    std::optional<net::ServerResponse> answer_at_once(const net::ServerRequest& request) override;
    net::ServerResponse answer(const net::ServerRequest& request, net::RequestBody& body) override;

    /// The answer with what every answer below `/v2/` carries.
    [[nodiscard]] static net::ServerResponse finished(net::ServerResponse answer);

private:
    /// One request, understood.
    struct Call {
        const net::ServerRequest& request;
        Route route;
        std::vector<net::Parameter> parameters;
        [[nodiscard]] const std::string* parameter(std::string_view name) const noexcept;
    };
    [[nodiscard]] net::ServerResponse dispatch(const Call& call, net::RequestBody& body);
    [[nodiscard]] std::optional<net::ServerResponse> refuse(const Call& call) const;
    [[nodiscard]] net::ServerResponse fault(const base::Error& error) const;

    // lists
    net::ServerResponse catalog(const Call& call);
    net::ServerResponse tags(const Call& call);
    net::ServerResponse tags_of(const Call& call, const Index& index) const;
    net::ServerResponse referrers(const Call& call);
    /// Descriptors, and behind which of them others follow (empty: none do).
    struct ReferrersPage {
        std::string text;
        std::string last;
    };
    Result<ReferrersPage> list_referrers(const Call& call, const Index& index,
                                         const blob::Digest& subject);
    // pull
    net::ServerResponse get_blob(const Call& call);
    net::ServerResponse send_blob(const Call& call, const blob::Digest& digest, Extent file) const;
    net::ServerResponse get_manifest(const Call& call);
    static net::ServerResponse send_manifest(const Call& call, const Entry& entry,
                                             const std::string& bytes);
    net::ServerResponse send_large_manifest(const Call& call, const Entry& entry);
    // push
    net::ServerResponse begin_upload(const Call& call, net::RequestBody& body);
    [[nodiscard]] net::ServerResponse not_begun(const base::Error& error) const;
    net::ServerResponse push_whole(const Call& call, const blob::Digest& digest,
                                   net::RequestBody& body);
    std::optional<net::ServerResponse> mount(const Call& call);
    net::ServerResponse continue_upload(const Call& call, net::RequestBody& body);
    std::optional<net::ServerResponse> receive(const Call& call, Upload& upload,
                                               net::RequestBody& body);
    net::ServerResponse not_received(const Call& call, Upload& upload, const CountedBody& body,
                                     const base::Error& error);
    net::ServerResponse finish_upload(const Call& call, Upload& upload, const blob::Digest& digest);
    net::ServerResponse put_manifest(const Call& call, net::RequestBody& body);
    net::ServerResponse store_manifest(const Call& call, NewManifest manifest, bool by_digest);
    // manage
    net::ServerResponse drop_blob(const Call& call);
    net::ServerResponse drop_manifest(const Call& call);

    Store& store_;
    const ApiOptions options_;
    Budget manifest_bytes_;
};

} // namespace tenon::registry
