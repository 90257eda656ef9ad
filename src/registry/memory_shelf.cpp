// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/memory_shelf.hpp"

#include "registry/index.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>

namespace tenon::registry {

namespace {

Result<base::Fd> new_file() {
    base::Fd file(::memfd_create("tenon registry", MFD_CLOEXEC));
    if (!file)
        return fail(base::system_error("cannot make a file in memory", errno));
    return file;
}

Result<> write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto wrote = ::write(fd, text.data(), text.size());
        if (wrote < 0)
            return fail(base::system_error("cannot write a file in memory", errno));
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return {};
}

} // namespace

/// Whoever calls holds `mutex_`, so that two cannot both get the last one.
Result<MemoryShelf::File> MemoryShelf::counted_file() {
    if (files_ >= most_files_)
        return fail(base::system_error("cannot keep another file in memory", ENOSPC));
    auto fd = TENON_TRY(new_file());
    return File(std::move(fd), files_);
}

/// Positions are always given, so that copies of a descriptor do not disturb each other.
Result<Extent> MemoryShelf::extent(const Content& content) {
    if (content.file) {
        base::Fd fd(::fcntl(content.file.get(), F_DUPFD_CLOEXEC, 0));
        if (!fd)
            return fail(base::system_error("cannot copy a descriptor", errno));
        return Extent{std::move(fd), 0, content.length};
    }
    auto fd = TENON_TRY(new_file());
    TENON_TRY(write_all(fd.get(), content.text));
    return Extent{std::move(fd), 0, content.length};
}

MemoryShelf::Stored* MemoryShelf::find(const std::string& repository, const blob::Digest& digest) {
    const auto at = repositories_.find(repository);
    if (at == repositories_.end())
        return nullptr;
    const auto stored = at->second.blobs.find(digest);
    return stored == at->second.blobs.end() ? nullptr : &stored->second;
}

// --- repositories

Result<std::vector<std::string>> MemoryShelf::repositories() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    names.reserve(repositories_.size());
    for (const auto& [name, repository] : repositories_)
        names.push_back(name);
    return names;
}

Result<std::optional<std::string>> MemoryShelf::read_index(const std::string& repository) {
    const std::scoped_lock lock(mutex_);
    const auto at = repositories_.find(repository);
    if (at == repositories_.end())
        return std::nullopt;
    return at->second.index;
}

Result<> MemoryShelf::create_repository(const std::string& repository) {
    const std::scoped_lock lock(mutex_);
    if (const auto [at, made] = repositories_.try_emplace(repository); made)
        at->second.index = Index().text();
    return {};
}

Result<> MemoryShelf::write_index(const std::string& repository, std::string_view text) {
    const std::scoped_lock lock(mutex_);
    repositories_[repository].index = text;
    return {};
}

// --- blobs

Result<std::optional<Extent>> MemoryShelf::open_blob(const std::string& repository,
                                                     const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto* stored = find(repository, digest);
    if (!stored)
        return std::nullopt;
    return TENON_TRY(extent(*stored->content));
}

Result<std::optional<FileState>> MemoryShelf::find_blob(const std::string& repository,
                                                        const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto* stored = find(repository, digest);
    if (!stored)
        return std::nullopt;
    return FileState{stored->content->length, stored->fresh};
}

void MemoryShelf::touch_blob(const std::string& repository, const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    if (auto* stored = find(repository, digest))
        stored->fresh = WallClock::now();
}

Result<> MemoryShelf::put_blob(const std::string& repository, const blob::Digest& digest,
                               Bytes content) {
    Content kept;
    kept.length = content.size();
    if (content.size() <= small) {
        kept.text = as_text(content);
    } else {
        {
            const std::scoped_lock lock(mutex_);
            kept.file = TENON_TRY(counted_file());
        }
        TENON_TRY(write_all(kept.file.get(), as_text(content))); // others need not wait for it
    }
    const std::scoped_lock lock(mutex_);
    repositories_[repository].blobs.insert_or_assign(
        digest, Stored{std::make_shared<const Content>(std::move(kept)), WallClock::now()});
    return {};
}

Result<> MemoryShelf::finish_upload(const std::string& id, std::uint64_t size,
                                    const std::string& repository, const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto at = uploads_.find(id);
    if (at == uploads_.end())
        return fail(Errc::not_found, "the upload is gone");
    auto content = std::move(at->second.content);
    content.length = size;
    if (size <= small) {
        content.text.resize(size);
        const MutableBytes into(reinterpret_cast<Byte*>(content.text.data()), size);
        if (TENON_TRY(base::read_at(content.file.get(), 0, into, "upload")) != size)
            return fail(Errc::truncated, "the upload is shorter than it should be");
        content.file = File();
    }
    repositories_[repository].blobs.insert_or_assign(
        digest, Stored{std::make_shared<const Content>(std::move(content)), WallClock::now()});
    uploads_.erase(at);
    return {};
}

Result<bool> MemoryShelf::link_blob(const std::string& from, const std::string& to,
                                    const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto* stored = find(from, digest);
    if (!stored)
        return false;
    auto content = stored->content;
    repositories_[to].blobs.insert_or_assign(digest, Stored{std::move(content), WallClock::now()});
    return true;
}

Result<bool> MemoryShelf::remove_blob(const std::string& repository, const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto at = repositories_.find(repository);
    return at != repositories_.end() && at->second.blobs.erase(digest) > 0;
}

Result<std::vector<StoredBlob>> MemoryShelf::blobs(const std::string& repository) {
    const std::scoped_lock lock(mutex_);
    std::vector<StoredBlob> found;
    if (const auto at = repositories_.find(repository); at != repositories_.end())
        for (const auto& [digest, stored] : at->second.blobs)
            found.push_back({digest, {stored.content->length, stored.fresh}});
    return found;
}

// --- uploads

Result<> MemoryShelf::create_upload(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    auto file = TENON_TRY(counted_file());
    const auto [at, made] = uploads_.try_emplace(id);
    if (!made)
        return fail(Errc::exists, "there is an upload of that id");
    at->second.content.file = std::move(file);
    at->second.fresh = WallClock::now();
    return {};
}

Result<std::optional<Extent>> MemoryShelf::open_upload(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    const auto at = uploads_.find(id);
    if (at == uploads_.end())
        return std::nullopt;
    return TENON_TRY(extent(at->second.content));
}

void MemoryShelf::grown(const std::string& id, const Extent& upload, std::uint64_t) {
    const std::scoped_lock lock(mutex_);
    if (const auto at = uploads_.find(id); at != uploads_.end()) {
        at->second.content.length = upload.length;
        at->second.fresh = WallClock::now();
    }
}

Result<bool> MemoryShelf::remove_upload(const std::string& id) {
    const std::scoped_lock lock(mutex_);
    return uploads_.erase(id) > 0;
}

Result<std::vector<StoredUpload>> MemoryShelf::uploads() {
    const std::scoped_lock lock(mutex_);
    std::vector<StoredUpload> found;
    found.reserve(uploads_.size());
    for (const auto& [id, upload] : uploads_)
        found.push_back({id, {upload.content.length, upload.fresh}});
    return found;
}

} // namespace tenon::registry
