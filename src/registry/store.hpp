// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything that a registry keeps: repositories, their blobs and manifests, uploads under way.
// Knows the rules of what may be stored and removed, and neither HTTP nor who asks.
#pragma once

#include "base/keyed_hash.hpp"
#include "registry/manifest_cache.hpp"
#include "registry/manifest_reader.hpp"
#include "registry/repository.hpp"
#include "registry/shelf.hpp"
#include "registry/upload.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <shared_mutex>
#include <stop_token>

namespace tenon::registry {

struct StoreOptions {
    bool read_only = false;
    std::size_t cache_bytes = std::size_t{64} << 20; ///< of manifests in memory
    /// Beyond it no upload begins. When it is reached those are removed that nobody has used for
    /// `abandoned_after`.
    std::size_t most_open_uploads = 10'000;
    std::chrono::seconds abandoned_after = std::chrono::hours(1);
};

/// A manifest that is to be stored.
struct NewManifest {
    blob::Digest digest;
    oci::Manifest manifest;
    std::string bytes;
    std::vector<std::string> tags;
};

struct Swept {
    std::size_t blobs = 0; ///< removed
    std::uint64_t bytes = 0;
    /// There is a manifest that cannot be understood, so that nothing more may be called unused.
    bool skipped = false;
};

enum class Dropped {
    yes,
    missing,
    manifest, ///< it is one, and stays
};

class Store {
public:
    explicit Store(std::unique_ptr<Shelf> shelf, StoreOptions options = {});

    // --- repositories
    /// Null unless it is in memory already; never waits for a disk.
    [[nodiscard]] RepositoryPointer known(std::string_view name) const;
    /// Null where there is none.
    Result<RepositoryPointer> find(const std::string& name);
    /// Never null.
    Result<RepositoryPointer> make(const std::string& name);
    /// Up to `count` names behind `last`, sorted; `more` says whether others follow.
    Result<std::vector<std::string>> names(std::string_view last, std::size_t count, bool& more);

    // --- manifests
    /// For all who want to know what a manifest says.
    [[nodiscard]] ManifestReader& reader() noexcept { return reader_; }
    /// Null unless they are in memory; never waits for a disk.
    ManifestBytes cached(const Entry& entry) { return cache_.find(entry.digest); }
    /// Checked against their digest. Null where the file is gone.
    Result<ManifestBytes> bytes(const std::string& repository, const Entry& entry);
    /// The file of a manifest that is too large for memory; checked, too.
    Result<std::optional<Extent>> open_manifest(const std::string& repository, const Entry& entry);
    /// By tag or digest, also where only an index names it. Null where there is none.
    Result<EntryPointer> find_manifest(Repository& repository, std::string_view name);
    /// Of a manifest with a subject, as a JSON object; empty: none.
    Result<std::string> annotations(const std::string& repository, const Entry& entry);
    /// Reads what has not been read, so that referrers are known.
    Result<> read_all(Repository& repository);
    /// Gives the blobs that the manifest names and the repository lacks; stored when there are
    /// none. `invalid` when a blob has another size than the manifest says. Children of an index
    /// may be missing, as may the subject and layers that must not be distributed.
    Result<std::vector<blob::Digest>> put_manifest(Repository& repository, NewManifest given);
    /// False: there is none.
    Result<bool> drop_tag(Repository& repository, const std::string& tag);
    Result<bool> drop_manifest(Repository& repository, const blob::Digest& digest);

    // --- blobs
    Result<std::optional<Extent>> open_blob(const std::string& repository,
                                            const blob::Digest& digest);
    /// Size; makes it fresh, since whoever asks may be about to name it in a manifest.
    Result<std::optional<std::uint64_t>> ask_for_blob(const std::string& repository,
                                                      const blob::Digest& digest);
    /// Puts a blob of `from`, or without it of any repository, into `to`. False: it was not found.
    Result<bool> mount(const std::optional<std::string>& from, const std::string& to,
                       const blob::Digest& digest);
    Result<Dropped> drop_blob(const std::string& repository, const blob::Digest& digest);

