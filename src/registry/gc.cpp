// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/gc.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

Result<> sweep_one(Store& store, const std::string& name, WallClock::time_point before,
                   const std::stop_token& stop, GcReport& report) {
    const auto repository = TENON_TRY(store.find(name));
    if (!repository)
        return {};
    const auto swept = TENON_TRY(store.sweep(*repository, before, stop));
    ++report.repositories;
    report.skipped += swept.skipped ? 1 : 0;
    report.blobs += swept.blobs;
    report.blob_bytes += swept.bytes;
    return {};
}

} // namespace

Result<GcReport> collect_garbage(Store& store, const GcOptions& options, WallClock::time_point now,
                                 const std::stop_token& stop) {
    GcReport report;
    std::tie(report.uploads, report.upload_bytes) =
        TENON_TRY(store.expire_uploads(now - options.upload_lifetime));
    std::optional<base::Error> first;
    std::string last;
    for (bool more = true; more;) {
        constexpr std::size_t page = 1000;
        for (const auto& name : TENON_TRY(store.names(last, page, more))) {
            last = name;
            if (auto swept = sweep_one(store, name, now - options.grace, stop, report); !swept) {
                if (swept.error().code() == Errc::interrupted)
                    return fail(std::move(swept).error());
                if (!first)
                    first = std::move(swept).error().within(fmt::format("repository `{}`", name));
            }
        }
    }
    if (first)
        return fail(std::move(*first));
    return report;
}

} // namespace tenon::registry
