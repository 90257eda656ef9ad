// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/smith.hpp"

#include "base/error.hpp"

#include "base/leb128.hpp"
#include "wasm/module.hpp"
#include "wasm/smith_module.hpp"
#include "wasm/strip.hpp"

#include <algorithm>
#include <string>

namespace tenon::wasm {
namespace {

void append_name(Buffer& out, std::string_view text) {
    base::append_unsigned_leb(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

/// A section's items; nothing is written where there are none.
class Items {
public:
    /// Where the next item goes.
    Buffer& next() {
        ++count_;
        return bytes_;
    }
    [[nodiscard]] std::uint32_t count() const { return count_; }
    void write(Buffer& out, std::uint8_t section) const {
        if (count_ == 0)
            return;
        Buffer content;
        base::append_unsigned_leb(content, count_);
        content.insert(content.end(), bytes_.begin(), bytes_.end());
        append_section(out, section, content);
    }

private:
    Buffer bytes_;
    std::uint32_t count_ = 0;
};

class ModuleSmith {
public:
    explicit ModuleSmith(base::Choices& choices) : choices_(choices) {}

    Buffer module(std::uint32_t size) {
        add_types();
        add_imports();
        add_definitions();
        add_exports();
        add_segments();
        write_bodies(size);
        return written();
    }

private:
    [[nodiscard]] std::uint32_t types() const {
        return static_cast<std::uint32_t>(module_.types.size());
    }

    // --- types

    void add_types() {
        SubType nothing;
        nothing.composite = FuncType{};
        add_group({true, {nothing}}); // for `start`, and for tags
        const auto groups = 3 + choices_.below(6);
        for (std::uint32_t i = 0; i < groups; ++i) {
            RecType group;
            group.is_plain = choices_.below(3) != 0;
            const auto count = group.is_plain ? 1 : 1 + choices_.below(3);
            for (std::uint32_t j = 0; j < count; ++j)
                group.types.push_back(type(types() + count, types()));
            add_group(std::move(group));
        }
    }
    void add_group(RecType group) {
        module_.types.insert(module_.types.end(), group.types.begin(), group.types.end());
        append(types_.next(), group);
        module_.groups.push_back(std::move(group));
    }

    /// One that may refer to the types below `reach`, and stand under those below `defined`.
    SubType type(std::uint32_t reach, std::uint32_t defined) {
        const auto super = choices_.below(types());
        if (super < defined && !module_.types[super].is_final && choices_.one_in(2))
            return under(super, reach);
        SubType out;
        out.is_plain = !choices_.one_in(2);
        out.is_final = out.is_plain; // text spells final types without supertypes plainly
        switch (choices_.below(4)) {
        case 0: out.composite = StructType{fields(reach, choices_.below(4))}; break;
        case 1: out.composite = ArrayType{fields(reach, 1).front()}; break;
        default: out.composite = function(reach); break;
        }
        return out;
    }
    SubType under(std::uint32_t super, std::uint32_t reach) {
        SubType out = module_.types[super];
        out.is_plain = false;
        out.is_final = choices_.one_in(2);
        out.supertypes.set(super);
        if (auto* const structure = std::get_if<StructType>(&out.composite)) {
            const auto more = fields(reach, choices_.below(3));
            structure->fields.insert(structure->fields.end(), more.begin(), more.end());
        }
        return out;
    }
    std::vector<FieldType> fields(std::uint32_t reach, std::uint32_t count) {
        std::vector<FieldType> out(count);
        for (auto& field : out) {
            if (choices_.one_in(4))
                field.storage.packed =
                    choices_.one_in(2) ? Storage::Packed::i8 : Storage::Packed::i16;
            else
                field.storage.type = smith_value_type(choices_, reach);
            field.is_mutable = choices_.one_in(2);
        }
        return out;
    }
    FuncType function(std::uint32_t reach) {
        FuncType out;
        const auto params = choices_.below(4);
        for (std::uint32_t i = 0; i < params; ++i)
            out.params.push_back(smith_value_type(choices_, reach));
        const auto results = choices_.one_in(4) ? choices_.below(4) : choices_.below(2);
        for (std::uint32_t i = 0; i < results; ++i)
            out.results.push_back(smith_value_type(choices_, reach));
        return out;
    }
    template <class Fits> std::uint32_t function_type(Fits fits) {
        const auto start = choices_.below(types());
        for (std::uint32_t i = 0; i < types(); ++i)
            if (const auto at = (start + i) % types();
                module_.as<FuncType>(at) != nullptr && fits(*module_.as<FuncType>(at)))
                return at;
        return 0;
    }
    std::uint32_t any_function_type() {
        return function_type([](const FuncType&) { return true; });
    }
    std::uint32_t tag_type() {
        return function_type([](const FuncType& type) { return type.results.empty(); });
    }

    // --- definitions

    Limits limits(std::uint32_t least, std::uint32_t most) {
        Limits out;
        out.min = choices_.below(least);
        if (choices_.one_in(2))
            out.max = out.min + choices_.below(most);
        out.is_64 = choices_.one_in(4);
        return out;
    }
    TableType table_type() {
        for (;;)
            if (const auto type = choices_.one_in(2) ? ValType::ref(Heap::func, true)
                                                     : smith_default_type(choices_, types());
                type.is_reference())
                return {type, limits(10, 20)};
    }
    MemoryType memory_type() { return {limits(3, 5), std::nullopt}; }
    GlobalType global_type() { return {smith_default_type(choices_, types()), choices_.one_in(2)}; }

    void add_imports() {
        const auto count = choices_.below(5);
        for (std::uint32_t i = 0; i < count; ++i) {
            auto& out = imports_.next();
            append_name(out, "m" + std::to_string(choices_.below(2)));
            append_name(out, "i" + std::to_string(i));
            append(out, imported());
        }
        imported_functions_ = module_.functions.size();
        imported_globals_ = static_cast<std::uint32_t>(module_.globals.size());
    }
    ExternType imported() {
        switch (choices_.below(6)) {
        case 0: return module_.tables.emplace_back(table_type());
        case 1: return module_.memories.emplace_back(memory_type());
        case 2: return module_.globals.emplace_back(global_type());
        case 3: return TagType{module_.tags.emplace_back(tag_type())};
        default: return FuncRef{module_.functions.emplace_back(any_function_type())};
        }
    }

    void constant(Buffer& out, std::uint32_t globals, ValType want) {
        const bool done = smith_constant(choices_, module_, globals, want, out);
        TENON_ASSERT(done); // only types with null are asked for here
        out.push_back(static_cast<Byte>(row_of(Op::end).code));
    }

    void add_definitions() {
        for (auto i = 1 + choices_.below(5); i > 0; --i)
            base::append_unsigned_leb(functions_.next(),
                                      module_.functions.emplace_back(any_function_type()));
        for (auto i = choices_.below(3); i > 0; --i)
            add_table();
        for (auto i = choices_.below(3); i > 0; --i)
            append_bare(memories_.next(), module_.memories.emplace_back(memory_type()));
        for (auto i = choices_.below(3); i > 0; --i)
            append_bare(tags_.next(), TagType{module_.tags.emplace_back(tag_type())});
        for (auto i = choices_.below(5); i > 0; --i) {
            const auto type = global_type();
            auto& out = globals_.next();
            append_bare(out, type);
            constant(out, static_cast<std::uint32_t>(module_.globals.size()), type.type);
            module_.globals.push_back(type);
        }
    }
    void add_table() {
        const auto type = table_type();
        auto& out = tables_.next();
        const bool has_init = choices_.one_in(3);
        if (has_init)
            out.insert(out.end(), {0x40, 0x00});
        append_bare(out, type);
        if (has_init)
            constant(out, imported_globals_, type.element);
        module_.tables.push_back(type);
    }
    /// As in an import, without the kind in front.
    static void append_bare(Buffer& out, const ExternType& type) {
        Buffer whole;
        append(whole, type);
        out.insert(out.end(), whole.begin() + 1, whole.end());
    }

    void add_exports() {
        const auto all = [&](ExternKind kind, std::string_view letter, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i) {
                auto& out = exports_.next();
                append_name(out, std::string(letter) + std::to_string(i));
                out.push_back(static_cast<Byte>(kind));
                base::append_unsigned_leb(out, i);
            }
        };
        all(ExternKind::func, "f", module_.functions.size());
        all(ExternKind::table, "t", module_.tables.size());
        all(ExternKind::memory, "m", module_.memories.size());
        all(ExternKind::global, "g", module_.globals.size());
        all(ExternKind::tag, "x", module_.tags.size());
    }

    // --- segments

    void add_segments() {
        // All functions may be referred to by a body because they are named here.
        declare_functions();
        for (auto i = choices_.below(3); i > 0; --i)
            add_element();
        for (auto i = choices_.below(4); i > 0; --i)
            add_data();
    }
    void declare_functions() {
        auto& out = elements_.next();
        out.insert(out.end(), {0x03, 0x00});
        base::append_unsigned_leb(out, module_.functions.size());
        for (std::size_t i = 0; i < module_.functions.size(); ++i)
            base::append_unsigned_leb(out, i);
        module_.elements.push_back(ValType::ref(Heap::func, false));
    }
    // https://webassembly.github.io/spec/core/binary/modules.html#element-section
    void add_element() {
        const auto globals = static_cast<std::uint32_t>(module_.globals.size());
        auto& out = elements_.next();
        auto type = table_type().element;
        if (!module_.tables.empty() && choices_.one_in(2)) {
            const auto table = choices_.below(module_.tables.size());
            type = module_.tables[table].element;
            // The shortest form, as text is parsed to it.
            const bool is_usual = table == 0 && type == ValType::ref(Heap::func, true);
            out.push_back(is_usual ? 0x04 : 0x06);
            if (!is_usual)
                base::append_unsigned_leb(out, table);
            constant(out, 0, index_type(module_.tables[table].limits));
            if (!is_usual)
                append(out, type);
        } else {
            out.push_back(0x05);
            append(out, type);
        }
        const auto count = choices_.below(4);
        base::append_unsigned_leb(out, count);
        for (std::uint32_t i = 0; i < count; ++i)
            constant(out, globals, type);
        module_.elements.push_back(type);
    }
    void add_data() {
        auto& out = datas_.next();
        if (!module_.memories.empty() && choices_.one_in(2)) {
            const auto memory = choices_.below(module_.memories.size());
            out.push_back(memory == 0 ? 0x00 : 0x02);
            if (memory != 0)
                base::append_unsigned_leb(out, memory);
            constant(out, static_cast<std::uint32_t>(module_.globals.size()),
                     index_type(module_.memories[memory].limits));
        } else {
            out.push_back(0x01);
        }
        const auto size = choices_.below(20);
        base::append_unsigned_leb(out, size);
        for (std::uint32_t i = 0; i < size; ++i)
            out.push_back(static_cast<Byte>(choices_.next()));
        ++module_.datas;
    }

    // --- all of it

    void write_bodies(std::uint32_t size) {
        const auto count = module_.functions.size() - imported_functions_;
        for (auto i = imported_functions_; i < module_.functions.size(); ++i) {
            auto budget = size / static_cast<std::uint32_t>(count);
            const auto body = smith_body(
                choices_, module_, module_.function_type(static_cast<std::uint32_t>(i)), budget);
            auto& out = bodies_.next();
            base::append_unsigned_leb(out, body.bytes.size());
            out.insert(out.end(), body.bytes.begin(), body.bytes.end());
            names_data_ = names_data_ || body.names_data;
        }
    }

    Buffer written() {
        Buffer out{0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00};
        types_.write(out, 1);
        imports_.write(out, 2);
        functions_.write(out, 3);
        tables_.write(out, 4);
        memories_.write(out, 5);
        tags_.write(out, 13);
        globals_.write(out, 6);
        exports_.write(out, 7);
        write_start(out);
        elements_.write(out, 9);
        if (names_data_)
            append_section(out, 12, Buffer{static_cast<Byte>(module_.datas)});
        bodies_.write(out, 10);
        datas_.write(out, 11);
        return out;
    }
    void write_start(Buffer& out) {
        const auto start = std::ranges::find(module_.functions, 0U); // the type of nothing
        if (start == module_.functions.end())
            return;
        Buffer index;
        base::append_unsigned_leb(index,
                                  static_cast<std::uint64_t>(start - module_.functions.begin()));
        append_section(out, 8, index);
    }

    base::Choices& choices_;
    SmithModule module_;
    Items types_, imports_, functions_, tables_, memories_, tags_, globals_, exports_, elements_,
        bodies_, datas_;
    std::size_t imported_functions_ = 0;
    std::uint32_t imported_globals_ = 0;
    bool names_data_ = false;
};

} // namespace

Buffer smith(const SmithOptions& options, Bytes choices) {
    base::Choices decided(choices, options.seed);
    return ModuleSmith(decided).module(options.size);
}

} // namespace tenon::wasm
