// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tokens in files: normalising, hashing, signing and finding, against bytes put together here.
#include "claims/embed.hpp"

#include "base/hex.hpp"
#include "base/leb128.hpp"
#include "claims/test_vectors.hpp"
#include "crypto/sha256.hpp"
#include "wasm/sections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::claims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Builders

Buffer operator+(Buffer left, const Buffer& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}
Buffer text(std::string_view text) {
    const auto bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}
const Buffer module_preamble = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
const Buffer component_preamble = {0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00};
const Buffer old_component_preamble = {0x00, 0x61, 0x73, 0x6d, 0x0c, 0x00, 0x01, 0x00};

/// A length in the fewest bytes.
Buffer leb(std::size_t value) {
    Buffer out;
    base::append_unsigned_leb(out, value);
    return out;
}
/// A length in five bytes, as linkers write it to fill it in later.
Buffer padded_leb(std::size_t value) {
    Buffer out;
    for (int i = 0; i < 4; ++i) {
        out.push_back(static_cast<Byte>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<Byte>(value));
    return out;
}
Buffer section(Byte id, const Buffer& content) {
    return Buffer{id} + leb(content.size()) + content;
}
Buffer padded_section(Byte id, const Buffer& content) {
    return Buffer{id} + padded_leb(content.size()) + content;
}
Buffer custom(std::string_view name, const Buffer& payload) {
    return section(0, leb(name.size()) + text(name) + payload);
}
Buffer module(const Buffer& sections) {
    return module_preamble + sections;
}
Buffer component(const Buffer& sections) {
    return component_preamble + sections;
}

const Buffer a_token = text(vectors::empty_module_token);
const Buffer name_section = custom("name", {0});
const Buffer type_section = section(1, {0x01, 0x60, 0x00, 0x00});

std::string sha256_hex(const Buffer& bytes) {
    return base::upper_hex(crypto::sha256(bytes));
}

crypto::KeyPair issuer() {
    return crypto::KeyPair::from_seed(vectors::account_seed).value();
}

/// The claims of the known token, but for the hash.
Claims claims() {
    ComponentClaims component;
    component.name = "vector";
    component.hash = "to be overwritten";
    component.tags.emplace();
    component.rev = 1;
    component.ver = "0.1.0";
    return new_claims(component, crypto::PublicKey::parse(vectors::module).value(),
                      "0000000000000000000001", {vectors::issued_at, {}, {}})
        .value();
}

Trust anyone() {
    return {vectors::issued_at, {}};
}

std::vector<std::string> messages(const Verdict& verdict) {
    std::vector<std::string> result;
    for (const auto& reason : verdict.reasons)
        result.push_back((reason.weight == Weight::failure ? "failure: " : "warning: ") +
                         reason.message);
    return result;
}

// Normalising

TEST(Normalize, keeps_a_file_that_is_normal) {
    const auto file = module(type_section + name_section);
    EXPECT_EQ(normalize(file).value(), file);
}

TEST(Normalize, removes_tokens_of_both_names_wherever_they_stand) {
    const auto file = module(custom("jwt", {1}) + type_section + custom("wasmcloud_jwt", {2}) +
                             name_section + custom("wasmcloud_jwt", {3}));
    EXPECT_EQ(normalize(file).value(), module(type_section + name_section));
}

TEST(Normalize, keeps_sections_whose_names_are_only_alike) {
    const auto file = module(custom("jwt2", {1}) + custom("JWT", {2}) + custom("", {}));
    EXPECT_EQ(normalize(file).value(), file);
}

TEST(Normalize, shortens_padded_sizes) {
    const auto file = module(padded_section(1, {0x01, 0x60, 0x00, 0x00}));
    EXPECT_EQ(normalize(file).value(), module(type_section));
}

TEST(Normalize, leaves_the_content_of_sections_alone) {
    const auto content = padded_leb(1) + Buffer{0x60, 0x00, 0x00};
    const auto file = module(section(1, content));
    EXPECT_EQ(normalize(file).value(), file);
}

TEST(Normalize, reaches_every_level_of_a_component) {
    const auto inner = module(padded_section(1, {0x01, 0x60, 0x00, 0x00}) + custom("jwt", {1}));
    const auto file = component(
        padded_section(1, inner) +
        padded_section(4, component(padded_section(1, inner) + custom("wasmcloud_jwt", {2}))) +
        padded_section(7, {0x00}));
    const auto plain = module(type_section);
    EXPECT_EQ(normalize(file).value(),
              component(section(1, plain) + section(4, component(section(1, plain))) +
                        section(7, {0x00})));
}

TEST(Normalize, gives_an_old_component_todays_preamble_at_every_level) {
    const auto file = old_component_preamble + section(4, old_component_preamble) +
                      section(1, module(type_section));
    EXPECT_EQ(normalize(file).value(),
              component(section(4, component_preamble) + section(1, module(type_section))));
}

TEST(Normalize, does_not_take_the_type_section_of_a_module_for_a_module) {
    const auto file = module(section(1, module(custom("jwt", {1}))));
    EXPECT_EQ(normalize(file).value(), file);
}

TEST(Normalize, sees_a_size_change_by_a_nested_token_through_two_size_bytes) {
    // 120 bytes of module and 10 of token: the size shrinks from two bytes to one.
    const auto plain = module(custom("x", Buffer(108)));
    ASSERT_EQ(plain.size(), 120U);
    const auto file = component(section(1, plain + custom("jwt", Buffer(4))));
    EXPECT_EQ(normalize(file).value(), component(section(1, plain)));
}

TEST(Normalize, stops_where_components_nest_too_deeply) {
    auto file = component({});
    for (int i = 0; i < wasm::max_component_depth; ++i)
        file = component(section(4, file));
    EXPECT_TRUE(normalize(file));
    EXPECT_FALSE(find_token(file).value());
    file = component(section(4, file));
    const auto error = normalize(file).error();
    EXPECT_EQ(error.code(), Errc::limit);
    EXPECT_EQ(error.message(), "components nest more than 100 levels deep");
    EXPECT_EQ(find_token(file).error().code(), Errc::limit);
}

TEST(Normalize, wants_modules_and_components_in_their_own_sections) {
    const auto error = normalize(component(section(1, component_preamble))).error();
    EXPECT_EQ(error.code(), Errc::malformed);
    EXPECT_EQ(error.message(), "a component stands where a core module belongs");
    EXPECT_EQ(error.offset(), 10U);
    EXPECT_EQ(normalize(component(section(4, module_preamble))).error().message(),
              "a core module stands where a component belongs");
}

TEST(Normalize, refuses_what_is_cut_with_the_offset_in_the_whole_file) {
    auto file = component(section(1, module(Buffer{1, 9, 0})));
    const auto error = normalize(file).error();
    EXPECT_EQ(error.code(), Errc::truncated);
    EXPECT_GE(error.offset().value(), 18U);
    EXPECT_EQ(normalize(text("int main")).error().code(), Errc::malformed);
    EXPECT_EQ(normalize({}).error().code(), Errc::truncated);
}

// Signing

TEST(SignWasm, makes_the_known_file_byte_for_byte) {
    const auto result = sign_wasm(module_preamble, claims(), issuer()).value();
    EXPECT_EQ(result.token, vectors::empty_module_token);
    EXPECT_EQ(result.wasm.size(), 612U);
    const Buffer head = {0x00, 0xd9, 0x04, 0x0d};
    EXPECT_EQ(result.wasm,
              module_preamble + head + text("wasmcloud_jwt") + text(vectors::empty_module_token));
    EXPECT_EQ(base::lower_hex(crypto::sha256(result.wasm)),
              "a59e0dde8b3ab8116f114af34ccd269dc6a0e5f3d8fb315ff8aaa9d2c7c6de9a");
}

TEST(SignWasm, of_a_signed_file_replaces_the_token) {
    const auto once = sign_wasm(module_preamble, claims(), issuer()).value();
    const auto twice = sign_wasm(once.wasm, claims(), issuer()).value();
    EXPECT_EQ(once.wasm, twice.wasm);
}

TEST(SignWasm, hashes_the_normalised_file) {
    const auto file = component(padded_section(1, module(type_section)));
    const auto result = sign_wasm(file, claims(), issuer()).value();
    const auto normal = component(section(1, module(type_section)));
    const auto token = parse_token(result.token, MetadataKind::component).value();
    EXPECT_EQ(std::get<ComponentClaims>(*token.claims.metadata).hash, sha256_hex(normal));
    EXPECT_EQ(Buffer(result.wasm.begin(),
                     result.wasm.begin() + static_cast<std::ptrdiff_t>(normal.size())),
              normal);
}

TEST(SignWasm, takes_claims_of_a_component_only) {
    auto wrong = claims();
    wrong.metadata = ProviderClaims();
    EXPECT_EQ(sign_wasm(module_preamble, wrong, issuer()).error().code(), Errc::usage);
    wrong.metadata.reset();
    EXPECT_EQ(sign_wasm(module_preamble, wrong, issuer()).error().code(), Errc::usage);
}

// Finding

TEST(FindToken, in_a_file_without_one_is_nothing) {
    EXPECT_FALSE(find_token(module(name_section)).value());
}

TEST(FindToken, finds_both_names_at_the_top_and_says_where) {
    for (const std::string_view name : {"wasmcloud_jwt", "jwt"}) {
        const auto file = module(name_section + custom(name, a_token) + name_section);
        const auto found = find_token(file).value().value();
        EXPECT_EQ(found.token, vectors::empty_module_token);
        EXPECT_EQ(as_text(Bytes(file).subspan(found.offset, a_token.size())), found.token);
    }
}

TEST(FindToken, takes_the_first_in_file_order) {
    const auto file = module(custom("jwt", {'a'}) + custom("wasmcloud_jwt", {'b'}));
    EXPECT_EQ(find_token(file).value().value().token, "a");
}

TEST(FindToken, deeper_inside_sees_only_an_old_section_that_holds_a_token) {
    const auto nested = [](const Buffer& sections) {
        return component(section(1, module(sections)));
    };
    EXPECT_FALSE(find_token(nested(custom("jwt", {1, 2, 3}))).value());
    EXPECT_FALSE(find_token(nested(custom("wasmcloud_jwt", a_token))).value());
    const auto file = nested(custom("jwt", a_token));
    const auto found = find_token(file).value().value();
    EXPECT_EQ(found.token, vectors::empty_module_token);
    EXPECT_EQ(as_text(Bytes(file).subspan(found.offset, a_token.size())), found.token);
}

TEST(FindToken, reads_on_behind_the_token) {
    const auto file = module(custom("wasmcloud_jwt", a_token) + Buffer{1, 9, 0});
    EXPECT_EQ(find_token(file).error().code(), Errc::truncated);
}

TEST(FindToken, wants_text) {
    const auto error = find_token(module(custom("wasmcloud_jwt", {'a', 0xff}))).error();
    EXPECT_EQ(error.code(), Errc::malformed);
    EXPECT_EQ(error.message(), "token is not valid UTF-8");
    EXPECT_EQ(error.offset(), 25U); // preamble, id, size, length, thirteen of name, one of token
}

TEST(FindToken, has_a_limit) {
    const auto error = find_token(module(custom("jwt", Buffer((1 << 20) + 1, 'a')))).error();
    EXPECT_EQ(error.code(), Errc::limit);
}

// Judging

Buffer signed_file(const Buffer& file) {
    return sign_wasm(file, claims(), issuer()).value().wasm;
}

TEST(InspectWasm, of_an_unsigned_file_is_nothing) {
    EXPECT_FALSE(inspect_wasm(module(name_section), anyone()).value());
}

TEST(InspectWasm, finds_a_signed_file_good) {
    for (const auto& file :
         {module(type_section), component(padded_section(1, module(name_section)))}) {
        const auto result = inspect_wasm(signed_file(file), anyone()).value().value();
        EXPECT_THAT(messages(result.verdict), IsEmpty());
        EXPECT_EQ(result.token.claims.subject, vectors::module);
    }
}

TEST(InspectWasm, accepts_a_token_that_is_not_at_the_end) {
    const auto file = module(custom("wasmcloud_jwt", a_token));
    EXPECT_THAT(messages(inspect_wasm(file, anyone()).value().value().verdict), IsEmpty());
    // The hash is that of the file without token, wherever the token stood.
    const auto token = sign_wasm(module(name_section), claims(), issuer()).value().token;
    const auto front = module(custom("wasmcloud_jwt", text(token)) + name_section);
    EXPECT_THAT(messages(inspect_wasm(front, anyone()).value().value().verdict), IsEmpty());
}

TEST(InspectWasm, sees_every_change_of_the_file) {
    const auto good = signed_file(module(type_section));
    auto changed = good;
    changed[12] ^= 1;
    const auto result = inspect_wasm(changed, anyone()).value().value();
    EXPECT_THAT(messages(result.verdict), ElementsAre("failure: hash does not match the file"));
    EXPECT_EQ(result.verdict.reasons[0].code, Errc::hash_mismatch);
    EXPECT_THAT(messages(inspect_wasm(good + name_section, anyone()).value().value().verdict),
                ElementsAre("failure: hash does not match the file"));
}

TEST(InspectWasm, only_warns_about_the_hash_of_old_claims) {
    for (const auto revision : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(2)}) {
        auto old = claims();
        old.revision = revision;
        auto file = sign_wasm(module(type_section), old, issuer()).value().wasm + name_section;
        EXPECT_THAT(messages(inspect_wasm(file, anyone()).value().value().verdict),
                    ElementsAre("warning: hash does not match the file, and revision " +
                                std::to_string(revision.value_or(0)) +
                                " of the claims does not promise it: the content is not covered"));
    }
}

