// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_custom.hpp"

#include "wat/known_customs.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace tenon::wat {
namespace {

// Both sections are read twice, first to see whether they can be. `to` is null then.

Result<std::string_view> put_string(PrintLayout* to, Reader& in) {
    const auto text = TENON_TRY(in.name());
    if (to != nullptr) {
        to->put(' ');
        to->put_string(text);
    }
    return text;
}

// https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md
Result<> producers(PrintLayout* to, const CustomText& section) {
    Reader in(section.payload, section.payload_offset);
    const auto fields = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < fields; ++i) {
        const auto offset = in.offset();
        const auto field = TENON_TRY(in.name());
        if (field != "language" && field != "sdk" && field != "processed-by")
            return fail(in.error_at(offset, Errc::malformed, "no producer is of this kind"));
        const auto values = TENON_TRY(in.u32());
        for (std::uint32_t j = 0; j < values; ++j) {
            if (to != nullptr) {
                to->line(in.offset());
                to->begin(field);
            }
            TENON_TRY(put_string(to, in));
            TENON_TRY(put_string(to, in));
            if (to != nullptr)
                to->end();
        }
    }
    if (!in.at_end())
        return fail(in.error(Errc::malformed, "section is longer than what it counts"));
    return {};
}

// https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md
Result<> symbol_flags_of(PrintLayout* to, Reader& in) {
    auto flags = TENON_TRY(in.u32());
    if (to == nullptr)
        return {};
    for (const auto& flag : symbol_flags)
        if ((flags & flag.bit) != 0) {
            to->put(' ');
            to->put(flag.word);
            flags &= ~flag.bit;
        }
    if (flags != 0) {
        to->put(" 0x");
        to->out().put_hex(flags);
    }
    return {};
}

Result<> memory_info(PrintLayout* to, Reader& in) {
    constexpr std::array<std::string_view, 2> words = {" (memory ", " (table "};
    for (const auto word : words) {
        const auto size = TENON_TRY(in.u32());
        const auto alignment = TENON_TRY(in.u32());
        if (to == nullptr || (size == 0 && alignment == 0))
            continue;
        to->put(word);
        to->put_number(size);
        to->put(' ');
        to->put_number(alignment);
        to->put(')');
    }
    return {};
}

/// Of the parts that are lists of symbols: one form for each.
Result<> symbols(PrintLayout* to, Reader& in, std::uint64_t offset, bool has_module) {
    const auto count = TENON_TRY(in.u32());
    for (std::uint32_t i = 0; i < count; ++i) {
        if (to != nullptr) {
            to->line(offset);
            to->begin(has_module ? "import-info" : "export-info");
        }
        if (has_module)
            TENON_TRY(put_string(to, in));
        TENON_TRY(put_string(to, in));
        TENON_TRY(symbol_flags_of(to, in));
        if (to != nullptr)
            to->end();
    }
    return {};
}

Result<> dylink_part(PrintLayout* to, std::uint8_t id, Reader& in, std::uint64_t offset) {
    const auto* const row =
        std::ranges::find(dylink_words, static_cast<DylinkPart>(id), &DylinkWord::part);
    if (row == dylink_words.end())
        return fail(in.error(Errc::malformed, "no part has this id"));
    if (row->part == DylinkPart::export_info || row->part == DylinkPart::import_info)
        return symbols(to, in, offset, row->part == DylinkPart::import_info);
    if (to != nullptr) {
        to->line(offset);
        to->begin(row->word);
    }
    if (row->part == DylinkPart::mem_info) {
        TENON_TRY(memory_info(to, in));
    } else {
        const auto count = TENON_TRY(in.u32());
        for (std::uint32_t i = 0; i < count; ++i)
            TENON_TRY(put_string(to, in));
    }
    if (to != nullptr)
        to->end();
    return {};
}

Result<> dylink(PrintLayout* to, const CustomText& section) {
    Reader in(section.payload, section.payload_offset);
    while (!in.at_end()) {
        const auto offset = in.offset();
        const auto id = TENON_TRY(in.u8());
        const auto size = TENON_TRY(in.u32());
        const auto at = in.offset();
        Reader part(TENON_TRY(in.bytes(size)), at);
        TENON_TRY(dylink_part(to, id, part, offset));
        if (!part.at_end())
            return fail(part.error(Errc::malformed, "part is longer than what it counts"));
    }
    return {};
}

void put_raw(PrintLayout& to, const CustomText& section) {
    to.line(section.offset);
    to.begin("@custom ");
    to.put_string(section.name);
    if (!section.place.empty()) {
        to.put(" (");
        to.put(section.place);
        to.put(')');
    }
    to.put(' ');
    if (to.options().skeleton)
        to.put("...");
    else
        to.put_bytes(section.payload);
    to.end();
}

struct Known {
    std::string_view name, annotation;
    Result<> (*read)(PrintLayout*, const CustomText&);
};
constexpr std::array<Known, 2> known = {{
    {"producers", "@producers", producers},
    {"dylink.0", "@dylink.0", dylink},
}};

} // namespace

void put_custom(PrintLayout& to, const CustomText& section) {
    for (const auto& one : known) {
        if (one.name != section.name)
            continue;
        if (const auto can_be_read = one.read(nullptr, section); !can_be_read) {
            to.line(section.payload_offset);
            to.put(";; failed to parse custom section `");
            to.put(one.name);
            to.put("`: ");
            to.put(can_be_read.error().message());
            break;
        }
        to.line(section.offset);
        to.begin(one.annotation);
        if (const auto again = one.read(&to, section); !again)
            break; // it could be read a moment ago
        to.end();
        return;
    }
    put_raw(to, section);
}

std::vector<FunctionHints> read_branch_hints(Bytes section, std::uint64_t offset) {
    std::vector<FunctionHints> all;
    const auto read = [&]() -> Result<> {
        Reader in(section, offset);
        const auto functions = TENON_TRY(in.u32());
        for (std::uint32_t i = 0; i < functions; ++i) {
            FunctionHints one{TENON_TRY(in.u32()), {}};
            const auto count = TENON_TRY(in.u32());
            for (std::uint32_t j = 0; j < count; ++j) {
                const auto hint_offset = in.offset();
                const auto at = TENON_TRY(in.u32());
                const auto size = TENON_TRY(in.u8());
                const auto likely = TENON_TRY(in.u8());
                if (size != 1 || likely > 1)
                    return fail(in.error(Errc::malformed, "a branch is likely or not"));
                one.hints.push_back({at, likely != 0, hint_offset});
            }
            all.push_back(std::move(one));
        }
        return {};
    };
    if (const auto done = read(); !done)
        return all; // what was read is of use
    return all;
}

} // namespace tenon::wat
