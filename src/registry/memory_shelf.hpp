// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A shelf that is gone when the process is. Large blobs lie in files without a name (memfd), so
// that they leave by sendfile as those of a disk do, and whoever reads one keeps it after its
// removal.
#pragma once

#include "registry/shelf.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace tenon::registry {

class MemoryShelf final : public Shelf {
public:
    Result<std::vector<std::string>> repositories() override;
    Result<std::optional<std::string>> read_index(const std::string& repository) override;
    Result<> create_repository(const std::string& repository) override;
    Result<> write_index(const std::string& repository, std::string_view text) override;
    Result<std::optional<Extent>> open_blob(const std::string& repository,
                                            const blob::Digest& digest) override;
    Result<std::optional<FileState>> find_blob(const std::string& repository,
                                               const blob::Digest& digest) override;
    void touch_blob(const std::string& repository, const blob::Digest& digest) override;
    Result<> put_blob(const std::string& repository, const blob::Digest& digest,
                      Bytes content) override;
    Result<> finish_upload(const std::string& id, std::uint64_t size, const std::string& repository,
                           const blob::Digest& digest) override;
    Result<bool> link_blob(const std::string& from, const std::string& to,
                           const blob::Digest& digest) override;
    Result<bool> remove_blob(const std::string& repository, const blob::Digest& digest) override;
    Result<std::vector<StoredBlob>> blobs(const std::string& repository) override;
    Result<> create_upload(const std::string& id) override;
    Result<std::optional<Extent>> open_upload(const std::string& id) override;
    void grown(const std::string& id, const Extent& upload, std::uint64_t from) override;
    Result<bool> remove_upload(const std::string& id) override;
    Result<std::vector<StoredUpload>> uploads() override;

private:
    /// Small blobs do without a file, since descriptors are few.
    static constexpr std::uint64_t small = 64 * 1024;

    struct Content {
        std::string text; ///< where it is small and finished
        base::Fd file;
        std::uint64_t length = 0;
    };
    struct Stored {
        /// Shared by the repositories that a blob is mounted in.
        std::shared_ptr<const Content> content;
        WallClock::time_point fresh;
    };
    struct Upload {
        Content content;
        WallClock::time_point fresh;
    };
    struct Repository {
        std::string index;
        std::map<blob::Digest, Stored> blobs;
    };

    static Result<Extent> extent(const Content& content);
    Stored* find(const std::string& repository, const blob::Digest& digest);

    std::mutex mutex_;
    std::map<std::string, Repository> repositories_;
    std::map<std::string, Upload> uploads_;
};

} // namespace tenon::registry
