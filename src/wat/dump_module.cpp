// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/dump_module.hpp"

#include "component/decode_detail.hpp"
#include "wasm/type_text.hpp"

#include <fmt/core.h>

namespace tenon::wat {
namespace {

using wasm::Immediate, wasm::type_text;

constexpr std::string_view section_names[] = {"custom", "type",   "import",     "func",  "table",
                                              "memory", "global", "export",     "start", "element",
                                              "code",   "data",   "data count", "tag"};

std::string limits_text(const wasm::Limits& limits) {
    auto out = fmt::format("{}{}", limits.is_64 ? "i64 " : "", limits.min);
    if (limits.max)
        out += fmt::format(" {}", *limits.max);
    return out + (limits.is_shared ? " shared" : "");
}

std::string field_text(const wasm::FieldType& field) {
    std::string_view packed;
    if (field.storage.packed == wasm::Storage::Packed::i8)
        packed = "i8";
    else if (field.storage.packed == wasm::Storage::Packed::i16)
        packed = "i16";
    const auto type = packed.empty() ? type_text(field.storage.type) : std::string(packed);
    return field.is_mutable ? fmt::format("(mut {})", type) : type;
}

std::string types_text(std::string_view word, const std::vector<wasm::ValType>& types) {
    std::string out;
    for (const auto type : types)
        out += " " + type_text(type);
    return types.empty() ? "" : fmt::format(" ({}{})", word, out);
}

std::string composite_text(const wasm::SubType& type) {
    if (const auto* const func = std::get_if<wasm::FuncType>(&type.composite))
        return fmt::format("(func{}{})", types_text("param", func->params),
                           types_text("result", func->results));
    if (const auto* const array = std::get_if<wasm::ArrayType>(&type.composite))
        return fmt::format("(array {})", field_text(array->element));
    std::string fields;
    for (const auto& field : std::get<wasm::StructType>(type.composite).fields)
        fields += fmt::format(" (field {})", field_text(field));
    return fmt::format("(struct{})", fields);
}

std::string type_definition_text(const wasm::SubType& type) {
    if (type.is_plain)
        return composite_text(type);
    std::string supertypes;
    for (const auto one : type.supertypes)
        supertypes += fmt::format(" {}", one);
    return fmt::format("(sub{}{} {})", type.is_final ? " final" : "", supertypes,
                       composite_text(type));
}

std::string global_text(const wasm::GlobalType& type) {
    return type.is_mutable ? fmt::format("(mut {})", type_text(type.type)) : type_text(type.type);
}

/// `[func 3] (type 0)`, with the number that the definition gets.
struct ExternText {
    std::uint32_t &functions, &tables, &memories, &globals, &tags;
    std::string operator()(const wasm::FuncRef& func) const {
        return fmt::format("[func {}] (type {})", functions++, func.type);
    }
    std::string operator()(const wasm::TableType& type) const {
        return fmt::format("[table {}] {} {}", tables++, limits_text(type.limits),
                           type_text(type.element));
    }
    std::string operator()(const wasm::MemoryType& type) const {
        auto out = fmt::format("[memory {}] {}", memories++, limits_text(type.limits));
        if (type.page_size_log2)
            out += fmt::format(" (pagesize {})", std::uint64_t{1} << (*type.page_size_log2 & 63));
        return out;
    }
    std::string operator()(const wasm::GlobalType& type) const {
        return fmt::format("[global {}] {}", globals++, global_text(type));
    }
    std::string operator()(const wasm::TagType& type) const {
        return fmt::format("[tag {}] (type {})", tags++, type.type);
    }
};

std::string data_text(std::uint64_t size) {
    return fmt::format("{} bytes of data", size);
}

/// A map of names: `1 "f"`.
Result<> dump_names(DumpLines& to, Reader& in) {
    return dump_list(to, in, [&]() -> Result<std::string> {
        const auto index = TENON_TRY(in.u32());
        return fmt::format("{} {}", index, dump_quoted(TENON_TRY(in.name())));
    });
}

/// The subsections of a name section: what they are of is in `words`, by id; those with a `.` are
/// of two indices.
Result<> dump_name_section(DumpLines& to, Reader& in, std::span<const std::string_view> words) {
    while (!in.at_end()) {
        const auto id = TENON_TRY(in.u8());
        const auto size = TENON_TRY(in.u32());
        const auto offset = in.offset();
        const auto word = id < words.size() ? words[id] : std::string_view("unknown");
        const auto dot = word.find('.');
        to.put(offset, fmt::format("{} name{}", word.substr(dot == word.npos ? 0 : dot + 1),
                                   id == 0 ? "" : "s"));
        Reader part(TENON_TRY(in.bytes(size)), offset);
        if (id == 0) {
            const auto name = TENON_TRY(part.name());
            to.put(part.offset(), dump_quoted(name));
        } else if (id >= words.size()) {
            to.pass_over(offset + size, data_text(size));
            continue;
        } else if (dot == word.npos) {
            TENON_TRY(dump_names(to, part));
        } else {
            TENON_TRY(dump_list(to, part, [&]() -> Result<std::string> {
                const auto index = TENON_TRY(part.u32());
                to.put(part.offset(), fmt::format("{} {}", word.substr(0, dot), index));
                TENON_TRY(dump_names(to, part));
                return "";
            }));
        }
        if (!part.at_end())
            return fail(part.error(Errc::malformed, "subsection is longer than what it says"));
    }
    return {};
}

/// What the names of a subsection are of: a sort, and of core ones a second code.
Result<std::string_view> read_named_sort(Reader& in) {
    const auto code = TENON_TRY(in.u8());
    if (code > static_cast<std::uint8_t>(component::Sort::instance))
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no sort has the code {:#04x}", code)));
    const auto sort = static_cast<component::Sort>(code);
    const auto core = sort == component::Sort::core ? TENON_TRY(component::read_core_sort(in))
                                                    : component::CoreSort{};
    return component::name_of(sort, core);
}

// Component Model, design/mvp/Binary.md, name section
Result<> dump_component_names(DumpLines& to, Reader& in) {
    while (!in.at_end()) {
        const auto id = TENON_TRY(in.u8());
        const auto size = TENON_TRY(in.u32());
        const auto offset = in.offset();
        Reader part(TENON_TRY(in.bytes(size)), offset);
        if (id == 0) {
            to.put(offset, "component name");
            const auto name = TENON_TRY(part.name());
            to.put(part.offset(), dump_quoted(name));
        } else if (id == 1) {
            const auto word = TENON_TRY(read_named_sort(part));
            to.put(part.offset(), fmt::format("{} names", word));
            TENON_TRY(dump_names(to, part));
        } else {
            to.put(offset, "unknown names");
            to.pass_over(offset + size, data_text(size));
            continue;
        }
        if (!part.at_end())
            return fail(part.error(Errc::malformed, "subsection is longer than what it says"));
    }
    return {};
}

Result<> dump_producers(DumpLines& to, Reader& in) {
    return dump_list(to, in, [&]() -> Result<std::string> {
        const auto field = TENON_TRY(in.name());
        to.put(in.offset(), "field " + dump_quoted(field));
        TENON_TRY(dump_list(to, in, [&]() -> Result<std::string> {
            const auto name = TENON_TRY(in.name());
            return fmt::format("{} {}", dump_quoted(name), dump_quoted(TENON_TRY(in.name())));
        }));
        return "";
    });
}

constexpr std::string_view core_names[] = {
    "module", "function", "function.local", "function.label", "type",       "table",
    "memory", "global",   "element",        "data",           "type.field", "tag"};

} // namespace

Result<> dump_list(DumpLines& to, Reader& in, const std::function<Result<std::string>()>& read) {
    const auto count = TENON_TRY(in.u32());
    to.put(in.offset(), fmt::format("{} count", count));
    for (std::uint32_t i = 0; i < count; ++i) {
        if (to.has_failed())
            return {};
        const auto what = TENON_TRY(read());
        if (!what.empty())
            to.put(in.offset(), what);
    }
    return {};
}

Result<> dump_custom(DumpLines& to, const wasm::Section& section, std::string_view name_section) {
    const auto end = section.content_offset + section.content.size();
    const auto begin = end - section.payload.size();
    to.put(section.content_offset, "custom section");
    to.put(begin, "name: " + dump_quoted(section.name));
    if (section.payload.empty())
        return {};
    // What cannot be read is passed over: a module with it is valid all the same.
    const auto can_be_read = [&](const auto& dump) {
        DumpLines nowhere(to.file(), [](std::string_view) { return Result<>(); });
        nowhere.pass_over(begin, "");
        Reader in(section.payload, begin);
        return dump(nowhere, in).has_value() && in.at_end();
    };
    const auto dump = [&](DumpLines& lines, Reader& in) -> Result<> {
        if (section.name == "producers")
            return dump_producers(lines, in);
        if (section.name == "name")
            return dump_name_section(lines, in, core_names);
        return dump_component_names(lines, in);
    };
    const bool is_known = section.name == "producers" || section.name == name_section;
    if (!is_known || !can_be_read(dump)) {
        to.pass_over(end, data_text(section.payload.size()));
        return {};
    }
    Reader in(section.payload, begin);
    return dump(to, in);
}

Result<> ModuleDumper::section(const wasm::Section& section) {
    if (section.id == 0)
        return dump_custom(to_, section, "name");
    Reader in(section.content, section.content_offset);
    if (section.id >= std::size(section_names)) {
        to_.put(in.offset(), fmt::format("unknown section: {}", section.id));
        to_.pass_over(in.offset() + in.remaining(), data_text(in.remaining()));
        return {};
    }
    to_.put(in.offset(), fmt::format("{} section", section_names[section.id]));
    const ExternText text{functions_, tables_, memories_, globals_, tags_};
    const auto list = [&](auto read) { return dump_list(to_, in, read); };
    const auto dump = [&]() -> Result<> {
        switch (section.id) {
        case 1: return types(in);
        case 2: return list([&] { return import(in); });
        case 3:
            return list(
                [&]() -> Result<std::string> { return text(wasm::FuncRef{TENON_TRY(in.u32())}); });
        case 4: return list([&] { return table(in); });
        case 5:
            return list([&]() -> Result<std::string> {
                return text(TENON_TRY(wasm::read_memory_type(in)));
            });
        case 6: return list([&] { return global(in); });
        case 7: return list([&] { return exported(in); });
        case 9: return list([&] { return element(in); });
        case 10: return code(in);
        case 11: return list([&] { return data(in); });
        case 13:
            return list(
                [&]() -> Result<std::string> { return text(TENON_TRY(wasm::read_tag_type(in))); });
        default: break;
        }
        const auto number = TENON_TRY(in.u32());
        to_.put(in.offset(),
                fmt::format("{} {}", section.id == 8 ? "start function" : "data count", number));
        return {};
    };
    TENON_TRY(dump());
    if (!in.at_end() && !to_.has_failed())
        return fail(in.error(Errc::malformed, "section is longer than what it counts"));
    return {};
}

Result<> ModuleDumper::types(Reader& in) {
    return dump_list(to_, in, [&]() -> Result<std::string> {
        const auto group = TENON_TRY(wasm::read_rec_type(in));
        to_.headline(fmt::format("--- rec group {} ({}) ---", groups_++,
                                 group.is_plain ? "implicit" : "explicit"));
        std::string out;
        for (const auto& type : group.types)
            out += fmt::format("{}[type {}] {}", out.empty() ? "" : " ", types_++,
                               type_definition_text(type));
        return out.empty() ? "no types" : out;
    });
}

Result<std::string> ModuleDumper::import(Reader& in) {
    const auto module = TENON_TRY(in.name());
    const auto name = TENON_TRY(in.name());
    const auto type = TENON_TRY(wasm::read_extern_type(in));
    const ExternText text{functions_, tables_, memories_, globals_, tags_};
    auto out = fmt::format("import {} {} {}", std::visit(text, type), dump_quoted(module),
                           dump_quoted(name));
    imported_functions_ += std::holds_alternative<wasm::FuncRef>(type) ? 1 : 0;
    bodies_ = imported_functions_;
    return out;
}

Result<std::string> ModuleDumper::table(Reader& in) {
    const ExternText text{functions_, tables_, memories_, globals_, tags_};
    const auto rest = in.rest();
    const bool has_init = rest.size() > 1 && rest[0] == 0x40;
    if (has_init)
        TENON_TRY(in.skip(2));
    const auto type = TENON_TRY(wasm::read_table_type(in));
    if (!has_init)
        return text(type);
    to_.put(in.offset(), text(type));
    TENON_TRY(expression(in));
    return "";
}

Result<std::string> ModuleDumper::global(Reader& in) {
    const ExternText text{functions_, tables_, memories_, globals_, tags_};
    const auto type = TENON_TRY(wasm::read_global_type(in));
    to_.put(in.offset(), text(type));
    TENON_TRY(expression(in));
    return "";
}

Result<std::string> ModuleDumper::exported(Reader& in) {
    constexpr std::string_view kinds[] = {"func", "table", "memory", "global", "tag"};
    const auto name = TENON_TRY(in.name());
    const auto kind = TENON_TRY(in.u8());
    if (kind >= std::size(kinds))
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("no export has the kind {:#04x}", kind)));
    const auto index = TENON_TRY(in.u32());
    return fmt::format("export {} ({} {})", dump_quoted(name), kinds[kind], index);
}

