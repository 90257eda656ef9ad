// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The first reading of a module's fields: indices and names. Types are read in full at its end,
// when all their names are known.
#include "wat/module_parser.hpp"

#include <fmt/core.h>

namespace tenon::wat {
namespace {

constexpr std::array<std::string_view, 12> field_words = {
    "type", "rec",    "import", "func",  "table", "memory",
    "tag",  "global", "export", "start", "elem",  "data",
};

std::optional<Space> space_of(std::string_view word) noexcept {
    constexpr std::array<std::pair<std::string_view, Space>, 5> spaces = {{
        {"func", Space::func},
        {"table", Space::table},
        {"memory", Space::memory},
        {"global", Space::global},
        {"tag", Space::tag},
    }};
    for (const auto& [text, space] : spaces)
        if (text == word)
            return space;
    return std::nullopt;
}

} // namespace

Result<> ModuleParser::collect() {
    const auto begin = in_.offset();
    while (!in_.at(TokenKind::close) && !in_.at(TokenKind::end)) {
        pass_fields();
        if (in_.at(TokenKind::annotation)) {
            in_.advance();
            in_.skip_form();
            continue;
        }
        if (!in_.take(TokenKind::open))
            return fail(in_.unexpected("a field of a module"));
        if (!in_.at(TokenKind::keyword))
            return fail(in_.unexpected("the kind of a field"));
        TENON_TRY(collect_field(in_.token().text));
    }
    TENON_TRY(read_types());
    in_.seek(begin);
    passed_ = begin;
    return {};
}

void ModuleParser::pass_fields() {
    constexpr std::size_t portion = std::size_t{1} << 20;
    if (in_.offset() - passed_ < portion)
        return;
    in_.pass(passed_, in_.offset());
    passed_ = in_.offset();
}

Result<> ModuleParser::collect_field(std::string_view word) {
    const auto field_at = in_.offset();
    if (const auto space = space_of(word)) {
        in_.advance();
        TENON_TRY(collect_definition(*space, field_at));
    } else if (word == "type") {
        types_at_.push_back(field_at);
        in_.advance();
        TENON_TRY(collect_type());
    } else if (word == "rec") {
        types_at_.push_back(field_at);
        in_.advance();
        while (in_.take_form("type")) {
            TENON_TRY(collect_type());
            in_.skip_form();
        }
    } else if (word == "import") {
        in_.advance();
        TENON_TRY(collect_import());
    } else if (word == "elem" || word == "data") {
        in_.advance();
        const auto naming = TENON_TRY(read_naming(in_));
        TENON_TRY(context_.names.define(in_, word == "elem" ? Space::elem : Space::data, naming));
    } else if (word != "export" && word != "start") {
        return fail(in_.unexpected("a field of a module", field_words));
    }
    in_.skip_form();
    return {};
}

Result<> ModuleParser::collect_type() {
    const auto naming = TENON_TRY(read_naming(in_));
    TENON_TRY(context_.names.define(in_, Space::type, naming));
    return {};
}

Result<> ModuleParser::note_definition(const Token& at, bool is_import) {
    if (is_import && has_definition_)
        return fail(
            in_.error(Errc::malformed,
                      "an import behind functions, tables, memories, globals or tags of the "
                      "module's own",
                      at));
    has_definition_ = has_definition_ || !is_import;
    return {};
}

Result<> ModuleParser::collect_import() {
    TENON_TRY(note_definition(in_.token(), true));
    TENON_TRY(in_.name("the name of a module"));
    TENON_TRY(in_.name("the name of the import"));
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("what is imported: `(func`, `(table`, `(memory`, `(global` or "
                                   "`(tag`"));
    const auto space = in_.at(TokenKind::keyword) ? space_of(in_.token().text) : std::nullopt;
    if (!space)
        return fail(in_.unexpected("`func`, `table`, `memory`, `global` or `tag`", field_words));
    in_.advance();
    const auto naming = TENON_TRY(read_naming(in_));
    TENON_TRY(context_.names.define(in_, *space, naming));
    in_.skip_form();
    return {};
}

Result<> ModuleParser::collect_definition(Space space, std::size_t field_at) {
    const auto naming = TENON_TRY(read_naming(in_));
    const auto index = TENON_TRY(context_.names.define(in_, space, naming));
    while (in_.take_form("export"))
        in_.skip_form();
    const auto at = in_.token();
    const bool is_import = in_.at_form("import");
    TENON_TRY(note_definition(is_import ? in_.ahead() : at, is_import));
    if (is_import)
        return {};
    if (space == Space::func)
        functions_.push_back({index, field_at});
    if (space == Space::table)
        return collect_segment_of_table();
    if (space == Space::memory)
        return collect_segment_of_memory();
    return {};
}

/// `(table funcref (elem …))` has a segment without a name.
Result<> ModuleParser::collect_segment_of_table() {
    take_address_type(in_);
    if (!at_ref_type(in_))
        return {};
    if (in_.take(TokenKind::open))
        in_.skip_form();
    else
        in_.advance();
    if (in_.at_form("elem"))
        context_.names.define(Space::elem);
    return {};
}

Result<> ModuleParser::collect_segment_of_memory() {
    take_address_type(in_);
    if (in_.take_form("pagesize"))
        in_.skip_form();
    if (in_.at_form("data"))
        context_.names.define(Space::data);
    return {};
}

Result<> ModuleParser::read_types() {
    std::uint32_t index = 0;
    for (const auto at : types_at_) {
        in_.seek(at);
        wasm::RecType group;
        group.is_plain = in_.at_keyword("type");
        const auto read_one = [&]() -> Result<> {
            TENON_TRY(read_naming(in_));
            group.types.push_back(TENON_TRY(read_type_definition(in_, context_.names, index++)));
            return in_.expect_close();
        };
        if (in_.take_keyword("type")) {
            TENON_TRY(read_one());
        } else {
            in_.advance();
            while (in_.take_form("type"))
                TENON_TRY(read_one());
            TENON_TRY(in_.expect_close());
        }
        if (places_ != nullptr)
            section_places_.push_back({SectionKind::type, context_.types.bytes().size(), at});
        context_.types.add(group);
    }
    return {};
}

} // namespace tenon::wat
