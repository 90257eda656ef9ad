// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The text forms of nkeys. A public key is prefix, key, checksum (56 characters of base32); a seed
// has two bytes in front that hold the seed marker and the type's prefix (58 characters).
#include "crypto/nkey.hpp"

#include "crypto/encoding.hpp"
#include "crypto/sodium.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::crypto {

using base::Error;

namespace {

constexpr KeyTypeRow rows[] = {
    {KeyType::account, 'A', 0x00, "account", "Account"},
    {KeyType::cluster, 'C', 0x10, "cluster", "Cluster"},
    {KeyType::module, 'M', 0x60, "module", "Module"},
    {KeyType::server, 'N', 0x68, "server", "Server"},
    {KeyType::operator_, 'O', 0x70, "operator", "Operator"},
    {KeyType::user, 'U', 0xa0, "user", "User"},
    {KeyType::service, 'V', 0xa8, "service", "Service"},
    {KeyType::curve, 'X', 0xb8, "curve", "Curve"},
};
static_assert([] {
    for (std::size_t i = 0; i < std::size(rows); ++i)
        if (static_cast<std::size_t>(rows[i].type) != i ||
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[rows[i].prefix >> 3] != rows[i].letter)
            return false;
    return true;
}());

constexpr std::size_t key_size = 32;
constexpr std::size_t checksum_size = 2;
constexpr std::size_t public_text_size = 56;
constexpr std::size_t seed_text_size = 58;
constexpr Byte private_prefix = 0x78; // `P`: an expanded private key; nothing reads or writes it
constexpr Byte seed_marker = 0x90;

const KeyTypeRow* row_with(Byte prefix) noexcept {
    const auto row = std::ranges::find(rows, prefix, &KeyTypeRow::prefix);
    return row == std::end(rows) ? nullptr : row;
}

/// CRC-16/XMODEM: polynomial 0x1021, from 0, nothing reflected.
std::uint16_t crc16(Bytes bytes) noexcept {
    unsigned crc = 0;
    for (const auto byte : bytes) {
        crc ^= static_cast<unsigned>(byte) << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc << 1 ^ ((crc & 0x8000) != 0 ? 0x1021U : 0U)) & 0xffff;
    }
    return static_cast<std::uint16_t>(crc);
}

/// Writes the checksum, low byte first, into the last two bytes.
void seal_with_checksum(MutableBytes bytes) noexcept {
    const auto crc = crc16(bytes.first(bytes.size() - checksum_size));
    bytes[bytes.size() - 2] = static_cast<Byte>(crc);
    bytes[bytes.size() - 1] = static_cast<Byte>(crc >> 8);
}

bool checksum_matches(Bytes bytes) noexcept {
    const auto crc = crc16(bytes.first(bytes.size() - checksum_size));
    return crc == (bytes[bytes.size() - 2] | bytes[bytes.size() - 1] << 8);
}

Error bad_length(std::string_view what, std::size_t size) {
    return {Errc::bad_key, fmt::format("invalid key length: bad {} length: {}", what, size)};
}

/// The bytes behind the base32 of a key of either form, checksum checked. The caller wipes them.
Result<Buffer> checked_bytes(std::string_view text) {
    auto bytes = from_base32(text);
    if (!bytes)
        return fail(Errc::bad_key, fmt::format("codec failure: {}", bytes.error().message()),
                    bytes.error().offset());
    if (!checksum_matches(*bytes)) {
        wipe(*bytes);
        return fail(Error(Errc::checksum, "checksum mismatch")
                        .help("a character was changed or mistyped: copy the key again"));
    }
    return bytes;
}

Error wrong_seed_length(std::string_view text) {
    auto error = bad_length("seed", text.size());
    if (text.size() != public_text_size)
        return std::move(error).help("a seed has 58 characters and begins with `S`");
    auto bytes = checked_bytes(text);
    if (!bytes)
        return error;
    const auto prefix = bytes->front();
    wipe(*bytes);
    if (prefix == private_prefix)
        return Error(Errc::bad_key, error.message() + ": this is a private key, not a seed")
            .help("give the seed, which has 58 characters and begins with `S`");
    const auto* row = row_with(prefix);
    if (row == nullptr)
        return error;
    return Error(Errc::bad_key, error.message() + ": this is a public key, not a seed")
        .help(fmt::format("give the seed, which has 58 characters and begins with `S{}`",
                          row->letter));
}

Error wrong_public_length(std::string_view text) {
    auto error = bad_length("key", text.size());
    if (text.size() == seed_text_size && text.front() == 'S')
        return Error(Errc::bad_key,
                     error.message() + ": this looks like a seed, not like a public key")
            .help("a seed is secret: give the public key, which has 56 characters");
    return std::move(error).help("a public key has 56 characters");
}

constexpr std::string_view box_version = "xkv1";

Error not_a_curve_key(std::string_view what, KeyType type) {
    return {Errc::bad_key, fmt::format("{} needs curve keys, this is the key of type `{}`", what,
                                       row_of(type).name)};
}

} // namespace

std::span<const KeyTypeRow> key_types() noexcept {
    return rows;
}

const KeyTypeRow& row_of(KeyType type) noexcept {
    return rows[static_cast<std::size_t>(type)];
}

Result<PublicKey> PublicKey::parse(std::string_view text) {
    if (text.size() != public_text_size)
        return fail(wrong_public_length(text));
    auto bytes = TENON_TRY(checked_bytes(text));
    const auto prefix = bytes.front();
    const auto* row = row_with(prefix);
    if (row == nullptr) {
        wipe(bytes); // a private key has this length too
        auto error = Error(Errc::bad_key, fmt::format("not a valid public key prefix: {}", prefix));
        if (prefix == private_prefix)
            return fail(std::move(error).help("a private key is secret: give the public key"));
        return fail(std::move(error));
    }
    std::array<Byte, key_size> key;
    std::ranges::copy(Bytes(bytes).subspan(1, key_size), key.begin());
    return PublicKey(row->type, key);
}

