// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/nkey.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <charconv>
#include <gtest/gtest.h>
#include <set>

namespace tenon::crypto {
namespace {

Buffer bytes_of(std::string_view hex) {
    Buffer bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        Byte byte = 0;
        std::from_chars(hex.data() + i, hex.data() + i + 2, byte, 16);
        bytes.push_back(byte);
    }
    return bytes;
}

KeyPair key_of(KeyType type, std::string_view seed_hex) {
    SecretArray<32> seed;
    std::ranges::copy(bytes_of(seed_hex), seed.get().begin());
    return KeyPair::from_bytes(type, std::move(seed));
}

PublicKey public_of(std::string_view key_hex, KeyType type = KeyType::account) {
    std::array<Byte, 32> key;
    std::ranges::copy(bytes_of(key_hex), key.begin());
    return PublicKey::of(type, key);
}

// Seeds with all-known public keys. They are public test values of nkeys, wascap and wash.
struct Vector {
    KeyType type;
    std::string_view seed, public_key, seed_hex;
};
constexpr Vector vectors[] = {
    {KeyType::account, "SAAPN4W3EG6KCJGUQTKTJ5GSB5NHK5CHAJL4DBGFUM3HHROI4XUEP4OBK4",
     "ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2",
     "f6f2db21bca124d484d534f4d20f5a7574470257c184c5a33673c5c8e5e847f1"},
    {KeyType::account, "SAACTTUPKR55VUWUDK7GJ5SU5KGED455FR7BDO46RUVOTHUWKBLECLH2UU",
     "AA7R5L74E45BJ4XVUYTELQ56P5VCOSPOAA474L7QWH4ZAILLKTZFWYYW",
     "29ce8f547bdad2d41abe64f654ea8c41f3bd2c7e11bb9e8d2ae99e965056412c"},
    {KeyType::service, "SVAOZUSBWWFL65P255DOHIETPTXUQMM5ETLSYPITI5G4K4HI6M2CDAPWAU",
     "VBM5JMFOVUJDHGTOJSPUJ33ZGHCRCJ3LYHUJ3HND5ZMRVORYCMAVPZQF",
     "ecd241b58abf75faef46e3a0937cef48319d24d72c3d13474dc570e8f3342181"},
    {KeyType::user, "SUAKYRHVIOREXV7EUZTBHUHL7NUMHPMAS7QMDU3GTIUWEI5LDNOXD43IZY",
     "UD466L6EBCM3YY5HEGHJANNTN4LSKTSUXTH7RILHCKEQMQHTBNLHJJXT",
     "ac44f543a24bd7e4a66613d0ebfb68c3bd8097e0c1d3669a296223ab1b5d71f3"},
    {KeyType::curve, "SXAKIYZX2POLIHZ5W5YZEWVTH24NLEUETBW3TKIVYRSS3GNHFXO5D4JJZM",
     "XBUJMZHVOPQ2SK5VD3TY4VNBPVU2YFGRLK6EFPEPSMVDUYEBSROWZCEA",
     "a46337d3dcb41f3db771925ab33eb8d59284986db9a915c4652d99a72dddd1f1"},
    {KeyType::module, "SMAAGJ4DY4FNV4VJWA6QU7UQIL7DKJR4Z3UH7NBMNTH22V6VEIJGJUBQN4",
     "MDASMGHPZPJIKWGFYPZWA7LYWHKOZR5N726LUSBKX54LXX457V2TDVU4", ""},
    {KeyType::module, "SMAJFHSZUOYLLPIW3HLYOMM7F6GABRPCETIVQ27BVYZ55XQNFYNTUTH57Y",
     "MCRWPH2GWUEV5FRKWYE565FNCTGAGZ7OR3Q7F4F7ELL5ZVKKR2GEXRS3", ""},
    {KeyType::account, "SAAAF62YYA6UCKZNSE7UF7GVWEHHYASDSUSSVCEEHTH3WY57DJKVXKIKOY",
     "ADPCF65BVZVFN43HS3Z43HJMI5E55T2UKCEK5FSMXSF2EYLMYMI2UD7V", ""},
    {KeyType::cluster, "SCANU5JGFEPJ2XNFQ6YMDRHMNFAL6ZT3DCU3ZMMHHML7GLFE3YIH5TBM6E",
     "CB4GF2MDEMYU7QEB4CSJ7NRQ7TVHBKMDRLIA72WTRCBUBVSDYBXAEZJ6", ""},
    {KeyType::operator_, "SOANI6HWC6ITJ73RNRU63XM5RJLZEUG4ZMZBL25IN4VQKODBHVROYOHZXU",
     "OCIWPVRHTHSTVWD6PDSGVGOXP7NOZ7DRCZFZTMATZGCCCH6BPYZASDPP", ""},
    {KeyType::server, "SNAI2ZDNIYYAWXQ6JXAZA5BSE3E5RELATFLF2XHQR2CQCTIMSBQIT37PHI",
     "NAEUWRCQXXUQPCZDO3SP26CK23CTHVQFN7HWX2C47NEJS3IINKLHUFMS", ""},
};

// Keys whose 32 bytes count from 0 to 31, made with an independent base32 and CRC-16.
constexpr std::string_view private_text =
    "PAAACAQDAQCQMBYIBEFAWDANBYHRAEISCMKBKFQXDAMRUGY4DUPB7QT2";

template <class T> void expect_error(const Result<T>& result, Errc code, std::string_view message,
                                     std::optional<std::uint64_t> offset = {}) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().offset(), offset);
}

