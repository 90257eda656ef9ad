// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interfaces and worlds of one package as its text has them: which name means which of them, in
// which file, in which order they can be made, and which other packages they speak of.
#pragma once

#include "wit/ast.hpp"
#include "wit/model.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::wit {

/// The text of one package. A part is a file, or the block of a nested package: what `use` brings
/// outside of interfaces and worlds is known in that part only.
struct PackageText {
    struct Part {
        const ast::File* file;
        const std::vector<ast::Item>* items;
    };
    PackageName name;
    Span span; ///< of the name
    std::string docs;
    std::vector<Part> parts;
};

[[nodiscard]] PackageName package_name(const ast::PackageId& id);
[[nodiscard]] std::string docs_of(const Sources& sources, const ast::File& file, Comments comments);

/// An interface or world of the package.
struct LocalItem {
    std::variant<const ast::Interface*, const ast::World*> tree;
    std::uint32_t part;

    [[nodiscard]] bool is_world() const noexcept { return tree.index() == 1; }
    [[nodiscard]] const ast::Id& name() const;
};
/// One of another package.
struct ForeignItem {
    const ast::PackageId* package;
    ast::Id name;
};
/// What a path leads to: a position in `PackageNames::items`, or something elsewhere.
using Target = std::variant<std::uint32_t, ForeignItem>;

class PackageNames {
public:
    /// `text` and `sources` must outlive it.
    static Result<PackageNames> create(const PackageText& text, const Sources& sources);

    [[nodiscard]] const std::vector<LocalItem>& items() const noexcept { return items_; }
    /// The other packages that are spoken of, each once, in the order of the text.
    [[nodiscard]] const std::vector<const ast::PackageId*>& foreign() const noexcept {
        return foreign_;
    }
    Result<Target> look_up(const ast::Path& path, std::uint32_t part) const;
    /// The items, each after those that it needs; fails for cycles, names that do not exist, and
    /// worlds where an interface is wanted.
    Result<std::vector<std::uint32_t>> order() const;

private:
    PackageNames(const PackageText& text, const Sources& sources)
        : text_(&text), sources_(&sources) {}

    Result<> declare(std::uint32_t part);
    Result<> resolve_uses(std::uint32_t part);
    void note_foreign(const ast::Path& path);
    Result<std::vector<struct Need>> needs(std::uint32_t item) const;
    Result<> need(std::vector<struct Need>& needs, const ast::Path& path, std::uint32_t part,
                  bool world) const;
    [[nodiscard]] base::Error unknown(const ast::Id& name, std::uint32_t part) const;

    const PackageText* text_;
    const Sources* sources_;
    std::vector<LocalItem> items_;
    std::map<std::string_view, std::uint32_t> by_name_;
    std::vector<std::map<std::string_view, Target>> used_; // by part
    std::vector<const ast::PackageId*> foreign_;
    std::map<PackageName, bool> foreign_seen_;
};

} // namespace tenon::wit
