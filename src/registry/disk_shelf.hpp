// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A shelf that is a directory. Each repository is an OCI image layout that other tools read while
// the server is off:
//
//     DIR/_lock                                    held by the server
//     DIR/_reserve                                 room with which to delete from a full disk
//     DIR/_uploads/<id>                            bytes that nobody has vouched for yet
//     DIR/<repository>/_oci/{oci-layout,index.json,blobs/<algorithm>/<hex>}
//
// No part of a repository's name begins with `_`, so nothing collides. A file gets its name under
// `_oci` only when it is whole and on the disk; whoever is killed leaves rests in `_uploads` only.
#pragma once

#include "base/keyed_hash.hpp"
#include "registry/reserve.hpp"
#include "registry/shelf.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace tenon::registry {

struct DiskShelfOptions {
    bool read_only = false;
    /// False only in tests: what is written survives the process, but not a power failure.
    bool durable = true;
    /// Called before each step that a crash could separate from the one before, with the file or
    /// directory that it is about; for tests.
    std::function<void(std::string_view step, const std::string& path)> on_step = {};
};

class DiskShelf final : public Shelf {
public:
    /// Makes the directory where it is missing, for this user alone, and holds its lock. In one
    /// that only its owner can enter, files too are for him alone; elsewhere the umask decides.
    /// `exists` when another server holds it; the message names its process.
    static Result<std::unique_ptr<DiskShelf>> open(const base::Path& directory,
                                                   DiskShelfOptions options = {});

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
    Result<> settle_upload(const std::string& id, std::uint64_t size) override;
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
    DiskShelf(std::string root, DiskShelfOptions options);

    static Result<> make_root(const base::Path& directory, const DiskShelfOptions& options);
    Result<> lock();
    void step(std::string_view name, const std::string& path) const;
    [[nodiscard]] std::string layout(const std::string& repository) const;
    [[nodiscard]] std::string blob_path(const std::string& repository,
                                        const blob::Digest& digest) const;
    [[nodiscard]] std::string upload_path(const std::string& id) const;
    [[nodiscard]] Result<> write_new(const std::string& path, Bytes content) const;
    [[nodiscard]] Result<> write_reserved(const std::string& path, Bytes content);
    [[nodiscard]] Result<> sync_file(int fd, const std::string& path) const;
    [[nodiscard]] Result<> sync_directory(const std::string& path) const;
    [[nodiscard]] Result<> move_into_place(const std::string& from, const std::string& to) const;
    [[nodiscard]] Result<> copy_into_place(const std::string& from, const std::string& to) const;
    Result<> make_folders(const std::string& path);
    Result<> make_blob_folder(const std::string& repository, const blob::Digest& digest);
    Result<> collect(const std::string& prefix, std::vector<std::string>& found) const;

    std::string root_;
    DiskShelfOptions options_;
    base::Fd lock_;
    Reserve reserve_;
    mode_t file_mode_ = 0666;
    mode_t folder_mode_ = 0777;
    std::mutex settled_mutex_;
    /// Folders whose names are known to be on the disk, since this process has seen to it.
    base::TextSet settled_;
    std::atomic<std::uint64_t> serial_ = 0; // of files under construction
};

/// Path of the socket on which the server that holds the lock takes orders.
[[nodiscard]] base::Path control_path(const base::Path& directory);

} // namespace tenon::registry
