// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files, packages, interfaces and worlds of WIT text.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md
#include "wit/parser.hpp"

#include "wit/parser_detail.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

bool begins_type_definition(Tok kind) noexcept {
    switch (kind) {
    case Tok::kw_type:
    case Tok::kw_record:
    case Tok::kw_variant:
    case Tok::kw_enum:
    case Tok::kw_flags:
    case Tok::kw_resource: return true;
    default: return false;
    }
}

class Parser : TypeParser {
public:
    explicit Parser(TokenStream in) : TypeParser(std::move(in)) {}
    Result<ast::File> file();

private:
    Result<> package_or_nested(ast::File& into, bool first);
    Result<ast::NestedPackage> nested_package(ast::PackageId name, Comments docs);
    Result<> item(std::vector<ast::Item>& into, const Token& first);
    Result<ast::TopUse> top_use();
    Result<std::vector<ast::InterfaceItem>> interface_items();
    Result<ast::World> world(Comments docs, ast::Attributes attributes);
    Result<ast::WorldItem> world_item();
    Result<ast::Extern> external(Comments docs, ast::Attributes attributes);
    Result<> labelled(ast::Extern& into);
    Result<ast::Include> include(ast::Attributes attributes);
    Result<ast::Use> use(ast::Attributes attributes);

    std::uint32_t package_depth_ = 0;
    std::optional<Span> misplaced_package_; // reported once all of the file is known to parse
};

Result<ast::File> Parser::file() {
    ast::File out;
    out.source = in_.file();
    for (bool first = true;; first = false) {
        const auto token = TENON_TRY(in_.peek());
        if (token.kind == Tok::end)
            break;
        if (token.kind == Tok::kw_package)
            TENON_TRY(package_or_nested(out, first));
        else
            TENON_TRY(item(out.items, token));
    }
    if (misplaced_package_) {
        return fail(in_.error(Errc::invalid, "nested packages must be placed at the top-level",
                              *misplaced_package_)
                        .help("move this package out of the one that holds it"));
    }
    out.comments = in_.take_comments();
    return out;
}

Result<> Parser::package_or_nested(ast::File& into, bool first) {
    const auto keyword = TENON_TRY(in_.next());
    auto name = TENON_TRY(package_id());
    if (first && TENON_TRY(take(Tok::semicolon))) {
        into.package = std::move(name);
        into.package_docs = keyword.comments;
        return {};
    }
    auto nested = nested_package(std::move(name), keyword.comments);
    if (!nested) {
        const auto next = in_.peek();
        const bool header = !first && next && next->kind == Tok::semicolon;
        return fail(header ? std::move(nested).error().help(
                                 "a file has one `package …;`, before everything else; further "
                                 "packages are written `package a:b { … }`")
                           : std::move(nested).error());
    }
    into.nested.push_back(*std::move(nested));
    return {};
}

Result<ast::NestedPackage> Parser::nested_package(ast::PackageId name, Comments docs) {
    ast::NestedPackage out;
    out.name = std::move(name);
    out.docs = docs;
    TENON_TRY(expect(Tok::left_brace));
    ++package_depth_;
    while (!TENON_TRY(take(Tok::right_brace))) {
        const auto token = TENON_TRY(in_.peek());
        if (token.kind != Tok::kw_package) {
            TENON_TRY(item(out.items, token));
            continue;
        }
        if (package_depth_ == max_nesting)
            return fail(in_.error(Errc::limit, "package nesting too deep", token.span));
        TENON_TRY(in_.next());
        auto inner = TENON_TRY(package_id());
        if (!misplaced_package_)
            misplaced_package_ = inner.span;
        TENON_TRY(nested_package(std::move(inner), token.comments));
    }
    --package_depth_;
    return out;
}

