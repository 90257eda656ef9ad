// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One version of a package against another one: what would break those who use it.
#include "wit/compare.hpp"
#include "wit/lint.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>
#include <tuple>

namespace tenon::wit {
namespace {

/// In interfaces both implement and call, so that any change of what is there breaks one of them.
/// Of worlds more imports and fewer exports break nobody.
class Against {
public:
    Against(const Model& old_model, PackageIdx old, const Model& now_model, PackageIdx now)
        : old_model_(old_model), now_model_(now_model), old_(old_model[old]), now_(now_model[now]),
          old_index_(old), now_index_(now) {}

    std::vector<Finding> run() {
        for (const auto& one : breaking_changes(old_model_, old_index_, now_model_, now_index_))
            changed(one);
        for (const auto& [name, world] : old_.worlds) {
            if (const auto* const there = now_.worlds.find(name))
                compare(name, world, *there);
            else
                report(now_.span, fmt::format("world `{}` is no longer there", name), "");
        }
        const auto key = [](const Finding& finding) {
            const auto& source = finding.problem.source();
            const auto& message = finding.problem.message();
            return source
                       ? std::tuple(source->file, source->place.line, source->place.column, message)
                       : std::tuple(std::string(), 0U, 0U, message);
        };
        std::ranges::sort(out_, {}, key);
        return std::move(out_);
    }

private:
    void changed(const Difference& one) {
        if (one.item.empty())
            return report(one.found_at, fmt::format("interface `{}` is no longer there", one.key),
                          one.near.empty() ? "" : fmt::format("is it `{}` now?", one.near));
        const auto name = fmt::format("{} of interface `{}`", one.item, one.key);
        if (one.is_missing())
            return report(one.found_at, fmt::format("{} is no longer there", name), was(one));
        report(one.found_at, fmt::format("{} is not what it was", name), was(one));
    }

    /// What interfaces of this package have become is told once, for themselves.
    void compare(const std::string& name, WorldIdx old, WorldIdx now) {
        const WorldOf before{old_model_, old}, after{now_model_, now};
        for (const auto& one : fits(before, after, VersionRule::any)) {
            if (one.side == Difference::Side::import)
                world_import(name, one);
            else
                world_export(name, one);
        }
    }
    void world_import(const std::string& world, const Difference& one) {
        if (!one.key.empty() && !one.item.empty())
            return; // inside an interface
        const auto what = what_of(one);
        if (one.is_missing())
            return report(one.found_at, fmt::format("world `{}` no longer imports {}", world, what),
                          "components that need it cannot be of this world any more");
        report(one.found_at,
               fmt::format("the import {} of world `{}` is not what it was", what, world),
               was(one));
    }
    void world_export(const std::string& world, const Difference& one) {
        if (!one.key.empty() && !one.item.empty() && !one.is_missing())
            return;
        const auto what = what_of(one);
        if (!one.is_missing())
            return report(one.needed_at,
                          fmt::format("the export {} of world `{}` is not what it "
                                      "was",
                                      what, world),
                          fmt::format("it was `{}`", one.found));
        report(one.needed_at, fmt::format("world `{}` wants more: the export {}", world, what),
               "components that were made for the old one lack it");
    }
    static std::string what_of(const Difference& one) {
        if (one.key.empty())
            return one.item;
        return one.item.empty() ? fmt::format("`{}`", one.key)
                                : fmt::format("`{}`, {}", one.key, one.item);
    }
    static std::string was(const Difference& one) {
        const auto end = one.needed.find('\n');
        const auto line = one.needed.substr(0, end);
        return line == one.found.substr(0, one.found.find('\n'))
                   ? fmt::format("a type in it was `{}`", one.needed.substr(end + 1))
                   : fmt::format("it was `{}`", line);
    }

    void report(Span span, std::string message, std::string help) {
        if (!seen_.insert(message).second)
            return;
        auto error = now_model_.sources.point(base::Error(Errc::invalid, std::move(message)), span);
        if (!help.empty())
            error = std::move(error).help(std::move(help));
        out_.push_back(Finding{"breaking-change", std::move(error)});
    }

    const Model& old_model_;
    const Model& now_model_;
    const Package& old_;
    const Package& now_;
    PackageIdx old_index_, now_index_;
    std::set<std::string> seen_;
    std::vector<Finding> out_;
};

} // namespace

std::vector<Finding> lint_against(const Model& old_model, PackageIdx old, const Model& now_model,
                                  PackageIdx now) {
    return Against(old_model, old, now_model, now).run();
}

bool promises_compatibility(const PackageName& old, const PackageName& now) {
    return !old.version || !now.version || track_of(*old.version) == track_of(*now.version);
}

} // namespace tenon::wit
