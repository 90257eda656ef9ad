// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "oci/reference.hpp"

#include "base/ascii.hpp"
#include "base/diagnostic.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

constexpr std::string_view docker_hub = "docker.io";
constexpr std::size_t max_repository = 255;
constexpr std::size_t max_host = 255;
constexpr std::size_t max_text = 1024; // host, repository, tag and the longest digest

using base::is_alphanumeric;
using base::is_digit;
using base::is_lower;
using base::is_upper;
using base::lower_case;

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
bool is_component(std::string_view text) {
    std::size_t separator = 0; // how long the one is that we are in
    char kind = '-';
    if (text.empty())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (is_lower(c) || is_digit(c)) {
            separator = 0;
            continue;
        }
        if (i == 0 || (c != '.' && c != '_' && c != '-'))
            return false;
        if (separator > 0 && (c != kind || c == '.' || (c == '_' && separator == 2)))
            return false;
        kind = c;
        ++separator;
    }
    return separator == 0;
}

/// A label of a host name: letters, digits, and `-` inside.
bool is_label(std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_host_name(std::string_view host) {
    for (;;) {
        const auto dot = host.find('.');
        if (!is_label(host.substr(0, dot)))
            return false;
        if (dot == host.npos)
            return true;
        host.remove_prefix(dot + 1);
    }
}

/// Only the letters of an IPv6 address are checked here; whoever connects reads it.
bool is_bracketed(std::string_view host) {
    if (host.size() < 4 || host.front() != '[' || host.back() != ']')
        return false;
    const auto inside = host.substr(1, host.size() - 2);
    return inside.find(':') != inside.npos && std::ranges::all_of(inside, [](char c) {
               return base::hex_value(c) || c == ':' || c == '.';
           });
}

bool is_port(std::string_view port) {
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit))
        return false;
    unsigned value = 0;
    for (const char c : port)
        value = value * 10 + static_cast<unsigned>(c - '0');
    return value >= 1 && value <= 65535;
}

/// Where the port's colon stands; npos without one. A bracketed address holds colons of its own.
std::size_t port_colon(std::string_view host) {
    const auto colon = host.rfind(':');
    return colon != host.npos && host.find(']', colon) == host.npos ? colon : host.npos;
}

bool names_host(std::string_view first_part) {
    return first_part.find('.') != first_part.npos || first_part.find(':') != first_part.npos ||
           first_part == "localhost";
}

/// Reads one text. Every part is a view into it, so that an error knows where the part stands.
class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Reference> parse() {
        if (text_.empty())
            return fail(base::Error(Errc::usage, "a reference cannot be empty").help(form));
        if (text_.size() > max_text)
            return fail(Errc::limit, fmt::format("a reference of {} characters is too long (at "
                                                 "most {})",
                                                 text_.size(), max_text));
        if (const auto scheme = text_.find("://"); scheme != text_.npos)
            return fail(
                wrong(text_.substr(0, scheme + 3), "a reference has no scheme", "leave it out")
                    .help("for a registry that speaks plain HTTP say `--insecure`"));
        Reference reference;
        auto rest = text_;
        if (const auto at = rest.find('@'); at != rest.npos) {
            reference.digest = TENON_TRY(digest(rest.substr(at + 1)));
            rest = rest.substr(0, at);
        }
        const auto slash = rest.find('/');
        if (slash != rest.npos && names_host(rest.substr(0, slash))) {
            reference.host = TENON_TRY(host(rest.substr(0, slash)));
            rest.remove_prefix(slash + 1);
        } else {
            reference.host = docker_hub;
        }
        const auto colon = rest.rfind(':');
        if (colon != rest.npos && rest.find('/', colon) == rest.npos) {
            reference.tag = TENON_TRY(tag(rest.substr(colon + 1)));
            rest = rest.substr(0, colon);
        }
        reference.repository = TENON_TRY(repository(rest));
        if (reference.host == docker_hub && reference.repository.find('/') == std::string::npos)
            reference.repository.insert(0, "library/");
        return reference;
    }

