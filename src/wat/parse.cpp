// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/parse.hpp"

#include "wat/component.hpp"
#include "wat/module_parser.hpp"

namespace tenon::wat {
namespace {

Result<Buffer> binary_module(Cursor& in) {
    Buffer out;
    while (!in.at(TokenKind::close)) {
        const auto bytes = TENON_TRY(in.string("a string"));
        out.insert(out.end(), bytes.begin(), bytes.end());
    }
    TENON_TRY(in.expect_close());
    if (!in.at(TokenKind::end))
        return fail(in.unexpected("nothing behind the module"));
    return out;
}

Result<Buffer> wrapped_module(Cursor in, bool is_definition) {
    if (is_definition)
        TENON_TRY(in.expect_keyword("definition"));
    const auto naming = TENON_TRY(read_naming(in));
    if (in.take_keyword("binary"))
        return binary_module(in);
    if (in.at_keyword("quote") || in.at_keyword("definition") || in.at_keyword("instance"))
        return fail(
            in.error(Errc::unsupported, "this kind of module belongs into a script", in.token()));
    return ModuleParser(std::move(in)).parse(naming, true);
}

Result<Buffer> any_module(Cursor in, bool is_definition) {
    if (in.take_form("module"))
        return wrapped_module(std::move(in), is_definition);
    if (in.at_form("component"))
        return fail(in.error(Errc::unsupported, "a component, where only a core module can be read",
                             in.ahead()));
    return ModuleParser(std::move(in)).parse({}, false);
}

Result<Buffer> module(Cursor in, bool is_definition, const std::stop_token& stop) {
    in.stop_on(stop);
    auto made = any_module(std::move(in), is_definition);
    if (!made && stop.stop_requested())
        return fail(Errc::interrupted, "interrupted");
    return made;
}

} // namespace

Result<Buffer> parse(std::string_view name, std::string_view text, const ParseOptions& options) {
    Cursor in(name, text);
    if (in.at_form("component"))
        return assemble_component(name, text, 0, text.size(), false, options.stop);
    in = Cursor(name, text);
    in.tell_passed(options.passed);
    return module(std::move(in), false, options.stop);
}

Result<Buffer> parse(std::string_view name, std::string_view text, std::stop_token stop) {
    return parse(name, text, ParseOptions{std::move(stop), {}});
}

Result<Buffer> parse_module(std::string_view name, std::string_view text, std::stop_token stop) {
    return parse_module(name, text, 0, text.size(), false, std::move(stop));
}

Result<Buffer> parse_module(std::string_view name, std::string_view text, std::size_t begin,
                            std::size_t end, bool is_definition, std::stop_token stop) {
    return module(Cursor(name, text, begin, end), is_definition, stop);
}

} // namespace tenon::wat
