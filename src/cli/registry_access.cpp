// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/registry_access.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

constexpr std::uint64_t max_credentials_bytes = 1 << 20;

/// Whether the part before the first slash is a host.
bool names_a_host(std::string_view name) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos)
        return false;
    const auto host = name.substr(0, slash);
    return host.find('.') != std::string_view::npos || host.find(':') != std::string_view::npos ||
           host == "localhost";
}

Result<std::string> complete(const Call& call, std::string name,
                             const std::optional<std::string>& fallback) {
    if (names_a_host(name))
        return name;
    auto registry = call.value("registry");
    if (!registry)
        registry = fallback;
    if (!registry || registry->empty())
        return fail(
            base::Error(Errc::usage, fmt::format("`{}` does not say in which registry", name))
                .help("write it as `HOST/NAME:TAG` (`docker.io/…` for Docker Hub), or give "
                      "`--registry HOST`"));
    std::string_view prefix = *registry;
    while (prefix.ends_with('/'))
        prefix.remove_suffix(1);
    return fmt::format("{}/{}", base::lower_case(prefix), name);
}

struct Login {
    std::string user;
    std::string password;
};

/// Of the project's credentials file: `{"HOST": {"username": …, "password": …}}`.
Result<std::optional<Login>> project_login(const base::Path& file, std::string_view host) {
    auto bytes = base::read_file(file, max_credentials_bytes);
    if (!bytes && bytes.error().code() == Errc::not_found)
        return std::nullopt; // other places may know
    if (!bytes)
        return fail(std::move(bytes).error());
    const auto parsed = data::parse_json({file.native(), std::string(as_text(*bytes))});
    crypto::wipe(*bytes);
    if (!parsed)
        return fail(
            oci::without_content(parsed.error(), fmt::format("`{}`", file.native()), Errc::config));
    const auto* entry = parsed->root.find(host);
    if (entry == nullptr)
        return std::nullopt;
    const auto* user = entry->find("username");
    const auto* password = entry->find("password");
    if (user == nullptr || user->string() == nullptr || password == nullptr ||
        password->string() == nullptr)
        // The line itself may hold the password: only the place is shown.
        return fail(base::Error(
            Errc::config, fmt::format("`{}` has no `username` and `password` for `{}` (line {})",
                                      file.native(), host, entry->place().line)));
    return Login{*user->string(), *password->string()};
}

/// What a project says of its registry holds for no other.
bool in_registry(const oci::Reference& reference, const project::RegistrySection& project) {
    if (!project.url)
        return false;
    const auto url = base::lower_case(*project.url);
    return std::string_view(url).substr(0, url.find('/')) == reference.host;
}

} // namespace

bool looks_like_reference(std::string_view target) {
    return !target.empty() && target.front() != '.' && target.front() != '/' &&
           names_a_host(target);
}

bool may_lack_registry(std::string_view target) {
    if (target.find_first_of("/:") == target.npos)
        return false;
    const auto reference = oci::Reference::parse(target);
    return reference && (reference->tag || reference->digest ||
                         base::Path(reference->repository).extension().empty());
}

Result<oci::Reference> artifact_reference(const Call& call, std::string_view given,
                                          const std::optional<std::string>& fallback,
                                          Direction direction) {
    auto reference = TENON_TRY(
        oci::Reference::parse(TENON_TRY(complete(call, base::lower_case(given), fallback))));
    if (!reference.tag && !reference.digest)
        return fail(base::Error(Errc::usage,
                                fmt::format("`{}` has neither tag nor digest", reference.text()))
                        .help("write it as `HOST/NAME:TAG` or `HOST/NAME@sha256:…`"));
    const bool latest = reference.tag == "latest" && !reference.digest;
    const auto variable = [&call](std::string_view name) { return call.environment(name); };
    if (latest && !call.has("allow-latest") && !oci::HostEnvironment::read(variable).allow_latest)
        return fail(base::Error(Errc::usage,
                                fmt::format("{} artifacts with the tag `latest` is prohibited, "
                                            "since it names another one every day",
                                            direction == Direction::push ? "pushing" : "pulling"))
                        .help("give a version as tag, or allow it with `--allow-latest`"));
    return reference;
}

Result<std::unique_ptr<oci::Connection>> open_registry(Call& call, const oci::Reference& reference,
                                                       const project::RegistrySection& project,
                                                       Direction direction) {
    oci::ConnectionOptions options;
    options.variable = [&call](std::string_view name) { return call.environment(name); };
    const auto host = oci::HostEnvironment::read(options.variable);
    options.push = direction == Direction::push;
    options.insecure = call.has("insecure") ||
                       (options.push && project.push_insecure && in_registry(reference, project)) ||
                       host.allows_insecure(reference.host);
    options.insecure_skip_tls_verify = call.has("insecure-skip-tls-verify");
    options.ca_file = call.value("ca-file").value_or("");
    options.user = call.value("user").value_or("");
    options.password = crypto::SecretText::take(call.value("password").value_or(""));
    options.login_source = call.origin("user");
    if (options.user.empty() && options.password.get().empty() && host.registry != reference.host &&
        project.credentials)
        if (auto login = TENON_TRY(project_login(*project.credentials, reference.host))) {
            options.user = std::move(login->user);
            options.password = crypto::SecretText::take(std::move(login->password));
            options.login_source = project.credentials->native();
        }
    options.warning = [&call](const base::Error& warning) { call.warn(warning); };
    options.note = [&call](std::string_view note) { call.note(note); };
    options.patience.stop = call.stop();
    options.user_agent = "tenon/" TENON_VERSION;
    return oci::Connection::open(reference, std::move(options));
}

Result<std::optional<blob::Cache>> user_cache(const Call& call) {
    const auto directory = cache_directory(call);
    if (!directory)
        return std::nullopt;
    return TENON_TRY(blob::Cache::open(*directory));
}

std::optional<base::Path> cache_directory(const Call& call) {
    if (const auto cache = call.environment("XDG_CACHE_HOME"); cache && cache->starts_with('/'))
        return base::Path(*cache) / "tenon/blobs";
    if (const auto home = call.environment("HOME"))
        return base::Path(*home) / ".cache/tenon/blobs";
    return std::nullopt;
}

} // namespace tenon::cli
