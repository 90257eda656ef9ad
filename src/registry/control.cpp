// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/control.hpp"

#include "data/value.hpp"
#include "registry/disk_shelf.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace tenon::registry {
namespace {

constexpr std::size_t max_message = 64 * 1024;
constexpr std::chrono::milliseconds question_timeout{2000};

base::Error cannot(std::string_view verb, const base::Path& path, int error_number) {
    return base::system_error(fmt::format("cannot {} `{}`", verb, path.native()), error_number);
}

/// An address has room for 107 bytes, which a path may exceed; this leads there all the same. The
/// descriptor of the directory must stay open while the address is used.
struct Address {
    base::Fd directory;
    sockaddr_un address{};
};
Result<Address> address_of(const base::Path& directory) {
    Address found;
    found.directory.reset(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!found.directory)
        return fail(cannot("open", directory, errno));
    const auto path = fmt::format("/proc/self/fd/{}/{}", found.directory.get(),
                                  control_path(directory).filename().native());
    found.address.sun_family = AF_UNIX;
    path.copy(found.address.sun_path, sizeof found.address.sun_path - 1);
    return found;
}

const sockaddr* plain(const sockaddr_un& address) noexcept {
    return reinterpret_cast<const sockaddr*>(&address);
}

data::Value number(std::uint64_t value) {
    return data::Value(data::Number{std::to_string(value)});
}

std::optional<std::uint64_t> member(const data::Document& document, std::string_view key) {
    const auto* value = document.root.find(key);
    return value ? value->unsigned_integer() : std::nullopt;
}

std::string to_text(const GcOptions& options) {
    auto value = data::Value::object({});
    value.set("grace", number(static_cast<std::uint64_t>(options.grace.count())));
    value.set("upload_lifetime",
              number(static_cast<std::uint64_t>(options.upload_lifetime.count())));
    return data::to_json(value);
}

std::string to_text(const Result<GcReport>& report) {
    auto value = data::Value::object({});
    if (report) {
        value.set("repositories", number(report->repositories));
        value.set("skipped", number(report->skipped));
        value.set("blobs", number(report->blobs));
        value.set("blob_bytes", number(report->blob_bytes));
        value.set("uploads", number(report->uploads));
        value.set("upload_bytes", number(report->upload_bytes));
    } else {
        auto message = report.error().message();
        for (const auto& cause : report.error().causes())
            message += ": " + cause;
        value.set("error", data::Value(message));
    }
    return data::to_json(value);
}

Result<GcOptions> options_from(std::string text) {
    const auto document = TENON_TRY(data::parse_json({"question", std::move(text)}));
    const auto grace = member(document, "grace");
    const auto lifetime = member(document, "upload_lifetime");
    constexpr std::uint64_t longest = std::uint64_t{100} * 365 * 24 * 3600;
    if (!grace || !lifetime || *grace > longest || *lifetime > longest)
        return fail(Errc::malformed, "not a question that this server understands");
    return GcOptions{std::chrono::seconds(*grace), std::chrono::seconds(*lifetime)};
}

Result<GcReport> report_from(std::string text) {
    const auto document = TENON_TRY(data::parse_json({"answer", std::move(text)}));
    if (const auto* message = document.root.find("error"); message && message->string())
        return fail(Errc::io, "the server could not collect garbage: " + *message->string());
    GcReport report;
    for (const auto& [key, place] :
         {std::pair("repositories", &report.repositories), std::pair("blobs", &report.blobs),
          std::pair("skipped", &report.skipped), std::pair("uploads", &report.uploads)})
        *place = static_cast<std::size_t>(member(document, key).value_or(0));
    report.blob_bytes = member(document, "blob_bytes").value_or(0);
    report.upload_bytes = member(document, "upload_bytes").value_or(0);
    return report;
}

Result<std::string> receive(int fd, const base::Path& name) {
    std::string text(max_message, '\0');
    const auto got = ::recv(fd, text.data(), text.size(), 0);
    if (got < 0)
        return fail(cannot("read", name, errno));
    text.resize(static_cast<std::size_t>(got));
    return text;
}

Result<> send(int fd, const std::string& text, const base::Path& name) {
    if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0)
        return fail(cannot("write", name, errno));
    return {};
}

/// Whether there is something to read; waits for it.
bool readable(int fd, std::chrono::milliseconds patience) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

} // namespace

Control::Control(base::Fd socket, base::Fd wake, base::Path directory, Collect collect)
    : socket_(std::move(socket)), wake_(std::move(wake)), directory_(std::move(directory)),
      collect_(std::move(collect)), thread_([this](const std::stop_token& stop) { work(stop); }) {}

Result<std::unique_ptr<Control>> Control::listen(const base::Path& directory, Collect collect) {
    const auto path = control_path(directory);
    const auto at = TENON_TRY(address_of(directory));
    base::Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    base::Fd wake(::eventfd(0, EFD_CLOEXEC));
    ::unlink(path.c_str());
    if (!socket || !wake || ::bind(socket.get(), plain(at.address), sizeof at.address) != 0 ||
        ::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), 4) != 0)
        return fail(cannot("listen on", path, errno));
    return std::unique_ptr<Control>(
        new Control(std::move(socket), std::move(wake), directory, std::move(collect)));
}

Control::~Control() {
    thread_.request_stop();
    const std::uint64_t one = 1;
    // It can only fail when the counter is full, and then it is readable too.
    if (::write(wake_.get(), &one, sizeof one) < 0)
        errno = 0;
    thread_.join();
    ::unlink(control_path(directory_).c_str());
}

void Control::work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> waiting{pollfd{socket_.get(), POLLIN, 0},
                                      pollfd{wake_.get(), POLLIN, 0}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
            return;
        if ((waiting[0].revents & POLLIN) == 0)
            continue;
        const base::Fd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection)
            serve(connection.get(), stop);
        else if ((errno == EMFILE || errno == ENFILE) &&
                 readable(wake_.get(), std::chrono::milliseconds(100)))
            return; // otherwise a descriptor may be free now
    }
}

void Control::serve(int connection, const std::stop_token& stop) {
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 ||
        (peer.uid != 0 && peer.uid != ::geteuid()))
        return;
    if (!readable(connection, question_timeout))
        return;
    auto question = receive(connection, control_path(directory_));
    if (!question)
        return;
    const auto options = options_from(*std::move(question));
    const auto answer =
        options ? to_text(collect_(*options, stop)) : std::string(R"({"error":"not understood"})");
    // Who asked may be gone; the work is done all the same.
    if (const auto sent = send(connection, answer, control_path(directory_)); !sent)
        return;
}

Result<GcReport> ask_server_to_collect(const base::Path& directory, const GcOptions& options,
                                       const std::stop_token& stop) {
    const auto path = control_path(directory);
    const auto at = TENON_TRY(address_of(directory));
    const base::Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!socket)
        return fail(cannot("open", path, errno));
    if (::connect(socket.get(), plain(at.address), sizeof at.address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED)
            return fail(Errc::not_found,
                        fmt::format("no registry listens in `{}`", directory.native()));
        return fail(cannot("connect to", path, errno));
    }
    TENON_TRY(send(socket.get(), to_text(options), path));
    while (!readable(socket.get(), std::chrono::milliseconds(200)))
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
    auto answer = TENON_TRY(receive(socket.get(), path));
    if (answer.empty())
        return fail(Errc::interrupted, "the registry was stopped before it had finished");
    return report_from(std::move(answer));
}

} // namespace tenon::registry