TEST(Nkey, derives_the_public_key_of_every_known_seed) {
    for (const auto& vector : vectors) {
        const auto key = KeyPair::from_seed(vector.seed);
        ASSERT_TRUE(key) << vector.seed << ": " << key.error().message();
        EXPECT_EQ(key->type(), vector.type);
        EXPECT_EQ(key->public_key().text(), vector.public_key);
        EXPECT_EQ(key->seed_text().get(), vector.seed);
    }
}

TEST(Nkey, a_seed_text_holds_the_raw_seed) {
    for (const auto& vector : vectors)
        if (!vector.seed_hex.empty()) {
            const auto key = key_of(vector.type, vector.seed_hex);
            EXPECT_EQ(key.seed_text().get(), vector.seed);
            EXPECT_EQ(key.public_key().text(), vector.public_key);
        }
}

TEST(Nkey, reads_the_public_keys_that_it_writes) {
    for (const auto& vector : vectors) {
        const auto key = PublicKey::parse(vector.public_key);
        ASSERT_TRUE(key) << vector.public_key;
        EXPECT_EQ(key->type(), vector.type);
        EXPECT_EQ(key->text(), vector.public_key);
        EXPECT_EQ(*key, KeyPair::from_seed(vector.seed)->public_key());
    }
}

TEST(Nkey, every_type_has_a_row_with_the_letter_of_its_keys) {
    std::string letters;
    for (const auto& row : key_types()) {
        const auto key = KeyPair::generate(row.type);
        letters += row.letter;
        EXPECT_EQ(key.type(), row.type);
        EXPECT_EQ(key.public_key().text().front(), row.letter);
        EXPECT_EQ(key.seed_text().get().substr(0, 2), (std::string{'S', row.letter}));
        EXPECT_EQ(&row_of(row.type), &row);
    }
    EXPECT_EQ(letters, "ACMNOUVX");
    EXPECT_EQ(row_of(KeyType::operator_).name, "operator");
}

TEST(Nkey, generated_keys_differ) {
    EXPECT_NE(KeyPair::generate(KeyType::account).seed_text().get(),
              KeyPair::generate(KeyType::account).seed_text().get());
}

// --- seeds that are refused

