// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/signer.hpp"

namespace tenon::project {
namespace {

claims::KeyStore store_for(const Steps& steps) {
    claims::KeyDirectories::Sources sources;
    sources.flag = steps.options.keys_directory;
    sources.option = "--keys-directory";
    sources.project = steps.project.key_directory;
    sources.environment = steps.environment;
    return claims::KeyStore(claims::KeyDirectories::from(sources));
}

} // namespace

Signer::Signer(const Steps& steps, std::string subject_name, crypto::KeyType subject_type)
    : steps_(steps), store_(store_for(steps)),
      issuer_name_(claims::account_key_name(steps.environment("USER"))),
      subject_name_(std::move(subject_name)), subject_type_(subject_type) {}

Result<> Signer::prepare() {
    const auto& options = steps_.options;
    if (options.issuer || !options.generate_keys)
        TENON_TRY(choose(issuer_, options.issuer, issuer_name_, crypto::KeyType::account));
    if (options.subject || !options.generate_keys)
        TENON_TRY(choose(subject_, options.subject, subject_name_, subject_type_));
    return {};
}

Result<> Signer::finish() {
    TENON_TRY(choose(issuer_, steps_.options.issuer, issuer_name_, crypto::KeyType::account));
    return choose(subject_, steps_.options.subject, subject_name_, subject_type_);
}

Result<> Signer::choose(std::optional<Choice>& choice, const std::optional<std::string>& given,
                        const std::string& name, crypto::KeyType type) {
    if (choice)
        return {};
    auto chosen = TENON_TRY(store_.choose(given, name, type, steps_.options.generate_keys));
    for (auto& warning : chosen.warnings)
        steps_.warnings.push_back(std::move(warning));
    choice = std::move(chosen);
    return {};
}

std::vector<base::Path> Signer::keys_made() const {
    std::vector<base::Path> made;
    for (const auto* choice : {&*issuer_, &*subject_})
        if (choice->made)
            made.push_back(*choice->made);
    return made;
}

} // namespace tenon::project
