// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes of small manifests, so that most of what clients ask for needs no disk. Those that were not
// asked for longest go first.
#pragma once

#include "base/keyed_hash.hpp"
#include "blob/digest.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace tenon::registry {

/// Shared by the cache and the answers that carry it.
using ManifestBytes = std::shared_ptr<const std::string>;

class ManifestCache {
public:
    /// Larger ones are read from the shelf each time.
    static constexpr std::size_t max_manifest_bytes = 64 * 1024;

    explicit ManifestCache(std::size_t capacity_bytes) : capacity_(capacity_bytes) {}

    /// Null where it is not here.
    ManifestBytes find(const blob::Digest& digest);
    /// The bytes must have that digest.
    void put(const blob::Digest& digest, ManifestBytes bytes);
    [[nodiscard]] std::size_t size_bytes() const;

private:
    struct Kept {
        std::string digest;
        ManifestBytes bytes;
    };
    /// What an entry costs besides its bytes, roughly.
    static constexpr std::size_t overhead = 256;

    mutable std::mutex mutex_;
    std::size_t capacity_;
    std::size_t size_ = 0;
    std::list<Kept> kept_;                                // asked for last comes first
    base::TextViewMap<std::list<Kept>::iterator> places_; // keys lie in `kept_`
};

} // namespace tenon::registry
