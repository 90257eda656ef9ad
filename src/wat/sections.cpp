// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sections of a module put together, custom ones where their annotations want them.
#include "base/leb128.hpp"
#include "wat/module_parser.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {

using base::append_unsigned_leb;

namespace {

constexpr std::uint8_t whole_module = section_count;

struct SectionRow {
    std::string_view word; ///< in `(before …)` and `(after …)`
    std::uint8_t id;
};
constexpr std::array<SectionRow, section_count> section_rows = {{
    {"type", 1},
    {"import", 2},
    {"func", 3},
    {"table", 4},
    {"memory", 5},
    {"tag", 13},
    {"global", 6},
    {"export", 7},
    {"start", 8},
    {"elem", 9},
    {"code", 10},
    {"data", 11},
}};

} // namespace

// `(@custom "name" (before|after section)? "bytes"*)`
Result<> ModuleParser::custom() {
    in_.advance();
    Custom section{true, whole_module, {}, {}};
    section.name = TENON_TRY(in_.name("the name of a custom section"));
    if (in_.take(TokenKind::open))
        TENON_TRY(custom_place(section));
    TENON_TRY(data_strings(section.content));
    TENON_TRY(in_.expect_close());
    customs_.push_back(std::move(section));
    return {};
}

Result<> ModuleParser::custom_place(Custom& section) {
    if (!in_.at_keyword("before") && !in_.at_keyword("after"))
        return fail(in_.unexpected("`before` or `after`"));
    section.is_after = in_.at_keyword("after");
    in_.advance();
    if (in_.take_keyword(section.is_after ? "last" : "first"))
        return in_.expect_close();
    const auto* const row = std::ranges::find(section_rows, in_.token().text, &SectionRow::word);
    if (!in_.at(TokenKind::keyword) || row == section_rows.end()) {
        std::array<std::string_view, section_count> words;
        std::ranges::transform(section_rows, words.begin(), &SectionRow::word);
        return fail(in_.unexpected("the name of a section", words));
    }
    section.place = static_cast<std::uint8_t>(row - section_rows.begin());
    in_.advance();
    return in_.expect_close();
}

Result<> ModuleParser::producers() {
    customs_.push_back({true, whole_module, "producers", TENON_TRY(read_producers(in_))});
    return {};
}

Result<> ModuleParser::dylink() {
    customs_.push_back({false, whole_module, "dylink.0", TENON_TRY(read_dylink(in_))});
    return {};
}

void ModuleParser::add_hints(std::uint32_t func, const std::vector<BranchHint>& hints) {
    if (hints.empty())
        return;
    ++hints_.count;
    append_unsigned_leb(hints_.bytes, func);
    append_unsigned_leb(hints_.bytes, hints.size());
    for (const auto& hint : hints) {
        append_unsigned_leb(hints_.bytes, hint.offset);
        append_unsigned_leb(hints_.bytes, 1);
        hints_.bytes.push_back(hint.is_likely);
    }
}

void ModuleParser::append_import(const Import& import, const wasm::ExternType& type) {
    auto& imports = section(SectionKind::import);
    append_name(imports.bytes, import.module);
    append_name(imports.bytes, import.name);
    wasm::append(imports.bytes, type);
    ++imports.count;
}

void ModuleParser::append_customs(Buffer& out, bool is_after, std::size_t place) const {
    for (const auto& section : customs_)
        if (section.is_after == is_after && section.place == place)
            append_custom(out, section.name, section.content);
}

namespace {

/// A section of a count and what it counts.
void append_counted(Buffer& out, std::uint8_t id, std::uint32_t count, Bytes bytes) {
    out.push_back(id);
    append_unsigned_leb(out, base::unsigned_leb_size(count) + bytes.size());
    append_unsigned_leb(out, count);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

} // namespace

ModuleParser::Sizes ModuleParser::sizes() const {
    Sizes all{};
    if (places_ == nullptr)
        return all;
    std::ranges::transform(sections_, all.begin(),
                           [](const Entries& one) { return one.bytes.size(); });
    // Those that are spelled in place.
    all[static_cast<std::size_t>(SectionKind::type)] = context_.types.bytes().size();
    return all;
}

/// What a field has added to any section came from there.
void ModuleParser::note_growth(const Sizes& before, std::size_t text) {
    if (places_ == nullptr)
        return;
    const auto after = sizes();
    for (std::size_t i = 0; i < section_count; ++i)
        if (after[i] > before[i])
            section_places_.push_back({static_cast<SectionKind>(i), before[i], text});
}

void ModuleParser::append_section_of(Buffer& out, SectionKind kind) const {
    const auto id = section_rows[static_cast<std::size_t>(kind)].id;
    const auto& [own_bytes, own_count] = sections_[static_cast<std::size_t>(kind)];
    const bool is_type = kind == SectionKind::type;
    const Bytes bytes = is_type ? context_.types.bytes() : own_bytes;
    const auto count = is_type ? context_.types.groups() : own_count;
    if (kind == SectionKind::start && has_start_)
        append_section(out, id, bytes);
    else if (count > 0)
        append_counted(out, id, count, bytes);
    if (places_ == nullptr)
        return;
    const auto begin = out.size() - bytes.size();
    for (const auto& place : section_places_)
        if (place.section == kind)
            places_->add(begin + place.at, place.text);
}

Buffer ModuleParser::binary() const {
    constexpr std::uint8_t data_count_id = 12;
    std::size_t last = section_count; // that has anything in it
    while (last > 0 && sections_[last - 1].count == 0 && sections_[last - 1].bytes.empty())
        --last;
    const auto names = context_.names.section();
    // Grown step by step the largest of sections would be there three times.
    constexpr std::size_t heads = 1024;
    auto size = heads + context_.types.bytes().size() + names.size();
    for (const auto& section : sections_)
        size += section.bytes.size();
    Buffer out;
    out.reserve(size);
    out = {0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
    append_customs(out, false, whole_module);
    for (std::size_t i = 0; i < section_count; ++i) {
        const auto kind = static_cast<SectionKind>(i);
        append_customs(out, false, i);
        if (kind == SectionKind::code) {
            if (context_.needs_data_count) {
                Buffer number;
                append_unsigned_leb(number, context_.names.count(Space::data));
                append_section(out, data_count_id, number);
            }
            if (hints_.count > 0) {
                Buffer hints;
                append_unsigned_leb(hints, hints_.count);
                hints.insert(hints.end(), hints_.bytes.begin(), hints_.bytes.end());
                append_custom(out, "metadata.code.branch_hint", hints);
            }
        }
        append_section_of(out, kind);
        if (i + 1 < last)
            append_customs(out, true, i);
    }
    // Behind all sections they stand as they do in the text, whichever of them they ask for.
    for (const auto& section : customs_)
        if (section.is_after && section.place + 1U >= last)
            append_custom(out, section.name, section.content);
    if (!names.empty())
        append_custom(out, "name", names);
    return out;
}

} // namespace tenon::wat
