// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/store.hpp"

#include "oci/reference.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::registry {
namespace {

/// A blob that is older than this is made fresh when it is asked for. Far below any grace period,
/// and above what would write to the disk at every question.
constexpr auto touch_after = std::chrono::minutes(10);
/// Uploads whose hash is kept in memory; others are hashed again when they end.
constexpr std::size_t most_uploads = 4096;

// Layers of these types may lie elsewhere (image specification, "Non-distributable layers").
bool distributable(std::string_view media_type) noexcept {
    return !media_type.starts_with("application/vnd.oci.image.layer.nondistributable.") &&
           !media_type.starts_with("application/vnd.docker.image.rootfs.foreign.");
}

bool is_damage(const base::Error& error) noexcept {
    return error.code() == Errc::hash_mismatch || error.code() == Errc::limit;
}

base::Error damaged(const blob::Digest& digest) {
    return base::Error(Errc::hash_mismatch,
                       fmt::format("the stored bytes of manifest `{}` are damaged", digest.text()));
}

base::Error too_long(const blob::Digest& digest, std::uint64_t length) {
    return base::Error(Errc::limit, fmt::format("manifest `{}` has {} bytes, more than {}",
                                                digest.text(), length, oci::max_manifest_bytes));
}

/// Whether a manifest can name a subject or children at all: both words would stand in it, or an
/// escape that hides them.
bool names_others(std::string_view bytes) noexcept {
    return bytes.find("\"subject\"") != bytes.npos || bytes.find("\"manifests\"") != bytes.npos ||
           bytes.find("\\u") != bytes.npos;
}

} // namespace

Store::Store(std::unique_ptr<Shelf> shelf, StoreOptions options)
    : shelf_(std::move(shelf)), options_(options), cache_(options.cache_bytes) {
    if (const auto left = shelf_->uploads())
        open_uploads_ = left->size();
}

// --- repositories

RepositoryPointer Store::known(std::string_view name) const {
    const std::shared_lock lock(repositories_mutex_);
    const auto at = repositories_.find(name);
    return at == repositories_.end() ? nullptr : at->second;
}

Result<RepositoryPointer> Store::find(const std::string& name) {
    if (auto repository = known(name))
        return repository;
    auto text = TENON_TRY(shelf_->read_index(name));
    if (!text)
        return RepositoryPointer();
    auto index = TENON_TRY(Index::parse(*std::move(text), name + "/_oci/index.json"));
    const std::scoped_lock lock(repositories_mutex_);
    // Whoever came first may have changed it already.
    auto& place = repositories_[name];
    if (!place)
        place = std::make_shared<Repository>(name, std::move(index));
    return place;
}

Result<RepositoryPointer> Store::make(const std::string& name) {
    if (auto repository = TENON_TRY(find(name)))
        return repository;
    // One that two make at once would lose what was listed in between.
    const std::scoped_lock making(making_[base::KeyedHash()(name) % making_.size()]);
    TENON_TRY(shelf_->create_repository(name));
    {
        const std::scoped_lock lock(names_mutex_);
        names_.insert(name);
    }
    auto made = TENON_TRY(find(name));
    if (!made) // whoever asks may rely on it
        return fail(Errc::io, fmt::format("repository `{}` was removed while it was made", name));
    return made;
}

/// The shelf is searched once; whatever is made later is entered by `make`.
Result<> Store::load_names() {
    if (names_known_)
        return {};
    for (auto& name : TENON_TRY(shelf_->repositories()))
        names_.insert(std::move(name));
    names_known_ = true;
    return {};
}

Result<std::vector<std::string>> Store::names(std::string_view last, std::size_t count,
                                              bool& more) {
    const std::scoped_lock lock(names_mutex_);
    TENON_TRY(load_names());
    std::vector<std::string> found;
    auto at = names_.upper_bound(last);
    for (; at != names_.end() && found.size() < count; ++at)
        found.push_back(*at);
    more = at != names_.end();
    return found;
}

// --- manifests

Result<ManifestBytes> Store::read_bytes(const std::string& repository, const blob::Digest& digest) {
    if (auto bytes = cache_.find(digest))
        return bytes;
    return read_shelf(repository, digest);
}

