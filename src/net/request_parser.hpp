// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The head of a request, from bytes: RFC 9112, and where that leaves a choice the strict one. The
// door of Boost.Beast's parser on the server's side.
#pragma once

#include "net/server.hpp"

#include <cstddef>
#include <string_view>

namespace tenon::net {

/// Why a request is not served: what it is answered with before its connection is closed.
struct Refusal {
    int status;
    std::string_view why; ///< lower case, no full stop
};

/// What a head says beside what handlers see.
struct Framing {
    bool http10 = false;
    bool keep_alive = true;
    bool chunked = false;
    bool expect_continue = false;
};

struct HeadLimits {
    std::size_t bytes; ///< of the whole head
    std::size_t fields;
};

/// Looks for the end of a head in bytes that come in piece by piece.
class HeadScanner {
public:
    /// The head's length once it is all there, 0 before. `data` begins where it began in the call
    /// before and is at least as long. Line feeds without carriage return and what cannot be a
    /// method are refused at once, not when the head is complete.
    std::expected<std::size_t, Refusal> find_end(std::string_view data, std::size_t max_bytes);
    void restart() noexcept { *this = {}; }

private:
    std::size_t line_ = 0; // where the line begins that has not ended yet
    std::size_t seen_ = 0; // so many bytes hold no further line end
};

/// Reads a whole head. `request` and `framing` must be new.
std::expected<void, Refusal> parse_head(std::string_view head, const HeadLimits& limits,
                                        ServerRequest& request, Framing& framing);

} // namespace tenon::net