// https://webassembly.github.io/spec/core/binary/modules.html#element-section
// Bit 0: not active; bit 1: a table is named, or (not active) declarative; bit 2: expressions.
Result<std::string> ModuleDumper::element(Reader& in) {
    const auto offset = in.offset();
    const auto flags = TENON_TRY(in.u32());
    if (flags > 7)
        return fail(in.error_at(offset, Errc::malformed,
                                fmt::format("no element segment begins with {}", flags)));
    const bool is_active = (flags & 1) == 0;
    const bool names_table = is_active && (flags & 2) != 0;
    if (is_active) {
        const auto table = names_table ? TENON_TRY(in.u32()) : 0;
        to_.put(in.offset(), fmt::format("element table {}", table));
        TENON_TRY(expression(in));
    } else {
        to_.put(in.offset(), (flags & 2) != 0 ? "element declared" : "element passive");
    }
    if (!is_active || names_table) {
        std::string type = "functions";
        if ((flags & 4) != 0)
            type = type_text(TENON_TRY(wasm::read_val_type(in)));
        else
            TENON_TRY(in.u8());
        to_.put(in.offset(), "items of type " + type);
    }
    TENON_TRY(element_items(in, (flags & 4) != 0));
    return "";
}

Result<> ModuleDumper::element_items(Reader& in, bool are_expressions) {
    return dump_list(to_, in, [&]() -> Result<std::string> {
        if (!are_expressions)
            return fmt::format("item func {}", TENON_TRY(in.u32()));
        TENON_TRY(expression(in));
        return "";
    });
}

