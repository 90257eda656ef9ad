// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "claims/verdict.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::claims {
namespace {

using crypto::KeyType;
using crypto::PublicKey;

/// Who may issue what, apart from identity tokens, whose subject says what they are.
struct Roles {
    KeyType issuer;
    KeyType subject;
};
constexpr Roles component_roles = {KeyType::account, KeyType::module};
constexpr Roles provider_roles = {KeyType::account, KeyType::service};

/// A word of the token for a message: made printable, and cut, since a token may hold anything.
std::string shown(std::string_view word) {
    constexpr std::size_t longest = 64;
    return word.size() > longest ? base::printable(word.substr(0, longest)) + "…"
                                 : base::printable(word);
}

std::string_view with_article(KeyType type) {
    return type == KeyType::account || type == KeyType::operator_ ? "an" : "a";
}

std::string key_word(KeyType type) {
    return fmt::format("{} {} key", with_article(type), crypto::row_of(type).name);
}

std::optional<PublicKey> check_key(std::string_view role, std::string_view text, Verdict& verdict) {
    auto key = PublicKey::parse(text);
    if (key)
        return *key;
    verdict.add(Weight::failure, Errc::bad_key,
                text.empty()
                    ? fmt::format("{} is empty", role)
                    : fmt::format("{} is not a public key: {}", role, key.error().message()));
    return std::nullopt;
}

void check_type(std::string_view role, const std::optional<PublicKey>& key, KeyType wanted,
                Verdict& verdict) {
    if (key && key->type() != wanted)
        verdict.add(Weight::failure, Errc::bad_key,
                    fmt::format("{} is {}, not {}", role, key_word(key->type()), key_word(wanted)));
}

void check_identity(const std::optional<PublicKey>& issuer, const std::optional<PublicKey>& subject,
                    Verdict& verdict) {
    if (!subject)
        return check_type("issuer", issuer, KeyType::operator_, verdict);
    const auto type = subject->type();
    const bool can_have_one =
        type == KeyType::operator_ || type == KeyType::account || type == KeyType::cluster;
    if (!can_have_one)
        return verdict.add(Weight::failure, Errc::bad_key,
                           fmt::format("subject is {}, not that of an account, an operator or a "
                                       "cluster",
                                       key_word(type)));
    const bool self_signed = issuer && *issuer == *subject;
    if (type == KeyType::operator_ && issuer && issuer->type() == type && !self_signed)
        return verdict.add(Weight::warning, Errc::bad_key,
                           "operator is issued by another operator");
    if (type != KeyType::operator_ && self_signed)
        return verdict.add(
            Weight::warning, Errc::bad_key,
            fmt::format("{} is issued by itself, not by an operator", crypto::row_of(type).name));
    check_type("issuer", issuer, KeyType::operator_, verdict);
}

void check_roles(MetadataKind kind, const std::optional<PublicKey>& issuer,
                 const std::optional<PublicKey>& subject, Verdict& verdict) {
    if (kind == MetadataKind::identity)
        return check_identity(issuer, subject, verdict);
    const auto& roles = kind == MetadataKind::provider ? provider_roles : component_roles;
    check_type("issuer", issuer, roles.issuer, verdict);
    check_type("subject", subject, roles.subject, verdict);
}

void check_signature(const Token& token, const std::optional<PublicKey>& issuer, Verdict& verdict) {
    constexpr std::size_t signature_size = 64;
    if (token.signature.size() != signature_size)
        return verdict.add(
            Weight::failure, Errc::bad_signature,
            fmt::format("signature has {} bytes, not {}", token.signature.size(), signature_size));
    if (issuer && !issuer->verifies(as_bytes(token.signed_part()), token.signature))
        verdict.add(Weight::failure, Errc::bad_signature,
                    "signature does not match the issuer's key");
}

void check_dates(const Claims& claims, std::uint64_t now, Verdict& verdict) {
    if (claims.expires && *claims.expires < now)
        verdict.add(Weight::failure, Errc::expired,
                    fmt::format("expired {}", human_date(claims.expires, now, {})));
    if (claims.not_before && now < *claims.not_before)
        verdict.add(
            Weight::failure, Errc::not_yet_valid,
            fmt::format("not yet valid, begins {}", human_date(claims.not_before, now, {})));
}

} // namespace

