// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every reason against a token, and dates as people read them.
#include "claims/verdict.hpp"

#include "claims/payload.hpp"
#include "claims/test_vectors.hpp"
#include "crypto/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::claims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::uint64_t day = 86'400;
constexpr std::uint64_t hour = 3'600;

Token parsed(std::string_view text, MetadataKind kind = MetadataKind::component) {
    return parse_token(text, kind).value();
}

Trust anyone(std::uint64_t now = vectors::issued_at) {
    return {now, {}};
}

struct Finding {
    Weight weight;
    Errc code;
    std::string message;
    friend bool operator==(const Finding&, const Finding&) = default;
};
void PrintTo(const Finding& finding, std::ostream* out) {
    *out << (finding.weight == Weight::failure ? "failure" : "warning") << ' '
         << errc_name(finding.code) << ": " << finding.message;
}

std::vector<Finding> findings(const Verdict& verdict) {
    std::vector<Finding> result;
    for (const auto& reason : verdict.reasons)
        result.push_back({reason.weight, reason.code, reason.message});
    return result;
}
Finding failure(Errc code, std::string message) {
    return {Weight::failure, code, std::move(message)};
}
Finding warning(Errc code, std::string message) {
    return {Weight::warning, code, std::move(message)};
}

/// A token of this kind, signed by one seed for the key of another.
Token token_of(MetadataKind kind, std::string_view issuer_seed, std::string_view subject,
               std::optional<std::uint64_t> expires = {},
               std::optional<std::uint64_t> not_before = {}) {
    Claims claims;
    claims.id = "1";
    claims.issued_at = vectors::issued_at;
    claims.subject = subject;
    claims.expires = expires;
    claims.not_before = not_before;
    claims.revision = current_revision;
    switch (kind) {
    case MetadataKind::component: claims.metadata = ComponentClaims(); break;
    case MetadataKind::provider: claims.metadata = ProviderClaims(); break;
    case MetadataKind::identity: claims.metadata = IdentityClaims(); break;
    }
    const auto issuer = crypto::KeyPair::from_seed(issuer_seed).value();
    return parsed(sign_token(claims, issuer).value(), kind);
}

/// A seed of the type, always the same, and its public key.
struct Pair {
    std::string seed;
    std::string key;
};
Pair pair_of(crypto::KeyType type, Byte fill = 7) {
    crypto::SecretArray<32> secret;
    for (auto& byte : secret.get())
        byte = fill;
    const auto pair = crypto::KeyPair::from_bytes(type, std::move(secret));
    return {std::string(pair.seed_text().get()), pair.public_key().text()};
}

/// A component's token with other segments; the signature is kept and does not fit.
Token altered(std::string_view header, std::string_view payload) {
    const auto text = std::string(vectors::empty_module_token);
    return parsed(crypto::base64url(as_bytes(header)) + "." + crypto::base64url(as_bytes(payload)) +
                  text.substr(text.rfind('.')));
}

TEST(Verdict, of_the_public_token_is_good) {
    const auto verdict =
        check_token(parsed(vectors::public_token), MetadataKind::component, anyone());
    EXPECT_THAT(findings(verdict), IsEmpty());
}

TEST(Verdict, sees_every_altered_payload) {
    auto token = parsed(vectors::empty_module_token);
    auto payload = payload_text(token.claims);
    payload.replace(payload.find("vector"), 6, "victor");
    EXPECT_THAT(
        findings(check_token(altered(header_text, payload), MetadataKind::component, anyone())),
        ElementsAre(failure(Errc::bad_signature, "signature does not match the issuer's key")));
}

TEST(Verdict, sees_one_changed_bit_of_the_signature) {
    auto token = parsed(vectors::empty_module_token);
    token.signature[5] ^= 1;
    EXPECT_THAT(
        findings(check_token(token, MetadataKind::component, anyone())),
        ElementsAre(failure(Errc::bad_signature, "signature does not match the issuer's key")));
}

TEST(Verdict, refuses_algorithm_none_without_signature) {
    const auto payload = payload_text(parsed(vectors::empty_module_token).claims);
    const auto token = parsed(crypto::base64url(as_bytes(R"({"typ":"jwt","alg":"none"})")) + "." +
                              crypto::base64url(as_bytes(payload)) + ".");
    EXPECT_THAT(findings(check_token(token, MetadataKind::component, anyone())),
                ElementsAre(failure(Errc::invalid, "algorithm is `none`, not `Ed25519`"),
                            failure(Errc::bad_signature, "signature has 0 bytes, not 64")));
}

TEST(Verdict, refuses_another_type_of_token) {
    const auto payload = payload_text(parsed(vectors::empty_module_token).claims);
    const auto token = altered(R"({"typ":"JWT","alg":"Ed25519"})", payload);
    EXPECT_EQ(findings(check_token(token, MetadataKind::component, anyone())).front(),
              failure(Errc::invalid, "token type is `JWT`, not `jwt`"));
}

