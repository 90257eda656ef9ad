// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/validate_parallel.hpp"

#include "wasm/function_reader.hpp"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <mutex>
#include <thread>

namespace tenon::wasm {
namespace {

/// Bodies are taken in portions: small enough to be shared evenly, large enough to be worth it.
constexpr std::size_t portion = 64;
/// Below so many bytes of code a second thread costs more than it gives.
constexpr std::size_t least_bytes_per_thread = 256 * 1024;

class Bodies {
public:
    Bodies(const Module& module, const ModuleInfo& info, const std::stop_token& stop)
        : module_(module), info_(info), stop_(stop),
          imported_(info.functions.size() - module.functions.size()) {}

    void work() {
        Checker checker(info_);
        NoSink sink;
        for (;;) {
            const auto begin = next_.fetch_add(portion);
            if (begin >= module_.bodies.size() || begin > first_bad_.load() ||
                stop_.stop_requested())
                return;
            const auto end = std::min(begin + portion, module_.bodies.size());
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
    const std::size_t imported_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<std::size_t> first_bad_ = SIZE_MAX;
    std::mutex mutex_;
    std::optional<base::Error> problem_;
};

} // namespace

Result<> validate_in_parallel(const Module& module, const ValidateOptions& options) {
    TypeStore store;
    return validate_bodies_in_parallel(
        module, TENON_TRY(validate_definitions(module, store, options.features)), options);
}

Result<> validate_bodies_in_parallel(const Module& module, const ModuleInfo& info,
                                     const ValidateOptions& options) {
    std::size_t code_bytes = 0;
    for (const auto& body : module.bodies)
        code_bytes += body.bytes.size();
    const auto wanted =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    const auto threads = std::min<std::size_t>(wanted, 1 + code_bytes / least_bytes_per_thread);
    Bodies bodies(module, info, options.stop);
    {
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads; ++i)
            others.emplace_back([&bodies] { bodies.work(); });
        bodies.work();
    }
    return bodies.verdict();
}

} // namespace tenon::wasm
