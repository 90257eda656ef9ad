// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/print_module.hpp"

#include "base/leb128.hpp"
#include "wasm/sections.hpp"
#include "wat/print_custom.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

using wasm::ExternKind;
using wasm::SegmentMode;

class ModulePrinter {
public:
    ModulePrinter(PrintLayout& to, const wasm::Module& module, Bytes binary, std::uint64_t base)
        : to_(to), module_(module), binary_(binary), base_(base), scope_(false), code_(to, scope_) {
    }

    Result<> print(const ModuleHead& head);

private:
    /// A section: its id, what a custom section behind it says, whether it has anything, and how it
    /// is printed.
    struct Part {
        std::uint8_t id;
        std::string_view place;
        bool (*has_any)(const wasm::Module&);
        Result<> (ModulePrinter::*print)();
    };
    static const std::array<Part, 13> parts;

    void read_customs();
    void customs(std::uint8_t after);
    [[nodiscard]] std::uint64_t offset_in_file(const Byte* at) const noexcept {
        return base_ + static_cast<std::uint64_t>(at - binary_.data());
    }

    Result<> types();
    Result<> imports();
    Result<> functions();
    Result<> tables();
    Result<> memories();
    Result<> tags();
    Result<> globals();
    Result<> exports();
    Result<> start();
    Result<> elements();
    Result<> data_count() { return {}; } // the text does not say it
    Result<> bodies();
    Result<> datas();
    Result<> body(std::size_t at);
    Result<> items(const wasm::Element& element);
    Result<> check_page_size(const wasm::MemoryType& type, std::uint64_t offset) const;

    PrintLayout& to_;
    const wasm::Module& module_;
    Bytes binary_;
    std::uint64_t base_;
    PrintScope scope_;
    CodePrinter code_;
    std::vector<FunctionHints> hints_;
    std::size_t hints_used_ = 0;
    std::string_view place_ = "before first";
};

// In the order of the file.
constexpr std::array<ModulePrinter::Part, 13> ModulePrinter::parts = {{
    {1, "after type", [](const wasm::Module& m) { return !m.types.empty(); },
     &ModulePrinter::types},
    {2, "after import", [](const wasm::Module& m) { return !m.imports.empty(); },
     &ModulePrinter::imports},
    {3, "after func", [](const wasm::Module& m) { return !m.functions.empty(); },
     &ModulePrinter::functions},
    {4, "after table", [](const wasm::Module& m) { return !m.tables.empty(); },
     &ModulePrinter::tables},
    {5, "after memory", [](const wasm::Module& m) { return !m.memories.empty(); },
     &ModulePrinter::memories},
    {13, "after tag", [](const wasm::Module& m) { return !m.tags.empty(); }, &ModulePrinter::tags},
    {6, "after global", [](const wasm::Module& m) { return !m.globals.empty(); },
     &ModulePrinter::globals},
    {7, "after export", [](const wasm::Module& m) { return !m.exports.empty(); },
     &ModulePrinter::exports},
    {8, "after start", [](const wasm::Module& m) { return m.start.has_value(); },
     &ModulePrinter::start},
    {9, "after elem", [](const wasm::Module& m) { return !m.elements.empty(); },
     &ModulePrinter::elements},
    {12, "", [](const wasm::Module&) { return false; }, &ModulePrinter::data_count},
    {10, "after code", [](const wasm::Module& m) { return !m.bodies.empty(); },
     &ModulePrinter::bodies},
    {11, "after data", [](const wasm::Module& m) { return !m.datas.empty(); },
     &ModulePrinter::datas},
}};

constexpr std::string_view hints_section = "metadata.code.branch_hint";

void ModulePrinter::read_customs() {
    scope_.names = names_of(module_);
    for (const auto& custom : module_.customs)
        if (custom.name == hints_section)
            hints_ = read_branch_hints(custom.payload, offset_in_file(custom.payload.data()));
}

