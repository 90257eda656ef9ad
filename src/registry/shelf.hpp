// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a registry's bytes lie: blobs and listings of repositories, and uploads under way. One
// shelf is a directory, the other is memory; neither knows what the bytes mean.
#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/handle.hpp"
#include "blob/digest.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::registry {

using WallClock = std::chrono::system_clock;

/// A part of an open file. Owns the descriptor.
struct Extent {
    base::Fd fd;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// A file's size, and when it was last written, linked or asked for by somebody who may be about to
/// use it.
struct FileState {
    std::uint64_t size = 0;
    WallClock::time_point fresh;
};

struct StoredBlob {
    blob::Digest digest;
    FileState state;
};

struct StoredUpload {
    std::string id;
    FileState state;
};

/// Names of repositories and ids of uploads were checked by the caller. Calls may come from several
/// threads; what must exclude each other is the caller's to know.
class Shelf {
public:
    virtual ~Shelf() = default;

    /// Names of all repositories, sorted.
    virtual Result<std::vector<std::string>> repositories() = 0;
    /// Nothing where there is no such repository.
    virtual Result<std::optional<std::string>> read_index(const std::string& repository) = 0;
    /// Makes a repository that lists nothing; fine if it is there.
    virtual Result<> create_repository(const std::string& repository) = 0;
    /// Replaces the listing in one step. When this returns, it and all blobs that were put before
    /// are on the disk.
    virtual Result<> write_index(const std::string& repository, std::string_view text) = 0;

    /// Nothing where the repository has no such blob.
    virtual Result<std::optional<Extent>> open_blob(const std::string& repository,
                                                    const blob::Digest& digest) = 0;
    virtual Result<std::optional<FileState>> find_blob(const std::string& repository,
                                                       const blob::Digest& digest) = 0;
    /// Says that somebody asked for it, so that it counts as fresh.
    virtual void touch_blob(const std::string& repository, const blob::Digest& digest) = 0;
    /// A small blob, all at once; on the disk under its name with the next `write_index`.
    virtual Result<> put_blob(const std::string& repository, const blob::Digest& digest,
                              Bytes content) = 0;
    /// Writes the first `size` bytes of an upload to the disk, which takes its time, so that
    /// `finish_upload` takes little.
    virtual Result<> settle_upload(const std::string& id, std::uint64_t size) = 0;
    /// Gives the first `size` bytes of an upload their name. On the disk when this returns; the
    /// upload is gone.
    virtual Result<> finish_upload(const std::string& id, std::uint64_t size,
                                   const std::string& repository, const blob::Digest& digest) = 0;
    /// Puts another repository's blob into this one. False: it has none.
    virtual Result<bool> link_blob(const std::string& from, const std::string& to,
                                   const blob::Digest& digest) = 0;
    /// False: it was not there.
    virtual Result<bool> remove_blob(const std::string& repository, const blob::Digest& digest) = 0;
    virtual Result<std::vector<StoredBlob>> blobs(const std::string& repository) = 0;

    virtual Result<> create_upload(const std::string& id) = 0;
    /// To read and write; `length` is what was received so far. Nothing where there is none.
    virtual Result<std::optional<Extent>> open_upload(const std::string& id) = 0;
    /// Says how long an upload now is, and asks for it to be written soon.
    virtual void grown(const std::string& id, const Extent& upload, std::uint64_t from) = 0;
    virtual Result<bool> remove_upload(const std::string& id) = 0;
    virtual Result<std::vector<StoredUpload>> uploads() = 0;
};

} // namespace tenon::registry
