// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "crypto/password.hpp"

#include "base/ascii.hpp"
#include "crypto/secret.hpp"
#include "crypto/sodium.hpp"

#include <algorithm>
#include <array>
#include <crypt.h>
#include <memory>

namespace tenon::crypto {
namespace {

struct Form {
    std::string_view prefix;
    std::string_view name;
};
constexpr std::array other_forms{
    Form{"$apr1$", "Apache's MD5"}, Form{"$1$", "MD5"},        Form{"{SHA}", "SHA-1"},
    Form{"{SSHA}", "SHA-1"},        Form{"$5$", "SHA-256"},    Form{"$6$", "SHA-512"},
    Form{"$y$", "yescrypt"},        Form{"$argon2", "Argon2"},
};
constexpr std::size_t bcrypt_length = 60;
constexpr int most_cost = 17; // half a minute

bool is_bcrypt_letter(char c) noexcept {
    return c == '.' || c == '/' || base::is_alphanumeric(c);
}

base::Error use_bcrypt(Errc code, std::string message) {
    return base::Error(code, std::move(message))
        .help("make the entry again with `htpasswd -B`, which writes bcrypt");
}

} // namespace

Result<> check_password_form(std::string_view stored) {
    for (const auto& form : other_forms)
        if (stored.starts_with(form.prefix))
            return fail(
                use_bcrypt(Errc::unsupported,
                           "passwords stored as " + std::string(form.name) + " are not accepted"));
    if (!stored.starts_with("$2y$") && !stored.starts_with("$2b$") && !stored.starts_with("$2a$"))
        return fail(use_bcrypt(Errc::malformed, "not a stored form of a password"));
    if (stored.size() != bcrypt_length || stored[6] != '$' ||
        !std::ranges::all_of(stored.substr(7), is_bcrypt_letter))
        return fail(use_bcrypt(Errc::malformed, "not a stored form of bcrypt"));
    const auto tens = stored[4] - '0';
    const auto ones = stored[5] - '0';
    const auto cost = tens * 10 + ones;
    if (tens < 0 || tens > 9 || ones < 0 || ones > 9 || cost < 4 || cost > most_cost)
        return fail(use_bcrypt(Errc::unsupported, "the cost of bcrypt must be from 4 to 17"));
    return {};
}

bool password_matches(std::string_view password, const std::string& stored) {
    // libcrypt would read no further, and take another password for the same.
    if (password.find('\0') != std::string_view::npos)
        return false;
    std::string phrase(password);
    const auto work = std::make_unique<crypt_data>(); // 32 KiB, too much for a stack
    const auto* made = ::crypt_r(phrase.c_str(), stored.c_str(), work.get());
    const bool same = made && same_bytes(as_bytes(made), as_bytes(stored));
    wipe(MutableBytes(reinterpret_cast<Byte*>(phrase.data()), phrase.size()));
    wipe(MutableBytes(reinterpret_cast<Byte*>(work.get()), sizeof *work));
    return same;
}

} // namespace tenon::crypto
