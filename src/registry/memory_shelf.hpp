// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A shelf that is gone when the process is. Large blobs lie in files without a name (memfd), so
// that they leave by sendfile as those of a disk do, and whoever reads one keeps it after its
// removal.
#pragma once

#include "registry/shelf.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

namespace tenon::registry {

class MemoryShelf final : public Shelf {
public:
    /// `most_files`: beyond so many uploads and large blobs there is no room, since each takes a
    /// descriptor and the process has only so many.
    explicit MemoryShelf(std::size_t most_files = SIZE_MAX) : most_files_(most_files) {}

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
    Result<> settle_upload(const std::string&, std::uint64_t) override { return {}; }
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

    /// A file without a name, which counts as long as it lives.
    class File {
    public:
        File() = default;
        File(base::Fd fd, std::atomic<std::size_t>& count) : fd_(std::move(fd)), count_(&count) {
            ++count;
        }
        File(File&& other) noexcept
            : fd_(std::move(other.fd_)), count_(std::exchange(other.count_, nullptr)) {}
        File& operator=(File&& other) noexcept {
            std::swap(fd_, other.fd_);
            std::swap(count_, other.count_);
            return *this;
        }
        ~File() {
            if (count_)
                --*count_;
        }
        [[nodiscard]] int get() const noexcept { return fd_.get(); }
        explicit operator bool() const noexcept { return bool(fd_); }

    private:
        base::Fd fd_;
        std::atomic<std::size_t>* count_ = nullptr;
    };
    struct Content {
        std::string text; ///< where it is small and finished
        File file;
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

    Result<File> counted_file();
    static Result<Extent> extent(const Content& content);
    Stored* find(const std::string& repository, const blob::Digest& digest);

    const std::size_t most_files_;
    std::atomic<std::size_t> files_ = 0; // outlives them
    std::mutex mutex_;
    std::map<std::string, Repository> repositories_;
    std::map<std::string, Upload> uploads_;
};

} // namespace tenon::registry
