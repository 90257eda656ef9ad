// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The content of a request, which ends with an error when there is more of it than may be; and
// which remembers whether it was the client who failed.
#pragma once

#include "net/server.hpp"

#include <algorithm>

namespace tenon::registry {

class CountedBody final : public net::RequestBody {
public:
    /// `body` must outlive it.
    CountedBody(net::RequestBody& body, std::uint64_t most) : body_(body), left_(most) {}

    Result<std::size_t> read(MutableBytes into) override {
        // One byte more than may come tells whether it does.
        Byte more = 0;
        const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(left_, into.size()));
        const auto wanted = room == 0 ? MutableBytes(&more, 1) : into.first(room);
        auto got = body_.read(wanted);
        broken_ = !got;
        if (!got || *got == 0)
            return got;
        if (room == 0) {
            exceeded_ = true;
            return fail(Errc::limit, "too much content");
        }
        left_ -= *got;
        return got;
    }

    [[nodiscard]] bool exceeded() const noexcept { return exceeded_; }
    /// The client went away or was too slow.
    [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
    net::RequestBody& body_;
    std::uint64_t left_;
    bool exceeded_ = false;
    bool broken_ = false;
};

} // namespace tenon::registry