PublicKey PublicKey::of(KeyType type, const std::array<Byte, 32>& key) {
    return {type, key};
}

std::string PublicKey::text() const {
    std::array<Byte, 1 + key_size + checksum_size> bytes;
    bytes[0] = row_of(type_).prefix;
    std::ranges::copy(key_, bytes.begin() + 1);
    seal_with_checksum(bytes);
    return base32(bytes);
}

bool PublicKey::verifies(Bytes message, Bytes signature) const noexcept {
    return type_ != KeyType::curve && ed25519_verifies(key_, message, signature);
}

KeyPair KeyPair::generate(KeyType type) {
    SecretArray<key_size> seed;
    fill_random(seed.get());
    return {type, std::move(seed)};
}

Result<KeyPair> KeyPair::from_seed(std::string_view text) {
    if (text.ends_with('\n'))
        text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    if (text.size() != seed_text_size)
        return fail(wrong_seed_length(text));
    auto bytes = TENON_TRY(checked_bytes(text));
    const unsigned first = bytes[0];
    const unsigned second = bytes[1];
    SecretArray<key_size> seed;
    std::ranges::copy(Bytes(bytes).subspan(2, key_size), seed.get().begin());
    wipe(bytes);

    if ((first & 0xf8) != seed_marker)
        return fail(Error(Errc::bad_key,
                          fmt::format("invalid byte prefix: incorrect byte prefix: "
                                      "{}",
                                      text.front()),
                          0)
                        .help("a seed begins with `S`"));
    const auto prefix = static_cast<Byte>((first & 7) << 5 | second >> 3);
    const auto* row = row_with(prefix);
    if (row == nullptr || (second & 7) != 0)
        return fail(Errc::bad_key,
                    row == nullptr
                        ? fmt::format("invalid byte prefix: unknown key type prefix: {}", prefix)
                        : std::string("invalid byte prefix: unused bits are set"),
                    1);
    return KeyPair(row->type, std::move(seed));
}

KeyPair KeyPair::from_bytes(KeyType type, SecretArray<32> seed) {
    return {type, std::move(seed)};
}

PublicKey KeyPair::public_key() const {
    return PublicKey::of(type_,
                         type_ == KeyType::curve ? x25519_public(seed_) : ed25519_public(seed_));
}

SecretText KeyPair::seed_text() const {
    SecretArray<2 + key_size + checksum_size> bytes;
    const unsigned prefix = row_of(type_).prefix;
    const auto out = bytes.get();
    out[0] = static_cast<Byte>(seed_marker | prefix >> 5);
    out[1] = static_cast<Byte>((prefix & 0x1f) << 3);
    std::ranges::copy(seed_.get(), out.begin() + 2);
    seal_with_checksum(out);
    return SecretText::take(base32(out));
}

Result<std::array<Byte, 64>> KeyPair::sign(Bytes message) const {
    if (type_ == KeyType::curve)
        return fail(Error(Errc::bad_key, "a curve key cannot sign")
                        .help("curve keys only seal messages; sign with another type of key"));
    return ed25519_sign(seed_, message);
}

// https://github.com/nats-io/nkeys/blob/main/xkeys.go
Result<Buffer> KeyPair::seal(Bytes message, const PublicKey& receiver) const {
    if (type_ != KeyType::curve || receiver.type() != KeyType::curve)
        return fail(not_a_curve_key("sealing", type_ != KeyType::curve ? type_ : receiver.type()));
    std::array<Byte, box_nonce_size> nonce;
    fill_random(nonce);
    const auto box = box_seal(message, nonce, receiver.bytes(), seed_);
    if (!box)
        return fail(Errc::bad_key, "the receiver's key is of small order");
    const auto version = as_bytes(box_version);
    Buffer sealed;
    sealed.reserve(version.size() + nonce.size() + box->size());
    sealed.insert(sealed.end(), version.begin(), version.end());
    sealed.insert(sealed.end(), nonce.begin(), nonce.end());
    sealed.insert(sealed.end(), box->begin(), box->end());
    return sealed;
}

Result<Buffer> KeyPair::open(Bytes sealed, const PublicKey& sender) const {
    if (type_ != KeyType::curve || sender.type() != KeyType::curve)
        return fail(not_a_curve_key("opening", type_ != KeyType::curve ? type_ : sender.type()));
    constexpr auto overhead = box_version.size() + box_nonce_size;
    if (!as_text(sealed).starts_with(box_version))
        return fail(Errc::malformed, "not a sealed message: it does not begin with `xkv1`", 0);
    if (sealed.size() < overhead + box_overhead)
        return fail(Errc::truncated,
                    fmt::format("the sealed message is too short: {} bytes, at least {} wanted",
                                sealed.size(), overhead + box_overhead),
                    sealed.size());
    auto message =
        box_open(sealed.subspan(overhead), sealed.subspan(box_version.size(), box_nonce_size),
                 sender.bytes(), seed_);
    if (!message)
        return fail(Errc::bad_signature,
                    "the sealed message does not open: it was altered, or made with other keys");
    return *std::move(message);
}

std::string random_base62(std::size_t count) {
    constexpr std::string_view digits =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::string text(count, '0');
    for (auto& digit : text)
        digit = digits[random_below(static_cast<std::uint32_t>(digits.size()))];
    return text;
}

} // namespace tenon::crypto