bool Verdict::fit() const noexcept {
    return std::ranges::none_of(
        reasons, [](const Reason& reason) { return reason.weight == Weight::failure; });
}

void Verdict::add(Weight weight, Errc code, std::string message) {
    reasons.push_back({weight, code, std::move(message)});
}

Result<> Verdict::require_fit(std::string_view what) const {
    std::optional<base::Error> error;
    for (const auto& reason : reasons) {
        if (reason.weight != Weight::failure)
            continue;
        if (!error)
            error.emplace(reason.code, fmt::format("{} is not fit for use", what));
        error = std::move(*error).because(reason.message);
    }
    if (error)
        return fail(std::move(*error));
    return {};
}

Verdict check_token(const Token& token, MetadataKind kind, const Trust& trust) {
    Verdict verdict;
    if (token.algorithm != "Ed25519")
        verdict.add(Weight::failure, Errc::invalid,
                    fmt::format("algorithm is `{}`, not `Ed25519`", shown(token.algorithm)));
    if (token.type != "jwt")
        verdict.add(Weight::failure, Errc::invalid,
                    fmt::format("token type is `{}`, not `jwt`", shown(token.type)));
    if (!token.claims.metadata)
        verdict.add(Weight::failure, Errc::invalid, "token has no `wascap` metadata");

    const auto issuer = check_key("issuer", token.claims.issuer, verdict);
    const auto subject = check_key("subject", token.claims.subject, verdict);
    check_roles(kind, issuer, subject, verdict);
    check_signature(token, issuer, verdict);
    check_dates(token.claims, trust.now, verdict);
    if (!trust.issuers.empty() &&
        std::ranges::find(trust.issuers, token.claims.issuer) == trust.issuers.end())
        verdict.add(
            Weight::failure, Errc::untrusted,
            fmt::format("issuer `{}` is not among those trusted", shown(token.claims.issuer)));
    return verdict;
}

namespace {

struct TimeUnit {
    std::uint64_t seconds;
    std::string_view name;
    bool has_plural;
};

// The lengths of month and year are those of the library that wash prints with: 30.44 and 365.25
// days.
constexpr std::array<TimeUnit, 6> time_units = {{{31'557'600, "year", true},
                                                 {2'630'016, "month", true},
                                                 {86'400, "day", true},
                                                 {3'600, "h", false},
                                                 {60, "m", false},
                                                 {1, "s", false}}};
constexpr std::size_t first_rounding_unit = 2; // days and shorter

/// The span in its largest of days, hours, minutes and seconds, rounded down, then written out in
/// all units: 400 days show hours again, since neither a month nor a year is a number of days.
std::string human_span(std::uint64_t seconds) {
    for (const auto& unit : std::span(time_units).subspan(first_rounding_unit))
        if (seconds >= unit.seconds) {
            seconds -= seconds % unit.seconds;
            break;
        }
    std::string text;
    for (const auto& unit : time_units) {
        const auto count = seconds / unit.seconds;
        seconds %= unit.seconds;
        if (count > 0)
            text += fmt::format("{}{}{}{}", text.empty() ? "" : " ", count, unit.name,
                                unit.has_plural && count > 1 ? "s" : "");
    }
    return text.empty() ? "0s" : text;
}

} // namespace

std::string human_date(std::optional<std::uint64_t> date, std::uint64_t now,
                       std::string_view absent) {
    if (!date)
        return std::string(absent);
    return *date >= now ? fmt::format("in {}", human_span(*date - now))
                        : fmt::format("{} ago", human_span(now - *date));
}

} // namespace tenon::claims