Result<ManifestBytes> Store::read_shelf(const std::string& repository, const blob::Digest& digest) {
    const auto file = TENON_TRY(shelf_->open_blob(repository, digest));
    if (!file)
        return ManifestBytes();
    if (file->length > oci::max_manifest_bytes)
        return fail(too_long(digest, file->length));
    auto text = std::make_shared<std::string>(file->length, '\0');
    const MutableBytes into(reinterpret_cast<Byte*>(text->data()), text->size());
    const auto got = TENON_TRY(base::read_at(file->fd.get(), file->offset, into, digest.text()));
    if (got != text->size() || blob::Digest::of(into, digest.algorithm()) != digest)
        return fail(damaged(digest));
    return text;
}

Result<ManifestBytes> Store::bytes(const std::string& repository, const Entry& entry) {
    auto bytes = TENON_TRY(read_bytes(repository, entry.digest));
    if (bytes)
        cache_.put(entry.digest, bytes);
    return bytes;
}

Result<std::optional<Extent>> Store::open_manifest(const std::string& repository,
                                                   const Entry& entry) {
    auto file = TENON_TRY(shelf_->open_blob(repository, entry.digest));
    if (!file)
        return std::nullopt;
    if (file->length > oci::max_manifest_bytes)
        return fail(too_long(entry.digest, file->length));
    blob::Hasher hasher(entry.digest.algorithm());
    Buffer buffer(64 * 1024);
    for (std::uint64_t done = 0; done < file->length;) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), file->length - done);
        const auto part = MutableBytes(buffer).first(static_cast<std::size_t>(wanted));
        const auto got = TENON_TRY(
            base::read_at(file->fd.get(), file->offset + done, part, entry.digest.text()));
        hasher.update(part.first(got));
        done += wanted; // of a file that became shorter the digest tells
    }
    if (hasher.finish() != entry.digest)
        return fail(damaged(entry.digest));
    return file;
}

Result<EntryPointer> Store::find_manifest(Repository& repository, std::string_view name) {
    if (oci::is_tag(name))
        return repository.index()->find_tag(name);
    if (auto entry = repository.index()->find(name))
        return entry;
    TENON_TRY(read_all(repository)); // an index may name it
    return repository.index()->find(name);
}

Result<std::string> Store::annotations(const std::string& repository, const Entry& entry) {
    if (!entry.annotations_apart)
        return entry.annotations;
    auto found = read_bytes(repository, entry.digest);
    if (!found && is_damage(found.error()))
        return std::string(); // the others are shown all the same
    const auto bytes = TENON_TRY(std::move(found));
    if (!bytes)
        return std::string();
    const auto manifest = reader_.read(*bytes, entry.media_type);
    return manifest ? json_of(manifest->annotations) : std::string();
}

/// What is to be learned from a manifest: itself, and children that lie here but are not listed.
Result<Found> Store::read_entry(const std::string& repository, const Entry& entry) {
    auto read = entry;
    read.read = true;
    Found learned;
    auto found = read_bytes(repository, entry.digest);
    // One that is damaged names nobody either: it must not keep the others from being found.
    if (!found && is_damage(found.error()))
        found = ManifestBytes();
    const auto bytes = TENON_TRY(std::move(found));
    if (bytes && names_others(*bytes)) {
        // What cannot be understood names nobody; it is served as it is.
        if (const auto manifest = reader_.read(*bytes, entry.media_type)) {
            const auto full = entry_of(*manifest, entry.digest, entry.size, entry.listed);
            read.subject = full->subject;
            read.artifact_type = full->artifact_type;
            read.annotations = full->annotations;
            read.annotations_apart = full->annotations_apart;
            for (const auto& child : manifest->manifests) {
                const auto state = TENON_TRY(shelf_->find_blob(repository, child.digest));
                // Served under that type, which whoever pushed the parent could choose.
                if (state && state->size == child.size && is_manifest_type(child.media_type))
                    learned.children.push_back(std::make_shared<const Entry>(
                        Entry{child.digest, child.media_type, child.size, false, false}));
            }
        }
    }
    learned.entry = std::make_shared<const Entry>(std::move(read));
    return learned;
}

Result<> Store::read_all(Repository& repository) {
    if (repository.index()->read())
        return {};
    const std::scoped_lock lock(repository.reading());
    // Each round reads what the one before has found.
    for (auto index = repository.index(); !index->read(); index = repository.index()) {
        Learn learn;
        for (const auto& entry : index->entries()) {
            if (entry->read)
                continue;
            learn.found.push_back(TENON_TRY(read_entry(repository.name(), *entry)));
        }
        TENON_TRY(repository.commit(learn, *shelf_));
    }
    return {};
}

