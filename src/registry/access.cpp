// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/access.hpp"

#include "crypto/encoding.hpp"
#include "crypto/password.hpp"
#include "crypto/sha256.hpp"
#include "crypto/sodium.hpp"
#include "net/http.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

constexpr std::uint64_t max_file_bytes = std::uint64_t{16} << 20;
constexpr std::size_t max_field_bytes = 4096;
constexpr std::size_t most_verdicts = 8192;
constexpr std::chrono::seconds patience{3};

/// Gives back what was taken, also when it is left by an exception.
template <class GiveBack> class Lent {
public:
    explicit Lent(GiveBack give_back) : give_back_(std::move(give_back)) {}
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { give_back_(); }

private:
    GiveBack give_back_;
};

} // namespace

struct Access::Credentials {
    std::string user;
    crypto::SecretText password;
};

std::optional<Access::Credentials> Access::parse(std::string_view authorization) {
    const auto blank = authorization.find(' ');
    if (authorization.size() > max_field_bytes || blank == std::string_view::npos ||
        !net::equal_names(authorization.substr(0, blank), "basic"))
        return std::nullopt;
    auto encoded = authorization.substr(blank);
    encoded.remove_prefix(encoded.find_first_not_of(' ') == std::string_view::npos
                              ? encoded.size()
                              : encoded.find_first_not_of(' '));
    auto decoded = crypto::from_base64(encoded);
    if (!decoded)
        return std::nullopt;
    const auto text = as_text(*decoded);
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    Credentials found{std::string(text.substr(0, colon)),
                      crypto::SecretText(text.substr(colon + 1))};
    crypto::wipe(*decoded);
    return found;
}

Access::Access(base::Path htpasswd) : path_(std::move(htpasswd)) {
    crypto::fill_random(key_.get());
}

Result<std::unique_ptr<Access>> Access::load(const base::Path& htpasswd) {
    std::unique_ptr<Access> access(new Access(htpasswd));
    TENON_TRY(access->reload());
    return access;
}

Result<> Access::reload() {
    auto users = std::make_shared<const Users>(TENON_TRY(read(path_)));
    const std::scoped_lock lock(mutex_);
    users_ = std::move(users);
    ++generation_;
    verdicts_.clear();
    return {};
}

Result<Access::Users> Access::read(const base::Path& htpasswd) {
    const auto content = TENON_TRY(base::read_file(htpasswd, max_file_bytes));
    auto rest = as_text(content);
    Users users;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const auto end = rest.find('\n');
        auto line = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || line.starts_with('#'))
            continue;
        const auto colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos)
            return fail(Errc::config, fmt::format("line {} of `{}` is not `user:password`", number,
                                                  htpasswd.native()));
        if (auto form = crypto::check_password_form(line.substr(colon + 1)); !form)
            return fail(std::move(form).error().wrap(
                fmt::format("line {} of `{}` cannot be used", number, htpasswd.native())));
        // The first one holds, as in Apache's server.
        users.try_emplace(std::string(line.substr(0, colon)), line.substr(colon + 1));
    }
    if (users.empty())
        return fail(Errc::config, fmt::format("`{}` names no user", htpasswd.native()));
    return users;
}

/// Twice, as HMAC does, so that nothing can be appended to a known text.
Access::Mark Access::mark_of(std::string_view authorization) const {
    const auto inner = crypto::Sha256().update(key_.get()).update(as_bytes(authorization)).finish();
    return crypto::Sha256().update(key_.get()).update(inner).finish();
}

std::optional<Access::Verdict> Access::remembered(std::string_view authorization) const {
    if (authorization.empty() || authorization.size() > max_field_bytes)
        return Verdict::refused;
    const auto mark = mark_of(authorization);
    const std::shared_lock lock(mutex_);
    const auto at = verdicts_.find(mark);
    if (at == verdicts_.end())
        return std::nullopt;
    return at->second ? Verdict::allowed : Verdict::refused;
}

Access::Verdict Access::check(std::string_view authorization) {
    if (const auto known = remembered(authorization))
        return *known;
    // Without a password there is nothing to wait for.
    const auto given = parse(authorization);
    if (!given)
        return Verdict::refused;
    std::shared_ptr<const Users> users;
    std::uint64_t generation = 0;
    {
        const std::shared_lock lock(mutex_);
        users = users_;
        generation = generation_;
    }
    if (!take_turn())
        return Verdict::busy;
    const Lent turn([this] { free_.release(); });
    const bool allowed = compare(*given, *users);
    remember(mark_of(authorization), allowed, generation);
    return allowed ? Verdict::allowed : Verdict::refused;
}

/// Waits for a turn to check a password. Whoever waits occupies a thread that others could use, so
/// that only few may.
bool Access::take_turn() {
    if (free_.try_acquire())
        return true;
    const Lent waiting([this] { --waiting_; });
    return ++waiting_ <= most_waiting && free_.try_acquire_for(patience);
}

/// For a user that does not exist somebody else's password is checked, so that time does not tell.
bool Access::compare(const Credentials& given, const Users& users) {
    const auto at = users.find(given.user);
    const auto& stored = at == users.end() ? users.begin()->second : at->second;
    return crypto::password_matches(given.password.get(), stored) && at != users.end();
}

void Access::remember(const Mark& mark, bool allowed, std::uint64_t generation) {
    const std::scoped_lock lock(mutex_);
    if (generation != generation_)
        return; // of users who are no more
    if (verdicts_.size() >= most_verdicts) {
        std::erase_if(verdicts_, [](const auto& verdict) { return !verdict.second; });
        if (verdicts_.size() >= most_verdicts)
            verdicts_.clear();
    }
    verdicts_.insert_or_assign(mark, allowed);
}

std::string Access::user_of(std::string_view authorization) {
    auto given = parse(authorization);
    return given ? std::move(given->user) : std::string();
}

} // namespace tenon::registry
