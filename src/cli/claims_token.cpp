// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon claims token component | provider | account | operator: a token on its own, without a file.
#include "cli/rows.hpp"
#include "cli/token_options.hpp"

namespace tenon::cli {
namespace {

Result<> answer_token(Call& call, claims::Metadata metadata, const crypto::KeyPair& issuer,
                      const crypto::PublicKey& subject) {
    auto token = TENON_TRY(token_claims(call, std::move(metadata), subject));
    const auto text = TENON_TRY(claims::sign_token(std::move(token), issuer));
    auto object = data::Value::object({});
    object.set("token", data::Value(text));
    return call.answer(text, std::move(object));
}

Result<> component(Call& call) {
    const auto project = project_here(call);
    auto metadata = TENON_TRY(component_metadata(call, project));
    const auto store = key_store(call);
    const auto issuer = TENON_TRY(account_key(call, store, "issuer"));
    const auto subject = TENON_TRY(choose_key(
        call, store, "subject", claims::key_name(*metadata.name, crypto::KeyType::module),
        crypto::KeyType::module));
    return answer_token(call, std::move(metadata), issuer, subject.public_key());
}

Result<> provider(Call& call) {
    const auto project = project_here(call);
    claims::ProviderClaims metadata;
    metadata.name = call.value("name");
    metadata.rev = TENON_TRY(revision(call, "revision"));
    metadata.ver = call.value("version");
    auto vendor = call.value("vendor");
    if (project) {
        fill_up(metadata, *project);
        if (!vendor && project->provider)
            vendor = project->provider->vendor;
    }
    if (!metadata.name)
        TENON_TRY(missing("provider name", "name"));
    if (!vendor)
        TENON_TRY(missing("vendor", "vendor"));
    if (!metadata.rev)
        TENON_TRY(missing("provider revision number", "revision"));
    if (!metadata.ver)
        TENON_TRY(missing("provider version", "version"));
    metadata.vendor = *vendor;
    const auto store = key_store(call);
    const auto issuer = TENON_TRY(account_key(call, store, "issuer"));
    const auto subject = TENON_TRY(choose_key(
        call, store, "subject", claims::key_name(*metadata.name, crypto::KeyType::service),
        crypto::KeyType::service));
    return answer_token(call, std::move(metadata), issuer, subject.public_key());
}

// Additional keys may be seeds, of which only the public half enters the token, or public keys.
Result<std::vector<std::string>> additional_signers(const Call& call,
                                                    const claims::KeyStore& store) {
    std::vector<std::string> signers;
    for (const auto& given : call.values("additional-key")) {
        if (const auto key = crypto::PublicKey::parse(given)) {
            signers.push_back(key->text());
            continue;
        }
        const auto choice = TENON_TRY(store.choose(given, "", crypto::KeyType::account, false));
        signers.push_back(choice.key.public_key().text());
    }
    return signers;
}

Result<> account(Call& call) {
    const auto name = *call.value("name");
    const auto store = key_store(call);
    const auto issuer = TENON_TRY(choose_key(call, store, "issuer",
                                             claims::key_name(name, crypto::KeyType::operator_),
                                             crypto::KeyType::operator_));
    const auto subject = TENON_TRY(account_key(call, store, "subject"));
    auto signers = TENON_TRY(additional_signers(call, store));
    return answer_token(call, claims::IdentityClaims{name, std::move(signers)}, issuer,
                        subject.public_key());
}

Result<> operator_(Call& call) {
    const auto name = *call.value("name");
    const auto store = key_store(call);
    const auto issuer = TENON_TRY(choose_key(call, store, "issuer",
                                             claims::key_name(name, crypto::KeyType::operator_),
                                             crypto::KeyType::operator_));
    auto signers = TENON_TRY(additional_signers(call, store));
    return answer_token(call, claims::IdentityClaims{name, std::move(signers)}, issuer,
                        issuer.public_key());
}

constexpr Option component_options[] = {
    name_option,           tag_option,     rev_option,          ver_option,     call_alias_option,
    issuer_option,         subject_option, directory_option(0), expires_option, nbf_option,
    disable_keygen_option, jti_option};

constexpr Option provider_options[] = {name_option,
                                       {.name = "vendor",
                                        .letter = 'v',
                                        .kind = ValueKind::text,
                                        .value = "VENDOR",
                                        .help = "who makes the provider"},
                                       {.name = "revision",
                                        .letter = 'r',
                                        .kind = ValueKind::number,
                                        .value = "REV",
                                        .help = "revision number"},
                                       {.name = "version",
                                        .letter = 'e',
                                        .kind = ValueKind::text,
                                        .value = "VERSION",
                                        .help = "version for people"},
                                       issuer_option,
                                       subject_option,
                                       directory_option(0),
                                       expires_option,
                                       nbf_option,
                                       disable_keygen_option,
                                       jti_option};

constexpr Option required_name_option{.name = "name",
                                      .letter = 'n',
                                      .kind = ValueKind::text,
                                      .value = "NAME",
                                      .help = "descriptive name",
                                      .required = true};
constexpr Option additional_key_option{
    .name = "additional-key",
    .letter = 'a',
    .kind = ValueKind::file,
    .value = "KEY",
    .help = "public key, seed file or seed to add to the valid signers; may be given several times",
    .repeated = true};

constexpr Option account_options[] = {required_name_option,
                                      issuer_option,
                                      subject_option,
                                      additional_key_option,
                                      directory_option(0),
                                      expires_option,
                                      nbf_option,
                                      disable_keygen_option,
                                      jti_option};
constexpr Option operator_options[] = {required_name_option,  issuer_option,  additional_key_option,
                                       directory_option(0),   expires_option, nbf_option,
                                       disable_keygen_option, jti_option};

} // namespace

constexpr Verb claims_token_verb{.path = "claims token", .summary = "make a token on its own"};

constexpr Verb claims_token_component_verb{
    .path = "claims token component",
    .summary = "a token for a component, without a file to go into",
    .options = component_options,
    .output = OutputMeaning::format,
    .run = component,
    .example = "tenon claims token component --name adder --rev 1 --ver 0.1.0"};

constexpr Verb claims_token_provider_verb{
    .path = "claims token provider",
    .summary = "a token for a capability provider, without hashes",
    .options = provider_options,
    .output = OutputMeaning::format,
    .run = provider,
    .example =
        "tenon claims token provider --name Echo --vendor acme --revision 2 --version 0.3.0"};

constexpr Verb claims_token_account_verb{.path = "claims token account",
                                         .summary = "a token for an account, issued by an operator",
                                         .options = account_options,
                                         .output = OutputMeaning::format,
                                         .run = account,
                                         .example = "tenon claims token account --name acme"};

constexpr Verb claims_token_operator_verb{.path = "claims token operator",
                                          .summary = "a token for an operator, signed by itself",
                                          .options = operator_options,
                                          .output = OutputMeaning::format,
                                          .run = operator_,
                                          .example = "tenon claims token operator --name root"};

} // namespace tenon::cli
