// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "blob/digest.hpp"

#include <gtest/gtest.h>

namespace tenon::blob {
namespace {

std::string problem(std::string_view text) {
    const auto digest = Digest::parse(text);
    if (digest)
        return "no problem";
    const auto& causes = digest.error().causes();
    return std::string(errc_name(digest.error().code())) + (causes.empty() ? "" : ": " + causes[0]);
}

const std::string of_nothing = // printf '' | sha256sum
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string abc_512 = // printf abc | sha512sum
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(Digest, of_nothing) {
    EXPECT_EQ(Digest::of({}).text(), of_nothing);
}

TEST(Digest, of_bytes_with_sha512) {
    EXPECT_EQ(Digest::of(as_bytes("abc"), Algorithm::sha512).text(), abc_512);
}

TEST(Digest, of_a_stream_is_that_of_the_whole) {
    Hasher hasher;
    hasher.update(as_bytes("{")).update({}).update(as_bytes("}"));
    // The well-known digest of the empty OCI configuration.
    EXPECT_EQ(hasher.finish().text(),
              "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

TEST(Digest, parses_both_algorithms) {
    const auto digest = Digest::parse(abc_512);
    ASSERT_TRUE(digest);
    EXPECT_EQ(digest->algorithm(), Algorithm::sha512);
    EXPECT_EQ(digest->hex(), abc_512.substr(7));
    EXPECT_EQ(*Digest::parse(of_nothing), Digest::of({}));
}

TEST(Digest, parse_refuses_upper_case) {
    auto text = of_nothing;
    text[8] = 'E';
    EXPECT_EQ(problem(text), "malformed: it holds a character that is no digit or upper case");
}

TEST(Digest, parse_refuses_wrong_lengths) {
    EXPECT_EQ(problem("sha256:00"), "malformed: sha256 has 64 digits, and here are 2");
    EXPECT_EQ(problem("sha256:"), "malformed: sha256 has 64 digits, and here are 0");
    EXPECT_EQ(problem(of_nothing + "0"), "malformed: sha256 has 64 digits, and here are 65");
}

TEST(Digest, parse_refuses_what_is_no_digest) {
    EXPECT_EQ(problem(""), "malformed: there is no `:` in it");
    EXPECT_EQ(problem("latest"), "malformed: there is no `:` in it");
    EXPECT_EQ(problem(":00"), "malformed: the part before `:` names no algorithm");
    EXPECT_EQ(problem("SHA256:00"), "malformed: the part before `:` names no algorithm");
    EXPECT_EQ(problem("sha+:00"), "malformed: the part before `:` names no algorithm");
    EXPECT_EQ(problem("md5:a/b"), "malformed: it does not follow `algorithm:encoded`");
}

TEST(Digest, parse_knows_other_algorithms_as_unsupported) {
    EXPECT_EQ(problem("md5:d41d8cd98f00b204e9800998ecf8427e"), "unsupported");
    EXPECT_EQ(problem("multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8"),
              "unsupported");
}

} // namespace
} // namespace tenon::blob
