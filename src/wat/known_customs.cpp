// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/known_customs.hpp"

#include "base/leb128.hpp"
#include "wasm/producers.hpp"
#include "wat/names.hpp"

#include <algorithm>

namespace tenon::wat {

using base::append_unsigned_leb;

// `(@producers (language "C" "17") (processed-by "clang" "19")*)`
Result<Buffer> read_producers(Cursor& in) {
    in.advance();
    constexpr std::array<std::string_view, 3> words = {"language", "sdk", "processed-by"};
    wasm::Producers all; // fields in the order of `words`, whatever the order of the text
    for (const auto word : words)
        all.fields.push_back({std::string(word), {}});
    while (in.take(TokenKind::open)) {
        const auto* const word = std::ranges::find(words, in.token().text);
        if (word == words.end())
            return fail(in.unexpected("`language`, `sdk` or `processed-by`", words));
        in.advance();
        auto name = TENON_TRY(in.name("a name"));
        auto version = TENON_TRY(in.name("a version"));
        all.fields[static_cast<std::size_t>(word - words.begin())].values.push_back(
            {std::move(name), std::move(version)});
        TENON_TRY(in.expect_close());
    }
    TENON_TRY(in.expect_close());
    std::erase_if(all.fields, [](const auto& field) { return field.values.empty(); });
    return wasm::write_producers(all);
}

namespace {

/// What was read of the part that is being read; symbols of one kind that follow each other share
/// a part.
struct Part {
    DylinkPart id;
    std::uint32_t count = 0;
    Buffer bytes;
};

void append_part(Buffer& out, const Part& part) {
    const bool is_list = part.id != DylinkPart::mem_info;
    out.push_back(static_cast<Byte>(part.id));
    append_unsigned_leb(out,
                        part.bytes.size() + (is_list ? base::unsigned_leb_size(part.count) : 0));
    if (is_list)
        append_unsigned_leb(out, part.count);
    out.insert(out.end(), part.bytes.begin(), part.bytes.end());
}

/// `(memory size align)? (table size align)?`
Result<> memory_info(Cursor& in, Part& part) {
    for (const std::string_view word : {"memory", "table"}) {
        std::uint32_t size = 0, alignment = 0;
        if (in.take_form(word)) {
            size = TENON_TRY(in.u32("a size"));
            alignment = TENON_TRY(in.u32("an alignment"));
            TENON_TRY(in.expect_close());
        }
        append_unsigned_leb(part.bytes, size);
        append_unsigned_leb(part.bytes, alignment);
    }
    return {};
}

Result<std::uint32_t> read_flags(Cursor& in) {
    std::uint32_t flags = 0;
    while (!in.at(TokenKind::close)) {
        if (in.at(TokenKind::number)) {
            flags |= TENON_TRY(in.u32("flags of a symbol"));
            continue;
        }
        const auto* const flag =
            std::ranges::find(symbol_flags, in.token().text, &SymbolFlag::word);
        if (flag == symbol_flags.end()) {
            std::array<std::string_view, symbol_flags.size()> words;
            std::ranges::transform(symbol_flags, words.begin(), &SymbolFlag::word);
            return fail(in.unexpected("a flag of a symbol", words));
        }
        in.advance();
        flags |= flag->bit;
    }
    return flags;
}

Result<> read_part(Cursor& in, Part& part) {
    switch (part.id) {
    case DylinkPart::mem_info: return memory_info(in, part);
    case DylinkPart::needed:
    case DylinkPart::runtime_path:
        while (in.at(TokenKind::string)) {
            append_name(part.bytes, TENON_TRY(in.name("a name")));
            ++part.count;
        }
        return {};
    case DylinkPart::import_info:
        append_name(part.bytes, TENON_TRY(in.name("the name of a module")));
        [[fallthrough]];
    case DylinkPart::export_info:
        append_name(part.bytes, TENON_TRY(in.name("the name of a symbol")));
        append_unsigned_leb(part.bytes, TENON_TRY(read_flags(in)));
        ++part.count;
        return {};
    }
    return {};
}

} // namespace

Result<Buffer> read_dylink(Cursor& in) {
    in.advance();
    std::vector<Part> parts;
    while (in.take(TokenKind::open)) {
        const auto* const row = std::ranges::find(dylink_words, in.token().text, &DylinkWord::word);
        if (row == dylink_words.end()) {
            std::array<std::string_view, dylink_words.size()> words;
            std::ranges::transform(dylink_words, words.begin(), &DylinkWord::word);
            return fail(in.unexpected("a part of the section `dylink.0`", words));
        }
        in.advance();
        const bool is_symbols =
            row->part == DylinkPart::export_info || row->part == DylinkPart::import_info;
        if (!is_symbols || parts.empty() || parts.back().id != row->part)
            parts.push_back({row->part, 0, {}});
        TENON_TRY(read_part(in, parts.back()));
        TENON_TRY(in.expect_close());
    }
    TENON_TRY(in.expect_close());
    Buffer out;
    for (const auto& part : parts)
        append_part(out, part);
    return out;
}

} // namespace tenon::wat
