// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who vouches for a layer: the claims of provider archives and signed components, and what they are
// worth. Reading one takes time, so what was found is remembered for a while, by what was looked at
// and as what; not for ever, since claims expire.
#pragma once

#include "oci/manifest.hpp"
#include "registry/store.hpp"

#include <mutex>

namespace tenon::registry {

struct Fact {
    std::string name;
    std::string value;
};

/// What a page says of a layer.
struct Testimony {
    enum class Worth {
        good,
        doubtful, ///< warnings
        bad,      ///< not fit for use
        none,     ///< not signed
        unknown,  ///< could not be looked at
    };
    Worth worth = Worth::unknown;
    std::vector<Fact> facts;
    std::vector<std::string> remarks; ///< reasons against it, or why it was not looked at
};

class Provenance {
public:
    /// `store` must outlive it.
    explicit Provenance(Store& store) : store_(store) {}

    /// Nothing for layers that never carry claims.
    std::optional<Testimony> of(const std::string& repository, const oci::Descriptor& layer);

private:
    struct Known {
        Testimony testimony;
        std::chrono::steady_clock::time_point since;
    };
    std::optional<Testimony> recall(const std::string& key);
    void remember(const std::string& key, const Testimony& testimony);

    Store& store_;
    std::mutex mutex_;
    std::map<std::string, Known, std::less<>> known_;
    std::timed_mutex working_; // one at a time
};

} // namespace tenon::registry
