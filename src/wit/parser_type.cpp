// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names, attributes, types and functions of WIT text.
// https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#item-types
#include "wit/parser_detail.hpp"

#include "base/number.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wit {
namespace {

bool is_leaf_type(Tok kind) noexcept {
    switch (kind) {
    case Tok::kw_u8:
    case Tok::kw_u16:
    case Tok::kw_u32:
    case Tok::kw_u64:
    case Tok::kw_s8:
    case Tok::kw_s16:
    case Tok::kw_s32:
    case Tok::kw_s64:
    case Tok::kw_f32:
    case Tok::kw_f64:
    case Tok::kw_char:
    case Tok::kw_bool:
    case Tok::kw_string:
    case Tok::kw_error_context: return true;
    default: return false;
    }
}

std::string found_words(const Token& found) {
    if (found.kind == Tok::id)
        return fmt::format("identifier `{}`", found.text);
    if (found.kind == Tok::integer)
        return fmt::format("integer `{}`", found.text);
    return std::string(describe(found.kind));
}

} // namespace

std::unexpected<base::Error> TypeParser::expected(std::string_view what, const Token& found) const {
    const auto code = found.kind == Tok::end ? Errc::truncated : Errc::malformed;
    auto error =
        in_.error(code, fmt::format("expected {}, found {}", what, found_words(found)), found.span);
    if (is_keyword(found.kind) && what.find("an identifier") != std::string_view::npos) {
        error = std::move(error).help(
            fmt::format("write `%{}` to use a keyword as a name", found.text));
    }
    return fail(std::move(error));
}

Result<Token> TypeParser::expect(Tok kind) {
    const auto token = TENON_TRY(in_.peek());
    if (token.kind != kind)
        return expected(describe(kind), token);
    return in_.next();
}

Result<bool> TypeParser::take(Tok kind) {
    const auto token = TENON_TRY(in_.peek());
    if (token.kind != kind)
        return false;
    TENON_TRY(in_.next());
    return true;
}

Result<ast::Id> TypeParser::identifier() {
    const auto token = TENON_TRY(expect(Tok::id));
    return ast::Id{token.text, token.span};
}

Result<Version> TypeParser::version() {
    const auto token = TENON_TRY(in_.version());
    auto parsed = Version::parse(token.text);
    if (parsed)
        return *std::move(parsed);
    auto at = token.span;
    at.begin += static_cast<std::uint32_t>(parsed.error().offset().value_or(0));
    at.end = std::max(at.end, at.begin + 1);
    return fail(in_.sources().point(std::move(parsed).error(), at));
}

Result<ast::PackageId> TypeParser::package_id() {
    ast::PackageId id;
    id.space = TENON_TRY(identifier());
    TENON_TRY(expect(Tok::colon));
    id.name = TENON_TRY(identifier());
    id.span = id.space.span;
    id.span.end = id.name.span.end;
    if (TENON_TRY(take(Tok::at)))
        id.version = TENON_TRY(version());
    return id;
}

Result<ast::Path> TypeParser::path() {
    ast::Path path;
    path.name = TENON_TRY(identifier());
    if (!TENON_TRY(take(Tok::colon)))
        return path;
    ast::PackageId package;
    package.space = path.name;
    package.name = TENON_TRY(identifier());
    package.span = package.space.span;
    package.span.end = package.name.span.end;
    TENON_TRY(expect(Tok::slash));
    path.name = TENON_TRY(identifier());
    if (TENON_TRY(take(Tok::at)))
        package.version = TENON_TRY(version());
    path.package = std::move(package);
    return path;
}

// --- attributes

Result<ast::Attributes> TypeParser::attributes() {
    ast::Attributes all;
    while (TENON_TRY(take(Tok::at))) {
        const auto name = TENON_TRY(expect(Tok::id));
        auto one = TENON_TRY(attribute(name));
        all.push_back(std::move(one));
    }
    TENON_TRY(check_attributes(all));
    return all;
}

Result<ast::Attribute> TypeParser::attribute(const Token& name) {
    using Kind = ast::Attribute::Kind;
    ast::Attribute out{Kind::since, name.span, {}, {}};
    std::string_view key = "version";
    if (name.text == "deprecated") {
        out.kind = Kind::deprecated;
    } else if (name.text == "unstable") {
        out.kind = Kind::unstable;
        key = "feature";
    } else if (name.text == "external-id") {
        out.kind = Kind::external_id;
        key = {};
    } else if (name.text != "since") {
        return fail(
            in_.error(Errc::malformed, fmt::format("unknown attribute `@{}`", name.text), name.span)
                .help("attributes are `@since(version = 1.2.3)`, `@unstable(feature = "
                      "name)`, `@deprecated(version = 1.2.3)` and `@external-id(\"…\")`"));
    }
    TENON_TRY(expect(Tok::left_paren));
    if (key.empty()) {
        const auto text = TENON_TRY(expect(Tok::string));
        out.text = TENON_TRY(string_content(in_, text));
    } else {
        const auto word = TENON_TRY(expect(Tok::id));
        if (word.text != key) {
            return fail(in_.error(Errc::malformed,
                                  fmt::format("expected `{}`, found `{}`", key, word.text),
                                  word.span));
        }
        TENON_TRY(expect(Tok::equals));
        if (out.kind == Kind::unstable)
            out.text = TENON_TRY(identifier()).name;
        else
            out.version = TENON_TRY(version());
    }
    const auto close = TENON_TRY(expect(Tok::right_paren));
    out.span.end = close.span.end;
    return out;
}

