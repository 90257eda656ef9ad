// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/secret.hpp"

#include <cstring>
#include <utility>

namespace tenon::crypto {
namespace {

/// Wipes all that the string owns: what it holds, and what earlier contents left behind its end.
void wipe_whole(std::string& text) noexcept {
    text.resize(text.capacity()); // never allocates
    wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
    text.clear();
}

} // namespace

void wipe(MutableBytes bytes) noexcept {
    if (!bytes.empty())
        ::explicit_bzero(bytes.data(), bytes.size());
}

SecretText SecretText::take(std::string&& text) {
    SecretText secret;
    secret.text_ = std::move(text);
    wipe_whole(text); // a short text was copied, not moved
    return secret;
}

SecretText::SecretText(SecretText&& other) noexcept : text_(std::move(other.text_)) {
    wipe_whole(other.text_);
}

SecretText& SecretText::operator=(SecretText&& other) noexcept {
    if (this != &other) {
        wipe_whole(text_);
        text_ = std::move(other.text_);
        wipe_whole(other.text_);
    }
    return *this;
}

SecretText::~SecretText() {
    wipe_whole(text_);
}

} // namespace tenon::crypto
