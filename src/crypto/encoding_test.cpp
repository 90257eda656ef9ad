// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/encoding.hpp"

#include <gtest/gtest.h>
#include <utility>

namespace tenon::crypto {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

std::string text_of(Result<Buffer> bytes) {
    return bytes ? std::string(as_text(*bytes)) : "error: " + bytes.error().message();
}

void expect_malformed(const Result<Buffer>& result, std::string_view message,
                      std::uint64_t offset) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Errc::malformed);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().offset(), offset);
    EXPECT_FALSE(result.error().bytes()) << "the text may be secret";
}

// RFC 4648, section 10, without the padding.
TEST(Base32, writes_and_reads_the_vectors_of_the_rfc) {
    for (const auto& [plain, text] : Pairs{{"", ""},
                                           {"f", "MY"},
                                           {"fo", "MZXQ"},
                                           {"foo", "MZXW6"},
                                           {"foob", "MZXW6YQ"},
                                           {"fooba", "MZXW6YTB"},
                                           {"foobar", "MZXW6YTBOI"}}) {
        EXPECT_EQ(base32(as_bytes(plain)), text);
        EXPECT_EQ(text_of(from_base32(text)), plain);
    }
}

TEST(Base32, refuses_lower_case_padding_blanks_and_digits_outside_the_alphabet) {
    expect_malformed(from_base32("MZxQ"), "invalid symbol at 2", 2);
    expect_malformed(from_base32("MZXQ===="), "invalid symbol at 4", 4);
    expect_malformed(from_base32(" MZXQ"), "invalid symbol at 0", 0);
    expect_malformed(from_base32("MZXQ\n"), "invalid symbol at 4", 4);
    expect_malformed(from_base32("M1"), "invalid symbol at 1", 1);
    expect_malformed(from_base32("M\xff"), "invalid symbol at 1", 1);
}

TEST(Base32, refuses_unused_bits_that_are_set) {
    expect_malformed(from_base32("MZ"), "non-zero trailing bits at 1", 1); // `MY` and one bit
    expect_malformed(from_base32("MZXW7"), "non-zero trailing bits at 4", 4);
}

TEST(Base32, refuses_lengths_that_no_bytes_have) {
    expect_malformed(from_base32("M"), "invalid length at 0", 0);
    expect_malformed(from_base32("MZX"), "invalid length at 2", 2);
    expect_malformed(from_base32("MZXW6Y"), "invalid length at 5", 5);
}

TEST(Base64url, writes_and_reads_the_vectors_of_the_rfc) {
    for (const auto& [plain, text] : Pairs{{"", ""},
                                           {"f", "Zg"},
                                           {"fo", "Zm8"},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg"},
                                           {"fooba", "Zm9vYmE"},
                                           {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(base64url(as_bytes(plain)), text);
        EXPECT_EQ(text_of(from_base64url(text)), plain);
    }
}

TEST(Base64url, has_its_own_last_two_digits) {
    const Buffer bytes{0xfb, 0xef, 0xff};
    EXPECT_EQ(base64url(bytes), "--__");
    EXPECT_EQ(from_base64url("--__").value(), bytes);
    expect_malformed(from_base64url("--+_"), "invalid symbol at 2", 2);
    expect_malformed(from_base64url("--_/"), "invalid symbol at 3", 3);
}

TEST(Base64url, refuses_padding_line_ends_and_unused_bits) {
    expect_malformed(from_base64url("Zg=="), "invalid symbol at 2", 2);
    expect_malformed(from_base64url("Zm9v\n"), "invalid symbol at 4", 4);
    expect_malformed(from_base64url("Zh"), "non-zero trailing bits at 1", 1);
    expect_malformed(from_base64url("Zm9"), "non-zero trailing bits at 2", 2);
    expect_malformed(from_base64url("Zm9vY"), "invalid length at 4", 4);
}

TEST(Base64, pads_and_wants_padding) {
    for (const auto& [plain, text] : Pairs{{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(base64(as_bytes(plain)), text);
        EXPECT_EQ(text_of(from_base64(text)), plain);
    }
    EXPECT_EQ(base64(Buffer{0xfb, 0xef, 0xff}), "++//");
}

TEST(Base64, refuses_wrong_padding_and_unused_bits) {
    expect_malformed(from_base64("Zg"), "invalid length at 2", 2);
    expect_malformed(from_base64("Zg="), "invalid length at 3", 3);
    expect_malformed(from_base64("Z==="), "invalid symbol at 1", 1);
    expect_malformed(from_base64("===="), "invalid symbol at 0", 0);
    expect_malformed(from_base64("Zg==Zg=="), "invalid symbol at 2", 2);
    expect_malformed(from_base64("Zh=="), "non-zero trailing bits at 1", 1);
    expect_malformed(from_base64("-_=="), "invalid symbol at 0", 0);
}

} // namespace
} // namespace tenon::crypto