void ModulePrinter::customs(std::uint8_t after) {
    for (const auto& custom : module_.customs) {
        if (custom.after != after || custom.name == "name" || custom.name == hints_section)
            continue;
        const auto payload = offset_in_file(custom.payload.data());
        const auto content =
            payload - custom.name.size() - base::unsigned_leb_size(custom.name.size());
        put_custom(to_, {custom.name, custom.payload, content, payload, place_});
    }
}

Result<> ModulePrinter::print(const ModuleHead& head) {
    read_customs();
    to_.begin(head.word);
    if (head.names != nullptr) {
        to_.put(' ');
        head.names->put_definition(to_, head.index);
    } else if (const auto& self = scope_.names.self) {
        to_.put(' ');
        scope_.names.self_space.put_named(to_, *self);
    }
    customs(0);
    for (const auto& part : parts) {
        TENON_TRY((this->*part.print)());
        if (part.has_any(module_))
            place_ = part.place;
        customs(part.id);
    }
    to_.end_at(base_ + binary_.size());
    return {};
}

// --- definitions

Result<> ModulePrinter::types() {
    std::size_t at = 0;
    for (const auto& group : module_.types) {
        const auto offset = at < module_.type_offsets.size() ? module_.type_offsets[at] : base_;
        at += group.types.size();
        to_.line(offset);
        put_rec_type(to_, scope_, group, offset, false);
    }
    return {};
}

/// The text says the size, which has to be a number.
Result<> ModulePrinter::check_page_size(const wasm::MemoryType& type, std::uint64_t offset) const {
    if (!type.page_size_log2 || *type.page_size_log2 < 64)
        return {};
    return fail(Errc::malformed, fmt::format("no page has a size of 2^{}", *type.page_size_log2),
                offset);
}

Result<> ModulePrinter::imports() {
    for (const auto& import : module_.imports) {
        if (const auto* const memory = std::get_if<wasm::MemoryType>(&import.type))
            TENON_TRY(check_page_size(*memory, import.offset));
        to_.line(import.offset);
        to_.begin("import ");
        to_.put_string(import.module);
        to_.put(' ');
        to_.put_string(import.name);
        to_.put(' ');
        begin_extern(to_, scope_, import.type, true);
        to_.end();
        to_.end();
        define(scope_, import.type);
    }
    return {};
}

Result<> ModulePrinter::functions() {
    for (const auto& function : module_.functions)
        scope_.func_types.push_back(function.type);
    return {};
}

Result<> ModulePrinter::tables() {
    for (const auto& table : module_.tables) {
        to_.line(table.offset);
        begin_extern(to_, scope_, table.type, true);
        if (table.init) {
            to_.put(' ');
            TENON_TRY(code_.constant(*table.init, to_.options().fold));
        }
        to_.end();
        define(scope_, table.type);
    }
    return {};
}

Result<> ModulePrinter::memories() {
    for (const auto& memory : module_.memories) {
        TENON_TRY(check_page_size(memory.type, memory.offset));
        to_.line(memory.offset);
        begin_extern(to_, scope_, memory.type, true);
        to_.end();
        define(scope_, memory.type);
    }
    return {};
}

Result<> ModulePrinter::tags() {
    for (const auto& tag : module_.tags) {
        to_.line(tag.offset);
        begin_extern(to_, scope_, tag.type, true);
        to_.end();
        define(scope_, tag.type);
    }
    return {};
}

Result<> ModulePrinter::globals() {
    for (const auto& global : module_.globals) {
        to_.line(global.offset);
        begin_extern(to_, scope_, global.type, true);
        to_.put(' ');
        TENON_TRY(code_.constant(global.init, to_.options().fold));
        to_.end();
        define(scope_, global.type);
    }
    return {};
}

Result<> ModulePrinter::exports() {
    for (const auto& one : module_.exports) {
        to_.line(one.offset);
        to_.begin("export ");
        to_.put_string(one.name);
        to_.put(' ');
        put_extern_index(to_, scope_, one.kind, one.index);
        to_.end();
    }
    return {};
}