Result<> TypeParser::check_attributes(const ast::Attributes& attributes) const {
    using Kind = ast::Attribute::Kind;
    const ast::Attribute* seen[4] = {};
    constexpr std::string_view names[] = {"since", "unstable", "deprecated", "external-id"};
    for (const auto& attribute : attributes) {
        const auto at = static_cast<std::size_t>(attribute.kind);
        if (seen[at] != nullptr) {
            return fail(in_.error(Errc::invalid, fmt::format("cannot specify @{} twice", names[at]),
                                  attribute.span));
        }
        seen[at] = &attribute;
    }
    const auto* const since = seen[static_cast<std::size_t>(Kind::since)];
    const auto* const unstable = seen[static_cast<std::size_t>(Kind::unstable)];
    const auto* const deprecated = seen[static_cast<std::size_t>(Kind::deprecated)];
    if (since != nullptr && unstable != nullptr) {
        return fail(in_.error(Errc::invalid, "cannot specify both @since and @unstable",
                              std::max(since->span.begin, unstable->span.begin) == since->span.begin
                                  ? since->span
                                  : unstable->span));
    }
    if (deprecated != nullptr && since == nullptr && unstable == nullptr) {
        return fail(in_.error(Errc::invalid,
                              "cannot specify @deprecated without @since or @unstable",
                              deprecated->span));
    }
    return {};
}

// --- types

Result<ast::Type> TypeParser::type() {
    const auto token = TENON_TRY(in_.peek());
    if (depth_ == max_nesting) {
        return fail(in_.error(Errc::limit, "type nesting too deep", token.span)
                        .help(fmt::format("types are nested at most {} levels deep; give a part "
                                          "of it a name with `type`",
                                          max_nesting)));
    }
    ast::Type out;
    out.kind = token.kind;
    out.span = token.span;
    ++depth_;
    if (token.kind == Tok::id) {
        TENON_TRY(in_.next());
        out.name = token.text;
        out.name_span = token.span;
    } else if (is_leaf_type(token.kind)) {
        TENON_TRY(in_.next());
    } else {
        TENON_TRY(type_arguments(out));
    }
    --depth_;
    return out;
}

Result<> TypeParser::argument(ast::Type& into) {
    auto one = TENON_TRY(type());
    into.arguments.push_back(std::move(one));
    return {};
}

Result<> TypeParser::type_arguments(ast::Type& into) {
    const auto head = TENON_TRY(in_.peek());
    switch (into.kind) {
    case Tok::kw_list:
    case Tok::kw_option:
    case Tok::kw_map:
    case Tok::kw_tuple:
    case Tok::kw_own:
    case Tok::kw_borrow:
    case Tok::kw_result:
    case Tok::kw_future:
    case Tok::kw_stream: break;
    default: return expected("a type", head);
    }
    TENON_TRY(in_.next());
    const bool optional =
        into.kind == Tok::kw_result || into.kind == Tok::kw_future || into.kind == Tok::kw_stream;
    if (optional) {
        if (!TENON_TRY(take(Tok::less)))
            return {};
    } else {
        TENON_TRY(expect(Tok::less));
    }
    switch (into.kind) {
    case Tok::kw_tuple: return list(Tok::greater, [&] { return argument(into); });
    case Tok::kw_own:
    case Tok::kw_borrow: TENON_TRY(handle(into)); break;
    case Tok::kw_list: TENON_TRY(list_type(into)); break;
    case Tok::kw_result: TENON_TRY(result_type(into)); break;
    case Tok::kw_map:
        TENON_TRY(argument(into));
        TENON_TRY(expect(Tok::comma));
        TENON_TRY(argument(into));
        break;
    default: TENON_TRY(argument(into)); break;
    }
    TENON_TRY(expect(Tok::greater));
    return {};
}

Result<> TypeParser::handle(ast::Type& into) {
    const auto name = TENON_TRY(identifier());
    into.name = name.name;
    into.name_span = name.span;
    return {};
}

