// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/read.hpp"

#include "base/text_file.hpp"
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

/// How many types the interfaces of a file make, as far as one sees without looking up names.
std::size_t types_in(const ast::File& file) {
    std::size_t count = 0;
    for (const auto& item : file.items) {
        const auto* const interface = std::get_if<ast::Interface>(&item);
        if (interface == nullptr)
            continue;
        for (const auto& inner : interface->items) {
            if (const auto* const use = std::get_if<ast::Use>(&inner))
                count += use->names.size();
            else if (const auto* const type = std::get_if<ast::TypeDef>(&inner))
                count += 1 + type->methods.size();
            else
                ++count;
        }
    }
    return count;
}

Result<PackageIdx> resolve_groups(Model& model, std::vector<TextGroup> groups,
                                  const ReadOptions& options) {
    std::vector<std::vector<ast::File>> files(groups.size());
    std::vector<PackageText> packages;
    std::size_t types = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        for (auto& file : groups[i].files) {
            const auto source = model.sources.add(std::move(file.name), std::move(file.text));
            auto tree = TENON_TRY(parse(model.sources, source));
            types += types_in(tree);
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
    model.types.reserve(model.types.size() + types); // which are large, and would move often
    Session session(model, options.features);
    session.budget = WorldBudget(options.max_world_items);
    for (const auto at : order)
        TENON_TRY(resolve(session, packages[at], names[at]));
    return model.by_name.at(packages.front().name);
}

Result<std::string> read_file_text(const base::Path& path, Budget& budget) {
    auto text = TENON_TRY(base::read_text_file(path, budget.bytes()));
    TENON_TRY(budget.spend(text.size(), path.native()));
    return text;
}

/// In the order of their names. Entries know from the folder whether they are folders, mostly, so
/// that nobody need ask the system again.
Result<std::vector<std::filesystem::directory_entry>> entries_of(const base::Path& folder) {
    std::vector<std::filesystem::directory_entry> out;
    std::error_code problem;
    for (auto it = std::filesystem::directory_iterator(folder, problem);
         !problem && it != std::filesystem::directory_iterator(); it.increment(problem))
        out.push_back(*it);
    if (problem) {
        return fail(base::system_error(fmt::format("cannot read folder `{}`", folder.string()),
                                       problem.value()));
    }
    std::ranges::sort(
        out, {}, [](const auto& entry) -> const std::string& { return entry.path().native(); });
    return out;
}

/// The `.wit` files of a folder, without those of folders in it.
Result<TextGroup> read_folder(const base::Path& folder, Budget& budget) {
    TextGroup group{folder.string(), {}};
    const auto entries = TENON_TRY(entries_of(folder));
    for (const auto& entry : entries) {
        const auto& path = entry.path();
        std::error_code ignored; // what cannot be looked at is reported when it is opened
        if (path.extension() != ".wit" || entry.is_directory(ignored))
            continue;
        auto text = TENON_TRY(read_file_text(path, budget));
        group.files.push_back(TextFile{path.native(), std::move(text)});
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
            const auto& inner = entry.path();
            if (entry.is_directory(ignored)) {
                auto group = TENON_TRY(read_folder(inner, budget));
                groups.push_back(std::move(group));
            } else if (inner.extension() == ".wit") {
                auto text = TENON_TRY(read_file_text(inner, budget));
                TextGroup group{inner.native(), {}};
                group.files.push_back(TextFile{inner.native(), std::move(text)});
                groups.push_back(std::move(group));
            } else if (is_encoded(inner)) {
                TENON_TRY(read_encoded(model, inner, options, budget));
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