    // --- uploads
    /// `limit` when too many are open.
    Result<UploadPointer> begin_upload(const std::string& repository, blob::Algorithm algorithm);
    /// Null where there is none of that id in that repository.
    Result<UploadPointer> find_upload(const std::string& repository, std::string_view id);
    // For whoever holds the upload's `use()`:
    Result<> append(Upload& upload, net::RequestBody& body) { return upload.append(*shelf_, body); }
    Result<blob::Digest> digest(Upload& upload, blob::Algorithm algorithm) {
        return upload.digest(*shelf_, algorithm);
    }
    /// Makes what was uploaded a blob. The caller has compared the digest.
    Result<> finish_upload(Upload& upload, const std::string& repository,
                           const blob::Digest& digest);
    Result<> drop_upload(Upload& upload);
    /// Removes uploads that nobody has used since `before`. Gives number and bytes.
    Result<std::pair<std::size_t, std::uint64_t>> expire_uploads(WallClock::time_point before);
    [[nodiscard]] std::size_t open_uploads() const noexcept { return open_uploads_; }

    /// Removes blobs that were not fresh since `before` and that no manifest of the repository
    /// names, directly or through others.
    Result<Swept> sweep(Repository& repository, WallClock::time_point before,
                        const std::stop_token& stop);

    [[nodiscard]] std::size_t cache_bytes() const { return cache_.size_bytes(); }
    [[nodiscard]] bool read_only() const noexcept { return options_.read_only; }

private:
    using Digests = std::set<std::string, std::less<>>;

    Result<> load_names();
    Result<oci::Manifest> understand(std::string_view text, std::string_view media_type);
    Result<ManifestBytes> read_bytes(const std::string& repository, const blob::Digest& digest);
    /// The same, past the cache: what lies on this repository's shelf.
    Result<ManifestBytes> read_shelf(const std::string& repository, const blob::Digest& digest);
    Result<Found> read_entry(const std::string& repository, const Entry& entry);
    Result<std::vector<blob::Digest>> missing_blobs(const std::string& repository,
                                                    const oci::Manifest& manifest);
    /// What is to be opened.
    struct Root {
        blob::Digest digest;
        std::string media_type;
        bool leaf_allowed = false; ///< perhaps no manifest at all
    };
    /// Two sets, since a manifest may also be what another one calls a layer: it is named before
    /// anybody has opened it.
    struct Marks {
        Digests named;
        Digests opened;            ///< manifests whose own blobs are among `named`
        Digests leaves;            ///< what an index names and is no manifest
        std::vector<Root> missing; ///< what would have been opened and is not here
    };
    static std::vector<Root> roots_of(const Index& index);
    Result<bool> mark(const std::string& repository, std::vector<Root> roots, Marks& marks);
    Result<bool> mark_all(const Repository& repository, Marks& marks);
    Result<> count_upload();
    void uncount_upload() noexcept;
    UploadPointer keep_upload(UploadPointer upload);
    void forget_upload(const std::string& id);

    std::unique_ptr<Shelf> shelf_;
    const StoreOptions options_;
    ManifestCache cache_;
    ManifestReader reader_;

    mutable std::shared_mutex repositories_mutex_;
    base::TextMap<RepositoryPointer> repositories_;
    /// Held while a repository of some name is being made; several, so that many can be made at
    /// once.
    std::array<std::mutex, 64> making_;
    std::mutex names_mutex_;
    bool names_known_ = false;
    std::set<std::string, std::less<>> names_;

    std::mutex uploads_mutex_;
    std::map<std::string, UploadPointer, std::less<>> uploads_;
    std::atomic<std::size_t> open_uploads_ = 0;
    std::mutex crowded_mutex_;
    std::optional<std::chrono::steady_clock::time_point> crowded_; // when room was made last
};

} // namespace tenon::registry
