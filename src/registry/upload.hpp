// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An upload under way: bytes come in order, are written and hashed at the same time. What lies on
// the shelf is all there is to know; the hash so far is only a shortcut, computed again where it is
// lost.
#pragma once

#include "blob/digest.hpp"
#include "net/server.hpp"
#include "registry/shelf.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tenon::registry {

/// Names an upload, and binds it to the repository that it was begun for and to the algorithm that
/// its digest will probably have; so nothing besides its bytes needs to be kept.
class UploadId {
public:
    static UploadId make(std::string_view repository, blob::Algorithm algorithm);
    /// Nothing for what is no id, or that of another repository.
    static std::optional<UploadId> parse(std::string_view text, std::string_view repository);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] blob::Algorithm algorithm() const noexcept { return algorithm_; }

private:
    UploadId(std::string text, blob::Algorithm algorithm)
        : text_(std::move(text)), algorithm_(algorithm) {}
    std::string text_;
    blob::Algorithm algorithm_;
};

class Upload {
public:
    /// `size` bytes lie on the shelf.
    Upload(UploadId id, std::uint64_t size);

    [[nodiscard]] const std::string& id() const noexcept { return id_.text(); }
    /// Held by the request that uses the upload; another one that comes meanwhile is refused.
    /// It waits a moment: a client whose connection broke comes back before we have noticed.
    [[nodiscard]] std::unique_lock<std::timed_mutex>
    use(std::chrono::milliseconds patience = std::chrono::milliseconds(0)) {
        return std::unique_lock(use_, patience);
    }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    // For whoever holds `use()`:
    /// Appends all of `body`. What came before an error stays.
    Result<> append(Shelf& shelf, net::RequestBody& body);
    /// Of everything received.
    Result<blob::Digest> digest(Shelf& shelf, blob::Algorithm algorithm);

private:
    UploadId id_;
    std::timed_mutex use_;
    std::atomic<std::uint64_t> size_;
    std::optional<blob::Hasher> hasher_; // has seen all `size_` bytes, where there is one
};
/// Shared by the store and the request that uses it.
using UploadPointer = std::shared_ptr<Upload>;

} // namespace tenon::registry
