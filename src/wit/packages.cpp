// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/packages.hpp"

#include "base/nearest.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace tenon::wit {
namespace {

base::Error error_at(const Sources& sources, std::string message, Span span) {
    return sources.point(base::Error(Errc::invalid, std::move(message)), span);
}

/// The package that the headers of the files name.
Result<PackageText> main_package(const Sources& sources, const std::string& name,
                                 std::span<const ast::File> files) {
    PackageText out;
    const ast::File* header = nullptr;
    bool documented = false;
    for (const auto& file : files) {
        out.parts.push_back(PackageText::Part{&file, &file.items});
        if (!file.package)
            continue;
        auto own = package_name(*file.package);
        if (header == nullptr) {
            header = &file;
            out.name = std::move(own);
            out.span = file.package->span;
        } else if (own != out.name) {
            return fail(error_at(sources,
                                 fmt::format("package identifier `{}` does not match previous "
                                             "package name of `{}`",
                                             own.text(), out.name.text()),
                                 file.package->span)
                            .help(fmt::format("all files of a folder are one package; the other "
                                              "name is at {}",
                                              sources.where(out.span))));
        }
        if (file.package_docs.count == 0)
            continue;
        if (documented) {
            return fail(error_at(sources, "found doc comments on multiple 'package' items",
                                 file.comments.at(file.package_docs.first)));
        }
        documented = true;
        out.docs = docs_of(sources, file, file.package_docs);
    }
    if (header != nullptr)
        return out;
    base::Error error(Errc::invalid,
                      "no `package` header was found in any WIT file for this package");
    return fail(std::move(error)
                    .because(files.empty() ? fmt::format("there is no WIT file in `{}`", name)
                                           : fmt::format("the package is `{}`", name))
                    .help("begin a file with `package namespace:name;`"));
}

class Sorter {
public:
    Sorter(const Model& model, std::span<const PackageText> packages,
           std::span<const PackageNames> names)
        : model_(model), packages_(packages), names_(names) {}

    Result<std::vector<std::size_t>> run() {
        TENON_TRY(collect());
        state_.assign(packages_.size(), State::fresh);
        for (const auto& [name, at] : by_name_)
            TENON_TRY(visit(at));
        return std::move(order_);
    }

private:
    enum class State : std::uint8_t { fresh, open, done };
    struct Open {
        std::size_t package;
        std::size_t next = 0;
    };

    Result<> collect();
    Result<> visit(std::size_t start);
    [[nodiscard]] base::Error cycle(const std::vector<Open>& stack, std::size_t closing) const;
    [[nodiscard]] base::Error unknown(const ast::PackageId& id) const;

    const Model& model_;
    std::span<const PackageText> packages_;
    std::span<const PackageNames> names_;
    std::map<PackageName, std::size_t> by_name_;
    std::vector<State> state_;
    std::vector<std::size_t> order_;
};

Result<> Sorter::collect() {
    for (std::size_t i = 0; i < packages_.size(); ++i) {
        const auto& one = packages_[i];
        const auto message =
            fmt::format("package `{}` is defined in two different locations", one.name.text());
        if (const auto there = model_.by_name.find(one.name); there != model_.by_name.end()) {
            const auto where = model_.sources.where(model_[there->second].span);
            return fail(error_at(model_.sources, message, one.span)
                            .help(where.empty() ? "the other one comes from an encoded package"
                                                : fmt::format("the other one is at {}", where)));
        }
        const auto [there, is_new] = by_name_.emplace(one.name, i);
        if (!is_new) {
            return fail(
                error_at(model_.sources, message, one.span)
                    .help(fmt::format("the other one is at {}",
                                      model_.sources.where(packages_[there->second].span))));
        }
    }
    return {};
}

Result<> Sorter::visit(std::size_t start) {
    if (state_[start] != State::fresh)
        return {};
    std::vector<Open> stack{Open{start}};
    state_[start] = State::open;
    while (!stack.empty()) {
        auto& top = stack.back();
        const auto& foreign = names_[top.package].foreign();
        if (top.next == foreign.size()) {
            state_[top.package] = State::done;
            order_.push_back(top.package);
            stack.pop_back();
            continue;
        }
        const auto& id = *foreign[top.next++];
        const auto name = package_name(id);
        const auto found = by_name_.find(name);
        if (found == by_name_.end()) {
            if (!model_.by_name.contains(name))
                return fail(unknown(id));
            continue;
        }
        if (state_[found->second] == State::open)
            return fail(cycle(stack, found->second));
        if (state_[found->second] == State::fresh) {
            state_[found->second] = State::open;
            stack.push_back(Open{found->second});
        }
    }
    return {};
}

/// `closing` is in the stack, and its last package needs it. Points at what `closing` itself says.
base::Error Sorter::cycle(const std::vector<Open>& stack, std::size_t closing) const {
    const auto first = std::ranges::find(stack, closing, &Open::package);
    const auto& id = *names_[closing].foreign()[first->next - 1];
    std::string round;
    for (auto at = first; at != stack.end(); ++at)
        round += fmt::format("`{}` needs ", packages_[at->package].name.text());
    round += fmt::format("`{}`", packages_[closing].name.text());
    return error_at(model_.sources,
                    fmt::format("package `{}` creates a dependency cycle", package_name(id).text()),
                    id.span)
        .because(std::move(round));
}

base::Error Sorter::unknown(const ast::PackageId& id) const {
    const auto name = package_name(id);
    std::set<PackageName> known;
    for (const auto& [other, at] : by_name_)
        known.insert(other);
    for (const auto& [other, at] : model_.by_name)
        known.insert(other);
    constexpr std::size_t shown = 30;
    std::string list;
    std::size_t count = 0;
    std::vector<std::string> texts;
    for (const auto& other : known) {
        if (++count <= shown)
            list += fmt::format("\n    {}", other.text());
        texts.push_back(other.text());
    }
    if (count > shown)
        list += fmt::format("\n    and {} more", count - shown);
    auto error = error_at(
        model_.sources, fmt::format("package `{}` not found. known packages:{}", name.text(), list),
        id.span);
    for (const auto& other : known) {
        if (other.space == name.space && other.name == name.name) {
            return std::move(error).help(
                fmt::format("`{}` is here: write `{}`", other.text(), other.item("…")));
        }
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    if (const auto near = base::nearest(name.text(), views))
        error = std::move(error).help(fmt::format("did you mean `{}`?", *near));
    return std::move(error).help(
        "put it into `deps/`; `wkg wit fetch` does that");
}

} // namespace

Result<std::vector<PackageText>> packages_of(const Sources& sources, const std::string& name,
                                             std::span<const ast::File> files) {
    std::vector<PackageText> out;
    auto main = TENON_TRY(main_package(sources, name, files));
    out.push_back(std::move(main));
    for (const auto& file : files) {
        for (const auto& nested : file.nested) {
            PackageText one;
            one.name = package_name(nested.name);
            one.span = nested.name.span;
            one.docs = docs_of(sources, file, nested.docs);
            one.parts.push_back(PackageText::Part{&file, &nested.items});
            out.push_back(std::move(one));
        }
    }
    return out;
}

Result<std::vector<std::size_t>> package_order(const Model& model,
                                               std::span<const PackageText> packages,
                                               std::span<const PackageNames> names) {
    return Sorter(model, packages, names).run();
}

} // namespace tenon::wit
