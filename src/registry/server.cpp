// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/server.hpp"

#include "registry/control.hpp"
#include "registry/disk_shelf.hpp"
#include "registry/front.hpp"
#include "registry/memory_shelf.hpp"
#include "registry/page.hpp"
#include "registry/place.hpp"

#include <condition_variable>
#include <fmt/core.h>
#include <sys/resource.h>

namespace tenon::registry {
namespace {

/// How many descriptors there may be. The usual soft limit of 1024 is for programs that use
/// select(2).
std::size_t allow_many_descriptors() {
    constexpr std::size_t usual = 1024;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return usual;
    const auto before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = before; // then with as many as there are
    return static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 1 << 20));
}

/// Who gets how many of them. Whoever is served a blob needs two, and half of all are left for what
/// lies in memory.
struct Descriptors {
    std::size_t connections;
    std::size_t files;
};
Descriptors share(std::size_t all) {
    constexpr std::size_t most_connections = 1024;
    const auto connections = std::clamp<std::size_t>(all / 5, 16, most_connections);
    return {connections, all / 2};
}

Result<> check_protection(const ServeOptions& options) {
    if (options.address.loopback() || options.insecure_public)
        return {};
    if (options.tls && options.htpasswd)
        return {};
    return fail(base::Error(Errc::usage, "an address beyond this machine needs TLS and passwords")
                    .help("give a certificate, a key and an htpasswd file")
                    .help("or say `--insecure-public` when something in front protects it"));
}

Result<std::unique_ptr<Shelf>> open_shelf(const ServeOptions& options, std::size_t files) {
    if (!options.directory)
        return std::make_unique<MemoryShelf>(files);
    TENON_TRY(check_may_serve(*options.directory));
    return TENON_TRY(DiskShelf::open(*options.directory, {.read_only = options.read_only}));
}

/// On disk they cost no more than a directory's entry.
constexpr std::size_t most_uploads = 10'000;
constexpr unsigned workers = 64;
constexpr unsigned receivers = workers - 16;

/// Whoever reaches a Unix socket is no browser, and behind TLS a stranger's name has no
/// certificate.
HostGuard guard_of(const ServeOptions& options) {
    const bool open = !options.htpasswd && !options.tls && options.address.path.empty();
    return open && options.address.loopback() ? HostGuard(options.allowed_hosts) : HostGuard();
}

/// Does something once an hour, until it is over.
class Hourly {
public:
    explicit Hourly(std::function<void()> work)
        : thread_([this, work = std::move(work)](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              while (!over_.wait_for(lock, stop, std::chrono::hours(1), [] { return false; }) &&
                     !stop.stop_requested())
                  work();
          }) {}

private:
    std::mutex mutex_;
    std::condition_variable_any over_;
    std::jthread thread_; // last, so that it ends first
};

class Service final : public Running {
public:
    static Result<std::unique_ptr<Service>> create(const ServeOptions& options);
    Result<> run(const std::stop_token& stop, const std::function<void(Running&)>& ready,
                 const std::function<void()>& over);

    [[nodiscard]] const net::Endpoint& endpoint() const noexcept override {
        return server_->endpoint();
    }
    Result<> reload() override;
    Result<GcReport> collect_garbage(const GcOptions& options,
                                     const std::stop_token& stop) override {
        return registry::collect_garbage(store_, options, WallClock::now(), stop);
    }

private:
    Service(const ServeOptions& options, std::unique_ptr<Shelf> shelf,
            std::unique_ptr<Access> access, std::size_t files);
    void expire();

    const ServeOptions options_;
    AccessLog log_;
    Store store_;
    Api api_;
    Page page_;
    std::unique_ptr<Access> access_; // null where everybody may enter
    Front front_;
    std::optional<net::Server> server_;
    std::unique_ptr<Control> control_;
};

