// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How many places each client may hold, so that one cannot take those of all.
#pragma once

#include "registry/access_log.hpp"

#include <map>
#include <optional>

namespace tenon::registry {

/// Whom a place counts for. All of an IPv6 network of 64 bits is one client, which has so many
/// addresses to choose from. Nothing where clients cannot be told apart: on this machine and behind
/// a Unix socket a proxy may stand, and it has not said for whom it asks.
[[nodiscard]] std::optional<std::string> holder_of(const Sender& sender);

class Quota {
    using Held = std::map<std::string, unsigned>; // never 0

public:
    explicit Quota(unsigned most_each) : most_each_(most_each) {}

    /// Free again when it goes. The quota must outlive it.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept
            : quota_(std::exchange(other.quota_, nullptr)), at_(other.at_) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(quota_, other.quota_);
            std::swap(at_, other.at_);
            return *this;
        }
        ~Place() {
            if (quota_)
                quota_->give_back(at_);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return quota_ != nullptr; }

    private:
        friend class Quota;
        Place(Quota* quota, Held::iterator at) : quota_(quota), at_(at) {}
        Quota* quota_ = nullptr;
        Held::iterator at_;
    };

    /// Nothing: the holder has as many as there are for one.
    [[nodiscard]] Place take(const std::string& holder);

private:
    void give_back(Held::iterator at);

    const unsigned most_each_;
    std::mutex mutex_;
    Held held_;
};

} // namespace tenon::registry
