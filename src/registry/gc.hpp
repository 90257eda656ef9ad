// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Garbage collection of a whole registry, whether it is being served or not.
#pragma once

#include "registry/store.hpp"

namespace tenon::registry {

struct GcOptions {
    /// What was uploaded, mounted or asked for within this time stays: it may be about to be named.
    std::chrono::seconds grace{std::chrono::hours(1)};
    std::chrono::seconds upload_lifetime{std::chrono::hours(24)};
};

struct GcReport {
    std::size_t repositories = 0;
    std::size_t skipped = 0;        ///< of them; they list what cannot be understood
    std::size_t blobs = 0;          ///< removed
    std::uint64_t blob_bytes = 0;   ///< of them; mounted elsewhere, they still take room
    std::size_t uploads = 0;        ///< expired
    std::uint64_t upload_bytes = 0; ///< of them
};

/// Goes through all repositories. One that cannot be read does not keep the others from being
/// swept; its error is given in the end.
Result<GcReport> collect_garbage(Store& store, const GcOptions& options, WallClock::time_point now,
                                 const std::stop_token& stop);

} // namespace tenon::registry
