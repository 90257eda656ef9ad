// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon drain: empties the places where wash, its host and tenon keep what can be fetched again.
#include "base/remove.hpp"
#include "cli/registry_access.hpp"
#include "cli/rows.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

struct Places {
    base::Path lib;       ///< provider executables that a host unpacked
    base::Path oci;       ///< artifacts that a host fetched
    base::Path downloads; ///< programs that wash fetched
    base::Path dev;       ///< state of `wash dev` runs
};

Result<Places> places_of(const Call& call) {
    const auto home = call.environment("HOME");
    if (!home)
        return fail(base::Error(Errc::not_found,
                                "`HOME` is not set, so the caches of wash cannot be found"));
    const base::Path temporary = call.environment("TMPDIR").value_or("/tmp");
    const auto wash = base::Path(*home) / ".wash";
    return Places{.lib = temporary / "wasmcloudcache",
                  .oci = temporary / "wasmcloud_ocicache",
                  .downloads = wash / "downloads",
                  .dev = wash / "dev"};
}

/// Programs that still run would lose their files.
Result<> refuse_running(const base::Path& downloads) {
    for (const auto* name : {"wasmcloud.pid", "wadm.pid"}) {
        std::error_code error;
        if (std::filesystem::exists(std::filesystem::symlink_status(downloads / name, error)))
            return fail(
                base::Error(Errc::exists, fmt::format("cannot clear the caches: `{}` is there, so "
                                                      "wasmcloud or wadm may still run",
                                                      (downloads / name).native()))
                    .help("stop them with `wash down`, or delete the file if they are gone"));
    }
    return {};
}

/// tenon's own: under its lock, so that nobody who is filling it is disturbed.
Result<bool> emptied_cache(const base::Path& directory) {
    std::error_code error;
    if (!std::filesystem::exists(directory, error))
        return false;
    auto cache = TENON_TRY(blob::Cache::open(directory));
    TENON_TRY(cache.drain());
    return true;
}

Result<> drain(Call& call) {
    const auto places = TENON_TRY(places_of(call));
    const auto what = call.argument(0).value_or("");
    std::vector<base::Path> chosen;
    std::optional<base::Path> own;
    if (what == "lib" || what == "all")
        chosen.push_back(places.lib);
    if (what == "oci" || what == "all") {
        chosen.push_back(places.oci);
        own = cache_directory(call);
    }
    if (what == "downloads" || what == "all") {
        TENON_TRY(refuse_running(places.downloads));
        chosen.push_back(places.downloads);
    }
    if (what == "dev")
        chosen.push_back(places.dev);

    auto drained = data::Value::array({});
    std::string text;
    const auto tell = [&](const base::Path& directory) {
        drained.push_back(data::Value(directory.native()));
        text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", directory.native());
    };
    for (const auto& directory : chosen)
        if (TENON_TRY(base::empty_directory(directory)))
            tell(directory);
    if (own && TENON_TRY(emptied_cache(*own)))
        tell(*own);
    auto object = data::Value::object({});
    object.set("drained", std::move(drained));
    return call.answer(fmt::format("Successfully cleared caches at: [{}]", text),
                       std::move(object));
}

constexpr Positional drain_arguments[] = {{.name = "CACHE",
                                           .help = "which of them: all, oci, lib, downloads or dev",
                                           .kind = ValueKind::choice,
                                           .choices = "all|oci|lib|downloads|dev"}};

} // namespace

constexpr Verb drain_verb{.path = "drain",
                          .summary = "empty the caches of fetched artifacts",
                          .description = "`oci` is what hosts fetched from registries, and what "
                                         "tenon did (in `~/.cache/tenon/blobs`), "
                                         "`lib` the provider executables that hosts "
                                         "unpacked (hosts keep both below `$TMPDIR`), `downloads` "
                                         "the programs that wash fetched and `dev` the state of "
                                         "`wash dev` (both below `~/.wash`). `all` is all but "
                                         "`dev`. Directories stay, what is missing is "
                                         "skipped.",
                          .positionals = drain_arguments,
                          .output = OutputMeaning::format,
                          .run = drain,
                          .example = "tenon drain oci"};

} // namespace tenon::cli
