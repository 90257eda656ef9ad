// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What `create` and `insert` share: a fresh token, and an executable as an entry.
#pragma once

#include "archive/writing.hpp"

namespace tenon::archive {

/// Dates of a token that its successor inherits.
struct KeptDates {
    std::optional<std::uint64_t> expires;
    std::optional<std::uint64_t> not_before;
};
Result<std::string> seal_token(claims::ProviderClaims provider, const Seal& seal,
                               const KeptDates& dates);

Result<> write_binary(Writing& writing, const OpenBinary& binary, const Work& work);

} // namespace tenon::archive
