// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a registry says when it refuses (OCI distribution specification, section "Error Codes"), and
// what it wants people to know.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::oci {

/// One of the `errors` of an answer.
struct Problem {
    std::string code; ///< `MANIFEST_UNKNOWN`; may be empty
    std::string message;
};

/// Those of a body; none when it is not such JSON. At most 16, their texts cut to 1 KiB.
std::vector<Problem> parse_problems(std::string body);

/// The error for an answer of that status. `sentence` is what failed: ``registry `h` does not give
/// manifest `r:t` ``.
base::Error refusal(std::string sentence, int status, const std::vector<Problem>& problems);

/// The text of `Warning: 299 - "text"` (RFC 7234 section 5.5); nothing for other warnings.
std::optional<std::string> parse_warning(std::string_view field);

} // namespace tenon::oci