TEST(InspectWasm, holds_the_hash_of_old_claims_against_who_is_to_be_trusted) {
    auto old = claims();
    old.revision = std::nullopt;
    const auto file = sign_wasm(module(type_section), old, issuer()).value().wasm + name_section;
    auto trusting = anyone();
    trusting.issuers = {issuer().public_key().text()};
    EXPECT_FALSE(inspect_wasm(file, trusting).value().value().verdict.fit());
    auto requiring = anyone();
    requiring.require_signature = true;
    EXPECT_FALSE(inspect_wasm(file, requiring).value().value().verdict.fit());
}

// Sections with tokens are left out of the hash, so that anybody can put one inside.
TEST(InspectWasm, takes_the_token_of_the_top_level_before_one_inside) {
    auto own = claims();
    std::get<ComponentClaims>(*own.metadata).name = "outer";
    const auto inner = sign_wasm(module(type_section), claims(), issuer()).value();
    const auto inside = module(type_section + custom("jwt", text(inner.token)));
    const auto file = sign_wasm(component(section(1, module(type_section))), own, issuer()).value();
    const auto mixed = component(section(1, inside) + custom("wasmcloud_jwt", text(file.token)));
    const auto result = inspect_wasm(mixed, anyone()).value().value();
    EXPECT_EQ(std::get<ComponentClaims>(*result.token.claims.metadata).name, "outer");
    EXPECT_THAT(messages(result.verdict),
                ElementsAre("warning: file has 2 tokens, of which one counts"));
}

