// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/names.hpp"

#include "base/leb128.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using base::append_unsigned_leb;

void append_bytes(Buffer& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// The subsections that hold a map each, by their numbers; those of functions stand apart.
constexpr std::array<std::pair<Space, std::uint8_t>, 8> subsections = {{
    {Space::func, 1},
    {Space::type, 4},
    {Space::table, 5},
    {Space::memory, 6},
    {Space::global, 7},
    {Space::elem, 8},
    {Space::data, 9},
    {Space::tag, 11},
}};

} // namespace

std::string_view word_of(Space space) noexcept {
    constexpr std::array<std::string_view, space_count> words = {
        "type", "function", "table", "memory", "global", "tag", "element segment", "data segment",
    };
    return words[static_cast<std::size_t>(space)];
}

void append_name(Buffer& out, std::string_view name) {
    append_unsigned_leb(out, name.size());
    append_bytes(out, as_bytes(name));
}

void append_map(Buffer& out, const NameMap& names) {
    append_unsigned_leb(out, names.size());
    for (const auto& [index, name] : names) {
        append_unsigned_leb(out, index);
        append_name(out, name);
    }
}

void append_section(Buffer& out, std::uint8_t id, Bytes content) {
    out.push_back(id);
    append_unsigned_leb(out, content.size());
    append_bytes(out, content);
}

void append_custom(Buffer& out, std::string_view name, Bytes content) {
    out.push_back(0);
    append_unsigned_leb(out, base::unsigned_leb_size(name.size()) + name.size() + content.size());
    append_name(out, name);
    append_bytes(out, content);
}

Result<Naming> read_naming(Cursor& in) {
    Naming out;
    if (in.at(TokenKind::id)) {
        out.id = in.token();
        out.shown = in.id_text(out.id);
        in.advance();
    }
    if (is_annotation(in.token(), "name")) {
        in.advance();
        out.shown = in.keep(TENON_TRY(in.name("a name")));
        TENON_TRY(in.expect_close());
        if (is_annotation(in.token(), "name"))
            return fail(in.error(Errc::malformed, "more than one `@name`", in.token()));
    }
    return out;
}

Result<> Scope::add(Cursor& in, const Naming& naming, std::uint32_t index, std::string_view what) {
    if (naming.id.kind != TokenKind::id)
        return {};
    if (!ids_.emplace(in.id_text(naming.id), index).second)
        return fail(in.error(Errc::malformed,
                             fmt::format("a second {} named `{}`", what, naming.id.text), naming.id,
                             "already taken"));
    return {};
}

const std::uint32_t* Scope::find(std::string_view id) const noexcept {
    const auto found = ids_.find(id);
    return found == ids_.end() ? nullptr : &found->second;
}

void Scope::clear() {
    // Clearing costs as much as the table is wide; after a wide one that would be paid for each
    // small one.
    if (ids_.bucket_count() > 64)
        decltype(ids_)().swap(ids_);
    else
        ids_.clear();
}

base::Error Scope::unknown(Cursor& in, std::string_view what, const Token& at) const {
    constexpr std::size_t most = 10'000;
    std::vector<std::string_view> known;
    known.reserve(ids_.size());
    for (const auto& [id, index] : ids_)
        known.push_back(id);
    std::ranges::sort(known); // the table's order differs from run to run
    known.resize(std::min(known.size(), most));
    auto error =
        in.error(Errc::malformed, fmt::format("unknown {} `{}`", what, at.text), at, "not defined");
    const auto id = in.id_text(at);
    return with_nearest(std::move(error), id, known);
}

Result<std::uint32_t> read_index(Cursor& in, const Scope& scope, std::string_view what) {
    if (in.at(TokenKind::id)) {
        const auto* const found = scope.find(in.id_text(in.token()));
        if (found == nullptr)
            return fail(scope.unknown(in, what, in.token()));
        in.advance();
        return *found;
    }
    if (in.at(TokenKind::number)) [[likely]] {
        if (const auto value = parse_unsigned(in.token().text, 32)) {
            in.advance();
            return static_cast<std::uint32_t>(*value);
        }
    }
    return in.u32(fmt::format("the index of a {}", what));
}

Result<std::uint32_t> Names::define(Cursor& in, Space space, const Naming& naming) {
    const auto at = static_cast<std::size_t>(space);
    const auto index = counts_[at]++;
    TENON_TRY(scopes_[at].add(in, naming, index, word_of(space)));
    if (naming.shown)
        names_[at].emplace_back(index, *naming.shown);
    return index;
}

Result<std::uint32_t> Names::index(Cursor& in, Space space) {
    return read_index(in, scopes_[static_cast<std::size_t>(space)], word_of(space));
}

void Names::add(Indirect& to, std::uint32_t index, const NameMap& names) {
    if (names.empty())
        return;
    ++to.count;
    append_unsigned_leb(to.bytes, index);
    append_map(to.bytes, names);
}

Result<> Names::define_field(Cursor& in, std::uint32_t type, std::uint32_t index,
                             const Naming& naming) {
    if (naming.id.kind == TokenKind::id)
        TENON_TRY(fields_[type].add(in, naming, index, "field"));
    if (naming.shown)
        field_names_[type].emplace_back(index, *naming.shown);
    return {};
}

Result<std::uint32_t> Names::field_index(Cursor& in, std::uint32_t type) {
    static const Scope none;
    const auto found = fields_.find(type);
    return read_index(in, found == fields_.end() ? none : found->second, "field");
}

Buffer Names::section() const {
    Buffer out, content;
    const auto finish = [&](std::uint8_t id) {
        append_section(out, id, content);
        content.clear();
    };
    const auto add_indirect = [&](std::uint8_t id, const Indirect& from) {
        if (from.count == 0)
            return;
        append_unsigned_leb(content, from.count);
        append_bytes(content, from.bytes);
        finish(id);
    };
    if (module_) {
        append_name(content, *module_);
        finish(0);
    }
    for (const auto& [space, id] : subsections) {
        if (id == 4) {
            add_indirect(2, locals_);
            add_indirect(3, labels_);
        }
        if (id == 11 && !field_names_.empty()) {
            append_unsigned_leb(content, field_names_.size());
            for (const auto& [type, names] : field_names_) {
                append_unsigned_leb(content, type);
                append_map(content, names);
            }
            finish(10);
        }
        const auto& names = names_[static_cast<std::size_t>(space)];
        if (!names.empty()) {
            append_map(content, names);
            finish(id);
        }
    }
    add_indirect(12, type_params_);
    add_indirect(13, tag_params_);
    return out;
}

} // namespace tenon::wat
