// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/validate_parallel.hpp"

#include "wasm/function_reader.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/core.h>
#include <mutex>
#include <system_error>
#include <thread>

namespace tenon::wasm {
namespace {

/// Bodies are taken in portions: small enough to be shared evenly and to stop soon where that is
/// asked for, large enough to be worth it.
constexpr std::size_t most_bodies = 64;
constexpr std::size_t portion_bytes = 256 * 1024;
/// Below so many bytes of code a second thread costs more than it gives.
constexpr std::size_t least_bytes_per_thread = 256 * 1024;

class Bodies {
public:
    Bodies(const Module& module, const ModuleInfo& info, const std::stop_token& stop,
           std::size_t threads)
        : module_(module), info_(info), stop_(stop),
          most_(std::clamp<std::size_t>(module.bodies.size() / (8 * threads), 1, most_bodies)),
          imported_(info.functions.size() - module.functions.size()) {}

    void work() {
        Checker checker(info_);
        NoSink sink;
        while (!stop_.stop_requested()) {
            const auto [begin, end] = portion();
            if (begin == end || begin > first_bad_.load())
                return;
            for (auto i = begin; i < end; ++i)
                if (auto done = read_function(checker, module_.bodies[i],
                                              info_.functions[imported_ + i], sink);
                    !done) {
                    keep(i, std::move(done).error());
                    return;
                }
        }
    }
    Result<> verdict() {
        if (stop_.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        if (!problem_)
            return {};
        return fail(std::move(*problem_).within(fmt::format("code entry {}", first_bad_.load())));
    }

private:
    /// The next bodies that nobody has taken.
    std::pair<std::size_t, std::size_t> portion() {
        const std::scoped_lock lock(mutex_);
        const auto begin = next_;
        for (std::size_t bytes = 0;
             next_ < module_.bodies.size() && next_ - begin < most_ && bytes < portion_bytes;
             ++next_)
            bytes += module_.bodies[next_].bytes.size();
        return {begin, next_};
    }
    void keep(std::size_t index, base::Error error) {
        const std::scoped_lock lock(mutex_);
        if (index >= first_bad_.load())
            return;
        first_bad_ = index;
        problem_.emplace(std::move(error));
    }

    const Module& module_;
    const ModuleInfo& info_;
    const std::stop_token& stop_;
    const std::size_t most_; ///< bodies of a portion
    const std::size_t imported_;
    std::atomic<std::size_t> first_bad_ = SIZE_MAX;
    std::mutex mutex_;
    std::size_t next_ = 0; ///< under the lock
    std::optional<base::Error> problem_;
};

/// At most one a body. Where nobody said how many, no more than are worth their cost.
std::size_t thread_count(const Module& module, std::size_t wanted) {
    if (wanted == 0) {
        std::size_t code_bytes = 0;
        for (const auto& body : module.bodies)
            code_bytes += body.bytes.size();
        wanted = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()),
                                       1 + code_bytes / least_bytes_per_thread);
    }
    return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(1, module.bodies.size()));
}

} // namespace

Result<> validate_in_parallel(const Module& module, const ValidateOptions& options) {
    TypeStore store;
    return validate_bodies_in_parallel(
        module, TENON_TRY(validate_definitions(module, store, options.features, options.stop)),
        options);
}

Result<> validate_bodies_in_parallel(const Module& module, const ModuleInfo& info,
                                     const ValidateOptions& options) {
    const auto threads = thread_count(module, options.threads);
    Bodies bodies(module, info, options.stop, threads);
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t i = 1; i < threads; ++i)
                others.emplace_back([&bodies] { bodies.work(); });
        } catch (const std::system_error&) {
            // The system gives no more threads: those that there are do all of it.
        }
        bodies.work();
    }
    return bodies.verdict();
}

} // namespace tenon::wasm