TEST(Verdict, shows_hostile_words_cut_and_printable) {
    const auto payload = payload_text(parsed(vectors::empty_module_token).claims);
    const auto token =
        altered(R"({"typ":"jwt","alg":"\u001b[2J)" + std::string(100, 'x') + "\"}", payload);
    const auto message =
        check_token(token, MetadataKind::component, anyone()).reasons.front().message;
    EXPECT_THAT(message, HasSubstr("x…`"));
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
    EXPECT_LT(message.size(), 120U);
}

TEST(Verdict, refuses_a_token_without_metadata) {
    const auto account = crypto::KeyPair::from_seed(vectors::account_seed).value();
    Claims claims;
    claims.subject = vectors::module;
    const auto token = parsed(sign_token(claims, account).value());
    EXPECT_THAT(findings(check_token(token, MetadataKind::component, anyone())),
                ElementsAre(failure(Errc::invalid, "token has no `wascap` metadata")));
}

TEST(Verdict, refuses_an_empty_issuer_and_subject) {
    const auto token = altered(
        header_text, R"({"jti":"1","iat":1,"iss":"","sub":"","wascap":{"hash":"","prov":false}})");
    EXPECT_THAT(findings(check_token(token, MetadataKind::component, anyone())),
                ElementsAre(failure(Errc::bad_key, "issuer is empty"),
                            failure(Errc::bad_key, "subject is empty")));
}

TEST(Verdict, refuses_an_issuer_that_is_no_key) {
    const auto token = altered(header_text, R"({"jti":"1","iat":1,"iss":"AAAA","sub":")" +
                                                std::string(vectors::module) +
                                                R"(","wascap":{"hash":"","prov":false}})");
    const auto verdict = check_token(token, MetadataKind::component, anyone());
    ASSERT_EQ(verdict.reasons.size(), 1U);
    EXPECT_EQ(verdict.reasons[0].code, Errc::bad_key);
    EXPECT_THAT(verdict.reasons[0].message, HasSubstr("issuer is not a public key: "));
}

TEST(Verdict, wants_account_and_module_for_a_component) {
    EXPECT_TRUE(
        check_token(token_of(MetadataKind::component, vectors::account_seed, vectors::module),
                    MetadataKind::component, anyone())
            .reasons.empty());
    const auto token =
        token_of(MetadataKind::component, vectors::module_seed, vectors::other_account);
    EXPECT_THAT(findings(check_token(token, MetadataKind::component, anyone())),
                ElementsAre(failure(Errc::bad_key, "issuer is a module key, not an account key"),
                            failure(Errc::bad_key, "subject is an account key, not a module key")));
}

TEST(Verdict, wants_account_and_service_for_a_provider) {
    EXPECT_TRUE(
        check_token(token_of(MetadataKind::provider, vectors::account_seed, vectors::service),
                    MetadataKind::provider, anyone())
            .reasons.empty());
    const auto token = token_of(MetadataKind::provider, vectors::account_seed, vectors::module);
    EXPECT_THAT(findings(check_token(token, MetadataKind::provider, anyone())),
                ElementsAre(failure(Errc::bad_key, "subject is a module key, not a service key")));
}

TEST(Verdict, wants_an_operator_to_issue_itself) {
    const auto root = pair_of(crypto::KeyType::operator_);
    EXPECT_TRUE(check_token(token_of(MetadataKind::identity, root.seed, root.key),
                            MetadataKind::identity, anyone())
                    .reasons.empty());
    const auto other = pair_of(crypto::KeyType::operator_, 8);
    EXPECT_THAT(findings(check_token(token_of(MetadataKind::identity, other.seed, root.key),
                                     MetadataKind::identity, anyone())),
                ElementsAre(warning(Errc::bad_key, "operator is issued by another operator")));
}

TEST(Verdict, wants_an_operator_to_issue_accounts_and_clusters) {
    const auto root = pair_of(crypto::KeyType::operator_);
    const auto cluster = pair_of(crypto::KeyType::cluster);
    for (const auto& subject : {std::string(vectors::account), cluster.key})
        EXPECT_TRUE(check_token(token_of(MetadataKind::identity, root.seed, subject),
                                MetadataKind::identity, anyone())
                        .reasons.empty());
    EXPECT_THAT(
        findings(
            check_token(token_of(MetadataKind::identity, vectors::account_seed, vectors::account),
                        MetadataKind::identity, anyone())),
        ElementsAre(warning(Errc::bad_key, "account is issued by itself, not by an operator")));
    EXPECT_THAT(
        findings(check_token(
            token_of(MetadataKind::identity, vectors::account_seed, vectors::other_account),
            MetadataKind::identity, anyone())),
        ElementsAre(failure(Errc::bad_key, "issuer is an account key, not an operator key")));
}

