// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The second reading of a module's fields: bytes. Names and types are known.
#include "base/leb128.hpp"
#include "wat/function_bytes.hpp"
#include "wat/module_parser.hpp"

#include <fmt/core.h>

namespace tenon::wat {

using base::append_unsigned_leb;

Result<Buffer> ModuleParser::parse(const Naming& module, bool is_wrapped, TextPlaces* places) {
    places_ = places;
    code_.keep_places(places != nullptr);
    if (module.shown)
        context_.names.set_module(*module.shown);
    TENON_TRY(collect());
    if (places == nullptr) { // which are noted by whoever reads in order
        ahead_.read(in_, names_, types_, functions_);
        section(SectionKind::code).bytes.reserve(ahead_.entry_bytes());
    }
    TENON_TRY(fields());
    for (const auto& use : context_.types.unchecked())
        TENON_TRY(check(in_, context_.types, use));
    if (is_wrapped)
        TENON_TRY(in_.expect_close());
    if (!in_.at(TokenKind::end))
        return fail(in_.unexpected("nothing behind the module"));
    return binary();
}

Result<> ModuleParser::fields() {
    while (!in_.at(TokenKind::close) && !in_.at(TokenKind::end)) {
        pass_fields();
        if (is_annotation(in_.token(), "custom")) {
            TENON_TRY(custom());
            continue;
        }
        if (is_annotation(in_.token(), "producers")) {
            TENON_TRY(producers());
            continue;
        }
        if (is_annotation(in_.token(), "dylink.0")) {
            TENON_TRY(dylink());
            continue;
        }
        if (!in_.take(TokenKind::open))
            return fail(in_.unexpected("a field of a module"));
        const auto word = in_.token().text;
        const auto at = in_.offset();
        const auto before = sizes();
        in_.advance();
        TENON_TRY(field(word));
        TENON_TRY(in_.expect_close());
        note_growth(before, at);
    }
    return {};
}

/// Up to the `)` of the field.
Result<> ModuleParser::field(std::string_view word) {
    struct Row {
        std::string_view word;
        Result<> (ModuleParser::*read)();
    };
    static constexpr std::array<Row, 10> rows = {{
        {"func", &ModuleParser::func},
        {"import", &ModuleParser::import_field},
        {"export", &ModuleParser::export_field},
        {"table", &ModuleParser::table},
        {"memory", &ModuleParser::memory},
        {"global", &ModuleParser::global},
        {"tag", &ModuleParser::tag},
        {"start", &ModuleParser::start},
        {"elem", &ModuleParser::elem},
        {"data", &ModuleParser::data},
    }};
    for (const auto& row : rows)
        if (row.word == word)
            return (this->*row.read)();
    // A type, read before: to its `)`.
    for (std::size_t depth = 0; depth > 0 || !in_.at(TokenKind::close); in_.advance()) {
        if (in_.at(TokenKind::end) || in_.at(TokenKind::bad))
            return fail(in_.unexpected("`)`"));
        depth += in_.at(TokenKind::open) || in_.at(TokenKind::annotation) ? 1 : 0;
        depth -= in_.at(TokenKind::close) ? 1 : 0;
    }
    return {};
}

/// Of a function or tag that has no body: names of parameters are only for show.
Result<std::uint32_t> ModuleParser::bodiless_type(Space space, std::uint32_t index) {
    NameMap shown;
    ParamNames params{nullptr, shown};
    const auto use = TENON_TRY(read_type_use(in_, context_.names, &params));
    if (space == Space::func)
        context_.names.add_locals(index, shown);
    else
        context_.names.add_tag_params(index, shown);
    return resolve(in_, context_.types, use);
}

// Imports

Result<> ModuleParser::import_field() {
    Import import;
    import.module = TENON_TRY(in_.name("the name of a module"));
    import.name = TENON_TRY(in_.name("the name of the import"));
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("what is imported"));
    TENON_TRY(import_item(import));
    return in_.expect_close();
}

Result<> ModuleParser::import_item(const Import& import) {
    const auto word = in_.token().text;
    in_.advance();
    TENON_TRY(read_naming(in_));
    if (word == "func" || word == "tag") {
        const auto space = word == "func" ? Space::func : Space::tag;
        const auto type = TENON_TRY(bodiless_type(space, define(space)));
        append_import(import, word == "func" ? wasm::ExternType(wasm::FuncRef{type})
                                             : wasm::ExternType(wasm::TagType{type}));
    } else if (word == "table") {
        define(Space::table);
        const bool is_64 = take_address_type(in_);
        append_import(import, TENON_TRY(read_table_type(in_, context_.names, is_64)));
    } else if (word == "memory") {
        define(Space::memory);
        const bool is_64 = take_address_type(in_);
        append_import(import, TENON_TRY(read_memory_type(in_, is_64)));
    } else {
        define(Space::global);
        append_import(import, TENON_TRY(read_global_type(in_, context_.names)));
    }
    return {};
}

// Exports

namespace {
void append_export(Buffer& out, std::string_view name, Space space, std::uint32_t index) {
    constexpr std::array<Byte, space_count> kinds = {0xff, 0, 1, 2, 3, 4, 0xff, 0xff};
    append_name(out, name);
    out.push_back(kinds[static_cast<std::size_t>(space)]);
    append_unsigned_leb(out, index);
}
} // namespace

Result<> ModuleParser::export_field() {
    const auto name = TENON_TRY(in_.name("the name of an export"));
    if (!in_.take(TokenKind::open))
        return fail(in_.unexpected("what is exported"));
    constexpr std::array<std::string_view, 5> words = {"func", "table", "memory", "global", "tag"};
    constexpr std::array<Space, 5> spaces = {Space::func, Space::table, Space::memory,
                                             Space::global, Space::tag};
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!in_.take_keyword(words[i]))
            continue;
        const auto index = TENON_TRY(context_.names.index(in_, spaces[i]));
        auto& exports = section(SectionKind::export_);
        append_export(exports.bytes, name, spaces[i], index);
        ++exports.count;
        return in_.expect_close();
    }
    return fail(in_.unexpected("`func`, `table`, `memory`, `global` or `tag`", words));
}