Result<std::vector<blob::Digest>> Store::missing_blobs(const std::string& repository,
                                                       const oci::Manifest& manifest) {
    std::vector<blob::Digest> missing;
    const auto look = [&](const oci::Descriptor& descriptor) -> Result<> {
        const auto state = TENON_TRY(shelf_->find_blob(repository, descriptor.digest));
        if (!state)
            missing.push_back(descriptor.digest);
        else if (state->size != descriptor.size)
            return fail(Errc::invalid,
                        fmt::format("blob `{}` has {} bytes, not {}", descriptor.digest.text(),
                                    state->size, descriptor.size));
        return {};
    };
    if (manifest.config)
        TENON_TRY(look(*manifest.config));
    for (const auto& layer : manifest.layers)
        if (distributable(layer.media_type))
            TENON_TRY(look(layer));
    return missing;
}

Result<std::vector<blob::Digest>> Store::put_manifest(Repository& repository, NewManifest given) {
    const std::shared_lock keeping(repository.keeping());
    auto missing = TENON_TRY(missing_blobs(repository.name(), given.manifest));
    if (!missing.empty())
        return missing;
    // What is there already is read rather than written: a second push of the same costs no sync,
    // and one of a file that was damaged or lost mends it. The cache cannot tell: it knows bytes,
    // and not in whose repository they lie.
    if (const auto there = read_shelf(repository.name(), given.digest);
        !there || !*there || !repository.index()->find(given.digest.text()))
        TENON_TRY(shelf_->put_blob(repository.name(), given.digest, as_bytes(given.bytes)));
    auto entry = entry_of(given.manifest, given.digest, given.bytes.size());
    TENON_TRY(repository.commit(PutManifest{std::move(entry), std::move(given.tags)}, *shelf_));
    cache_.put(given.digest, std::make_shared<const std::string>(std::move(given.bytes)));
    return missing;
}

Result<bool> Store::drop_tag(Repository& repository, const std::string& tag) {
    return TENON_TRY(repository.commit(DropTag{tag}, *shelf_)) != Effect::missing;
}

Result<bool> Store::drop_manifest(Repository& repository, const blob::Digest& digest) {
    if (TENON_TRY(repository.commit(DropManifest{digest}, *shelf_)) == Effect::missing)
        return false;
    const std::unique_lock keeping(repository.keeping());
    if (!repository.index()->find(digest.text())) // nobody has pushed it again meanwhile
        TENON_TRY(shelf_->remove_blob(repository.name(), digest));
    return true;
}

// --- blobs

Result<std::optional<Extent>> Store::open_blob(const std::string& repository,
                                               const blob::Digest& digest) {
    return shelf_->open_blob(repository, digest);
}

Result<std::optional<std::uint64_t>> Store::ask_for_blob(const std::string& repository,
                                                         const blob::Digest& digest) {
    auto state = TENON_TRY(shelf_->find_blob(repository, digest));
    if (state && !options_.read_only && WallClock::now() - state->fresh > touch_after) {
        const auto holder = TENON_TRY(find(repository));
        if (!holder)
            return std::nullopt;
        const std::shared_lock keeping(holder->keeping());
        shelf_->touch_blob(repository, digest);
        state = TENON_TRY(shelf_->find_blob(repository, digest));
    }
    return state ? std::optional(state->size) : std::nullopt;
}

Result<bool> Store::mount(const std::optional<std::string>& from, const std::string& to,
                          const blob::Digest& digest) {
    std::vector<std::string> sources;
    if (from) {
        sources.push_back(*from);
    } else {
        bool more = false;
        sources = TENON_TRY(names({}, SIZE_MAX, more));
        sources.insert(sources.begin(), to); // most likely, and the cheapest
    }
    for (const auto& source : sources) {
        if (!TENON_TRY(shelf_->find_blob(source, digest)))
            continue;
        const auto target = TENON_TRY(make(to));
        const std::shared_lock keeping(target->keeping());
        if (TENON_TRY(shelf_->link_blob(source, to, digest)))
            return true;
    }
    return false;
}

Result<Dropped> Store::drop_blob(const std::string& repository, const blob::Digest& digest) {
    const auto holder = TENON_TRY(find(repository));
    if (!holder)
        return Dropped::missing;
    // Nobody is between storing a manifest and listing it while this is held.
    const std::unique_lock keeping(holder->keeping());
    // Manifests lie among the blobs; without this one would vanish while it is still listed.
    if (holder->index()->find(digest.text()))
        return Dropped::manifest;
    return TENON_TRY(shelf_->remove_blob(repository, digest)) ? Dropped::yes : Dropped::missing;
}