Result<> Parser::item(std::vector<ast::Item>& into, const Token& first) {
    const auto docs = first.comments;
    auto gates = TENON_TRY(attributes());
    const auto token = TENON_TRY(in_.peek());
    switch (token.kind) {
    case Tok::kw_interface: {
        TENON_TRY(in_.next());
        ast::Interface out;
        out.docs = docs;
        out.attributes = std::move(gates);
        out.name = TENON_TRY(identifier());
        out.items = TENON_TRY(interface_items());
        into.emplace_back(std::move(out));
        return {};
    }
    case Tok::kw_world: {
        TENON_TRY(in_.next());
        auto out = TENON_TRY(world(docs, std::move(gates)));
        into.emplace_back(std::move(out));
        return {};
    }
    case Tok::kw_use: {
        if (!gates.empty()) {
            return fail(in_.error(Errc::invalid, "attributes not allowed on top-level use",
                                  gates.front().span));
        }
        auto out = TENON_TRY(top_use());
        into.emplace_back(std::move(out));
        return {};
    }
    case Tok::kw_package:
        return fail(in_.error(Errc::invalid, "cannot place attributes on nested packages",
                              gates.empty() ? token.span : gates.front().span));
    default: return expected("`world`, `interface` or `use`", token);
    }
}

Result<ast::TopUse> Parser::top_use() {
    TENON_TRY(in_.next());
    ast::TopUse out;
    out.path = TENON_TRY(path());
    if (TENON_TRY(take(Tok::kw_as)))
        out.as = TENON_TRY(identifier());
    TENON_TRY(expect(Tok::semicolon));
    return out;
}

// --- interfaces

Result<std::vector<ast::InterfaceItem>> Parser::interface_items() {
    std::vector<ast::InterfaceItem> items;
    TENON_TRY(expect(Tok::left_brace));
    while (!TENON_TRY(take(Tok::right_brace))) {
        const auto docs = TENON_TRY(in_.peek()).comments;
        auto gates = TENON_TRY(attributes());
        const auto token = TENON_TRY(in_.peek());
        if (token.kind == Tok::kw_use) {
            auto one = TENON_TRY(use(std::move(gates)));
            items.emplace_back(std::move(one));
        } else if (begins_type_definition(token.kind)) {
            auto one = TENON_TRY(type_definition(docs, std::move(gates)));
            items.emplace_back(std::move(one));
        } else if (token.kind == Tok::id) {
            auto one = TENON_TRY(function(docs, std::move(gates), false));
            items.emplace_back(std::move(one));
        } else {
            return expected("`type`, `resource` or `func`", token);
        }
    }
    return items;
}

Result<ast::Use> Parser::use(ast::Attributes attributes) {
    TENON_TRY(in_.next());
    ast::Use out;
    out.attributes = std::move(attributes);
    out.from = TENON_TRY(path());
    TENON_TRY(expect(Tok::dot));
    TENON_TRY(expect(Tok::left_brace));
    TENON_TRY(list(Tok::right_brace, [&]() -> Result<> {
        ast::UseName one;
        one.name = TENON_TRY(identifier());
        if (TENON_TRY(take(Tok::kw_as)))
            one.as = TENON_TRY(identifier());
        out.names.push_back(one);
        return {};
    }));
    TENON_TRY(expect(Tok::semicolon));
    return out;
}

// --- worlds

Result<ast::World> Parser::world(Comments docs, ast::Attributes attributes) {
    ast::World out;
    out.docs = docs;
    out.attributes = std::move(attributes);
    out.name = TENON_TRY(identifier());
    TENON_TRY(expect(Tok::left_brace));
    while (!TENON_TRY(take(Tok::right_brace))) {
        auto one = TENON_TRY(world_item());
        out.items.push_back(std::move(one));
    }
    return out;
}

