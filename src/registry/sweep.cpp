// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Removing what nobody names, while others go on pushing. Two things make that safe: a blob that is
// about to be named is fresh (uploaded, mounted or asked for just now), and nobody stores a
// manifest while blobs are being removed.
#include "registry/store.hpp"

namespace tenon::registry {
namespace {

/// Blobs removed before those who push get a turn.
constexpr std::size_t batch = 256;

std::vector<blob::Digest> digests_of(const Index& index) {
    std::vector<blob::Digest> digests;
    digests.reserve(index.entries().size());
    for (const auto& entry : index.entries())
        digests.push_back(entry->digest);
    return digests;
}

} // namespace

/// Marks manifests and what they name, children of children too. False: there is one that cannot be
/// understood, so nothing may be called unused.
Result<bool> Store::mark(const std::string& repository, std::vector<blob::Digest> roots,
                         Marks& marks) {
    while (!roots.empty()) {
        const auto digest = std::move(roots.back());
        roots.pop_back();
        marks.named.insert(digest.text());
        if (marks.opened.contains(digest.text()))
            continue;
        const auto bytes = read_bytes(repository, digest);
        if (!bytes && bytes.error().code() != Errc::hash_mismatch &&
            bytes.error().code() != Errc::limit)
            return fail(base::Error(bytes.error().code(), bytes.error().message()));
        if (bytes && !*bytes)
            continue; // not here; it may be when we look again
        marks.opened.insert(digest.text());
        const auto manifest = bytes ? oci::parse_manifest(**bytes, {}, "manifest")
                                    : Result<oci::Manifest>(fail(Errc::invalid, "cannot be read"));
        if (!manifest)
            return false;
        if (manifest->config)
            marks.named.insert(manifest->config->digest.text());
        for (const auto& layer : manifest->layers)
            marks.named.insert(layer.digest.text());
        for (const auto& child : manifest->manifests)
            roots.push_back(child.digest);
    }
    return true;
}

Result<std::pair<std::size_t, std::uint64_t>>
Store::sweep(Repository& repository, WallClock::time_point before, const std::stop_token& stop) {
    std::pair<std::size_t, std::uint64_t> removed;
    const auto& name = repository.name();
    Marks marks;
    if (!TENON_TRY(mark(name, digests_of(*repository.index()), marks)))
        return removed;
    std::vector<blob::Digest> unused;
    for (const auto& stored : TENON_TRY(shelf_->blobs(name)))
        if (stored.state.fresh < before && !marks.named.contains(stored.digest.text()))
            unused.push_back(stored.digest);

    for (std::size_t done = 0; done < unused.size();) {
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        const std::unique_lock keeping(repository.keeping());
        // Manifests may have come, and blobs may have been asked for, since we looked.
        if (!TENON_TRY(mark(name, digests_of(*repository.index()), marks)))
            return removed;
        for (std::size_t turn = 0; turn < batch && done < unused.size(); ++turn, ++done) {
            const auto& digest = unused[done];
            const auto state = TENON_TRY(shelf_->find_blob(name, digest));
            if (!state || state->fresh >= before || marks.named.contains(digest.text()))
                continue;
            if (TENON_TRY(shelf_->remove_blob(name, digest))) {
                ++removed.first;
                removed.second += state->size;
            }
        }
    }
    return removed;
}

} // namespace tenon::registry
