// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "claims/token.hpp"

#include "claims/payload.hpp"
#include "crypto/encoding.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::claims {
namespace {

constexpr std::size_t segment_count = 3;
constexpr std::array<std::string_view, segment_count> segment_names = {"header", "payload",
                                                                       "signature"};

struct Segments {
    std::array<std::string_view, segment_count> text;
};

Result<Segments> split(std::string_view token, std::uint64_t base) {
    Segments segments;
    std::size_t found = 0;
    std::size_t surplus = token.size(); // of the first dot too many, or where one is missing
    for (std::size_t begin = 0;;) {
        const auto dot = std::min(token.find('.', begin), token.size());
        if (found < segment_count)
            segments.text[found] = token.substr(begin, dot - begin);
        ++found;
        if (dot == token.size())
            break;
        if (found == segment_count)
            surplus = dot;
        begin = dot + 1;
    }
    if (found != segment_count)
        return fail(Errc::malformed,
                    fmt::format("token has {} segment{}, not {}", found, found == 1 ? "" : "s",
                                segment_count),
                    base + surplus);
    return segments;
}

Result<Buffer> decode(std::string_view token, const Segments& segments, std::size_t index,
                      std::uint64_t base) {
    const auto segment = segments.text[index];
    auto bytes = crypto::from_base64url(segment);
    if (!bytes) {
        const auto begin = static_cast<std::uint64_t>(segment.data() - token.data());
        return fail(Errc::malformed,
                    fmt::format("the token's {} is not base64url: {}", segment_names[index],
                                bytes.error().message()),
                    base + begin + bytes.error().offset().value_or(0));
    }
    return bytes;
}

std::string text_of(const Buffer& bytes) {
    return std::string(as_text(bytes));
}

MetadataKind kind_of(const Claims& claims) {
    if (claims.metadata && std::holds_alternative<ProviderClaims>(*claims.metadata))
        return MetadataKind::provider;
    if (claims.metadata && std::holds_alternative<IdentityClaims>(*claims.metadata))
        return MetadataKind::identity;
    return MetadataKind::component;
}

} // namespace

std::string_view Token::signed_part() const noexcept {
    return std::string_view(text).substr(0, text.rfind('.'));
}

Result<Token> parse_token(std::string_view text, MetadataKind kind, std::uint64_t base) {
    if (text.size() > max_token_bytes)
        return fail(
            Errc::limit,
            fmt::format("token of {} bytes is larger than {} bytes", text.size(), max_token_bytes),
            base);
    const auto segments = TENON_TRY(split(text, base));
    auto header_bytes = TENON_TRY(decode(text, segments, 0, base));
    auto payload_bytes = TENON_TRY(decode(text, segments, 1, base));
    auto signature = TENON_TRY(decode(text, segments, 2, base));
    auto header = TENON_TRY(read_header(text_of(header_bytes)));
    auto claims = TENON_TRY(read_payload(text_of(payload_bytes), kind));

    Token token;
    token.text = text;
    token.algorithm = std::move(header.algorithm);
    token.type = std::move(header.type);
    token.claims = std::move(claims);
    token.signature = std::move(signature);
    return token;
}

Result<std::string> sign_token(Claims claims, const crypto::KeyPair& issuer) {
    claims.issuer = issuer.public_key().text();
    auto token = fmt::format("{}.{}", crypto::base64url(as_bytes(header_text)),
                             crypto::base64url(as_bytes(payload_text(claims))));
    const auto signature = TENON_TRY(issuer.sign(as_bytes(token)));
    token += '.';
    token += crypto::base64url(signature);
    // A name that is no UTF-8, or a schema that is nested too deeply, would be sealed for good.
    if (auto readable = parse_token(token, kind_of(claims)); !readable)
        return fail(base::Error(Errc::invalid, "these claims make no token that can be read again")
                        .because(readable.error().message()));
    return token;
}

Result<Claims> new_claims(Metadata metadata, const crypto::PublicKey& subject, std::string id,
                          const TokenTimes& times) {
    constexpr std::uint64_t seconds_per_day = 86'400;
    const auto after_days = [&](std::optional<std::uint64_t> days,
                                std::string_view what) -> Result<std::optional<std::uint64_t>> {
        if (!days)
            return std::nullopt;
        std::uint64_t seconds = 0;
        std::uint64_t date = 0;
        if (__builtin_mul_overflow(*days, seconds_per_day, &seconds) ||
            __builtin_add_overflow(times.now, seconds, &date))
            return fail(Errc::usage, fmt::format("{} in {} days is beyond all dates", what, *days));
        return date;
    };
    if (id.empty())
        return fail(Errc::usage, "the id of a token (`jti`) is empty");
    Claims claims;
    claims.expires = TENON_TRY(after_days(times.expires_in_days, "expiry"));
    claims.not_before = TENON_TRY(after_days(times.not_before_in_days, "begin of validity"));
    claims.id = std::move(id);
    claims.issued_at = times.now;
    claims.subject = subject.text();
    claims.metadata = std::move(metadata);
    claims.revision = current_revision;
    return claims;
}

} // namespace tenon::claims
