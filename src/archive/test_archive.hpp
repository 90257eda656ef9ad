// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Archives put together by hand, for the tests of this folder.
#pragma once

#include "archive/archive.hpp"
#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "pack/gzip_source.hpp"
#include "pack/gzip_writer.hpp"
#include "pack/tar.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <random>

namespace tenon::archive::test {

// Throw-away keys and the date of the reference's archive vector.
inline constexpr std::string_view issuer_seed =
    "SAACTTUPKR55VUWUDK7GJ5SU5KGED455FR7BDO46RUVOTHUWKBLECLH2UU";
inline constexpr std::string_view subject_text =
    "VBM5JMFOVUJDHGTOJSPUJ33ZGHCRCJ3LYHUJ3HND5ZMRVORYCMAVPZQF";
inline constexpr std::uint64_t then = 1'700'000'000;
inline constexpr std::string_view content = "01100010 01110100 01110111";
inline constexpr std::string_view content_hash =
    "8253E6BE7C5370AE137DA5067E8160670BD0736D51E61CB96E848EE3E985E70A";

/// A folder that goes when the test goes.
class Folder {
public:
    Folder() {
        std::random_device random;
        path_ = std::filesystem::temp_directory_path() /
                ("tenon-archive-" + std::to_string(random()) + std::to_string(random()));
        std::filesystem::create_directory(path_);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    base::Path operator/(std::string_view name) const { return path_ / name; }
    /// A file with that content.
    base::Path with(std::string_view name, Bytes bytes) const {
        EXPECT_TRUE(base::write_file(path_ / name, bytes).has_value());
        return path_ / name;
    }
    base::Path with(std::string_view name, std::string_view text) const {
        return with(name, as_bytes(text));
    }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(
            std::distance(std::filesystem::directory_iterator(path_), {}));
    }

private:
    base::Path path_;
};

inline Buffer read(const base::Path& path) {
    return base::read_file(path, std::uint64_t{1} << 30).value();
}

struct Keys {
    crypto::KeyPair issuer = crypto::KeyPair::from_seed(issuer_seed).value();
    crypto::PublicKey subject = crypto::PublicKey::parse(subject_text).value();

    [[nodiscard]] Seal seal(std::uint64_t now = then,
                            std::string id = "0000000000000000000002") const {
        return {&issuer, &subject, now, std::move(id)};
    }
};

inline claims::ProviderClaims provider_claims() {
    claims::ProviderClaims claims;
    claims.name = "Test parJEEzy";
    claims.vendor = "TestRunner";
    claims.rev = 42;
    claims.ver = "3.2.1";
    return claims;
}

/// A token for those hashes.
inline std::string token(std::map<std::string, std::string> hashes,
                         std::optional<std::uint64_t> expires = {}) {
    const Keys keys;
    auto provider = provider_claims();
    provider.target_hashes = std::move(hashes);
    auto claims = claims::new_claims(std::move(provider), keys.subject, "0000000000000000000002",
                                     {then, {}, {}})
                      .value();
    claims.expires = expires;
    return claims::sign_token(std::move(claims), keys.issuer).value();
}

inline std::string hash(std::string_view text) {
    return base::upper_hex(crypto::sha256(as_bytes(text)));
}

struct File {
    std::string name;
    std::string data;
};
inline Buffer tar(const std::vector<File>& files) {
    Buffer bytes;
    for (const auto& [name, data] : files) {
        const auto header = pack::tar_header(name, data.size()).value();
        bytes.insert(bytes.end(), header.begin(), header.end());
        bytes.insert(bytes.end(), data.begin(), data.end());
        bytes.resize(bytes.size() + pack::tar_padding(data.size()));
    }
    bytes.resize(bytes.size() + pack::tar_end_size);
    return bytes;
}

/// As our own writer does, but with no cut between entries.
inline Buffer gzip(Bytes bytes) {
    Buffer packed;
    pack::GzipWriter writer(
        [&](Bytes piece) -> Result<> {
            packed.insert(packed.end(), piece.begin(), piece.end());
            return {};
        },
        1, {});
    EXPECT_TRUE(writer.write(bytes).has_value() && writer.finish().has_value());
    return packed;
}

inline Buffer unpacked(Bytes packed) {
    pack::MemorySource memory(packed);
    pack::GzipSource source(memory, {});
    pack::ReadAhead in(source, pack::ReadAhead::Threading::same_thread, {});
    Buffer all;
    for (;;) {
        const auto piece = in.take(1 << 20).value();
        if (piece.empty())
            return all;
        all.insert(all.end(), piece.begin(), piece.end());
    }
}

/// The archive of the reference's vector.
inline std::vector<File> good_files() {
    return {{"claims.jwt", token({{"x86_64-linux", std::string(content_hash)}})},
            {"x86_64-linux.bin", std::string(content)}};
}

inline Result<Info> look(Bytes bytes, const Limits& limits = {}, std::uint64_t now = then) {
    Work work;
    work.limits = limits;
    return inspect(bytes, "x.par", {now, {}}, work);
}

inline std::vector<std::string> reasons(const Info& info) {
    std::vector<std::string> all;
    for (const auto& reason : info.verdict.reasons)
        all.push_back((reason.weight == claims::Weight::failure ? "failure: " : "warning: ") +
                      reason.message);
    return all;
}

/// Bytes that do not compress to nothing, the same every time.
inline std::string code(std::size_t size, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::string text;
    while (text.size() < size)
        text += std::to_string(random() % 5000) + " ";
    text.resize(size);
    return text;
}

} // namespace tenon::archive::test
