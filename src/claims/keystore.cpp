// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "claims/keystore.hpp"

#include "base/nearest.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <set>
#include <sys/stat.h>

namespace tenon::claims {
namespace {

using base::Error;
using base::Path;
using crypto::KeyPair;
using crypto::KeyType;

constexpr std::string_view suffix = ".nk";
constexpr mode_t others_mask = 077;

std::string_view without_suffix(std::string_view name) {
    return name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name;
}

/// The name of a key as it may stand in a file name, without `.nk`.
Result<std::string> check_name(std::string_view name) {
    const auto bare = without_suffix(name);
    constexpr std::string_view forbidden("/\0", 2);
    if (bare.empty() || bare.find_first_of(forbidden) != std::string_view::npos)
        return fail(Error(Errc::usage,
                          fmt::format("`{}` cannot be the name of a key", base::printable(name)))
                        .help("a name is not empty and holds no `/`; a path to a seed file goes "
                              "where a key is expected"));
    return std::string(bare);
}

Path file_of(const Path& directory, const std::string& name) {
    return directory / (name + std::string(suffix));
}

/// Reads a seed file. What was read is wiped, whatever it was.
Result<KeyStore::Choice> read_seed(const Path& path, const base::Fd& fd) {
    constexpr std::size_t more_than_a_seed = 128;
    crypto::SecretArray<more_than_a_seed> content;
    const auto size = TENON_TRY(base::read_some(fd.get(), content.get(), path));
    if (size == more_than_a_seed)
        return fail(Errc::bad_key,
                    fmt::format("`{}` holds no seed: it is far too long", path.native()));
    const auto text = as_text(std::as_const(content).get().first(size));
    auto key = KeyPair::from_seed(text);
    if (!key)
        return fail(std::move(key).error().wrap(fmt::format("`{}` holds no seed", path.native())));

    KeyStore::Choice choice{*std::move(key), {}, {}};
    struct stat status;
    if (::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) &&
        (status.st_mode & others_mask) != 0)
        choice.warnings.push_back(
            Error(Errc::bad_key, fmt::format("others can reach the key in `{}`", path.native()))
                .help(fmt::format("chmod 600 {}", path.native())));
    return choice;
}

/// The key in a file; nothing where there is no such file.
Result<std::optional<KeyStore::Choice>> read_if_there(const Path& path) {
    auto fd = base::open_to_read(path);
    std::error_code problem; // a directory of keys that is a file is a mistake, not an absent key
    [[maybe_unused]] const auto status = std::filesystem::status(path, problem);
    if (!fd && fd.error().code() == Errc::not_found && problem.value() != ENOTDIR)
        return std::nullopt;
    if (!fd)
        return fail(std::move(fd).error());
    return TENON_TRY(read_seed(path, *fd));
}

/// Text that is a file's name rather than a seed, which is capital letters and digits.
bool looks_like_path(std::string_view text) {
    return text.find_first_of("/.~_-") != std::string_view::npos;
}

Result<KeyStore::Choice> from_given(const std::string& given) {
    // A value is named in messages once it is known to be a file's name; until then it may be a
    // seed.
    struct stat status;
    const bool can_be_file = !given.empty() && given.find('\0') == std::string::npos;
    if (can_be_file && ::stat(given.c_str(), &status) == 0) {
        const Path path(given);
        const auto fd = TENON_TRY(base::open_to_read(path));
        return read_seed(path, fd);
    }
    const int reason = can_be_file ? errno : ENOENT;
    auto key = KeyPair::from_seed(given);
    if (key)
        return KeyStore::Choice{*std::move(key), {}, {}};
    auto error = std::move(key).error();
    if (looks_like_path(given))
        error = std::move(error).help(
            reason == EACCES ? "if it is the path of a key file: it lies in a directory that "
                               "cannot be searched"
                             : "if it is the path of a key file: no such file exists");
    return fail(std::move(error));
}

Error unexpected_type(std::string_view key, KeyType found, KeyType wanted) {
    return Error(Errc::bad_key,
                 fmt::format("{} is of type {}, where one of type {} belongs", key,
                             crypto::row_of(found).name, crypto::row_of(wanted).name))
        .help("verification refuses what such a key signs or names");
}

std::string absolute_text(const Path& path) {
    std::error_code error;
    const auto result = std::filesystem::absolute(path, error);
    return error ? path.native() : result.lexically_normal().native();
}

Path expand_home(std::string_view path, const std::optional<std::string>& home) {
    if (home && path.starts_with("~/"))
        return Path(*home) / path.substr(2);
    return path;
}

} // namespace

KeyDirectories KeyDirectories::from(const Sources& sources) {
    const auto variable = [&](std::string_view name) -> std::optional<std::string> {
        auto value = sources.environment ? sources.environment(name) : std::nullopt;
        return value && !value->empty() ? value : std::nullopt;
    };
    KeyDirectories result{{}, sources.option};
    const auto add = [&](const Path& path) {
        const auto normal = (path / "").lexically_normal();
        if (std::ranges::none_of(result.directories, [&](const Path& known) {
                return (known / "").lexically_normal() == normal;
            }))
            result.directories.push_back(path);
    };
    const auto home = variable("HOME");
    if (sources.flag && !sources.flag->empty())
        add(*sources.flag);
    if (const auto keys = variable("WASH_KEYS"))
        add(*keys);
    if (const auto keys = variable("WASH_KEYS_DIR"))
        add(expand_home(*keys, home));
    if (sources.project)
        add(*sources.project);
    if (home)
        add(Path(*home) / ".wash" / "keys");
    // A relative XDG_DATA_HOME is to be ignored:
    // https://specifications.freedesktop.org/basedir-spec/latest/
    if (const auto data = variable("XDG_DATA_HOME"); data && Path(*data).is_absolute())
        add(Path(*data) / "wash" / "keys");
    else if (home)
        add(Path(*home) / ".local" / "share" / "wash" / "keys");
    return result;
}