TEST(Seed, may_end_in_one_newline) {
    const std::string seed(vectors[0].seed);
    EXPECT_TRUE(KeyPair::from_seed(seed + "\n"));
    EXPECT_TRUE(KeyPair::from_seed(seed + "\r\n"));
    expect_error(KeyPair::from_seed(seed + "\n\n"), Errc::bad_key,
                 "invalid key length: bad seed length: 59");
    expect_error(KeyPair::from_seed(seed + "\r"), Errc::bad_key,
                 "invalid key length: bad seed length: 59");
    expect_error(KeyPair::from_seed(" " + seed), Errc::bad_key,
                 "invalid key length: bad seed length: 59");
}

TEST(Seed, has_58_characters) {
    expect_error(KeyPair::from_seed(""), Errc::bad_key, "invalid key length: bad seed length: 0");
    expect_error(KeyPair::from_seed(vectors[0].seed.substr(1)), Errc::bad_key,
                 "invalid key length: bad seed length: 57");
}

TEST(Seed, has_the_seed_marker) {
    expect_error(KeyPair::from_seed(std::string(58, 'A')), Errc::bad_key,
                 "invalid byte prefix: incorrect byte prefix: A", 0);
}

TEST(Seed, has_a_matching_checksum) {
    std::string seed(vectors[0].seed);
    seed.front() = 'F';
    expect_error(KeyPair::from_seed(seed), Errc::checksum, "checksum mismatch");
}

TEST(Seed, is_strict_base32) {
    std::string seed(vectors[0].seed);
    seed[7] = '!';
    expect_error(KeyPair::from_seed(seed), Errc::bad_key, "codec failure: invalid symbol at 7", 7);
    seed[7] = '#';
    expect_error(KeyPair::from_seed(seed), Errc::bad_key, "codec failure: invalid symbol at 7", 7);
    std::string lower(vectors[0].seed);
    lower[57] = static_cast<char>(lower[57] + 1); // `4` and one of the two unused bits
    expect_error(KeyPair::from_seed(lower), Errc::bad_key,
                 "codec failure: non-zero trailing bits at 57", 57);
}

TEST(Seed, of_an_unknown_type_is_refused) {
    expect_error(KeyPair::from_seed("SZAIB67JMUPS5OKP6BZNCFTIMHOTS6JIX2C53TLSNEROIRFBJLSK3NUOVY"),
                 Errc::bad_key, "invalid byte prefix: unknown key type prefix: 200", 1);
    // Begins like an account's, but the prefix is 1.
    expect_error(KeyPair::from_seed("SAEAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H3ICQ"),
                 Errc::bad_key, "invalid byte prefix: unknown key type prefix: 1", 1);
}

TEST(Seed, has_one_text_form_only) {
    expect_error(KeyPair::from_seed("SACAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4HZ6FU"),
                 Errc::bad_key, "invalid byte prefix: unused bits are set", 1);
}

TEST(Seed, is_not_a_public_key) {
    const auto result = KeyPair::from_seed(vectors[2].public_key);
    expect_error(result, Errc::bad_key,
                 "invalid key length: bad seed length: 56: this is a public key, not a seed");
    EXPECT_EQ(
        result.error().helps(),
        std::vector<std::string>{"give the seed, which has 58 characters and begins with `SV`"});
}

TEST(Seed, is_not_a_private_key) {
    const auto result = KeyPair::from_seed(private_text);
    expect_error(result, Errc::bad_key,
                 "invalid key length: bad seed length: 56: this is a private key, not a seed");
}

TEST(Seed, of_56_characters_that_are_no_key_has_a_wrong_length) {
    expect_error(KeyPair::from_seed(std::string(56, 'B')), Errc::bad_key,
                 "invalid key length: bad seed length: 56");
}

// --- public keys that are refused