// --- uploads

Result<UploadPointer> Store::begin_upload(const std::string& repository,
                                          blob::Algorithm algorithm) {
    TENON_TRY(count_upload());
    auto id = UploadId::make(repository, algorithm);
    if (auto created = shelf_->create_upload(id.text()); !created) {
        uncount_upload();
        return fail(std::move(created).error());
    }
    const std::scoped_lock lock(uploads_mutex_);
    return keep_upload(std::make_shared<Upload>(std::move(id), 0));
}

/// Counts one more, unless there are too many.
Result<> Store::count_upload() {
    constexpr std::chrono::minutes again{1};
    if (open_uploads_ >= options_.most_open_uploads) {
        const std::unique_lock turn(crowded_mutex_, std::try_to_lock);
        const auto now = std::chrono::steady_clock::now();
        if (turn && (!crowded_ || now - *crowded_ >= again)) {
            crowded_ = now;
            TENON_TRY(expire_uploads(WallClock::now() - options_.abandoned_after));
            // Others may remove files too; those that begin just now are counted the next time.
            open_uploads_ = TENON_TRY(shelf_->uploads()).size();
        }
    }
    if (open_uploads_++ < options_.most_open_uploads)
        return {};
    uncount_upload();
    return fail(Errc::limit, "too many uploads are open");
}

/// Never below none: files that were not counted expire as well.
void Store::uncount_upload() noexcept {
    auto count = open_uploads_.load();
    while (count > 0 && !open_uploads_.compare_exchange_weak(count, count - 1)) {
    }
}

/// With `uploads_mutex_` held.
UploadPointer Store::keep_upload(UploadPointer upload) {
    if (uploads_.size() >= most_uploads)
        std::erase_if(uploads_, [](const auto& other) { return other.second.use_count() == 1; });
    uploads_.emplace(upload->id(), upload);
    return upload;
}

Result<UploadPointer> Store::find_upload(const std::string& repository, std::string_view id) {
    auto parsed = UploadId::parse(id, repository);
    if (!parsed)
        return UploadPointer();
    const std::scoped_lock lock(uploads_mutex_);
    if (const auto at = uploads_.find(id); at != uploads_.end())
        return at->second;
    const auto file = TENON_TRY(shelf_->open_upload(parsed->text()));
    if (!file)
        return UploadPointer();
    return keep_upload(std::make_shared<Upload>(*std::move(parsed), file->length));
}

void Store::forget_upload(const std::string& id) {
    const std::scoped_lock lock(uploads_mutex_);
    uploads_.erase(id);
    uncount_upload();
}

Result<> Store::finish_upload(Upload& upload, const std::string& repository,
                              const blob::Digest& digest) {
    const auto target = TENON_TRY(make(repository));
    // Whoever wants to remove blobs, and those behind him, shall not wait for the disk.
    TENON_TRY(shelf_->settle_upload(upload.id(), upload.size()));
    const std::shared_lock keeping(target->keeping());
    TENON_TRY(shelf_->finish_upload(upload.id(), upload.size(), repository, digest));
    forget_upload(std::string(upload.id()));
    return {};
}

Result<> Store::drop_upload(Upload& upload) {
    if (TENON_TRY(shelf_->remove_upload(upload.id())))
        forget_upload(std::string(upload.id()));
    return {};
}

Result<std::pair<std::size_t, std::uint64_t>> Store::expire_uploads(WallClock::time_point before) {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const auto& stored : TENON_TRY(shelf_->uploads())) {
        if (stored.state.fresh >= before)
            continue;
        UploadPointer upload;
        {
            const std::scoped_lock lock(uploads_mutex_);
            if (const auto at = uploads_.find(stored.id); at != uploads_.end())
                upload = at->second;
        }
        std::unique_lock<std::timed_mutex> use;
        if (upload) {
            use = upload->use();
            if (!use)
                continue; // just now somebody goes on with it
        }
        if (!TENON_TRY(shelf_->remove_upload(stored.id)))
            continue;
        forget_upload(stored.id);
        ++count;
        bytes += stored.state.size;
    }
    return std::pair(count, bytes);
}

} // namespace tenon::registry