Service::Service(const ServeOptions& options, std::unique_ptr<Shelf> shelf,
                 std::unique_ptr<Access> access, std::size_t files)
    : options_(options), log_(options.log, options.log_fd, options.trust_proxy),
      store_(std::move(shelf), {.read_only = options.read_only,
                                .most_open_uploads = options.directory ? most_uploads : files / 2}),
      api_(store_, {.max_blob_bytes = options.max_blob_bytes,
                    .on_error = [this](const std::string& text) { log_.note(text); }}),
      page_(store_), access_(std::move(access)), front_(store_, api_, page_, log_,
                                                        {.access = access_.get(),
                                                         .guard = guard_of(options),
                                                         .most_receiving = receivers,
                                                         .trust_proxy = options.trust_proxy}) {}

Result<std::unique_ptr<Service>> Service::create(const ServeOptions& options) {
    TENON_TRY(check_protection(options));
    const auto descriptors = share(allow_many_descriptors());
    std::unique_ptr<Access> access;
    if (options.htpasswd)
        access = TENON_TRY(Access::load(*options.htpasswd));
    auto shelf = TENON_TRY(open_shelf(options, descriptors.files));
    std::unique_ptr<Service> service(
        new Service(options, std::move(shelf), std::move(access), descriptors.files));
    net::ServerOptions server;
    server.tls = options.tls;
    server.worker_threads = workers;
    server.max_connections = static_cast<unsigned>(descriptors.connections);
    service->server_ = TENON_TRY(net::Server::listen(options.address, server, service->front_));
    if (options.directory && !options.read_only)
        service->control_ = TENON_TRY(
            Control::listen(*options.directory, [raw = service.get()](const GcOptions& gc,
                                                                      const std::stop_token& stop) {
                return raw->collect_garbage(gc, stop);
            }));
    return service;
}

/// Says farewell, also when it is left by an exception.
class Farewell {
public:
    explicit Farewell(const std::function<void()>& words) : words_(words) {}
    Farewell(const Farewell&) = delete;
    Farewell& operator=(const Farewell&) = delete;
    ~Farewell() {
        if (words_)
            words_();
    }

private:
    const std::function<void()>& words_;
};

Result<> Service::run(const std::stop_token& stop, const std::function<void(Running&)>& ready,
                      const std::function<void()>& over) {
    std::optional<Hourly> hourly;
    if (!options_.read_only)
        hourly.emplace([this] { expire(); });
    const Farewell farewell(over);
    if (ready)
        ready(*this);
    return server_->run(stop);
}

void Service::expire() {
    if (const auto expired = store_.expire_uploads(WallClock::now() - options_.gc.upload_lifetime);
        !expired)
        log_.note(expired.error().message());
}

Result<> Service::reload() {
    std::optional<base::Error> first;
    if (access_)
        if (auto loaded = access_->reload(); !loaded)
            first = std::move(loaded).error();
    if (options_.tls)
        if (auto loaded = server_->reload_tls(); !loaded && !first)
            first = std::move(loaded).error();
    if (!first)
        return {};
    log_.note(first->message());
    return fail(std::move(*first));
}

} // namespace

Result<> serve(const ServeOptions& options, const std::stop_token& stop,
               const std::function<void(Running&)>& ready, const std::function<void()>& over) {
    for (const auto& name : options.allowed_hosts)
        if (!HostGuard::is_name(name))
            return fail(
                base::Error(Errc::usage,
                            fmt::format("`--allow-host` takes the name of a host, not `{}`", name))
                    .help("say it once for each name, without scheme and path"));
    const auto service = TENON_TRY(Service::create(options));
    return service->run(stop, ready, over);
}

Result<GcReport> collect_garbage(const base::Path& directory, const GcOptions& options,
                                 const std::stop_token& stop) {
    TENON_TRY(check_is_registry(directory));
    auto shelf = DiskShelf::open(directory);
    if (!shelf && shelf.error().code() == Errc::exists)
        return ask_server_to_collect(directory, options, stop);
    if (!shelf)
        return fail(std::move(shelf).error());
    Store store(*std::move(shelf));
    return collect_garbage(store, options, WallClock::now(), stop);
}

} // namespace tenon::registry