Result<std::optional<KeyStore::Choice>> KeyStore::find(std::string_view name) const {
    const auto bare = TENON_TRY(check_name(name));
    for (const auto& directory : directories()) {
        auto found = TENON_TRY(read_if_there(file_of(directory, bare)));
        if (found)
            return found;
    }
    return std::nullopt;
}

Result<KeyPair> KeyStore::load(std::string_view name) const {
    auto found = TENON_TRY(find(name));
    if (found)
        return std::move(found->key);
    auto error =
        Error(Errc::not_found, fmt::format("key `{}` doesn't exist", base::printable(name)));
    if (const auto names = list()) {
        const std::vector<std::string_view> views(names->begin(), names->end());
        if (const auto near = base::nearest(without_suffix(name), views))
            error = std::move(error).help(fmt::format("did you mean `{}`?", *near));
    }
    for (const auto& directory : directories())
        error = std::move(error).help(fmt::format("looked in `{}`", absolute_text(directory)));
    return fail(std::move(error));
}

Result<std::vector<std::string>> KeyStore::list() const {
    std::set<std::string> names;
    for (const auto& directory : directories()) {
        std::error_code error;
        std::filesystem::directory_iterator entries(directory, error);
        const std::filesystem::directory_iterator end;
        while (!error && entries != end) {
            const auto file = entries->path().filename().native();
            const auto name = without_suffix(file);
            std::error_code ignored; // what cannot be looked at is not a file either
            if (name.size() < file.size() && !name.empty() &&
                !base::first_invalid_utf8(as_bytes(name)) && entries->is_regular_file(ignored))
                names.emplace(name);
            entries.increment(error);
        }
        if (error && error != std::errc::no_such_file_or_directory)
            return fail(base::system_error(
                fmt::format("cannot list the keys in `{}`", directory.native()), error.value()));
    }
    return std::vector<std::string>(names.begin(), names.end());
}

Result<KeyStore::Choice> KeyStore::choose(const std::optional<std::string>& given,
                                          std::string_view name, KeyType type,
                                          bool generate) const {
    const auto settle = [&](Choice choice) {
        if (choice.key.type() != type)
            choice.warnings.push_back(unexpected_type(
                given ? "the key given" : fmt::format("key `{}`", base::printable(name)),
                choice.key.type(), type));
        return choice;
    };
    if (given)
        return settle(TENON_TRY(from_given(*given)));
    if (auto found = TENON_TRY(find(name)))
        return settle(std::move(*found));

    const auto bare = TENON_TRY(check_name(name));
    if (directories().empty())
        return fail(
            Error(Errc::not_found, "there is no directory for keys")
                .help(fmt::format("set HOME, or name a directory with `{}`", directories_.option)));
    if (!generate)
        return fail(Errc::not_found,
                    fmt::format("no keypair found in `{}`, please ensure key exists or supply one "
                                "as a flag",
                                absolute_text(file_of(directories().front(), bare))));
    return settle(TENON_TRY(make(bare, type)));
}

Result<KeyStore::Choice> KeyStore::make(const std::string& name, KeyType type) const {
    constexpr mode_t private_mode = 0600;
    const auto& directory = directories().front();
    const auto path = file_of(directory, name);
    auto open_to_others = TENON_TRY(base::make_private_directory(directory));
    auto key = KeyPair::generate(type);

    base::NewFileOptions options;
    options.mode = private_mode;
    options.replace = false;
    options.durable = true;
    const auto write = [&]() -> Result<> {
        auto file = TENON_TRY(base::NewFile::create(path, options));
        // The umask may have taken bits away, and the key could not be read again.
        if (::fchmod(file.fd(), private_mode) != 0)
            return fail(base::system_error(fmt::format("cannot write `{}`", path.native()), errno));
        TENON_TRY(file.write(as_bytes(key.seed_text().get())));
        return file.commit();
    };
    auto written = write();
    if (written) {
        Choice choice{std::move(key), path, {}};
        if (open_to_others)
            choice.warnings.push_back(*std::move(open_to_others));
        return choice;
    }
    if (written.error().code() != Errc::exists)
        return fail(std::move(written).error());
    // Somebody else was faster; a key file appears whole, so theirs can be read.
    auto theirs = TENON_TRY(read_if_there(path));
    if (!theirs)
        return fail(Errc::not_found, fmt::format("`{}` was there and is gone", path.native()));
    return *std::move(theirs);
}

std::string account_key_name(const std::optional<std::string>& user) {
    return fmt::format("{}_account", user && !user->empty() ? *user : "user");
}

std::string key_name(std::string_view file_or_name, KeyType type) {
    while (file_or_name.ends_with('/'))
        file_or_name.remove_suffix(1);
    return fmt::format("{}_{}", Path(file_or_name).stem().native(), crypto::row_of(type).name);
}

} // namespace tenon::claims
