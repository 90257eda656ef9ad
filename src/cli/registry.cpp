// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon registry serve | gc: a registry of our own, and the removal of what it no longer needs.
#include "registry/server.hpp"

#include "base/interrupt.hpp"
#include "cli/rows.hpp"

#include <charconv>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace tenon::cli {
namespace {

/// `4096`, `64K`, `100M`, `2G`: bytes, with powers of 1024.
Result<std::uint64_t> byte_count(std::string_view option, std::string_view text) {
    std::uint64_t count = 0;
    const auto [end, problem] =
        std::from_chars(std::to_address(text.begin()), std::to_address(text.end()), count);
    const auto unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::string_view units = "KMGT";
    const auto place = unit.empty() ? 0 : units.find(unit) + 1; // npos + 1 is 0
    const auto shift = 10 * place;
    if (problem != std::errc() || unit.size() > 1 || (place == 0 && !unit.empty()) || count == 0 ||
        count > UINT64_MAX >> shift)
        return fail(base::Error(
            Errc::usage, fmt::format("`--{}` takes a number of bytes such as 500M or 2G, not `{}`",
                                     option, text)));
    return count << shift;
}

Result<base::Path> usual_directory(const Call& call) {
    if (const auto data = call.environment("XDG_DATA_HOME"); data && data->starts_with('/'))
        return base::Path(*data) / "tenon/registry";
    if (const auto home = call.environment("HOME"))
        return base::Path(*home) / ".local/share/tenon/registry";
    return fail(
        base::Error(Errc::usage, "neither `--dir` nor `HOME` says where the registry's files are"));
}

Result<std::optional<net::ServerTls>> tls_of(const Call& call) {
    const auto certificate = call.value("tls-cert");
    const auto key = call.value("tls-key");
    if (certificate.has_value() != key.has_value())
        return call.misuse(
            base::Error(Errc::usage, fmt::format("`--tls-{}` is missing beside `--tls-{}`",
                                                 key ? "cert" : "key", key ? "key" : "cert")));
    if (!certificate)
        return std::nullopt;
    return net::ServerTls{.certificate = *certificate, .key = *key};
}

Result<registry::ServeOptions> serve_options(const Call& call) {
    registry::ServeOptions options;
    auto address = net::Endpoint::parse(call.value("addr").value_or("127.0.0.1:5000"));
    if (!address)
        return call.misuse(
            std::move(address).error().wrap("`--addr` takes HOST:PORT or unix:PATH"));
    options.address = *std::move(address);
    if (!call.has("memory"))
        options.directory =
            call.value("dir") ? base::Path(*call.value("dir")) : TENON_TRY(usual_directory(call));
    options.tls = TENON_TRY(tls_of(call));
    if (const auto file = call.value("htpasswd"))
        options.htpasswd = *file;
    options.read_only = call.has("read-only");
    options.allowed_hosts = call.values("allow-host");
    options.trust_proxy = call.has("trust-proxy");
    options.insecure_public = call.has("insecure-public");
    if (const auto size = call.value("max-blob-size"))
        options.max_blob_bytes = TENON_TRY(byte_count("max-blob-size", *size));
    const auto log = call.value("access-log").value_or("common");
    options.log = log == "json"   ? registry::LogFormat::json
                  : log == "none" ? registry::LogFormat::none
                                  : registry::LogFormat::common;
    return options;
}

/// Tells systemd that connections are accepted (sd_notify(3)); silent where nobody wants to know.
void tell_ready(const Call& call) {
    const auto place = call.environment("NOTIFY_SOCKET");
    sockaddr_un address{};
    if (!place || place->size() >= sizeof address.sun_path ||
        (!place->starts_with('/') && !place->starts_with('@')))
        return;
    address.sun_family = AF_UNIX;
    std::ranges::copy(*place, address.sun_path);
    if (address.sun_path[0] == '@') // a name that is not in the file system
        address.sun_path[0] = '\0';
    const base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + place->size());
    constexpr std::string_view ready = "READY=1";
    if (!socket || ::sendto(socket.get(), ready.data(), ready.size(), MSG_NOSIGNAL,
                            reinterpret_cast<const sockaddr*>(&address), size) < 0)
        return; // systemd waits, and says so itself
}

std::string shown_address(const net::Endpoint& endpoint, bool tls) {
    return endpoint.path.empty() ? fmt::format("{}://{}", tls ? "https" : "http", endpoint.text())
                                 : endpoint.text();
}

Result<> serve(Call& call) {
    const auto options = TENON_TRY(serve_options(call));
    Result<> answered;
    std::stop_source trouble;
    const std::stop_callback stopping(call.stop(), [&trouble] { trouble.request_stop(); });
    const auto ready = [&](registry::Running& running) {
        const auto address = shown_address(running.endpoint(), options.tls.has_value());
        call.on_hangup([&running, &call] {
            if (auto reloaded = running.reload(); !reloaded)
                call.warn(reloaded.error());
            else
                call.note("certificate and passwords were read again");
        });
        auto object = data::Value::object({});
        object.set("address", data::Value(address));
        object.set("directory",
                   options.directory ? data::Value(options.directory->native()) : data::Value());
        answered = call.answer(fmt::format("Serving {} at {}",
                                           options.directory
                                               ? fmt::format("`{}`", options.directory->native())
                                               : "from memory",
                                           address),
                               std::move(object));
        if (!answered)
            trouble.request_stop();
        else
            tell_ready(call);
    };
    // A signal that comes while the server ends must not find it gone.
    const auto over = [&call] { call.on_hangup({}); };
    TENON_TRY(registry::serve(options, trouble.get_token(), ready, over));
    return answered;
}

