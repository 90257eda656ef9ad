// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokens as wascap writes them, byte for byte, and everything that is no token.
#include "claims/token.hpp"

#include "claims/payload.hpp"
#include "claims/test_vectors.hpp"
#include "crypto/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace tenon::claims {
namespace {

using ::testing::HasSubstr;

crypto::KeyPair pair_of(std::string_view seed) {
    return crypto::KeyPair::from_seed(seed).value();
}
crypto::PublicKey key_of(std::string_view text) {
    return crypto::PublicKey::parse(text).value();
}

ComponentClaims vector_component() {
    ComponentClaims claims;
    claims.name = "vector";
    claims.hash = vectors::empty_module_hash;
    claims.tags.emplace();
    claims.rev = 1;
    claims.ver = "0.1.0";
    return claims;
}

ProviderClaims vector_provider() {
    ProviderClaims claims;
    claims.name = "Test parJEEzy";
    claims.vendor = "TestRunner";
    claims.rev = 42;
    claims.ver = "3.2.1";
    claims.target_hashes.emplace("x86_64-linux", vectors::provider_target_hash);
    return claims;
}

TokenTimes at(std::uint64_t now) {
    return {now, {}, {}};
}

/// A token around the two texts; its signature is 64 zero bytes.
std::string token_of(std::string_view header, std::string_view payload) {
    return crypto::base64url(as_bytes(header)) + "." + crypto::base64url(as_bytes(payload)) + "." +
           crypto::base64url(Buffer(64));
}
std::string token_of(std::string_view payload) {
    return token_of(header_text, payload);
}
/// The same, with the `wascap` object given and everything else in order.
std::string token_with(std::string_view metadata) {
    return token_of(R"({"jti":"1","iat":1,"iss":"A","sub":"M","wascap":)" + std::string(metadata) +
                    "}");
}

base::Error error_of(std::string_view token, MetadataKind kind = MetadataKind::component) {
    auto parsed = parse_token(token, kind);
    EXPECT_FALSE(parsed);
    return parsed ? base::Error(Errc::unsupported, "no error") : std::move(parsed).error();
}

TEST(Token, of_a_component_is_the_known_one_byte_for_byte) {
    const auto claims = new_claims(vector_component(), key_of(vectors::module),
                                   "0000000000000000000001", at(vectors::issued_at))
                            .value();
    const auto token = sign_token(claims, pair_of(vectors::account_seed)).value();
    EXPECT_EQ(token, vectors::empty_module_token);
}

TEST(Token, of_a_provider_has_the_known_length_and_signature) {
    const auto claims = new_claims(vector_provider(), key_of(vectors::service),
                                   "0000000000000000000002", at(vectors::issued_at))
                            .value();
    const auto token = sign_token(claims, pair_of(vectors::other_account_seed)).value();
    EXPECT_EQ(token.size(), 631U);
    EXPECT_TRUE(token.ends_with(vectors::provider_signature));
}

TEST(Token, of_a_provider_without_name_says_null) {
    auto provider = vector_provider();
    provider.name.reset();
    const auto claims = new_claims(provider, key_of(vectors::service), "2", at(1)).value();
    EXPECT_THAT(payload_text(claims), HasSubstr(R"("wascap":{"name":null,"vendor":"TestRunner")"));
}

TEST(Token, of_an_identity_lists_its_signers_or_says_null) {
    IdentityClaims identity;
    identity.name = "root";
    identity.valid_signers.emplace();
    const auto key = key_of(vectors::account);
    EXPECT_THAT(payload_text(new_claims(identity, key, "1", at(1)).value()),
                HasSubstr(R"("wascap":{"name":"root","valid_signers":[]})"));
    identity.valid_signers.reset();
    EXPECT_THAT(payload_text(new_claims(identity, key, "1", at(1)).value()),
                HasSubstr(R"("wascap":{"name":"root","valid_signers":null})"));
}

TEST(Token, writes_all_fields_in_wire_order) {
    ComponentClaims component;
    component.name = "n";
    component.hash = "H";
    component.tags = {"t"};
    component.caps = {"c"};
    component.rev = -1;
    component.ver = "v";
    component.call_alias = "a";
    component.prov = true;
    Claims claims;
    claims.expires = 5;
    claims.id = "i";
    claims.issued_at = 4;
    claims.issuer = "I";
    claims.subject = "S";
    claims.not_before = 3;
    claims.metadata = component;
    claims.revision = 3;
    EXPECT_EQ(payload_text(claims),
              R"({"exp":5,"jti":"i","iat":4,"iss":"I","sub":"S","nbf":3,"wascap":{"name":"n",)"
              R"("hash":"H","tags":["t"],"caps":["c"],"rev":-1,"ver":"v","call_alias":"a",)"
              R"("prov":true},"wascap_revision":3})");
}

TEST(Token, writes_text_as_utf8_and_escapes_only_what_json_demands) {
    ComponentClaims component;
    component.name = "Müller \"x\" \\ \n/\x7f";
    Claims claims;
    claims.metadata = component;
    EXPECT_THAT(payload_text(claims), HasSubstr("\"name\":\"Müller \\\"x\\\" \\\\ \\n/\x7f\""));
}

TEST(Token, public_one_is_taken_apart) {
    const auto token = parse_token(vectors::public_token, MetadataKind::component).value();
    EXPECT_EQ(token.algorithm, "Ed25519");
    EXPECT_EQ(token.type, "jwt");
    EXPECT_EQ(token.claims.id, "SjB5fm974Sju9WMgTUchsb");
    EXPECT_EQ(token.claims.issued_at, 1644843743U);
    EXPECT_EQ(token.claims.issuer, "ACOJJN6WUP4ODD75XEBKKTCCUJJCY5ZKQ56XVKYK4BEJWGVAOOQHZMCW");
    EXPECT_EQ(token.claims.subject, "MBCFOPM6JW2APJLXJD3Z5O4CN7CPYJ2B4FTKLJUR5YR5MITIU7HD3WD5");
    EXPECT_FALSE(token.claims.expires);
    EXPECT_FALSE(token.claims.not_before);
    EXPECT_FALSE(token.claims.revision);
    const auto& component = std::get<ComponentClaims>(token.claims.metadata.value());
    EXPECT_EQ(component.name, "Echo");
    EXPECT_EQ(component.hash, "4CEC673A7DCCEA6A4165BB195832C7936471CF7AB4501F837F8D679F4400BC97");
    EXPECT_EQ(component.tags, std::vector<std::string>());
    EXPECT_EQ(component.caps, std::vector<std::string>{"wasmcloud:httpserver"});
    EXPECT_EQ(component.rev, 4);
    EXPECT_EQ(component.ver, "0.3.4");
    EXPECT_FALSE(component.prov);
}

TEST(Token, public_one_is_written_again_as_it_was) {
    const auto token = parse_token(vectors::public_token, MetadataKind::component).value();
    const auto again = crypto::base64url(as_bytes(header_text)) + "." +
                       crypto::base64url(as_bytes(payload_text(token.claims)));
    EXPECT_EQ(again, token.signed_part());
}

TEST(Token, keeps_a_schema_with_the_spelling_of_its_numbers) {
    constexpr std::string_view schema = R"({"b":1.50,"a":[1e3,null]})";
    const auto token =
        parse_token(token_with(R"({"name":null,"vendor":"v","target_hashes":{},"config_schema":)" +
                               std::string(schema) + "}"),
                    MetadataKind::provider)
            .value();
    const auto& provider = std::get<ProviderClaims>(token.claims.metadata.value());
    EXPECT_EQ(data::to_json(provider.config_schema.value()), schema);
    EXPECT_THAT(payload_text(token.claims), HasSubstr(schema));
}

TEST(Token, of_old_days_has_a_contract_id) {
    const auto token =
        parse_token(token_with(R"({"name":"n","capid":"a:b","vendor":"v","target_hashes":{}})"),
                    MetadataKind::provider)
            .value();
    EXPECT_EQ(std::get<ProviderClaims>(token.claims.metadata.value()).capid, "a:b");
}

TEST(Token, with_too_few_segments_is_rejected_at_its_end) {
    const auto error = error_of("asd.123123123");
    EXPECT_EQ(error.code(), Errc::malformed);
    EXPECT_EQ(error.message(), "token has 2 segments, not 3");
    EXPECT_EQ(error.offset(), 13U);
}

TEST(Token, with_too_many_segments_is_rejected_at_the_dot) {
    const auto error = error_of("asd.123.abc.easy");
    EXPECT_EQ(error.message(), "token has 4 segments, not 3");
    EXPECT_EQ(error.offset(), 11U);
}

TEST(Token, that_is_empty_has_one_segment) {
    EXPECT_EQ(error_of("").message(), "token has 1 segment, not 3");
}

TEST(Token, rejects_unused_bits_and_names_the_segment) {
    const auto error = error_of("ddd.123.notajwt");
    EXPECT_EQ(error.code(), Errc::malformed);
    EXPECT_EQ(error.message(), "the token's header is not base64url: non-zero trailing bits at 2");
    EXPECT_EQ(error.offset(), 2U);
}

TEST(Token, rejects_padding) {
    const auto text = std::string(vectors::public_token);
    const auto payload_end = text.rfind('.');
    const auto payload_begin = text.find('.') + 1;
    const auto error = error_of(text.substr(0, payload_end) + "=" + text.substr(payload_end));
    EXPECT_EQ(error.message(), "the token's payload is not base64url: invalid symbol at " +
                                   std::to_string(payload_end - payload_begin));
    EXPECT_EQ(error.offset(), payload_end);
}

TEST(Token, rejects_the_other_alphabet) {
    EXPECT_EQ(error_of("e30.e30.+/+/").offset(), 8U);
    EXPECT_EQ(error_of("e30.e3 0.AAAA").offset(), 6U);
}

TEST(Token, counts_its_offsets_from_where_it_lies_in_a_file) {
    const auto error = parse_token("asd.123.abc.easy", MetadataKind::component, 1000).error();
    EXPECT_EQ(error.offset(), 1011U);
    EXPECT_EQ(parse_token("e30.e30.+", MetadataKind::component, 1000).error().offset(), 1008U);
}

TEST(Token, beyond_a_mebibyte_is_rejected) {
    const auto error = error_of(std::string((1 << 20) + 1, 'A'));
    EXPECT_EQ(error.code(), Errc::limit);
    EXPECT_EQ(error.message(), "token of 1048577 bytes is larger than 1048576 bytes");
    EXPECT_EQ(error_of(std::string(1 << 20, 'A')).code(), Errc::malformed);
}

TEST(Token, header_needs_algorithm_and_type) {
    EXPECT_EQ(error_of(token_of(R"({"typ":"jwt"})", "{}")).message(), "field `alg` is missing");
    EXPECT_EQ(error_of(token_of(R"({"alg":"Ed25519"})", "{}")).message(), "field `typ` is missing");
    EXPECT_EQ(error_of(token_of(R"({"alg":1,"typ":"jwt"})", "{}")).message(),
              "field `alg` is not a string");
    EXPECT_EQ(error_of(token_of("[]", "{}")).message(), "the token's header is not an object");
}

TEST(Token, keeps_any_algorithm_type_and_signature_for_the_verdict) {
    const auto text = crypto::base64url(as_bytes(R"({"alg":"none","typ":"JWT"})")) + "." +
                      crypto::base64url(as_bytes(R"({"jti":"","iat":0,"iss":"","sub":""})")) + ".";
    const auto token = parse_token(text, MetadataKind::component).value();
    EXPECT_EQ(token.algorithm, "none");
    EXPECT_EQ(token.type, "JWT");
    EXPECT_TRUE(token.signature.empty());
    EXPECT_FALSE(token.claims.metadata);
}

struct Wrong {
    std::string_view text;
    std::string_view message;
};

TEST(Token, names_the_field_that_is_missing_or_of_the_wrong_type) {
    constexpr std::array cases = {
        Wrong{"1", "the token's payload is not an object"},
        Wrong{R"({"iat":1,"iss":"","sub":""})", "field `jti` is missing"},
        Wrong{R"({"jti":"","iss":"","sub":""})", "field `iat` is missing"},
        Wrong{R"({"jti":"","iat":1,"sub":""})", "field `iss` is missing"},
        Wrong{R"({"jti":"","iat":1,"iss":""})", "field `sub` is missing"},
        Wrong{R"({"jti":null,"iat":1,"iss":"","sub":""})", "field `jti` is not a string"},
        Wrong{R"({"jti":"","iat":"1","iss":"","sub":""})",
              "field `iat` is not a whole number of 0 or more"},
        Wrong{R"({"exp":-1,"jti":"","iat":1,"iss":"","sub":""})",
              "field `exp` is not a whole number of 0 or more"},
        Wrong{R"({"exp":1.5,"jti":"","iat":1,"iss":"","sub":""})",
              "field `exp` is not a whole number of 0 or more"},
        Wrong{R"({"exp":18446744073709551616,"jti":"","iat":1,"iss":"","sub":""})",
              "field `exp` is not a whole number of 0 or more"},
        Wrong{R"({"nbf":true,"jti":"","iat":1,"iss":"","sub":""})",
              "field `nbf` is not a whole number of 0 or more"},
        Wrong{R"({"jti":"","iat":1,"iss":"","sub":"","wascap":[]})",
              "field `wascap` is not an object"},
        Wrong{"\xef\xbb\xbf"
              R"({"jti":"","iat":1,"iss":"","sub":""})",
              "the token's payload begins with a byte order mark"},
    };
    for (const auto& [text, message] : cases) {
        const auto error = error_of(token_of(text));
        EXPECT_EQ(error.message(), message) << text;
        EXPECT_EQ(error.code(), Errc::malformed) << text;
    }
}

TEST(Token, names_the_field_of_a_component_that_is_wrong) {
    constexpr std::array cases = {
        Wrong{R"({})", "field `wascap.hash` is missing"},
        Wrong{R"({"hash":null})", "field `wascap.hash` is not a string"},
        Wrong{R"({"hash":"","name":1})", "field `wascap.name` is not a string"},
        Wrong{R"({"hash":"","tags":"a"})", "field `wascap.tags` is not a list of strings"},
        Wrong{R"({"hash":"","tags":["a",1]})", "field `wascap.tags` is not a list of strings"},
        Wrong{R"({"hash":"","rev":2147483648})",
              "field `wascap.rev` is not a whole number of 32 bits"},
        Wrong{R"({"hash":"","rev":1.0})", "field `wascap.rev` is not a whole number of 32 bits"},
        Wrong{R"({"hash":"","prov":"no"})", "field `wascap.prov` is not a boolean"},
    };
    for (const auto& [text, message] : cases)
        EXPECT_EQ(error_of(token_with(text)).message(), message) << text;
}

TEST(Token, names_the_field_of_a_provider_that_is_wrong) {
    constexpr std::array cases = {
        Wrong{R"({"hash":"x"})", "field `wascap.vendor` is missing"},
        Wrong{R"({"vendor":"v"})", "field `wascap.target_hashes` is missing"},
        Wrong{R"({"vendor":"v","target_hashes":[]})",
              "field `wascap.target_hashes` is not an object of strings"},
        Wrong{R"({"vendor":"v","target_hashes":{"a":1}})",
              "field `wascap.target_hashes.a` is not a string"},
    };
    for (const auto& [text, message] : cases)
        EXPECT_EQ(error_of(token_with(text), MetadataKind::provider).message(), message) << text;
}

TEST(Token, takes_the_smallest_and_the_largest_revision) {
    const auto low =
        parse_token(token_with(R"({"hash":"","rev":-2147483648})"), MetadataKind::component)
            .value();
    EXPECT_EQ(std::get<ComponentClaims>(*low.claims.metadata).rev,
              std::numeric_limits<std::int32_t>::min());
    const auto high =
        parse_token(token_with(R"({"hash":"","rev":2147483647})"), MetadataKind::component).value();
    EXPECT_EQ(std::get<ComponentClaims>(*high.claims.metadata).rev,
              std::numeric_limits<std::int32_t>::max());
}

TEST(Token, rejects_a_field_that_occurs_twice) {
    const auto error = error_of(token_of(R"({"jti":"","iat":1,"iss":"A","iss":"B","sub":""})"));
    EXPECT_THAT(error.message(), HasSubstr("`iss`"));
}

TEST(Token, points_into_the_payload) {
    const auto error = error_of(token_of(R"({"jti":"","iat":"x","iss":"","sub":""})"));
    ASSERT_TRUE(error.source());
    EXPECT_EQ(error.source()->file, "token payload");
    EXPECT_EQ(error.source()->place.line, 1U);
    EXPECT_EQ(error.source()->place.column, 17U);
}

TEST(Token, ignores_unknown_fields) {
    EXPECT_TRUE(parse_token(
        token_of(R"({"jti":"","iat":1,"iss":"","sub":"","aud":"x","wascap":{"hash":"","q":1}})"),
        MetadataKind::component));
}

TEST(SignToken, puts_the_signer_into_the_claims) {
    auto claims = new_claims(vector_component(), key_of(vectors::module), "1", at(1)).value();
    claims.issuer = "somebody else";
    const auto token = sign_token(claims, pair_of(vectors::other_account_seed)).value();
    EXPECT_EQ(parse_token(token, MetadataKind::component).value().claims.issuer,
              vectors::other_account);
}

TEST(SignToken, refuses_claims_that_could_not_be_read_back) {
    auto component = vector_component();
    component.name = "\xff";
    const auto claims = new_claims(component, key_of(vectors::module), "1", at(1)).value();
    const auto error = sign_token(claims, pair_of(vectors::account_seed)).error();
    EXPECT_EQ(error.code(), Errc::invalid);
    EXPECT_EQ(error.message(), "these claims make no token that can be read again");
    EXPECT_EQ(error.causes().size(), 1U);
}

TEST(SignToken, refuses_a_curve_key) {
    const auto claims = new_claims(vector_component(), key_of(vectors::module), "1", at(1)).value();
    EXPECT_EQ(sign_token(claims, pair_of(vectors::curve_seed)).error().code(), Errc::bad_key);
}

TEST(NewClaims, count_days_from_now) {
    TokenTimes times = at(1000);
    times.expires_in_days = 30;
    times.not_before_in_days = 1;
    const auto claims = new_claims(vector_component(), key_of(vectors::module), "1", times).value();
    EXPECT_EQ(claims.issued_at, 1000U);
    EXPECT_EQ(claims.expires, 2'593'000U);
    EXPECT_EQ(claims.not_before, 87'400U);
    EXPECT_EQ(claims.revision, 3U);
}

TEST(NewClaims, refuse_a_date_beyond_all_dates) {
    TokenTimes times = at(1000);
    times.expires_in_days = std::numeric_limits<std::uint64_t>::max();
    const auto error = new_claims(vector_component(), key_of(vectors::module), "1", times).error();
    EXPECT_EQ(error.code(), Errc::usage);
    EXPECT_EQ(error.message(), "expiry in 18446744073709551615 days is beyond all dates");
}

TEST(CallAlias, of_allowed_letters_is_kept) {
    EXPECT_EQ(normalize_call_alias("ok/alias_1").value(), "ok/alias_1");
}

TEST(CallAlias, cannot_be_empty) {
    EXPECT_EQ(normalize_call_alias("").error().message(), "call alias cannot be empty");
}

TEST(CallAlias, cannot_be_a_public_key) {
    EXPECT_EQ(normalize_call_alias(vectors::module).error().message(),
              "public key cannot be used as a call alias");
}

TEST(CallAlias, with_other_letters_is_refused_with_what_would_do) {
    const auto error = normalize_call_alias(" Has Späce.2-x").error();
    EXPECT_EQ(error.message(), "call alias ` Has Späce.2-x` contains invalid characters");
    EXPECT_EQ(error.helps().back(), "`has_spce_2_x` would do");
    EXPECT_EQ(normalize_call_alias("ü").error().helps().size(), 1U);
}

} // namespace
} // namespace tenon::claims