Result<std::optional<ModuleParser::Import>> ModuleParser::exports_and_import(Space space,
                                                                             std::uint32_t index) {
    while (in_.take_form("export")) {
        const auto name = TENON_TRY(in_.name("the name of an export"));
        TENON_TRY(in_.expect_close());
        auto& exports = section(SectionKind::export_);
        append_export(exports.bytes, name, space, index);
        ++exports.count;
    }
    if (!in_.take_form("import"))
        return std::nullopt;
    Import import;
    import.module = TENON_TRY(in_.name("the name of a module"));
    import.name = TENON_TRY(in_.name("the name of the import"));
    TENON_TRY(in_.expect_close());
    return import;
}

// Functions

Result<> ModuleParser::func() {
    const auto index = define(Space::func);
    TENON_TRY(read_naming(in_));
    const auto import = TENON_TRY(exports_and_import(Space::func, index));
    if (import) {
        NameMap shown;
        ParamNames params{nullptr, shown};
        const auto use = TENON_TRY(read_type_use(in_, context_.names, &params));
        append_import(*import, wasm::FuncRef{TENON_TRY(resolve(in_, context_.types, use))});
        context_.names.add_locals(index, shown);
        return {};
    }
    if (const auto [ready, body] = ahead_.take(index); ready != nullptr) {
        append_function(ready->type, body);
        context_.names.add_locals(index, ready->locals);
        context_.names.add_labels(index, ready->labels);
        add_hints(index, ready->hints);
        context_.needs_data_count = context_.needs_data_count || ready->needs_data_count;
        in_.seek(ready->end);
        return {};
    }
    body_.clear();
    const auto type = TENON_TRY(read_function(context_, code_, body_));
    append_function(type, body_);
    context_.names.add_locals(index, code_.local_names());
    context_.names.add_labels(index, code_.label_names());
    add_hints(index, code_.hints());
    return {};
}

void ModuleParser::append_function(std::uint32_t type, Bytes body) {
    auto& funcs = section(SectionKind::func);
    append_unsigned_leb(funcs.bytes, type);
    ++funcs.count;
    auto& bodies = section(SectionKind::code);
    append_unsigned_leb(bodies.bytes, body.size());
    for (const auto& place : code_.places())
        section_places_.push_back({SectionKind::code, bodies.bytes.size() + place.at, place.text});
    bodies.bytes.insert(bodies.bytes.end(), body.begin(), body.end());
    ++bodies.count;
}

Result<> ModuleParser::start() {
    const auto at = in_.token();
    const auto index = TENON_TRY(context_.names.index(in_, Space::func));
    if (has_start_)
        return fail(in_.error(Errc::malformed, "a second start function", at));
    has_start_ = true;
    append_unsigned_leb(section(SectionKind::start).bytes, index);
    return {};
}

// What else can be imported

Result<> ModuleParser::table() {
    const auto index = define(Space::table);
    TENON_TRY(read_naming(in_));
    const auto import = TENON_TRY(exports_and_import(Space::table, index));
    const bool is_64 = take_address_type(in_);
    if (!import && at_ref_type(in_)) {
        const auto element = TENON_TRY(read_ref_type(in_, context_.names));
        return elem_of_table(index, element, is_64);
    }
    const auto type = TENON_TRY(read_table_type(in_, context_.names, is_64));
    if (import) {
        append_import(*import, type);
        return {};
    }
    auto& tables = section(SectionKind::table);
    ++tables.count;
    if (in_.at(TokenKind::close)) {
        append_type(tables.bytes, type);
        return {};
    }
    tables.bytes.insert(tables.bytes.end(), {0x40, 0x00});
    append_type(tables.bytes, type);
    return expression(tables.bytes);
}

Result<> ModuleParser::memory() {
    const auto index = define(Space::memory);
    TENON_TRY(read_naming(in_));
    const auto import = TENON_TRY(exports_and_import(Space::memory, index));
    const bool is_64 = take_address_type(in_);
    if (!import && in_.at(TokenKind::open)) {
        const auto page_size = TENON_TRY(read_page_size(in_));
        return data_of_memory(index, is_64, page_size);
    }
    const auto type = TENON_TRY(read_memory_type(in_, is_64));
    if (import) {
        append_import(*import, type);
        return {};
    }
    auto& memories = section(SectionKind::memory);
    append_type(memories.bytes, type);
    ++memories.count;
    return {};
}

Result<> ModuleParser::global() {
    const auto index = define(Space::global);
    TENON_TRY(read_naming(in_));
    const auto import = TENON_TRY(exports_and_import(Space::global, index));
    const auto type = TENON_TRY(read_global_type(in_, context_.names));
    if (import) {
        append_import(*import, type);
        return {};
    }
    auto& globals = section(SectionKind::global);
    append_type(globals.bytes, type);
    ++globals.count;
    return expression(globals.bytes);
}

Result<> ModuleParser::tag() {
    const auto index = define(Space::tag);
    TENON_TRY(read_naming(in_));
    const auto import = TENON_TRY(exports_and_import(Space::tag, index));
    const auto type = wasm::TagType{TENON_TRY(bodiless_type(Space::tag, index))};
    if (import) {
        append_import(*import, type);
        return {};
    }
    auto& tags = section(SectionKind::tag);
    append_type(tags.bytes, type);
    ++tags.count;
    return {};
}

} // namespace tenon::wat