Result<> gc(Call& call) {
    const auto directory =
        call.value("dir") ? base::Path(*call.value("dir")) : TENON_TRY(usual_directory(call));
    registry::GcOptions options;
    if (const auto minutes = TENON_TRY(call.integer("grace", 0, 60 * 24 * 365)))
        options.grace = std::chrono::minutes(*minutes);
    const auto report = TENON_TRY(registry::collect_garbage(directory, options, call.stop()));
    auto object = data::Value::object({});
    const auto number = [](std::uint64_t value) {
        return data::Value::integer(static_cast<std::int64_t>(value));
    };
    object.set("repositories", number(report.repositories));
    object.set("skipped", number(report.skipped));
    object.set("blobs", number(report.blobs));
    object.set("blob_bytes", number(report.blob_bytes));
    object.set("uploads", number(report.uploads));
    object.set("upload_bytes", number(report.upload_bytes));
    auto text = fmt::format(
        "Removed {} blobs ({} bytes) and {} uploads ({} bytes) from {} repositories", report.blobs,
        report.blob_bytes, report.uploads, report.upload_bytes, report.repositories);
    if (report.skipped != 0)
        text += fmt::format("; {} kept all blobs, since a manifest there cannot be understood",
                            report.skipped);
    return call.answer(text, std::move(object));
}

constexpr Option dir_option{.name = "dir",
                            .kind = ValueKind::directory,
                            .value = "DIR",
                            .help = "its folder (default: `tenon/registry` in `$XDG_DATA_HOME` or "
                                    "`~/.local/share`)"};
constexpr Option serve_rows[] = {
    {.name = "addr",
     .kind = ValueKind::text,
     .value = "ADDRESS",
     .help = "HOST:PORT or unix:PATH (default 127.0.0.1:5000); port 0: the system chooses"},
    dir_option,
    {.name = "memory", .help = "keep everything in memory, gone when it ends", .excludes = "dir"},
    {.name = "tls-cert",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "certificate and its chain (PEM)"},
    {.name = "tls-key", .kind = ValueKind::file, .value = "FILE", .help = "its private key (PEM)"},
    {.name = "htpasswd",
     .kind = ValueKind::file,
     .value = "FILE",
     .help = "users and bcrypt hashes of their passwords, as `htpasswd -B` makes it"},
    {.name = "read-only", .help = "refuse every change"},
    {.name = "max-blob-size",
     .kind = ValueKind::text,
     .value = "N",
     .help = "refuse larger blobs: bytes, or 500M, 2G"},
    {.name = "allow-host",
     .kind = ValueKind::text,
     .value = "NAME",
     .help = "answer to this name too, on loopback without password; may be repeated",
     .repeated = true},
    {.name = "trust-proxy",
     .help = "log the client that a proxy in front names in `X-Forwarded-For`"},
    {.name = "insecure-public", .help = "serve beyond this machine without TLS or passwords"},
    {.name = "access-log",
     .kind = ValueKind::choice,
     .value = "common|json|none",
     .help = "form of the access log, on standard error (default common)"},
};
constexpr Option gc_rows[] = {
    dir_option,
    {.name = "grace",
     .kind = ValueKind::number,
     .value = "MINUTES",
     .help = "keep what is younger, since a push may be on its way (default 60)"}};

} // namespace

constexpr Verb registry_verb{.path = "registry", .summary = "serve artifacts to any OCI client"};

constexpr Verb registry_serve_verb{
    .path = "registry serve",
    .summary = "run a registry: the OCI distribution specification 1.1",
    .description = "DIR is a new folder, an empty one or that of a registry. Each repository is an "
                   "OCI image layout on disk, `DIR/REPOSITORY/_oci`, that "
                   "other tools can read while the "
                   "registry is not running. What was acknowledged is on the disk. Beyond this "
                   "machine it serves only with TLS and "
                   "passwords, or with `--insecure-public`. SIGHUP reads certificate and passwords "
                   "again; SIGTERM and Ctrl-C end it.",
    .options = serve_rows,
    .output = OutputMeaning::format,
    .run = serve,
    .example = "tenon registry serve --dir registry --addr 127.0.0.1:5000",
    .long_running = true};

constexpr Verb registry_gc_verb{
    .path = "registry gc",
    .summary = "remove blobs that no manifest names, and uploads that nobody goes on with",
    .description =
        "Blobs that are an hour old, and uploads that nobody used for 24 hours. Also while "
        "the registry is served: then its server does it.",
    .options = gc_rows,
    .output = OutputMeaning::format,
    .run = gc,
    .example = "tenon registry gc --dir registry",
    .long_running = true};

} // namespace tenon::cli