TEST(PublicKey, has_56_characters) {
    expect_error(PublicKey::parse("ACARVGW77LDNWYXBAH62YKKQRVHYOTKKDDVVJVOISOU75WQPXOO7N3"),
                 Errc::bad_key, "invalid key length: bad key length: 54");
    expect_error(PublicKey::parse(""), Errc::bad_key, "invalid key length: bad key length: 0");
    expect_error(PublicKey::parse(std::string(vectors[0].public_key) + "\n"), Errc::bad_key,
                 "invalid key length: bad key length: 57");
}

TEST(PublicKey, has_a_known_prefix) {
    expect_error(PublicKey::parse("ZCO4XYNKEN7ZFQ42BHYCBYI3K7USOGG43C2DIJZYWSQ2YEMBOZWN6PYH"),
                 Errc::bad_key, "not a valid public key prefix: 200");
    expect_error(PublicKey::parse("SAAACAQDAQCQMBYIBEFAWDANBYHRAEISCMKBKFQXDAMRUGY4DUPB6NKI"),
                 Errc::bad_key, "not a valid public key prefix: 144");
    expect_error(PublicKey::parse(private_text), Errc::bad_key,
                 "not a valid public key prefix: 120");
}

TEST(PublicKey, has_a_matching_checksum) {
    std::string text(vectors[0].public_key);
    text[10] = text[10] == 'A' ? 'B' : 'A';
    expect_error(PublicKey::parse(text), Errc::checksum, "checksum mismatch");
}

TEST(PublicKey, is_strict_base32) {
    std::string text(vectors[0].public_key);
    text[3] = 'd';
    expect_error(PublicKey::parse(text), Errc::bad_key, "codec failure: invalid symbol at 3", 3);
}

TEST(PublicKey, is_not_a_seed_and_the_message_does_not_repeat_it) {
    const auto result = PublicKey::parse(vectors[0].seed);
    expect_error(result, Errc::bad_key,
                 "invalid key length: bad key length: 58: this looks like a seed, not like a "
                 "public key");
    EXPECT_EQ(result.error().helps().size(), 1U);
}

TEST(Nkey, no_error_repeats_what_was_given) {
    std::string wrong_letter(vectors[0].seed);
    wrong_letter[30] = '!';
    std::string changed(vectors[0].seed);
    changed[30] = changed[30] == 'A' ? 'B' : 'A';
    for (const auto& text : {wrong_letter, changed, wrong_letter.substr(1),
                             std::string(private_text), std::string(vectors[0].seed) + "x"}) {
        const auto result = KeyPair::from_seed(text);
        ASSERT_FALSE(result);
        EXPECT_FALSE(result.error().bytes());
        EXPECT_FALSE(result.error().source());
        std::string story = result.error().message();
        for (const auto& help : result.error().helps())
            story += help;
        for (const auto& cause : result.error().causes())
            story += cause;
        for (std::size_t i = 0; i + 6 <= text.size(); ++i)
            EXPECT_EQ(story.find(text.substr(i, 6)), std::string::npos) << story;
    }
}

// --- signatures