Result<> ModulePrinter::start() {
    if (!module_.start)
        return {};
    to_.line(module_.start_offset);
    to_.begin("start ");
    scope_.names.funcs.put_index(to_, *module_.start);
    to_.end();
    return {};
}

// --- segments

Result<> ModulePrinter::elements() {
    std::uint32_t index = 0;
    for (const auto& element : module_.elements) {
        to_.line(element.offset);
        to_.begin("elem ");
        scope_.names.elements.put_definition(to_, index++);
        if (element.mode == SegmentMode::declarative)
            to_.put(" declare");
        if (element.mode == SegmentMode::active) {
            // Table 0 is named where the long form of the segment was chosen.
            if ((element.flags & 2) != 0) {
                to_.put(" (table ");
                scope_.names.tables.put_index(to_, element.table);
                to_.put(')');
            }
            to_.put(' ');
            TENON_TRY(code_.constant_form(element.table_offset, "offset"));
        }
        to_.put(' ');
        if (to_.options().skeleton)
            to_.put("...");
        else
            TENON_TRY(items(element));
        to_.end();
    }
    return {};
}

Result<> ModulePrinter::items(const wasm::Element& element) {
    if (const auto* const functions = std::get_if<std::vector<std::uint32_t>>(&element.items)) {
        to_.put("func");
        for (const auto function : *functions) {
            to_.put(' ');
            scope_.names.funcs.put_index(to_, function);
        }
        return {};
    }
    put_type(to_, scope_, element.type);
    for (const auto& item : std::get<std::vector<wasm::Expression>>(element.items)) {
        to_.put(' ');
        TENON_TRY(code_.constant_form(item, "item"));
    }
    return {};
}

Result<> ModulePrinter::datas() {
    std::uint32_t index = 0;
    for (const auto& data : module_.datas) {
        to_.line(data.offset);
        to_.begin("data ");
        scope_.names.datas.put_definition(to_, index++);
        to_.put(' ');
        if (data.mode == SegmentMode::active) {
            if (data.memory != 0) {
                to_.put("(memory ");
                scope_.names.memories.put_index(to_, data.memory);
                to_.put(") ");
            }
            TENON_TRY(code_.constant_form(data.memory_offset, "offset"));
            to_.put(' ');
        }
        if (to_.options().skeleton)
            to_.put("...");
        else
            to_.put_bytes(data.bytes);
        to_.end();
    }
    return {};
}

// --- bodies

Result<> ModulePrinter::bodies() {
    for (std::size_t at = 0; at < module_.bodies.size(); ++at) {
        if (auto done = body(at); !done)
            return fail(std::move(done).error().within(fmt::format("code entry {}", at)));
        if (to_.out().has_failed())
            return {}; // the caller asks why
    }
    return {};
}

Result<> ModulePrinter::body(std::size_t at) {
    const auto& body = module_.bodies[at];
    const auto function = scope_.funcs++;
    to_.line(body.offset);
    to_.begin("func ");
    scope_.names.funcs.put_definition(to_, function);
    to_.put(' ');
    const auto& locals = code_.begin_function(function);
    put_type_use_in_full(to_, scope_, scope_.func_types[function], &locals);
    std::span<const PrintHint> hints;
    if (hints_used_ < hints_.size() && hints_[hints_used_].function == function)
        hints = hints_[hints_used_++].hints;
    if (to_.options().skeleton) {
        to_.put(" ...");
        to_.end();
        return {};
    }
    to_.end_at(TENON_TRY(code_.body(body, function, hints)));
    return {};
}

} // namespace

Result<> put_module(PrintLayout& to, Bytes binary, std::uint64_t base, const ModuleHead& head) {
    const auto module = TENON_TRY(wasm::decode_module(binary, base));
    return ModulePrinter(to, module, binary, base).print(head);
}

} // namespace tenon::wat
