// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/signing.hpp"

#include <fmt/core.h>

namespace tenon::cli {

std::optional<project::Project> project_here(Call& call) {
    const auto has_one = project::is_in(".");
    if (has_one && !*has_one)
        return std::nullopt;
    std::vector<base::Error> warnings;
    auto project =
        project::load(".", [&call](std::string_view name) { return call.environment(name); },
                      warnings, {.ask_tools = false, .stop = call.stop()});
    for (const auto& warning : warnings)
        call.warn(warning);
    if (project)
        return *std::move(project);
    call.warn(std::move(project).error().wrap("the project file here is not used"));
    return std::nullopt;
}

claims::KeyStore key_store(Call& call) {
    const project::Environment environment = [&call](std::string_view name) {
        return call.environment(name);
    };
    auto of_project = project::key_directory_in(".", environment);
    std::optional<base::Path> directory_of_project;
    if (of_project)
        directory_of_project = *std::move(of_project);
    else
        call.warn(
            std::move(of_project)
                .error()
                .wrap("the project file here is not used, so its key directory is not known"));
    return claims::KeyStore(claims::KeyDirectories::from({
        .flag = call.value("directory"),
        .project = std::move(directory_of_project),
        .environment = environment,
    }));
}

Result<crypto::KeyPair> choose_key(Call& call, const claims::KeyStore& store,
                                   std::string_view option, std::string_view name,
                                   crypto::KeyType type) {
    auto choice =
        TENON_TRY(store.choose(call.value(option), name, type, !call.has("disable-keygen")));
    for (const auto& warning : choice.warnings)
        call.warn(warning);
    if (choice.made)
        call.note(
            fmt::format("made a new {} key: {}", crypto::row_of(type).name, choice.made->native()));
    return std::move(choice.key);
}

Result<crypto::KeyPair> account_key(Call& call, const claims::KeyStore& store,
                                    std::string_view option) {
    return choose_key(call, store, option, claims::account_key_name(call.environment("USER")),
                      crypto::KeyType::account);
}

Result<std::string> token_id(const Call& call) {
    const auto given = call.value("jti");
    if (!given)
        return crypto::random_base62(22);
    if (given->empty() || given->size() > 256)
        return fail(Errc::usage, "`--jti` takes 1 to 256 characters");
    return *given;
}

Result<claims::Trust> trust_of(const Call& call) {
    claims::Trust trust{.now = call.now(), .issuers = {}};
    for (const auto& text : call.values("issuer")) {
        auto key = crypto::PublicKey::parse(text);
        if (!key)
            return fail(std::move(key).error().wrap(
                "`--issuer` takes the public key of an account to trust"));
        trust.issuers.push_back(key->text());
    }
    return trust;
}

} // namespace tenon::cli
