// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The parser's two halves: what all of the grammar needs, with types and functions; and the items
// of files, interfaces and worlds on top of it.
#pragma once

#include "wit/lexer.hpp"
#include "wit/parser.hpp"

namespace tenon::wit {

class TypeParser {
protected:
    explicit TypeParser(TokenStream in) : in_(std::move(in)) {}

    /// `expected …, found …`, pointing at the token.
    [[nodiscard]] std::unexpected<base::Error> expected(std::string_view what,
                                                        const Token& found) const;
    Result<Token> expect(Tok kind);
    /// Takes the next token if it is of that kind.
    Result<bool> take(Tok kind);
    Result<ast::Id> identifier();
    Result<Version> version();
    Result<ast::PackageId> package_id();
    /// `id`, or `namespace:package/id` and perhaps a version.
    Result<ast::Path> path();
    Result<ast::Attributes> attributes();

    Result<ast::Type> type();
    Result<ast::TypeDef> type_definition(Comments docs, ast::Attributes attributes);
    /// From `async` or `func` to the `;`, which is taken too.
    Result<> function_type(ast::Function& into);
    /// From the name on.
    Result<ast::Function> function(Comments docs, ast::Attributes attributes, bool in_resource);

    /// `item()` for each entry of a list with commas, up to and with `close`.
    template <class Item> Result<> list(Tok close, Item item) {
        while (!TENON_TRY(take(close))) {
            TENON_TRY(item());
            if (!TENON_TRY(take(Tok::comma))) {
                TENON_TRY(expect(close));
                break;
            }
        }
        return {};
    }

    TokenStream in_;

private:
    Result<ast::Attribute> attribute(const Token& name);
    Result<> check_attributes(const ast::Attributes& attributes) const;
    Result<> type_arguments(ast::Type& into);
    Result<> handle(ast::Type& into);
    Result<> list_type(ast::Type& into);
    Result<> result_type(ast::Type& into);
    Result<> argument(ast::Type& into);
    Result<> params(ast::Function& into);
    Result<> members(ast::TypeDef& into);
    Result<> resource(ast::TypeDef& into);
    Result<ast::Function> method(Comments docs, ast::Attributes attributes);

    std::uint32_t depth_ = 0;
};

} // namespace tenon::wit
