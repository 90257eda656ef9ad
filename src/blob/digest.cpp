// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "blob/digest.hpp"

#include "base/ascii.hpp"
#include "base/file.hpp"
#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "crypto/sha512.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <variant>

namespace tenon::blob {
namespace {

struct Row {
    Algorithm algorithm;
    std::string_view name;
    std::size_t digits;
};
constexpr Row rows[] = {
    {Algorithm::sha256, "sha256", 64},
    {Algorithm::sha512, "sha512", 128},
};

bool is_component_start(char c) {
    return base::is_lower(c) || base::is_digit(c);
}

/// `sha256`, `multihash+base58`: algorithm-component *( separator algorithm-component ).
bool is_algorithm(std::string_view name) {
    bool separated = true;
    for (const char c : name) {
        const bool separator = c == '+' || c == '.' || c == '_' || c == '-';
        if ((separator && separated) || (!separator && !is_component_start(c)))
            return false;
        separated = separator;
    }
    return !separated;
}

bool is_encoded(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return base::is_alphanumeric(c) || c == '=' || c == '_' || c == '-';
    });
}

bool is_lower_hex(char c) {
    return base::is_digit(c) || (c >= 'a' && c <= 'f');
}

base::Error no_digest(std::string_view text, std::string why) {
    constexpr std::size_t shown = 160; // of hostile input
    return base::Error(Errc::malformed, fmt::format("`{}` is no digest", text.substr(0, shown)))
        .because(std::move(why))
        .help("a digest is `sha256:` followed by 64 hexadecimal digits in lower case");
}

} // namespace

std::string_view algorithm_name(Algorithm algorithm) noexcept {
    return rows[static_cast<std::size_t>(algorithm)].name;
}

Result<Digest> Digest::parse(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos)
        return fail(no_digest(text, "there is no `:` in it"));
    const auto name = text.substr(0, colon);
    const auto encoded = text.substr(colon + 1);
    if (!is_algorithm(name))
        return fail(no_digest(text, "the part before `:` names no algorithm"));
    for (const auto& row : rows) {
        if (row.name != name)
            continue;
        if (encoded.size() != row.digits)
            return fail(no_digest(text, fmt::format("{} has {} digits, and here are {}", row.name,
                                                    row.digits, encoded.size())));
        if (!std::ranges::all_of(encoded, is_lower_hex))
            return fail(no_digest(text, "it holds a character that is no digit or upper case"));
        return Digest(row.algorithm, std::string(text));
    }
    constexpr std::size_t longest_name = 64;
    if (!is_encoded(encoded) || name.size() > longest_name)
        return fail(no_digest(text, "it does not follow `algorithm:encoded`"));
    return fail(
        Errc::unsupported,
        fmt::format("digests of algorithm `{}` are not supported, only sha256 and sha512", name));
}

Digest Digest::of(Bytes bytes, Algorithm algorithm) {
    return Hasher(algorithm).update(bytes).finish();
}

std::string_view Digest::hex() const noexcept {
    return std::string_view(text_).substr(algorithm_name(algorithm_).size() + 1);
}

struct Hasher::State {
    std::variant<crypto::Sha256, crypto::Sha512> hash;
    Algorithm algorithm;
};

Hasher::Hasher(Algorithm algorithm) : state_(std::make_unique<State>()) {
    state_->algorithm = algorithm;
    if (algorithm == Algorithm::sha512)
        state_->hash.emplace<crypto::Sha512>();
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Hasher& Hasher::update(Bytes bytes) {
    std::visit([&](auto& hash) { hash.update(bytes); }, state_->hash);
    return *this;
}

Digest Hasher::finish() {
    auto text = std::string(algorithm_name(state_->algorithm)) + ":";
    std::visit([&](auto& hash) { text += base::lower_hex(hash.finish()); }, state_->hash);
    return Digest(state_->algorithm, std::move(text));
}

Result<Digest> digest_of(int fd, std::uint64_t size, const std::stop_token& stop,
                         Algorithm algorithm) {
    Hasher hasher(algorithm);
    Buffer buffer(256 * 1024);
    for (std::uint64_t at = 0; at < size;) {
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        const auto wanted = std::min<std::uint64_t>(buffer.size(), size - at);
        const auto got = TENON_TRY(base::read_at(
            fd, at, MutableBytes(buffer).first(static_cast<std::size_t>(wanted)), "the file"));
        if (got == 0)
            return fail(Errc::truncated, "the file became shorter while it was read");
        hasher.update(Bytes(buffer).first(got));
        at += got;
    }
    return hasher.finish();
}

} // namespace tenon::blob
