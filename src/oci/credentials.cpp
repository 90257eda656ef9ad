// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The order of the files is that of containers-auth.json(5); the helpers' protocol is
// https://github.com/docker/docker-credential-helpers
#include "oci/credentials.hpp"

#include "base/ascii.hpp"
#include "base/process.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::oci {
namespace {

constexpr std::uint64_t max_file = 4 * 1024 * 1024;

std::optional<base::Path> folder(const Variable& variable, std::string_view name) {
    auto value = variable(name);
    if (!value || value->empty())
        return std::nullopt;
    return base::Path(*std::move(value));
}

bool is_helper_name(std::string_view name) {
    constexpr std::size_t longest = 128;
    return !name.empty() && name.size() <= longest && std::ranges::all_of(name, [](char c) {
        return base::is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
    });
}

/// How a helper knows a registry.
std::string server_name(std::string_view host) {
    return host == "docker.io" ? "https://index.docker.io/v1/" : std::string(host);
}

// Every helper says it in these or nearly these words, on standard output.
bool says_not_found(std::string_view output) {
    return output.find("credentials not found") != output.npos ||
           output.find("no credentials server URL") != output.npos ||
           output.find("no credentials username") != output.npos;
}

} // namespace

Keychain Keychain::from_environment(const Variable& variable, Warning warning) {
    if (auto file = folder(variable, "REGISTRY_AUTH_FILE"))
        return {{*std::move(file)}, std::move(warning)};
    const auto home = folder(variable, "HOME");
    std::vector<base::Path> files;
    if (const auto runtime = folder(variable, "XDG_RUNTIME_DIR"))
        files.push_back(*runtime / "containers/auth.json");
    else
        files.emplace_back(fmt::format("/run/containers/{}/auth.json", ::getuid()));
    if (const auto config = folder(variable, "XDG_CONFIG_HOME"))
        files.push_back(*config / "containers/auth.json");
    else if (home)
        files.push_back(*home / ".config/containers/auth.json");
    if (const auto docker = folder(variable, "DOCKER_CONFIG"))
        files.push_back(*docker / "config.json");
    else if (home)
        files.push_back(*home / ".docker/config.json");
    return {std::move(files), std::move(warning)};
}

Result<Credentials> Keychain::find(std::string_view host, std::string_view repository,
                                   const std::stop_token& stop) const {
    for (const auto& file : files_) {
        std::error_code missing;
        if (!std::filesystem::exists(file, missing))
            continue;
        auto content = base::read_file(file, max_file);
        if (!content) {
            warn(std::move(content).error());
            continue;
        }
        const auto config = DockerConfig::parse(std::string(as_text(*content)), file.native());
        crypto::wipe(*content);
        if (!config) {
            warn(base::Error(config.error().code(), config.error().message())
                     .help("go on without its credentials, or log in again"));
            continue;
        }
        if (const auto helper = config->helper(host)) {
            auto answer = TENON_TRY(ask_helper(*helper, host, stop));
            if (answer && !answer->anonymous()) {
                answer->source = "docker-credential-" + *helper;
                return *std::move(answer);
            }
        }
        if (auto entry = config->entry(host, repository)) {
            entry->source = file.native();
            return *std::move(entry);
        }
    }
    return Credentials();
}

Result<std::optional<Credentials>> Keychain::ask_helper(const std::string& name,
                                                        std::string_view host,
                                                        const std::stop_token& stop) const {
    if (!is_helper_name(name)) {
        warn(
            base::Error(Errc::config, "the name of the credential helper is no name of a program"));
        return std::nullopt;
    }
    const auto program = "docker-credential-" + name;
    base::Command command;
    command.words = {program, "get"};
    command.input = server_name(host);
    auto outcome = base::run(command, stop);
    if (!outcome && outcome.error().code() == Errc::interrupted)
        return fail(std::move(outcome).error());
    if (!outcome) {
        warn(std::move(outcome).error().wrap(
            fmt::format("the credential helper `{}` cannot be started", program)));
        return std::nullopt;
    }
    const auto output = crypto::SecretText::take(std::move(outcome->output));
    if (outcome->exit_status != 0) {
        // What a failing helper writes is not shown: nothing says that it holds no secret.
        if (!says_not_found(output.get()))
            warn(base::Error(Errc::tool_failed,
                             fmt::format("the credential helper `{}` failed for `{}` (exit status "
                                         "{})",
                                         program, host, outcome->exit_status))
                     .help(fmt::format("try it by hand: `echo {} | {} get`", command.input,
                                       program)));
        return std::nullopt;
    }
    auto credentials = parse_helper_answer(std::string(output.get()));
    if (!credentials) {
        warn(std::move(credentials)
                 .error()
                 .wrap(fmt::format("the credential helper `{}` did not answer as such helpers do",
                                   program)));
        return std::nullopt;
    }
    return *std::move(credentials);
}

void Keychain::warn(base::Error error) const {
    if (warning_)
        warning_(error);
}

// containers-certs.d(5), and where Docker looks.
std::vector<base::Path> certificate_folders(const Variable& variable) {
    std::vector<base::Path> folders;
    if (const auto home = folder(variable, "HOME")) {
        folders.push_back(*home / ".config/containers/certs.d");
        folders.push_back(*home / ".config/docker/certs.d");
    }
    folders.emplace_back("/etc/containers/certs.d");
    folders.emplace_back("/etc/docker/certs.d");
    return folders;
}

std::vector<base::Path> find_authorities(const std::vector<base::Path>& folders,
                                         std::string_view host) {
    std::vector<base::Path> found;
    if (host.empty() || host.find('/') != host.npos || host.starts_with('.'))
        return found;
    for (const auto& folder : folders) {
        std::error_code unreadable;
        for (std::filesystem::directory_iterator entry(folder / host, unreadable), end;
             !unreadable && entry != end; entry.increment(unreadable))
            if (entry->path().extension() == ".crt")
                found.push_back(entry->path());
        if (!found.empty())
            break;
    }
    std::ranges::sort(found);
    return found;
}

} // namespace tenon::oci
