// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/manifest_cache.hpp"

namespace tenon::registry {

ManifestBytes ManifestCache::find(const blob::Digest& digest) {
    const std::scoped_lock lock(mutex_);
    const auto at = places_.find(digest.text());
    if (at == places_.end())
        return nullptr;
    kept_.splice(kept_.begin(), kept_, at->second);
    return at->second->bytes;
}

void ManifestCache::put(const blob::Digest& digest, ManifestBytes bytes) {
    const auto cost = bytes->size() + overhead;
    if (bytes->size() > max_manifest_bytes || cost > capacity_)
        return;
    const std::scoped_lock lock(mutex_);
    if (places_.contains(digest.text()))
        return;
    while (size_ + cost > capacity_) {
        const auto& last = kept_.back();
        size_ -= last.bytes->size() + overhead;
        places_.erase(last.digest);
        kept_.pop_back();
    }
    kept_.push_front({digest.text(), std::move(bytes)});
    places_.emplace(kept_.front().digest, kept_.begin());
    size_ += cost;
}

std::size_t ManifestCache::size_bytes() const {
    const std::scoped_lock lock(mutex_);
    return size_;
}

} // namespace tenon::registry