Result<ast::WorldItem> Parser::world_item() {
    const auto docs = TENON_TRY(in_.peek()).comments;
    auto gates = TENON_TRY(attributes());
    const auto token = TENON_TRY(in_.peek());
    if (token.kind == Tok::kw_import || token.kind == Tok::kw_export) {
        auto one = TENON_TRY(external(docs, std::move(gates)));
        return ast::WorldItem(std::move(one));
    }
    if (token.kind == Tok::kw_use) {
        auto one = TENON_TRY(use(std::move(gates)));
        return ast::WorldItem(std::move(one));
    }
    if (token.kind == Tok::kw_include) {
        auto one = TENON_TRY(include(std::move(gates)));
        return ast::WorldItem(std::move(one));
    }
    if (begins_type_definition(token.kind)) {
        auto one = TENON_TRY(type_definition(docs, std::move(gates)));
        return ast::WorldItem(std::move(one));
    }
    return expected("`import`, `export`, `include`, `use`, or type definition", token);
}

Result<ast::Extern> Parser::external(Comments docs, ast::Attributes attributes) {
    ast::Extern out;
    out.docs = docs;
    out.attributes = std::move(attributes);
    out.exported = TENON_TRY(in_.next()).kind == Tok::kw_export;

    const auto first = TENON_TRY(expect(Tok::id));
    out.span = first.span;
    const ast::Id name{first.text, first.span};
    const auto after = TENON_TRY(in_.peek());
    if (after.kind != Tok::colon) {
        TENON_TRY(expect(Tok::semicolon));
        out.what = ast::Path{std::nullopt, name};
        return out;
    }
    const bool full_path = TENON_TRY(in_.colon_begins_path());
    TENON_TRY(in_.next());
    if (!full_path) {
        out.label = name;
        TENON_TRY(labelled(out));
        return out;
    }
    // What `path()` does, from behind the colon on.
    ast::PackageId package;
    package.space = name;
    package.name = TENON_TRY(identifier());
    package.span = name.span;
    package.span.end = package.name.span.end;
    TENON_TRY(expect(Tok::slash));
    const auto item = TENON_TRY(identifier());
    if (TENON_TRY(take(Tok::at)))
        package.version = TENON_TRY(version());
    TENON_TRY(expect(Tok::semicolon));
    out.what = ast::Path{std::move(package), item};
    return out;
}

/// What stands behind `import label:`.
Result<> Parser::labelled(ast::Extern& into) {
    const auto token = TENON_TRY(in_.peek());
    if (token.kind == Tok::kw_interface) {
        TENON_TRY(in_.next());
        ast::Interface inner;
        inner.docs = into.docs;
        inner.name = *into.label;
        inner.items = TENON_TRY(interface_items());
        into.what = std::move(inner);
    } else if (token.kind == Tok::kw_func || token.kind == Tok::kw_async) {
        ast::Function inner;
        inner.docs = into.docs;
        inner.name = *into.label;
        TENON_TRY(function_type(inner));
        into.what = std::move(inner);
    } else if (token.kind == Tok::id) {
        auto inner = TENON_TRY(path());
        TENON_TRY(expect(Tok::semicolon));
        into.what = std::move(inner);
    } else {
        return expected("`func`, `interface` or a path", token);
    }
    return {};
}

Result<ast::Include> Parser::include(ast::Attributes attributes) {
    TENON_TRY(in_.next());
    ast::Include out;
    out.attributes = std::move(attributes);
    out.from = TENON_TRY(path());
    if (!TENON_TRY(take(Tok::kw_with))) {
        TENON_TRY(expect(Tok::semicolon));
        return out;
    }
    TENON_TRY(expect(Tok::left_brace));
    TENON_TRY(list(Tok::right_brace, [&]() -> Result<> {
        ast::Rename one;
        one.from = TENON_TRY(identifier());
        TENON_TRY(expect(Tok::kw_as));
        one.to = TENON_TRY(identifier());
        out.with.push_back(one);
        return {};
    }));
    return out;
}

} // namespace

Result<ast::File> parse(const Sources& sources, std::uint32_t file) {
    auto in = TENON_TRY(TokenStream::open(sources, file));
    return Parser(std::move(in)).file();
}

} // namespace tenon::wit