TEST(Verdict, knows_no_identity_tokens_for_others) {
    const auto root = pair_of(crypto::KeyType::operator_);
    EXPECT_THAT(findings(check_token(token_of(MetadataKind::identity, root.seed, vectors::user),
                                     MetadataKind::identity, anyone())),
                ElementsAre(failure(Errc::bad_key, "subject is a user key, not that of an "
                                                   "account, an operator or a cluster")));
}

TEST(Verdict, lets_a_token_expire_after_its_last_second) {
    const auto token = token_of(MetadataKind::component, vectors::account_seed, vectors::module,
                                vectors::issued_at);
    EXPECT_TRUE(check_token(token, MetadataKind::component, anyone(vectors::issued_at)).fit());
    EXPECT_THAT(findings(check_token(token, MetadataKind::component,
                                     anyone(vectors::issued_at + 3 * day + hour))),
                ElementsAre(failure(Errc::expired, "expired 3days ago")));
}

TEST(Verdict, lets_a_token_begin_with_its_first_second) {
    const auto token = token_of(MetadataKind::component, vectors::account_seed, vectors::module, {},
                                vectors::issued_at);
    EXPECT_TRUE(check_token(token, MetadataKind::component, anyone(vectors::issued_at)).fit());
    EXPECT_THAT(
        findings(check_token(token, MetadataKind::component, anyone(vectors::issued_at - 960))),
        ElementsAre(failure(Errc::not_yet_valid, "not yet valid, begins in 16m")));
}

TEST(Verdict, trusts_only_the_issuers_named) {
    Trust trust = anyone();
    trust.issuers = {std::string(vectors::other_account)};
    const auto token = parsed(vectors::empty_module_token);
    EXPECT_THAT(findings(check_token(token, MetadataKind::component, trust)),
                ElementsAre(failure(Errc::untrusted, "issuer `" + std::string(vectors::account) +
                                                         "` is not among those trusted")));
    trust.issuers.emplace_back(vectors::account);
    EXPECT_TRUE(check_token(token, MetadataKind::component, trust).fit());
}

TEST(Verdict, is_fit_with_warnings_but_not_with_a_failure) {
    Verdict verdict;
    verdict.add(Weight::warning, Errc::invalid, "one");
    EXPECT_TRUE(verdict.fit());
    verdict.add(Weight::failure, Errc::expired, "two");
    EXPECT_FALSE(verdict.fit());
}

TEST(Verdict, refuses_with_the_first_failure_and_all_causes) {
    Verdict verdict;
    verdict.add(Weight::warning, Errc::invalid, "one");
    EXPECT_TRUE(verdict.require_fit("`a.wasm`"));
    verdict.add(Weight::failure, Errc::expired, "two");
    verdict.add(Weight::failure, Errc::bad_key, "three");
    const auto error = verdict.require_fit("`a.wasm`").error();
    EXPECT_EQ(error.code(), Errc::expired);
    EXPECT_EQ(error.message(), "`a.wasm` is not fit for use");
    EXPECT_THAT(error.causes(), ElementsAre("two", "three"));
}

std::string in(std::uint64_t seconds) {
    return human_date(1'000'000'000 + seconds, 1'000'000'000, "never");
}

TEST(HumanDate, absent_is_what_the_caller_says) {
    EXPECT_EQ(human_date({}, 0, "never"), "never");
    EXPECT_EQ(human_date({}, 0, "immediately"), "immediately");
}

TEST(HumanDate, rounds_down_to_its_largest_unit_up_to_days) {
    EXPECT_EQ(in(0), "in 0s");
    EXPECT_EQ(in(5), "in 5s");
    EXPECT_EQ(in(59), "in 59s");
    EXPECT_EQ(in(16 * 60 + 59), "in 16m");
    EXPECT_EQ(in(hour), "in 1h");
    EXPECT_EQ(in(8 * hour + 3599), "in 8h");
    EXPECT_EQ(in(day - 1), "in 23h");
    EXPECT_EQ(in(day), "in 1day");
    EXPECT_EQ(in(2 * day + hour), "in 2days");
    EXPECT_EQ(in(30 * day), "in 30days");
}

TEST(HumanDate, shows_small_units_again_behind_months_and_years) {
    EXPECT_EQ(in(31 * day), "in 1month 13h 26m 24s");
    EXPECT_EQ(in(400 * day), "in 1year 1month 4days 7h 26m 24s");
    EXPECT_EQ(in(800 * day), "in 2years 2months 8days 14h 52m 48s");
}

TEST(HumanDate, of_the_past_is_ago) {
    EXPECT_EQ(human_date(1000, 1000 + 8 * hour, "never"), "8h ago");
    EXPECT_EQ(human_date(1000, 1000 + 2 * day, "never"), "2days ago");
    EXPECT_EQ(human_date(0, ~std::uint64_t{0}, "never").substr(0, 12), "584542046090");
}

} // namespace
} // namespace tenon::claims
