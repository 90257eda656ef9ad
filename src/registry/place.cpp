// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/place.hpp"

#include "oci/reference.hpp"

#include <deque>
#include <fmt/core.h>

namespace tenon::registry {
namespace {

namespace fs = std::filesystem;

/// Folders looked into before one is taken to hold no layout: nobody waits for a whole home folder.
constexpr std::size_t most_folders = 10'000;

enum class Place { empty, registry, other };

/// Looks for `NAME/_oci/index.json`, the names nearest to the root first. Links are not followed.
bool holds_layout(const base::Path& root) {
    std::deque<std::string> names{""};
    for (std::size_t looked = 0; !names.empty() && looked < most_folders; ++looked) {
        const auto name = std::move(names.front());
        names.pop_front();
        std::error_code problem;
        if (!name.empty() && fs::exists(root / name / "_oci/index.json", problem))
            return true;
        for (fs::directory_iterator entry(root / name, problem), end; !problem && entry != end;
             entry.increment(problem)) {
            std::error_code gone;
            const auto below =
                (name.empty() ? name : name + "/") + entry->path().filename().native();
            if (oci::is_repository(below) && fs::is_directory(entry->symlink_status(gone)))
                names.push_back(below);
        }
    }
    return false;
}

Result<Place> look_at(const base::Path& directory) {
    std::error_code problem;
    auto place = Place::empty;
    for (fs::directory_iterator entry(directory, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const auto name = entry->path().filename();
        if (name == "_lock" || name == "_uploads")
            return Place::registry;
        if (name != "lost+found") // what a new file system holds
            place = Place::other;
    }
    if (problem)
        return fail(base::system_error(fmt::format("cannot read `{}`", directory.native()),
                                       problem.value()));
    return place == Place::other && holds_layout(directory) ? Place::registry : place;
}

} // namespace

Result<> check_may_serve(const base::Path& directory) {
    std::error_code problem;
    if (!fs::is_directory(directory, problem) || TENON_TRY(look_at(directory)) != Place::other)
        return {}; // whoever opens it says what is wrong with a file
    return fail(base::Error(Errc::usage, fmt::format("`{}` holds other files, and no registry",
                                                     directory.native()))
                    .help(fmt::format("name a new folder or an empty one, such as `{}`",
                                      (directory / "registry").native())));
}

Result<> check_is_registry(const base::Path& directory) {
    std::error_code problem;
    if (!fs::is_directory(directory, problem))
        return fail(Errc::not_found, fmt::format("`{}` is no directory", directory.native()));
    if (TENON_TRY(look_at(directory)) == Place::registry)
        return {};
    return fail(
        base::Error(Errc::not_found, fmt::format("`{}` holds no registry", directory.native()))
            .help("name the folder that `tenon registry serve --dir` was given"));
}

} // namespace tenon::registry
