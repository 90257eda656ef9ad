// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The two keys of a build: the account that issues and the service or module that is signed.
#pragma once

#include "project/steps.hpp"

namespace tenon::project {

class Signer {
public:
    Signer(const Steps& steps, std::string subject_name, crypto::KeyType subject_type);

    /// Chooses what needs no new key file, so that a wrong key is known before a long build, and
    /// a failed build leaves no keys behind.
    Result<> prepare();
    /// Chooses the rest.
    Result<> finish();

    /// After `finish`.
    [[nodiscard]] const crypto::KeyPair& issuer() const { return issuer_->key; }
    [[nodiscard]] crypto::PublicKey subject() const { return subject_->key.public_key(); }
    [[nodiscard]] std::vector<base::Path> keys_made() const;

private:
    using Choice = claims::KeyStore::Choice;
    Result<> choose(std::optional<Choice>& choice, const std::optional<std::string>& given,
                    const std::string& name, crypto::KeyType type);

    const Steps& steps_;
    claims::KeyStore store_;
    std::string issuer_name_;
    std::string subject_name_;
    crypto::KeyType subject_type_;
    std::optional<Choice> issuer_;
    std::optional<Choice> subject_;
};

} // namespace tenon::project