private:
    static constexpr const char* form =
        "a reference is `HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]`, as in `ghcr.io/acme/echo:0.3.0`";

    [[nodiscard]] base::Error wrong(std::string_view part, std::string message,
                                    std::string label = "here") const {
        const auto offset = static_cast<std::size_t>(part.data() - text_.data());
        const Place place{1, static_cast<std::uint32_t>(offset + 1),
                          static_cast<std::uint32_t>(std::max<std::size_t>(part.size(), 1))};
        return base::Error(Errc::usage, std::move(message), offset)
            .at(base::excerpt("reference", text_, place, std::move(label)));
    }

    Result<blob::Digest> digest(std::string_view part) const {
        auto digest = blob::Digest::parse(part);
        if (digest)
            return digest;
        auto error = wrong(part, digest.error().message());
        for (const auto& cause : digest.error().causes())
            error = std::move(error).because(cause);
        for (const auto& help : digest.error().helps())
            error = std::move(error).help(help);
        return fail(std::move(error));
    }

    Result<std::string> host(std::string_view part) const {
        const auto colon = port_colon(part);
        const auto name = part.substr(0, colon);
        if (name.size() > max_host || (!is_host_name(name) && !is_bracketed(name)))
            return fail(wrong(name, fmt::format("`{}` is no host name or address", name)));
        if (colon != part.npos && !is_port(part.substr(colon + 1)))
            return fail(wrong(part.substr(colon + 1),
                              fmt::format("`{}` is no port number", part.substr(colon + 1))));
        auto host = lower_case(part);
        if (host == "index.docker.io" || host == "registry-1.docker.io")
            host = docker_hub;
        return host;
    }

    Result<std::string> tag(std::string_view part) const {
        if (is_tag(part))
            return std::string(part);
        return fail(
            wrong(part, part.empty() ? "the tag is missing" : fmt::format("`{}` is no tag", part))
                .help("a tag has up to 128 letters, digits, `_`, `.` and `-`, and does "
                      "not begin with `.` or `-`"));
    }

    Result<std::string> repository(std::string_view part) const {
        if (is_repository(part))
            return std::string(part);
        if (part.empty())
            return fail(wrong(part, "the repository is missing").help(form));
        if (part.size() > max_repository)
            return fail(
                wrong(part, fmt::format("a repository name has at most {} characters, this one {}",
                                        max_repository, part.size())));
        auto error = wrong(part, fmt::format("`{}` is no repository name", part));
        if (std::ranges::any_of(part, is_upper) && is_repository(lower_case(part)))
            return fail(std::move(error).help(
                fmt::format("repository names are in lower case: `{}`", lower_case(part))));
        return fail(std::move(error).help(
            "each part between `/` has letters in lower case and digits, with `.`, `_`, `__` or "
            "dashes inside"));
    }

    std::string_view text_;
};

} // namespace

bool is_repository(std::string_view name) noexcept {
    if (name.size() > max_repository)
        return false;
    for (;;) {
        const auto slash = name.find('/');
        if (!is_component(name.substr(0, slash)))
            return false;
        if (slash == name.npos)
            return true;
        name.remove_prefix(slash + 1);
    }
}

bool is_tag(std::string_view tag) noexcept {
    constexpr std::size_t max_tag = 128;
    if (tag.empty() || tag.size() > max_tag || tag.front() == '.' || tag.front() == '-')
        return false;
    return std::ranges::all_of(
        tag, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

Result<Reference> Reference::parse(std::string_view text) {
    return Parser(text).parse();
}

std::string Reference::text() const {
    auto out = host + "/" + repository;
    if (tag)
        out += ":" + *tag;
    if (digest)
        out += "@" + digest->text();
    return out;
}

std::string Reference::manifest_name() const {
    return digest ? digest->text() : tag.value_or("latest");
}

std::string Reference::api_host() const {
    return host == docker_hub || host == "index.docker.io" ? "registry-1.docker.io" : host;
}

} // namespace tenon::oci
