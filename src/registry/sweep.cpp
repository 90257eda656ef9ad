// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Removing what nobody names, while others go on pushing. Two things make that safe: a blob that is
// about to be named is fresh (uploaded, mounted or asked for just now), and nobody stores a
// manifest while blobs are being removed.
#include "registry/store.hpp"

#include <algorithm>
#include <iterator>

namespace tenon::registry {
namespace {

/// Blobs removed before those who push get a turn.
constexpr std::size_t batch = 256;

} // namespace

/// The type by which others name it may be wrong where the document says its own, and is needed
/// where it does not.
Result<oci::Manifest> Store::understand(std::string_view text, std::string_view media_type) {
    if (auto manifest = reader_.read(text, {}))
        return manifest;
    return reader_.read(text, media_type);
}

std::vector<Store::Root> Store::roots_of(const Index& index) {
    std::vector<Root> roots;
    roots.reserve(index.entries().size());
    for (const auto& entry : index.entries())
        roots.push_back({entry->digest, entry->media_type, false});
    return roots;
}

/// Marks manifests and what they name, children of children too. False: there is one that cannot be
/// understood, so nothing may be called unused.
Result<bool> Store::mark(const std::string& repository, std::vector<Root> roots, Marks& marks) {
    // What was named before and was not here may have come; who names it is not opened again.
    std::ranges::move(std::exchange(marks.missing, {}), std::back_inserter(roots));
    while (!roots.empty()) {
        const auto [digest, media_type, leaf_allowed] = std::move(roots.back());
        roots.pop_back();
        marks.named.insert(digest.text());
        if (marks.opened.contains(digest.text()) ||
            (leaf_allowed && marks.leaves.contains(digest.text())))
            continue;
        auto bytes = read_bytes(repository, digest);
        if (!bytes && bytes.error().code() != Errc::hash_mismatch &&
            bytes.error().code() != Errc::limit)
            return fail(std::move(bytes).error());
        if (bytes && !*bytes) {
            marks.missing.push_back({digest, media_type, leaf_allowed});
            continue;
        }
        const auto manifest = bytes ? understand(**bytes, media_type)
                                    : Result<oci::Manifest>(fail(Errc::invalid, "cannot be read"));
        if (!manifest && leaf_allowed) {
            marks.leaves.insert(digest.text());
            continue;
        }
        if (!manifest)
            return false;
        marks.opened.insert(digest.text());
        if (manifest->config)
            marks.named.insert(manifest->config->digest.text());
        for (const auto& layer : manifest->layers)
            marks.named.insert(layer.digest.text());
        for (const auto& child : manifest->manifests)
            roots.push_back({child.digest, child.media_type, !is_manifest_type(child.media_type)});
    }
    return true;
}

/// Marks again and again until nothing has come meanwhile, so that next to nothing is left for the
/// moment in which nobody can push: to open manifests takes a disk and a turn among its readers.
Result<bool> Store::mark_all(const Repository& repository, Marks& marks) {
    constexpr int most_rounds = 8; // somebody may push without end
    for (int round = 0; round < most_rounds; ++round) {
        const auto before = marks.opened.size() + marks.leaves.size();
        if (!TENON_TRY(mark(repository.name(), roots_of(*repository.index()), marks)))
            return false;
        if (marks.opened.size() + marks.leaves.size() == before)
            break;
    }
    return true;
}

Result<Swept> Store::sweep(Repository& repository, WallClock::time_point before,
                           const std::stop_token& stop) {
    Swept removed;
    const auto& name = repository.name();
    Marks marks;
    if (!TENON_TRY(mark_all(repository, marks))) {
        removed.skipped = true;
        return removed;
    }
    std::vector<blob::Digest> unused;
    for (const auto& stored : TENON_TRY(shelf_->blobs(name)))
        if (stored.state.fresh < before && !marks.named.contains(stored.digest.text()))
            unused.push_back(stored.digest);

    for (std::size_t done = 0; done < unused.size();) {
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        // Manifests may have come, and blobs may have been asked for, since we looked.
        bool understood = TENON_TRY(mark_all(repository, marks));
        const std::unique_lock keeping(repository.keeping());
        understood = understood && TENON_TRY(mark(name, roots_of(*repository.index()), marks));
        if (!understood) {
            removed.skipped = true;
            return removed;
        }
        for (std::size_t turn = 0; turn < batch && done < unused.size(); ++turn, ++done) {
            const auto& digest = unused[done];
            const auto state = TENON_TRY(shelf_->find_blob(name, digest));
            if (!state || state->fresh >= before || marks.named.contains(digest.text()))
                continue;
            if (TENON_TRY(shelf_->remove_blob(name, digest))) {
                ++removed.blobs;
                removed.bytes += state->size;
            }
        }
    }
    return removed;
}

} // namespace tenon::registry