TEST(Signature, is_that_of_rfc_8032) {
    struct Case {
        std::string_view seed, key, message, signature;
    };
    // RFC 8032, section 7.1, tests 1 and 2.
    for (const auto& [seed, key, message, signature] :
         {Case{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
               "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61"
               "e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
          Case{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
               "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458"
               "f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"}}) {
        const auto pair = key_of(KeyType::user, seed);
        EXPECT_EQ(base::lower_hex(pair.public_key().bytes()), key);
        EXPECT_EQ(base::lower_hex(pair.sign(bytes_of(message)).value()), signature);
        EXPECT_TRUE(public_of(key).verifies(bytes_of(message), bytes_of(signature)));
    }
}

TEST(Signature, of_an_nkey_is_that_of_another_library) {
    const auto key = KeyPair::from_seed(vectors[0].seed).value();
    EXPECT_EQ(base::lower_hex(key.sign(as_bytes("tenon")).value()),
              "6a415b4198435ba91ad0c547826b3aaa356f74a1e7f7072eba5fd6538db121972f5a9948e595f9b1888a"
              "a9f5c986ea52f403d74f3f6b65f610111db74d27a403");
}

TEST(Signature, counts_for_one_message_and_one_key) {
    const auto key = KeyPair::generate(KeyType::account);
    const auto message = as_bytes("to be signed");
    const auto signature = key.sign(message).value();
    EXPECT_TRUE(key.public_key().verifies(message, signature));
    EXPECT_FALSE(key.public_key().verifies(as_bytes("to be Signed"), signature));
    EXPECT_FALSE(KeyPair::generate(KeyType::account).public_key().verifies(message, signature));
    for (const std::size_t at : {0U, 31U, 32U, 63U}) {
        auto changed = signature;
        changed[at] ^= 1;
        EXPECT_FALSE(key.public_key().verifies(message, changed)) << at;
    }
}

TEST(Signature, has_64_bytes) {
    const auto key = KeyPair::generate(KeyType::account);
    auto signature = key.sign({}).value();
    EXPECT_FALSE(key.public_key().verifies({}, Bytes(signature).first(63)));
    EXPECT_FALSE(key.public_key().verifies({}, {}));
    Buffer longer(signature.begin(), signature.end());
    longer.push_back(0);
    EXPECT_FALSE(key.public_key().verifies({}, longer));
}

// RFC 8032, section 5.1.7: S must be below the group's order, else anybody could make a second
// valid signature out of a first.
TEST(Signature, with_the_order_added_to_s_is_refused) {
    const auto key = public_of("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    EXPECT_FALSE(key.verifies(
        bytes_of("72"),
        bytes_of("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69daf52db7415978abc61"
                 "b2c2eb6aeebfca0387b2eaeb4302aeeb00d291612bb0c10")));
}

// With the neutral element as key and as R, S = 0 fits every message.
TEST(Signature, of_a_key_of_small_order_is_refused) {
    const std::string neutral = "01" + std::string(62, '0');
    EXPECT_FALSE(
        public_of(neutral).verifies(as_bytes("any"), bytes_of(neutral + std::string(64, '0'))));
}

TEST(Signature, cannot_be_made_or_checked_with_a_curve_key) {
    const auto curve = KeyPair::from_seed(vectors[4].seed).value();
    expect_error(curve.sign(as_bytes("text")), Errc::bad_key, "a curve key cannot sign");
    // The same 32 bytes as an Ed25519 seed would give a valid signature.
    const auto account = key_of(KeyType::account, vectors[4].seed_hex);
    const auto signature = account.sign(as_bytes("text")).value();
    EXPECT_TRUE(account.public_key().verifies(as_bytes("text"), signature));
    EXPECT_FALSE(PublicKey::of(KeyType::curve, account.public_key().bytes())
                     .verifies(as_bytes("text"), signature));
}

// --- boxes

constexpr std::string_view sealed_hex =
    "786b7631467698f98703502f4241b7a734729800929f6d094b06c6e34a78de499ee7debbac9477556f3fbbe90ffd67"
    "8bc629e5b7cc7c57404d923846cf010226";

KeyPair box_receiver() {
    return KeyPair::from_seed("SXAHGC56LJFTSRXFC653AT7XZU6WGYIXU4XFPMCT62GGHFLUCSPVYP764M").value();
}

TEST(Box, of_another_library_opens) {
    const auto sender = PublicKey::parse(vectors[4].public_key).value();
    const auto message = box_receiver().open(bytes_of(sealed_hex), sender);
    ASSERT_TRUE(message) << message.error().message();
    EXPECT_EQ(as_text(*message), "this is super secret");
}