Result<> TypeParser::list_type(ast::Type& into) {
    TENON_TRY(argument(into));
    if (!TENON_TRY(take(Tok::comma)))
        return {};
    const auto token = TENON_TRY(in_.peek());
    if (token.kind != Tok::integer)
        return expected("the fixed-length of the list", token);
    TENON_TRY(in_.next());
    const auto length = base::parse_decimal<std::uint32_t>(token.text);
    if (!length || *length == 0) {
        return fail(in_.error(Errc::invalid,
                              fmt::format("invalid length `{}` of a list: it must be between 1 and "
                                          "4294967295",
                                          token.text),
                              token.span));
    }
    into.length = length;
    return {};
}

Result<> TypeParser::result_type(ast::Type& into) {
    const auto first = TENON_TRY(in_.peek());
    if (first.kind == Tok::kw_underscore) {
        TENON_TRY(in_.next());
        ast::Type nothing;
        nothing.kind = Tok::kw_underscore;
        nothing.span = first.span;
        into.arguments.push_back(std::move(nothing));
        TENON_TRY(expect(Tok::comma));
        return argument(into);
    }
    TENON_TRY(argument(into));
    if (TENON_TRY(take(Tok::comma)))
        TENON_TRY(argument(into));
    return {};
}

// --- definitions

Result<ast::TypeDef> TypeParser::type_definition(Comments docs, ast::Attributes attributes) {
    ast::TypeDef out;
    out.docs = docs;
    out.attributes = std::move(attributes);
    out.kind = TENON_TRY(in_.next()).kind;
    out.name = TENON_TRY(identifier());
    if (out.kind == Tok::kw_type) {
        TENON_TRY(expect(Tok::equals));
        out.alias = TENON_TRY(type());
        TENON_TRY(expect(Tok::semicolon));
    } else if (out.kind == Tok::kw_resource) {
        TENON_TRY(resource(out));
    } else {
        TENON_TRY(members(out));
    }
    return out;
}

Result<> TypeParser::members(ast::TypeDef& into) {
    TENON_TRY(expect(Tok::left_brace));
    return list(Tok::right_brace, [&]() -> Result<> {
        ast::Member member;
        member.docs = TENON_TRY(in_.peek()).comments;
        member.name = TENON_TRY(identifier());
        if (into.kind == Tok::kw_record) {
            TENON_TRY(expect(Tok::colon));
            member.type = TENON_TRY(type());
        } else if (into.kind == Tok::kw_variant && TENON_TRY(take(Tok::left_paren))) {
            member.type = TENON_TRY(type());
            TENON_TRY(expect(Tok::right_paren));
        }
        into.members.push_back(std::move(member));
        return {};
    });
}

Result<> TypeParser::resource(ast::TypeDef& into) {
    if (TENON_TRY(take(Tok::semicolon)))
        return {};
    TENON_TRY(expect(Tok::left_brace));
    while (!TENON_TRY(take(Tok::right_brace))) {
        const auto docs = TENON_TRY(in_.peek()).comments;
        auto gates = TENON_TRY(attributes());
        auto one = TENON_TRY(method(docs, std::move(gates)));
        into.methods.push_back(std::move(one));
    }
    return {};
}

Result<ast::Function> TypeParser::method(Comments docs, ast::Attributes attributes) {
    const auto token = TENON_TRY(in_.peek());
    if (token.kind == Tok::id)
        return function(docs, std::move(attributes), true);
    if (token.kind != Tok::kw_constructor)
        return expected("`constructor` or identifier", token);
    TENON_TRY(in_.next());
    ast::Function out;
    out.docs = docs;
    out.attributes = std::move(attributes);
    out.kind = ast::Function::Kind::constructor;
    out.name = ast::Id{token.text, token.span};
    TENON_TRY(params(out));
    if (TENON_TRY(take(Tok::arrow)))
        out.result = TENON_TRY(type());
    TENON_TRY(expect(Tok::semicolon));
    return out;
}

Result<ast::Function> TypeParser::function(Comments docs, ast::Attributes attributes,
                                           bool in_resource) {
    ast::Function out;
    out.docs = docs;
    out.attributes = std::move(attributes);
    out.name = TENON_TRY(identifier());
    TENON_TRY(expect(Tok::colon));
    if (in_resource && TENON_TRY(take(Tok::kw_static)))
        out.kind = ast::Function::Kind::static_;
    TENON_TRY(function_type(out));
    return out;
}

Result<> TypeParser::function_type(ast::Function& into) {
    into.async = TENON_TRY(take(Tok::kw_async));
    TENON_TRY(expect(Tok::kw_func));
    TENON_TRY(params(into));
    if (TENON_TRY(take(Tok::arrow)))
        into.result = TENON_TRY(type());
    TENON_TRY(expect(Tok::semicolon));
    return {};
}

Result<> TypeParser::params(ast::Function& into) {
    TENON_TRY(expect(Tok::left_paren));
    return list(Tok::right_paren, [&]() -> Result<> {
        ast::Param param;
        param.name = TENON_TRY(identifier());
        TENON_TRY(expect(Tok::colon));
        param.type = TENON_TRY(type());
        into.params.push_back(std::move(param));
        return {};
    });
}

} // namespace tenon::wit
