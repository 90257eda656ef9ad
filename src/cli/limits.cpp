// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/limits.hpp"

namespace tenon::cli {
namespace {

bool takes(const Verb& verb, std::string_view option) {
    for (const auto& row : verb.options)
        if (row.name == option)
            return true;
    return false;
}

} // namespace

Result<archive::Work> work_of(Call& call) {
    archive::Work work;
    work.stop = call.stop();
    work.progress = &call.progress();
    if (takes(call.verb(), "max-unpacked"))
        if (const auto mebibytes =
                TENON_TRY(call.integer("max-unpacked", 1, std::int64_t{1} << 40)))
            work.limits.max_unpacked_bytes = static_cast<std::uint64_t>(*mebibytes) << 20;
    if (takes(call.verb(), "threads"))
        if (const auto threads = TENON_TRY(call.integer("threads", 1, 1024)))
            work.threads = static_cast<unsigned>(*threads);
    return work;
}

} // namespace tenon::cli
