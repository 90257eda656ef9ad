// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Content digests: `algorithm:encoded` (OCI image specification, descriptor, section Digests).
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace tenon::blob {

/// The registered algorithms.
enum class Algorithm { sha256, sha512 };

[[nodiscard]] std::string_view algorithm_name(Algorithm algorithm) noexcept;

class Digest {
public:
    /// `sha256:` and 64, or `sha512:` and 128 digits of lower-case hex. `malformed` for what is no
    /// digest at all, `unsupported` for another algorithm.
    static Result<Digest> parse(std::string_view text);
    static Digest of(Bytes bytes, Algorithm algorithm = Algorithm::sha256);

    [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] std::string_view hex() const noexcept;

    friend bool operator==(const Digest& left, const Digest& right) noexcept {
        return left.text_ == right.text_;
    }
    friend auto operator<=>(const Digest& left, const Digest& right) noexcept {
        return left.text_ <=> right.text_;
    }

private:
    friend class Hasher;
    Digest(Algorithm algorithm, std::string text) : algorithm_(algorithm), text_(std::move(text)) {}
    Algorithm algorithm_;
    std::string text_;
};

/// Of the `size` first bytes of a file, whose position stays where it is. `truncated` when there
/// are fewer, `interrupted` after a stop.
Result<Digest> digest_of(int fd, std::uint64_t size, const std::stop_token& stop,
                         Algorithm algorithm = Algorithm::sha256);

/// Digest of a stream.
class Hasher {
public:
    explicit Hasher(Algorithm algorithm = Algorithm::sha256);
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    ~Hasher();
    Hasher& update(Bytes bytes);
    /// Ends the hash; the object may not be used afterwards.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace tenon::blob
