// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/server.hpp"

#include "registry/control.hpp"
#include "registry/disk_shelf.hpp"
#include "registry/front.hpp"
#include "registry/memory_shelf.hpp"
#include "registry/page.hpp"

#include <condition_variable>
#include <sys/resource.h>

namespace tenon::registry {
namespace {

/// Blobs in memory and connections need a descriptor each; the usual soft limit of 1024 is for
/// programs that use select(2).
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return; // then with as many as there are
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

Result<std::unique_ptr<Shelf>> open_shelf(const ServeOptions& options) {
    if (!options.directory)
        return std::make_unique<MemoryShelf>();
    return TENON_TRY(DiskShelf::open(*options.directory, {.read_only = options.read_only}));
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
    Result<> run(std::stop_token stop, const std::function<void(Running&)>& ready);

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
            std::unique_ptr<Access> access);
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
                 std::unique_ptr<Access> access)
    : options_(options), log_(options.log, options.log_fd),
      store_(std::move(shelf), {.read_only = options.read_only}),
      api_(store_, {.max_blob_bytes = options.max_blob_bytes,
                    .on_error = [this](const std::string& text) { log_.note(text); }}),
      page_(store_), access_(std::move(access)), front_(store_, api_, page_, access_.get(), log_) {}

Result<std::unique_ptr<Service>> Service::create(const ServeOptions& options) {
    TENON_TRY(check_protection(options));
    allow_many_descriptors();
    std::unique_ptr<Access> access;
    if (options.htpasswd)
        access = TENON_TRY(Access::load(*options.htpasswd));
    auto shelf = TENON_TRY(open_shelf(options));
    std::unique_ptr<Service> service(new Service(options, std::move(shelf), std::move(access)));
    net::ServerOptions server;
    server.tls = options.tls;
    service->server_ = TENON_TRY(net::Server::listen(options.address, server, service->front_));
    if (options.directory && !options.read_only)
        service->control_ = TENON_TRY(
            Control::listen(*options.directory, [raw = service.get()](const GcOptions& gc,
                                                                      const std::stop_token& stop) {
                return raw->collect_garbage(gc, stop);
            }));
    return service;
}

Result<> Service::run(std::stop_token stop, const std::function<void(Running&)>& ready) {
    std::optional<Hourly> hourly;
    if (!options_.read_only)
        hourly.emplace([this] { expire(); });
    if (ready)
        ready(*this);
    return server_->run(std::move(stop));
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

Result<> serve(const ServeOptions& options, std::stop_token stop,
               const std::function<void(Running&)>& ready) {
    const auto service = TENON_TRY(Service::create(options));
    return service->run(std::move(stop), ready);
}

Result<GcReport> collect_garbage(const base::Path& directory, const GcOptions& options,
                                 const std::stop_token& stop) {
    if (!std::filesystem::is_directory(directory))
        return fail(Errc::not_found, "`" + directory.native() + "` is no directory");
    auto shelf = DiskShelf::open(directory);
    if (!shelf && shelf.error().code() == Errc::exists)
        return ask_server_to_collect(directory, options, stop);
    if (!shelf)
        return fail(std::move(shelf).error());
    Store store(*std::move(shelf));
    return collect_garbage(store, options, WallClock::now(), stop);
}

} // namespace tenon::registry
