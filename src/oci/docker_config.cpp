// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://docs.docker.com/reference/cli/docker/login/ and containers-auth.json(5)
#include "oci/docker_config.hpp"

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "crypto/encoding.hpp"
#include "data/value.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

using crypto::SecretText;

constexpr std::size_t max_text = 4 * 1024 * 1024;

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix))
        return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// `https://GHCR.io/v2/` and `ghcr.io` are one place. Docker Hub, whose key has been
/// `https://index.docker.io/v1/` since the beginning, is `docker.io`.
std::string normal_place(std::string_view key) {
    if (!take_prefix(key, "https://"))
        take_prefix(key, "http://");
    while (key.ends_with('/'))
        key.remove_suffix(1);
    const auto slash = key.find('/');
    auto host = base::lower_case(key.substr(0, slash));
    auto path = slash == key.npos ? std::string_view() : key.substr(slash);
    if (path == "/v1" || path == "/v2")
        path = {};
    if (host == "index.docker.io" || host == "registry-1.docker.io" ||
        host == "registry.hub.docker.com")
        host = "docker.io";
    return host.append(path);
}

const std::string& text_of(const data::Value& object, std::string_view key) {
    static const std::string none;
    const auto* value = object.find(key);
    return value && value->string() ? *value->string() : none;
}

/// `user:password` in base64, whose padding may be missing.
std::optional<Credentials> from_auth(std::string_view auth) {
    while (auth.ends_with('='))
        auth.remove_suffix(1);
    std::string padded(auth);
    padded.append((4 - padded.size() % 4) % 4, '=');
    auto bytes = crypto::from_base64(padded);
    crypto::wipe({reinterpret_cast<Byte*>(padded.data()), padded.size()});
    if (!bytes)
        return std::nullopt;
    auto text = as_text(*bytes);
    while (text.ends_with('\0')) // Docker's own reader drops them as well
        text.remove_suffix(1);
    const auto colon = text.find(':');
    std::optional<Credentials> credentials;
    if (colon != text.npos) {
        credentials.emplace();
        credentials->user = text.substr(0, colon);
        credentials->password = SecretText(text.substr(colon + 1));
    }
    crypto::wipe(*bytes);
    return credentials;
}

Credentials read_entry(const data::Value& value) {
    auto credentials = from_auth(text_of(value, "auth")).value_or(Credentials());
    if (credentials.user.empty()) {
        credentials.user = text_of(value, "username");
        credentials.password = SecretText(text_of(value, "password"));
    }
    credentials.identity_token = SecretText(text_of(value, "identitytoken"));
    credentials.registry_token = SecretText(text_of(value, "registrytoken"));
    return credentials;
}

} // namespace

bool Credentials::anonymous() const noexcept {
    return user.empty() && password.get().empty() && identity_token.get().empty() &&
           registry_token.get().empty();
}

Credentials Credentials::clone() const {
    Credentials copy;
    copy.user = user;
    copy.password = SecretText(password.get());
    copy.identity_token = SecretText(identity_token.get());
    copy.registry_token = SecretText(registry_token.get());
    copy.source = source;
    return copy;
}

Result<DockerConfig> DockerConfig::parse(std::string text, const std::string& name) {
    if (text.size() > max_text)
        return fail(Errc::config, fmt::format("`{}` is larger than {} bytes", name, max_text));
    const auto document = data::parse_json({name, std::move(text)});
    if (!document)
        return fail(without_content(document.error(), fmt::format("`{}`", name), Errc::config));
    const auto& root = document->root;
    if (root.kind() != data::Kind::object)
        return fail(Errc::config, fmt::format("`{}` must hold a JSON object", name));
    DockerConfig config;
    if (const auto* auths = root.find("auths"))
        for (const auto& member : auths->members())
            config.entries_.push_back({normal_place(member.key), read_entry(member.value)});
    if (const auto* helpers = root.find("credHelpers"))
        for (const auto& member : helpers->members())
            if (member.value.string())
                config.helpers_.emplace_back(normal_place(member.key), *member.value.string());
    if (const auto& store = text_of(root, "credsStore"); !store.empty())
        config.store_ = store;
    return config;
}

std::optional<std::string> DockerConfig::helper(std::string_view host) const {
    const auto place = normal_place(host);
    for (const auto& [known, helper] : helpers_)
        if (known == place)
            return helper.empty() ? std::nullopt : std::optional(helper);
    return store_;
}

std::optional<Credentials> DockerConfig::entry(std::string_view host,
                                               std::string_view repository) const {
    auto place = normal_place(host);
    place.append("/").append(repository);
    const Entry* best = nullptr;
    for (const auto& entry : entries_) {
        const bool fits = place.starts_with(entry.place) &&
                          (place.size() == entry.place.size() || place[entry.place.size()] == '/');
        if (fits && !entry.credentials.anonymous() &&
            (!best || entry.place.size() > best->place.size()))
            best = &entry;
    }
    return best ? std::optional(best->credentials.clone()) : std::nullopt;
}

Result<Credentials> parse_helper_answer(std::string text) {
    const auto document = data::parse_json({"answer", std::move(text)});
    if (!document)
        return fail(without_content(document.error(), "the answer", Errc::malformed));
    const auto* user = document->root.find("Username");
    const auto* secret = document->root.find("Secret");
    if (!user || !user->string() || !secret || !secret->string())
        return fail(Errc::malformed, "the answer has no `Username` and `Secret`");
    Credentials credentials;
    if (*user->string() == "<token>") {
        credentials.identity_token = SecretText(*secret->string());
        return credentials;
    }
    credentials.user = *user->string();
    credentials.password = SecretText(*secret->string());
    return credentials;
}

base::Error without_content(const base::Error& error, std::string_view what, Errc code) {
    const auto& source = error.source();
    auto place =
        source ? fmt::format(" (line {}, column {})", source->place.line, source->place.column)
               : std::string();
    return base::Error(code, fmt::format("{} is no valid JSON{}", what, place));
}

} // namespace tenon::oci
