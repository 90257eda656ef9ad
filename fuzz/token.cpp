// LINK: tenon_claims
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokens: whatever is read as one, of any kind, is written again, and reads and writes the same.
#include "claims/payload.hpp"
#include "claims/verdict.hpp"
#include "crypto/encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

namespace claims = tenon::claims;
namespace crypto = tenon::crypto;
using tenon::as_bytes, tenon::as_text, tenon::Buffer, tenon::Bytes;

void check(std::string_view text, claims::MetadataKind kind) {
    const auto token = claims::parse_token(text, kind);
    if (!token)
        return;
    const auto verdict = claims::check_token(*token, kind, {1'700'000'000, {}});
    if (verdict.fit() != verdict.require_fit("it").has_value())
        std::abort();
    const auto payload = claims::payload_text(token->claims);
    const auto again = crypto::base64url(as_bytes(claims::header_text)) + "." +
                       crypto::base64url(as_bytes(payload)) + ".";
    // An escape such as \u0001 grows when it is written out; only then is the limit in reach.
    if (again.size() > claims::max_token_bytes)
        return;
    const auto reread = claims::parse_token(again, kind);
    if (!reread || claims::payload_text(reread->claims) != payload)
        std::abort();
}

} // namespace

// Mutations of base64 seldom make JSON, so a text without dots is taken for a payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto input = as_text(Bytes(bytes, size));
    const auto token = input.find('.') == input.npos || input.starts_with('{')
                           ? crypto::base64url(as_bytes(claims::header_text)) + "." +
                                 crypto::base64url(as_bytes(input)) + "." +
                                 crypto::base64url(Buffer(64))
                           : std::string(input);
    for (const auto kind : {claims::MetadataKind::component, claims::MetadataKind::provider,
                            claims::MetadataKind::identity})
        check(token, kind);
    return 0;
}
