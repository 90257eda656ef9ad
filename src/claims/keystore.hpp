// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys in directories: NAME.nk, one seed a file, 0600 in a 0700 directory. A key is made once and
// found again ever after: a named key is looked up in every directory before a new one is made,
// since a silently new identity is the worst outcome.
#pragma once

#include "base/file.hpp"
#include "crypto/nkey.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::claims {

/// Directories to look in, the first of which gets new keys. Later ones are used only if they
/// exist.
struct KeyDirectories {
    std::vector<base::Path> directories;
    std::string option = "--directory"; ///< what the verb calls its flag, for messages

    struct Sources {
        std::optional<std::string> flag;
        std::optional<base::Path> project; ///< key_directory of the project file
        std::function<std::optional<std::string>(std::string_view)>
            environment;                    ///< WASH_KEYS, WASH_KEYS_DIR, HOME, XDG_DATA_HOME
        std::string option = "--directory"; ///< the flag's name
    };
    /// Flag, WASH_KEYS, WASH_KEYS_DIR (leading `~/` expanded), the project's, ~/.wash/keys,
    /// $XDG_DATA_HOME/wash/keys (~/.local/share/wash/keys without that variable). An empty variable
    /// counts as absent; a directory that is named twice counts once.
    static KeyDirectories from(const Sources& sources);
};

class KeyStore {
public:
    explicit KeyStore(KeyDirectories directories) : directories_(std::move(directories)) {}

    [[nodiscard]] const std::vector<base::Path>& directories() const noexcept {
        return directories_.directories;
    }

    struct Choice {
        crypto::KeyPair key;
        std::optional<base::Path> made;    ///< the file, when the key is new
        std::vector<base::Error> warnings; ///< others can read the file; a key of another type
    };

    /// `Errc::not_found` when no directory has it; `.nk` behind the name is tolerated. Names with
    /// `/` are refused.
    [[nodiscard]] Result<crypto::KeyPair> load(std::string_view name) const;
    /// Names without `.nk`, sorted, from all directories, each once.
    [[nodiscard]] Result<std::vector<std::string>> list() const;

    /// `given` (from --issuer or its variable) is a path to a seed file if such a file exists, else
    /// a literal seed; it is never repeated in a message unless it names a file, since it may be a
    /// mistyped seed. Without it the key called `name` is loaded, or made in the first directory
    /// unless `generate` is false. Two processes that make the same key agree on one. A key of
    /// another type than `type` is accepted with a warning; verification will refuse what it signs.
    [[nodiscard]] Result<Choice> choose(const std::optional<std::string>& given,
                                        std::string_view name, crypto::KeyType type,
                                        bool generate) const;

private:
    [[nodiscard]] Result<std::optional<Choice>> find(std::string_view name) const;
    [[nodiscard]] Result<Choice> make(const std::string& name, crypto::KeyType type) const;

    KeyDirectories directories_;
};

/// `<user>_account` from the value of USER, `user_account` without.
std::string account_key_name(const std::optional<std::string>& user);
/// `<stem>_<type>`: the stem of a file name or of a token's name (`my.op` gives `my_operator`).
std::string key_name(std::string_view file_or_name, crypto::KeyType type);

} // namespace tenon::claims
