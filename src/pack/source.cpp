// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/source.hpp"

#include <algorithm>

namespace tenon::pack {

std::unexpected<base::Error> interrupted() {
    return fail(Errc::interrupted, "interrupted");
}

Result<std::size_t> MemorySource::read(MutableBytes into, const std::stop_token& /*never waits*/) {
    const auto count = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), count, into.begin());
    rest_ = rest_.subspan(count);
    return count;
}

Result<std::size_t> FileSource::read(MutableBytes into,
                                     const std::stop_token& /*files do not make wait*/) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), limit_ - at_));
    const auto got = TENON_TRY(base::read_at(fd_, at_, into.first(count), name_));
    at_ += got;
    return got;
}

Result<std::size_t> PipeSource::read(MutableBytes into, const std::stop_token& stop) {
    const auto count = std::min(into.size(), head_.size() - taken_);
    std::copy_n(head_.begin() + static_cast<std::ptrdiff_t>(taken_), count, into.begin());
    taken_ += count;
    const auto got = TENON_TRY(base::read_some(fd_, into.subspan(count), name_, stop));
    return count + got;
}

} // namespace tenon::pack
