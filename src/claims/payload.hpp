// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What stands in the first two segments of a token, as JSON: the header, and the claims in the
// order and with the omissions of wascap, so that equal claims give equal bytes.
#pragma once

#include "claims/token.hpp"

namespace tenon::claims {

/// `alg` and `typ`, whatever they say.
struct Header {
    std::string algorithm;
    std::string type;
};

/// The header of every token that is written.
inline constexpr std::string_view header_text = R"({"typ":"jwt","alg":"Ed25519"})";
Result<Header> read_header(std::string json);

/// The claims as they stand on the wire.
std::string payload_text(const Claims& claims);

/// The claims from their JSON. A missing field, or one of the wrong type, is `Errc::malformed` and
/// named (`wascap.rev`); the error points into the payload.
Result<Claims> read_payload(std::string json, MetadataKind kind);

} // namespace tenon::claims
