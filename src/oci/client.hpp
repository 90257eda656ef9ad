// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A registry as its users see it: manifests, blobs, tags, referrers (OCI distribution specification
// 1.1). Every byte that comes is checked against the digest it was asked for. Knows no artifact.
#pragma once

#include "oci/manifest.hpp"
#include "oci/session.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::oci {

struct RegistryOptions {
    SessionOptions session = {};
    bool push = false; ///< ask from the first request on for what pushing needs
    /// Of a chunked upload. Large, since an upload that broke off goes on in the middle of a chunk,
    /// and registries sync after each.
    std::uint64_t chunk_bytes = std::uint64_t{256} << 20;
    /// What is sent at most before the digest is known, and so whether any of it is wanted.
    std::uint64_t first_chunk_bytes = std::uint64_t{32} << 20;
    /// Bytes a second that a registry is trusted to sync: it answers an upload only after that, and
    /// gets that much more time for it.
    std::uint64_t slowest_disk = std::uint64_t{16} << 20;
    /// What taking back a failed upload may take, after an interruption too.
    std::chrono::milliseconds cancel_time{3000};
};

/// Bytes that went over the wire so far, of the blob at hand.
using Moved = std::function<void(std::uint64_t bytes)>;

/// Takes bytes of a blob at their place in it, some places more than once.
using Sink = std::function<Result<>(std::uint64_t offset, Bytes bytes)>;
/// Writes them to the file, which must outlive it.
[[nodiscard]] Sink into_file(int fd);

struct FetchedManifest {
    Manifest manifest;
    std::string bytes; ///< as they came
    blob::Digest digest;
};

struct UploadOptions {
    bool monolithic = false;     ///< one PUT however large; else chunks
    std::string mount_from = {}; ///< a repository of the same registry that may have the blob
    Moved moved = {};
};
/// How a blob came to be where it is wanted.
enum class Upload { was_there, mounted, sent };

/// The digest of a blob that is still being computed while the blob is on its way, and whatever
/// else must be well before the upload is closed.
class PendingDigest {
public:
    virtual ~PendingDigest() = default;
    virtual std::optional<blob::Digest> known() = 0;
    /// Whether `settle` would answer at once.
    virtual bool settled() = 0;
    /// Waits. An error ends the upload, and what was sent is taken back.
    virtual Result<blob::Digest> settle() = 0;
};

/// One registry. Calls run in their caller's thread; one object serves one thread.
class Registry {
public:
    /// `host` as Reference::api_host gives it; `client` must outlive the registry.
    static Result<Registry> open(net::Client& client, std::string_view host,
                                 RegistryOptions options);

    /// Whether this is a registry that lets us in.
    Result<> ping();

    /// `name` is a tag or a digest.
    Result<FetchedManifest> get_manifest(const std::string& repository, const std::string& name);
    /// Nothing where there is none. Size 0 and no guess at the type where the registry does not
    /// say.
    Result<std::optional<Descriptor>> head_manifest(const std::string& repository,
                                                    const std::string& name);
    /// Stores the bytes as they are. Where the registry has no referrers API and the manifest has a
    /// subject, the index that stands in for it is kept up to date.
    Result<blob::Digest> put_manifest(const std::string& repository, const std::string& name,
                                      const std::string& bytes, std::string_view media_type);
    Result<> delete_manifest(const std::string& repository, const std::string& name);

    Result<bool> has_blob(const std::string& repository, const blob::Digest& digest);
    /// Writes the blob to the file from its beginning; goes on where a connection broke. The
    /// content of the file means nothing unless this succeeds.
    Result<> get_blob(const std::string& repository, const Descriptor& blob, int fd,
                      const Moved& moved = {});
    Result<> get_blob(const std::string& repository, const Descriptor& blob, const Sink& sink,
                      const Moved& moved = {});
    /// The same for small ones, into memory; `limit` beyond so many bytes.
    Result<std::string> get_small_blob(const std::string& repository, const Descriptor& blob,
                                       std::uint64_t limit);
    /// The `size` first bytes of the file, whose digest they must have.
    Result<Upload> push_blob(const std::string& repository, const blob::Digest& digest,
                             std::uint64_t size, int fd, const UploadOptions& options = {});
    /// The same where the digest is not known yet; sends in chunks if the file is a large one.
    Result<Upload> push_blob(const std::string& repository, PendingDigest& digest,
                             std::uint64_t size, int fd, const UploadOptions& options = {});
    Result<Upload> push_small_blob(const std::string& repository, const std::string& bytes);
    Result<> delete_blob(const std::string& repository, const blob::Digest& digest);

    /// All of them, page after page.
    Result<std::vector<std::string>> tags(const std::string& repository);
    /// Manifests whose subject is `digest`; of one artifact type, or of all when it is empty.
    Result<std::vector<Descriptor>> referrers(const std::string& repository,
                                              const blob::Digest& digest,
                                              const std::string& artifact_type = {});

    [[nodiscard]] std::string host() const { return session_.host(); }
    [[nodiscard]] Session& session() noexcept { return session_; }

private:
    friend class BlobUpload;
    Registry(Session session, RegistryOptions options)
        : session_(std::move(session)), options_(std::move(options)) {}
    [[nodiscard]] std::vector<Scope> scopes(const std::string& repository,
                                            unsigned actions = Scope::pull) const;
    Result<std::string> get_page(const Call& call, const std::string& what,
                                 std::optional<net::Url>& next, net::Headers* headers);
    Result<> change_referrers_tag(const std::string& repository, const blob::Digest& subject,
                                  const Descriptor& descriptor, bool add);
    Result<bool> has_referrers_api(const std::string& repository, const blob::Digest& digest);

    Session session_;
    RegistryOptions options_;
};

/// The tag that stands in for the referrers API: `sha256-44136fa3…`.
[[nodiscard]] std::string referrers_tag(const blob::Digest& digest);
/// Where the field `Link` says the next page is; nothing where there is none.
[[nodiscard]] std::optional<std::string> next_link(std::string_view field);
/// Last byte of `Range: 0-1023`, as upload sessions answer; nothing when it is not of that form.
[[nodiscard]] std::optional<std::uint64_t> parse_upload_range(std::string_view field);

} // namespace tenon::oci
