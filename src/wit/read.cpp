// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/read.hpp"

#include "wit/merge.hpp"
#include "wit/packages.hpp"
#include "wit/parser.hpp"
#include "wit/resolve.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wit {
namespace {

/// How large a model was, to go back to.
class Mark {
public:
    explicit Mark(const Model& model)
        : packages_(model.packages.size()), interfaces_(model.interfaces.size()),
          worlds_(model.worlds.size()), types_(model.types.size()),
          sources_(model.sources.count()) {}
    void restore(Model& model) const {
        for (auto at = packages_; at < model.packages.size(); ++at)
            model.by_name.erase(model.packages[at].name);
        cut(model.packages, packages_);
        cut(model.interfaces, interfaces_);
        cut(model.worlds, worlds_);
        cut(model.types, types_);
        model.sources.keep(sources_);
    }

private:
    template <class List> static void cut(List& list, std::size_t size) {
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(size), list.end());
    }
    std::size_t packages_, interfaces_, worlds_, types_;
    std::uint32_t sources_;
};

class Budget {
public:
    explicit Budget(const ReadOptions& options)
        : bytes_(options.max_bytes), files_(options.max_files) {}
    Result<> spend(std::uint64_t bytes, const std::string& name) {
        if (files_ == 0 || bytes > bytes_) {
            return fail(base::Error(Errc::limit, files_ == 0 ? "too many WIT files"
                                                             : "the WIT files are too large")
                            .within(fmt::format("file `{}`", name)));
        }
        bytes_ -= bytes;
        --files_;
        return {};
    }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    std::uint64_t bytes_;
    std::size_t files_;
};

Result<PackageIdx> resolve_groups(Model& model, std::vector<TextGroup> groups,
                                  const ReadOptions& options) {
    std::vector<std::vector<ast::File>> files(groups.size());
    std::vector<PackageText> packages;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        for (auto& file : groups[i].files) {
            const auto source = model.sources.add(std::move(file.name), std::move(file.text));
            auto tree = TENON_TRY(parse(model.sources, source));
            files[i].push_back(std::move(tree));
        }
        auto some = TENON_TRY(packages_of(model.sources, groups[i].name, files[i]));
        std::ranges::move(some, std::back_inserter(packages));
    }
    std::vector<PackageNames> names;
    for (const auto& package : packages) {
        auto one = TENON_TRY(PackageNames::create(package, model.sources));
        names.push_back(std::move(one));
    }
    const auto order = TENON_TRY(package_order(model, packages, names));
    Session session(model, options.features);
    session.budget = WorldBudget(options.max_world_items);
    for (const auto at : order)
        TENON_TRY(resolve(session, packages[at], names[at]));
    return model.by_name.at(packages.front().name);
}

Result<std::string> read_file_text(const base::Path& path, Budget& budget) {
    const auto bytes = TENON_TRY(base::read_file(path, budget.bytes()));
    TENON_TRY(budget.spend(bytes.size(), path.string()));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<std::vector<base::Path>> entries_of(const base::Path& folder) {
    std::vector<base::Path> out;
    std::error_code problem;
    for (auto it = std::filesystem::directory_iterator(folder, problem);
         !problem && it != std::filesystem::directory_iterator(); it.increment(problem))
        out.push_back(it->path());
    if (problem) {
        return fail(base::system_error(fmt::format("cannot read folder `{}`", folder.string()),
                                       problem.value()));
    }
    std::ranges::sort(out);
    return out;
}

/// The `.wit` files of a folder, without those of folders in it.
Result<TextGroup> read_folder(const base::Path& folder, Budget& budget) {
    TextGroup group{folder.string(), {}};
    const auto entries = TENON_TRY(entries_of(folder));
    for (const auto& entry : entries) {
        std::error_code ignored; // what cannot be looked at is reported when it is opened
        if (entry.extension() != ".wit" || std::filesystem::is_directory(entry, ignored))
            continue;
        auto text = TENON_TRY(read_file_text(entry, budget));
        group.files.push_back(TextFile{entry.string(), std::move(text)});
    }
    return group;
}

Result<PackageIdx> read_encoded(Model& model, const base::Path& path, const ReadOptions& options,
                                Budget& budget) {
    if (!options.decode) {
        return fail(Errc::unsupported,
                    fmt::format("cannot read encoded WIT package `{}` here", path.string()));
    }
    const auto bytes = TENON_TRY(base::read_file(path, budget.bytes()));
    TENON_TRY(budget.spend(bytes.size(), path.string()));
    auto decoded = TENON_TRY(options.decode(bytes, path.string()));
    auto moved = merge(model, decoded.model);
    if (!moved)
        return fail(std::move(moved).error().within(fmt::format("package `{}`", path.string())));
    return moved->packages.at(decoded.main.value);
}

bool is_encoded(const base::Path& path) {
    return path.extension() == ".wasm" || path.extension() == ".wat";
}

Result<PackageIdx> read_whole_folder(Model& model, const base::Path& folder,
                                     const ReadOptions& options, Budget& budget) {
    std::vector<TextGroup> groups;
    auto main = TENON_TRY(read_folder(folder, budget));
    groups.push_back(std::move(main));

    const auto deps = folder / "deps";
    std::error_code ignored;
    if (std::filesystem::is_directory(deps, ignored)) {
        const auto entries = TENON_TRY(entries_of(deps));
        for (const auto& entry : entries) {
            if (std::filesystem::is_directory(entry, ignored)) {
                auto group = TENON_TRY(read_folder(entry, budget));
                groups.push_back(std::move(group));
            } else if (entry.extension() == ".wit") {
                auto text = TENON_TRY(read_file_text(entry, budget));
                TextGroup group{entry.string(), {}};
                group.files.push_back(TextFile{entry.string(), std::move(text)});
                groups.push_back(std::move(group));
            } else if (is_encoded(entry)) {
                TENON_TRY(read_encoded(model, entry, options, budget));
            }
        }
    }
    return resolve_groups(model, std::move(groups), options);
}

} // namespace

Result<PackageIdx> read_texts(Model& model, TextGroup main, std::vector<TextGroup> dependencies,
                              const ReadOptions& options) {
    Budget budget(options);
    std::vector<TextGroup> groups;
    groups.push_back(std::move(main));
    std::ranges::move(dependencies, std::back_inserter(groups));
    for (const auto& group : groups) {
        for (const auto& file : group.files)
            TENON_TRY(budget.spend(file.text.size(), file.name));
    }
    const Mark mark(model);
    auto made = resolve_groups(model, std::move(groups), options);
    if (!made)
        mark.restore(model);
    return made;
}

Result<PackageIdx> read_text(Model& model, std::string name, std::string text,
                             const ReadOptions& options) {
    TextGroup group{name, {}};
    group.files.push_back(TextFile{std::move(name), std::move(text)});
    return read_texts(model, std::move(group), {}, options);
}

Result<PackageIdx> read_path(Model& model, const base::Path& path, const ReadOptions& options) {
    Budget budget(options);
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        // Encoded dependencies change what is there, so that lengths alone do not lead back.
        auto changed = model;
        auto made = read_whole_folder(changed, path, options, budget);
        if (made)
            model = std::move(changed);
        return made;
    }
    if (is_encoded(path))
        return read_encoded(model, path, options, budget);
    auto text = TENON_TRY(read_file_text(path, budget));
    return read_text(model, path.string(), std::move(text), options);
}

} // namespace tenon::wit
