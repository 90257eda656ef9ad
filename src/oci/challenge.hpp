// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a server that refuses asks for: the field WWW-Authenticate (RFC 9110 section 11.6.1). Knows
// no scheme's meaning.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenon::oci {

struct Challenge {
    std::string scheme; ///< in lower case: `bearer`, `basic`
    /// Names in lower case, values unquoted, in the order in which they stand; a repeated name
    /// counts once, the first.
    std::vector<std::pair<std::string, std::string>> parameters;

    /// The parameter's value, or an empty text.
    [[nodiscard]] std::string_view find(std::string_view name) const noexcept;
};

/// Every challenge of one field; several fields of that name mean the same joined by `, `. Errors
/// have the offset within the field; more than 8 KiB, 16 challenges or 32 parameters are `limit`.
Result<std::vector<Challenge>> parse_challenges(std::string_view field);

} // namespace tenon::oci
