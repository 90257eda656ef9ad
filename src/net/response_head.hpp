// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The head of a response, as text. Decides which fields a server must not leave to its handlers.
#pragma once

#include "net/server.hpp"

#include <ctime>
#include <string>
#include <string_view>

namespace tenon::net {

/// What a response's head depends on beside the response.
struct ResponseFacts {
    bool head_request = false;
    bool http10 = false;
    bool keep_alive = true;
    std::string_view date; ///< as `http_date` writes it
};

/// Whether content follows a head of this status in answer to GET or another method than HEAD.
[[nodiscard]] bool status_has_content(int status) noexcept;

/// Appends status line, fields and the empty line. `Content-Length`, `Connection`, `Date` and
/// `Transfer-Encoding` are the server's; a handler's own `Content-Length` counts only where no
/// content is sent and none was given (HEAD, 304), its `Date` always. Line ends and control
/// characters in values become blanks, so that no value can begin another field.
void append_response_head(std::string& out, const ServerResponse& response,
                          const ResponseFacts& facts);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
[[nodiscard]] std::string http_date(std::time_t time);

} // namespace tenon::net