TEST(Box, opens_for_its_receiver_only) {
    const auto sender = KeyPair::generate(KeyType::curve);
    const auto receiver = KeyPair::generate(KeyType::curve);
    for (const std::string_view text : {"", "x", "a message that is longer than one block is"}) {
        const auto sealed = sender.seal(as_bytes(text), receiver.public_key()).value();
        EXPECT_EQ(sealed.size(), 4 + 24 + 16 + text.size());
        EXPECT_EQ(as_text(Bytes(sealed).first(4)), "xkv1");
        EXPECT_EQ(as_text(receiver.open(sealed, sender.public_key()).value()), text);
        expect_error(box_receiver().open(sealed, sender.public_key()), Errc::bad_signature,
                     "the sealed message does not open: it was altered, or made with other keys");
    }
}

TEST(Box, uses_a_new_nonce_each_time) {
    const auto key = KeyPair::generate(KeyType::curve);
    EXPECT_NE(key.seal(as_bytes("x"), key.public_key()).value(),
              key.seal(as_bytes("x"), key.public_key()).value());
}

TEST(Box, that_was_altered_does_not_open) {
    const auto sender = PublicKey::parse(vectors[4].public_key).value();
    for (const std::size_t at : {4U, 27U, 28U, 43U, 44U, 63U}) {
        auto sealed = bytes_of(sealed_hex);
        sealed[at] ^= 0x80;
        expect_error(box_receiver().open(sealed, sender), Errc::bad_signature,
                     "the sealed message does not open: it was altered, or made with other keys");
    }
}

TEST(Box, that_is_too_short_or_of_another_version_is_refused) {
    const auto sender = PublicKey::parse(vectors[4].public_key).value();
    auto sealed = bytes_of(sealed_hex);
    expect_error(box_receiver().open(Bytes(sealed).first(43), sender), Errc::truncated,
                 "the sealed message is too short: 43 bytes, at least 44 wanted", 43);
    sealed[3] = '2';
    expect_error(box_receiver().open(sealed, sender), Errc::malformed,
                 "not a sealed message: it does not begin with `xkv1`", 0);
    expect_error(box_receiver().open({}, sender), Errc::malformed,
                 "not a sealed message: it does not begin with `xkv1`", 0);
}

TEST(Box, needs_curve_keys_on_both_sides) {
    const auto curve = box_receiver();
    const auto account = KeyPair::generate(KeyType::account);
    expect_error(account.seal({}, curve.public_key()), Errc::bad_key,
                 "sealing needs curve keys, this is the key of type `account`");
    expect_error(curve.seal({}, account.public_key()), Errc::bad_key,
                 "sealing needs curve keys, this is the key of type `account`");
    expect_error(curve.open(bytes_of(sealed_hex), account.public_key()), Errc::bad_key,
                 "opening needs curve keys, this is the key of type `account`");
}

TEST(Box, for_a_key_of_small_order_is_not_made) {
    expect_error(box_receiver().seal({}, public_of(std::string(64, '0'), KeyType::curve)),
                 Errc::bad_key, "the receiver's key is of small order");
}

// --- token ids

TEST(RandomBase62, has_the_length_and_letters_asked_for) {
    const auto text = random_base62(22);
    EXPECT_EQ(text.size(), 22U);
    EXPECT_EQ(
        text.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
        std::string::npos);
    EXPECT_NE(text, random_base62(22));
    EXPECT_EQ(random_base62(0), "");
}

// A byte taken modulo 62 would favour the first eight digits by a quarter. Of 62 000 draws each
// digit expects 1 000, with a standard deviation of 32: seven of them are a chance of 1 in 10^10.
TEST(RandomBase62, favours_no_digit) {
    std::array<int, 128> count{};
    for (const char digit : random_base62(62'000))
        ++count[static_cast<std::size_t>(digit)];
    int used = 0;
    for (const auto n : count)
        if (n != 0) {
            ++used;
            EXPECT_NEAR(n, 1000, 222);
        }
    EXPECT_EQ(used, 62);
}

} // namespace
} // namespace tenon::crypto
