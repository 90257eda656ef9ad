// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who may use a registry: the users of an htpasswd file, by HTTP's Basic scheme (RFC 7617). What a
// password was found to be is remembered in memory under a key that only this process has, since
// clients send theirs with every request and bcrypt is slow on purpose.
#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/keyed_hash.hpp"
#include "crypto/secret.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <string_view>

namespace tenon::registry {

class Access {
public:
    enum class Verdict {
        allowed,
        refused, ///< wrong or no credentials
        busy,    ///< too many passwords are being checked
    };

    /// Reads the file; errors name its line and never what stands there.
    static Result<std::unique_ptr<Access>> load(const base::Path& htpasswd);
    /// Reads it again; an error leaves things as they are. Forgets all verdicts.
    Result<> reload();

    /// `authorization` is the field's value, or empty. Nothing where a password would have to be
    /// checked first.
    [[nodiscard]] std::optional<Verdict> remembered(std::string_view authorization) const;
    /// May take as long as bcrypt does.
    [[nodiscard]] Verdict check(std::string_view authorization);

    /// The user that the field names, for a log; empty where it is not well-formed.
    [[nodiscard]] static std::string user_of(std::string_view authorization);

private:
    using Users = base::TextMap<std::string>;
    using Mark = std::array<Byte, 32>;

    explicit Access(base::Path htpasswd);
    static Result<Users> read(const base::Path& htpasswd);
    [[nodiscard]] Mark mark_of(std::string_view authorization) const;
    struct Credentials;
    static std::optional<Credentials> parse(std::string_view authorization);
    [[nodiscard]] bool take_turn();
    [[nodiscard]] static bool compare(const Credentials& given, const Users& users);
    void remember(const Mark& mark, bool allowed, std::uint64_t generation);

    const base::Path path_;
    crypto::SecretArray<32> key_;

    mutable std::shared_mutex mutex_;
    /// Shared with checks under way while the file is read again.
    std::shared_ptr<const Users> users_;
    std::uint64_t generation_ = 0; // of `users_`
    std::map<Mark, bool> verdicts_;

    /// Checks at the same time; more would only let strangers occupy every processor.
    static constexpr std::ptrdiff_t checks = 2;
    std::counting_semaphore<checks> free_{checks};
    static constexpr int most_waiting = 4;
    std::atomic<int> waiting_ = 0;
};

} // namespace tenon::registry
