// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bytes and text that are wiped when they go out of use. A secret is moved, never copied by
// accident.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace tenon::crypto {

/// Overwrites memory in a way that the compiler keeps.
void wipe(MutableBytes bytes) noexcept;

/// A fixed number of secret bytes.
template <std::size_t n> class SecretArray {
public:
    SecretArray() noexcept = default;
    SecretArray(SecretArray&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
    SecretArray& operator=(SecretArray&& other) noexcept {
        bytes_ = other.bytes_;
        if (this != &other)
            wipe(other.bytes_);
        return *this;
    }
    ~SecretArray() { wipe(bytes_); }

    [[nodiscard]] Bytes get() const noexcept { return bytes_; }
    [[nodiscard]] MutableBytes get() noexcept { return bytes_; }
    [[nodiscard]] SecretArray clone() const noexcept {
        SecretArray copy;
        copy.bytes_ = bytes_;
        return copy;
    }

private:
    std::array<Byte, n> bytes_{};
};

/// A secret text of a length that is known when it is made, so that no grown-out-of buffer is left
/// behind.
class SecretText {
public:
    SecretText() = default;
    explicit SecretText(std::string_view text) : text_(text) {}
    /// Takes the text over; the caller's string is wiped.
    static SecretText take(std::string&& text);
    SecretText(SecretText&& other) noexcept;
    SecretText& operator=(SecretText&& other) noexcept;
    ~SecretText();

    [[nodiscard]] std::string_view get() const noexcept { return text_; }

private:
    std::string text_;
};

} // namespace tenon::crypto
