// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon keys gen | get | list
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "cli/rows.hpp"
#include "cli/signing.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

struct TypeWord {
    std::string_view word;
    crypto::KeyType type;
};
constexpr TypeWord type_words[] = {
    {"account", crypto::KeyType::account},    {"user", crypto::KeyType::user},
    {"module", crypto::KeyType::module},      {"component", crypto::KeyType::module},
    {"service", crypto::KeyType::service},    {"provider", crypto::KeyType::service},
    {"server", crypto::KeyType::server},      {"host", crypto::KeyType::server},
    {"operator", crypto::KeyType::operator_}, {"cluster", crypto::KeyType::cluster},
    {"curve", crypto::KeyType::curve},        {"x25519", crypto::KeyType::curve},
};

std::optional<crypto::KeyType> type_called(std::string_view given) {
    const auto word = base::lower_case(given);
    for (const auto& row : type_words)
        if (row.word == word)
            return row.type;
    return std::nullopt;
}

Result<> gen(Call& call) {
    const auto type = type_called(*call.argument(0));
    if (!type)
        return fail(base::Error(Errc::invalid, "invalid key type")
                        .help("must be one of Account, User, Module (or Component), Service (or "
                              "Provider), Server (or Host), Operator, Cluster, Curve (xkey)"));
    const auto key = crypto::KeyPair::generate(*type);
    const auto public_text = key.public_key().text();
    const auto seed = key.seed_text();
    auto object = data::Value::object({});
    object.set("public_key", data::Value(public_text));
    object.set("seed", data::Value(seed.get()));
    return call.answer(fmt::format("Public Key: {}\nSeed: {}\n\nRemember that the seed is private, "
                                   "treat it as a secret.",
                                   public_text, seed.get()),
                       std::move(object));
}

/// Whoever looks at a directory that was named wants to see that one.
claims::KeyStore only_first(const claims::KeyStore& store) {
    auto directories = store.directories();
    if (directories.size() > 1)
        directories.resize(1);
    return claims::KeyStore(claims::KeyDirectories{std::move(directories)});
}

Result<> get(Call& call) {
    const auto name = *call.argument(0);
    const auto all = key_store(call);
    const auto key = TENON_TRY(call.has("directory") ? only_first(all).load(name) : all.load(name));
    const auto seed = key.seed_text();
    auto object = data::Value::object({});
    object.set("seed", data::Value(seed.get()));
    return call.answer(seed.get(), std::move(object));
}

// With a directory given, that one; otherwise all that exist, each under its own heading.
Result<> list(Call& call) {
    const auto store = key_store(call);
    const auto directories =
        call.has("directory") ? only_first(store).directories() : store.directories();
    std::string text;
    auto keys = data::Value::array({});
    for (std::size_t i = 0; i < directories.size(); ++i) {
        std::error_code ignored; // what cannot be looked at may hold keys: listing it says why not
        if (i > 0 && std::filesystem::status(directories[i], ignored).type() ==
                         std::filesystem::file_type::not_found)
            continue;
        const auto absolute = std::filesystem::absolute(directories[i], ignored);
        text += fmt::format("{}====== Keys found in {} ======\n", i > 0 ? "\n\n" : "",
                            base::printable((ignored ? directories[i] : absolute).native()));
        const claims::KeyStore one(claims::KeyDirectories{{directories[i]}});
        for (std::string_view separator; const auto& name : TENON_TRY(one.list())) {
            text += fmt::format("{}{}", std::exchange(separator, "\n"), base::printable(name));
            keys.push_back(data::Value(name));
        }
    }
    auto object = data::Value::object({});
    object.set("keys", std::move(keys));
    return call.answer(text, std::move(object));
}

constexpr Option directory_options[] = {directory_option('d')};
constexpr Positional gen_arguments[] = {
    {.name = "KEYTYPE",
     .help = "kind of key",
     .kind = ValueKind::text,
     .choices = "account|user|module|component|service|provider|server|host|operator|cluster|curve|"
                "x25519"}};
constexpr Positional get_arguments[] = {
    {.name = "NAME", .help = "name of the key, with or without `.nk`", .kind = ValueKind::text}};

} // namespace

constexpr Verb keys_verb{.path = "keys", .summary = "make, show and list nkeys"};

constexpr Verb keys_gen_verb{
    .path = "keys gen",
    .summary = "make a key pair and print it",
    .description =
        "Prints a new key pair; nothing is saved. The seed is a secret: whoever has it signs in "
        "the name of its owner.",
    .positionals = gen_arguments,
    .output = OutputMeaning::format,
    .run = gen,
    .example = "tenon keys gen account"};

constexpr Verb keys_get_verb{
    .path = "keys get",
    .summary = "print the seed of a saved key",
    .description =
        "Looks in the directory that --directory or $WASH_KEYS names; without either in every one "
        "that exists: $WASH_KEYS_DIR, the project's, ~/.wash/keys and $XDG_DATA_HOME/wash/keys.",
    .options = directory_options,
    .positionals = get_arguments,
    .output = OutputMeaning::format,
    .run = get,
    .example = "tenon keys get tester_account"};

constexpr Verb keys_list_verb{.path = "keys list",
                              .summary = "list the saved keys",
                              .options = directory_options,
                              .output = OutputMeaning::format,
                              .run = list,
                              .example = "tenon keys list"};

} // namespace tenon::cli