TEST(InspectWasm, checks_the_hash_from_revision_three_on) {
    auto later = claims();
    later.revision = 4;
    const auto file = sign_wasm(module(type_section), later, issuer()).value().wasm + name_section;
    EXPECT_FALSE(inspect_wasm(file, anyone()).value().value().verdict.fit());
}

TEST(InspectWasm, warns_about_a_second_token) {
    const auto file = signed_file(module(type_section)) + custom("jwt", {1});
    EXPECT_THAT(messages(inspect_wasm(file, anyone()).value().value().verdict),
                ElementsAre("warning: file has 2 tokens, of which one counts"));
}

TEST(InspectWasm, does_not_count_the_token_of_a_module_inside) {
    const auto file = signed_file(component(section(1, signed_file(module(type_section)))));
    EXPECT_THAT(messages(inspect_wasm(file, anyone()).value().value().verdict), IsEmpty());
}

TEST(InspectWasm, accepts_an_old_component_that_was_hashed_as_it_is) {
    auto component_claims = claims();
    const auto old = old_component_preamble + section(1, module(type_section));
    std::get<ComponentClaims>(*component_claims.metadata).hash = sha256_hex(old);
    const auto token = sign_token(component_claims, issuer()).value();
    const auto file = old + custom("wasmcloud_jwt", text(token));
    EXPECT_THAT(messages(inspect_wasm(file, anyone()).value().value().verdict), IsEmpty());
    EXPECT_FALSE(inspect_wasm(file + name_section, anyone()).value().value().verdict.fit());
}

TEST(InspectWasm, says_where_in_the_file_a_token_is_broken) {
    const auto error =
        inspect_wasm(module(custom("wasmcloud_jwt", text("asd.123.abc.easy"))), anyone()).error();
    EXPECT_EQ(error.message(), "token has 4 segments, not 3");
    EXPECT_EQ(error.offset(), 24U + 11U);
    EXPECT_EQ(error.bytes().value().window_offset, 24U + 3U);
}

} // namespace
} // namespace tenon::claims