Result<std::string> ModuleDumper::data(Reader& in) {
    const auto offset = in.offset();
    const auto flags = TENON_TRY(in.u32());
    if (flags > 2)
        return fail(in.error_at(offset, Errc::malformed,
                                fmt::format("no data segment begins with {}", flags)));
    if (flags == 1) {
        to_.put(in.offset(), "data passive");
    } else {
        const auto memory = flags == 2 ? TENON_TRY(in.u32()) : 0;
        to_.put(in.offset(), fmt::format("data memory {}", memory));
        TENON_TRY(expression(in));
    }
    const auto size = TENON_TRY(in.u32());
    to_.put(in.offset(), fmt::format("size {}", size));
    TENON_TRY(in.skip(size));
    if (size > 0)
        to_.pass_over(in.offset(), data_text(size));
    return "";
}

Result<> ModuleDumper::code(Reader& in) {
    return dump_list(to_, in, [&]() -> Result<std::string> {
        to_.headline(fmt::format("============== func {} ====================", bodies_++));
        const auto size = TENON_TRY(in.u32());
        const auto offset = in.offset();
        to_.put(offset, "size of function");
        TENON_TRY(body(Reader(TENON_TRY(in.bytes(size)), offset)));
        return "";
    });
}

Result<> ModuleDumper::body(Reader in) {
    const auto groups = TENON_TRY(in.u32());
    to_.put(in.offset(), fmt::format("{} local blocks", groups));
    for (std::uint32_t i = 0; i < groups; ++i) {
        const auto count = TENON_TRY(in.u32());
        const auto type = TENON_TRY(wasm::read_val_type(in));
        to_.put(in.offset(), fmt::format("{} locals of type {}", count, type_text(type)));
    }
    while (!in.at_end() && !to_.has_failed()) {
        TENON_TRY(wasm::read_instruction(in, one_));
        to_.put(in.offset(), dump_operator(one_));
    }
    return {};
}

/// Up to the `end` of its own.
Result<> ModuleDumper::expression(Reader& in) {
    std::size_t open = 1;
    while (open > 0) {
        TENON_TRY(wasm::read_instruction(in, one_));
        to_.put(in.offset(), dump_operator(one_));
        const auto immediate = one_.row->immediate;
        if (immediate == Immediate::block || immediate == Immediate::try_table)
            ++open;
        else if (one_.row->op == wasm::Op::end || one_.row->op == wasm::Op::delegate)
            --open;
    }
    return {};
}

} // namespace tenon::wat
