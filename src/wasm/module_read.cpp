// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/module.hpp"

#include "wasm/op_reader.hpp"
#include "wasm/sections.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

enum class SectionId : std::uint8_t {
    custom,
    type,
    import,
    function,
    table,
    memory,
    global,
    export_,
    start,
    element,
    code,
    data,
    data_count,
    tag,
};
/// Sections by id.
struct SectionRow {
    SectionId id;
    std::uint8_t rank; ///< where it stands: tags come behind memories, the data count before code
    std::uint32_t most = 0;      ///< of what it counts, imports included
    std::string_view items = {}; ///< what that is
};
// The limits are those of the JavaScript interface:
// https://webassembly.github.io/spec/js-api/#limits
constexpr std::array<SectionRow, 14> section_rows = {{
    {SectionId::custom, 0},
    {SectionId::type, 1, max_types, "types"},
    {SectionId::import, 2, 1'000'000, "imports"},
    {SectionId::function, 3, 1'000'000, "functions"},
    {SectionId::table, 4, 100'000, "tables"},
    {SectionId::memory, 5, 100, "memories"},
    {SectionId::global, 7, 1'000'000, "globals"},
    {SectionId::export_, 8, 1'000'000, "exports"},
    {SectionId::start, 9},
    {SectionId::element, 10, 100'000, "element segments"},
    {SectionId::code, 12, 1'000'000, "functions"},
    {SectionId::data, 13, 100'000, "data segments"},
    {SectionId::data_count, 11},
    {SectionId::tag, 6, 1'000'000, "tags"},
}};
constexpr std::uint32_t max_elements = 10'000'000; // of a segment
constexpr std::uint32_t max_body_bytes = 7'654'321;

const SectionRow& row_of(SectionId id) {
    return section_rows[static_cast<std::size_t>(id)];
}
std::string name_of(SectionId id) {
    return fmt::format("{} section", section_word(Layer::module, static_cast<std::uint8_t>(id)));
}

/// Calls `read` for each of a counted list of items.
template <class Read>
Result<> each(Reader& in, std::uint32_t most, std::string_view what, Read read) {
    const auto count = TENON_TRY(read_count(in, most, what));
    for (std::uint32_t i = 0; i < count; ++i)
        TENON_TRY(read());
    return {};
}

/// Operators up to the `end` that closes them. Only those that may open a block need a look: a
/// constant expression has none, and what is no constant the validator refuses.
Result<Expression> read_expression(Reader& in) {
    const auto begin = in.rest();
    const auto offset = in.offset();
    Instruction one;
    for (std::size_t depth = 1; depth > 0;) {
        TENON_TRY(read_instruction(in, one));
        if (one.row->immediate == Immediate::block || one.row->immediate == Immediate::try_table)
            ++depth;
        else if (one.row->op == Op::end)
            --depth;
    }
    return Expression{begin.first(begin.size() - in.remaining()), offset};
}

class ModuleReader {
public:
    Result<> section(const Section& from) {
        if (from.id == 0) {
            module_.customs.push_back({from.name, from.payload, last_id_, from.offset});
            return {};
        }
        if (from.id >= section_rows.size())
            return fail(at(from, Errc::malformed,
                           fmt::format("no section of a module has the id {}", from.id)));
        const auto& row = section_rows[from.id];
        if (row.rank <= rank_)
            return fail(at(from, Errc::malformed,
                           fmt::format("{} is out of order or there twice", name_of(row.id))));
        rank_ = row.rank;
        last_id_ = from.id;
        Reader in(from.content, from.content_offset);
        auto done = content(row.id, in);
        if (done && !in.at_end())
            done = fail(in.error(Errc::malformed, "section is longer than what it counts"));
        if (!done)
            return fail(std::move(done).error().within(name_of(row.id)));
        return {};
    }

    Result<Module> finish(std::uint64_t end) {
        if (module_.functions.size() != module_.bodies.size())
            return fail(Errc::malformed,
                        fmt::format("function and code section have inconsistent lengths: {} and "
                                    "{}",
                                    module_.functions.size(), module_.bodies.size()),
                        end);
        if (module_.data_count && *module_.data_count != module_.datas.size())
            return fail(Errc::malformed,
                        fmt::format("data count and data section have inconsistent lengths: {} and "
                                    "{}",
                                    *module_.data_count, module_.datas.size()),
                        end);
        return std::move(module_);
    }

private:
    static base::Error at(const Section& section, Errc code, std::string message) {
        return Reader(section.whole, section.offset)
            .error_at(section.offset, code, std::move(message));
    }

    /// What is imported counts, too.
    template <class Read> Result<> items(SectionId id, Reader& in, Read read) {
        const auto& row = row_of(id);
        const auto offset = in.offset();
        const auto count = TENON_TRY(read_count(in, row.most, row.items));
        const auto imported = imported_[static_cast<std::size_t>(id)];
        if (imported > row.most - count)
            return fail(in.error_at(offset, Errc::limit,
                                    fmt::format("{} {}, and {} imported ones, are beyond the limit "
                                                "of {}",
                                                count, row.items, imported, row.most)));
        for (std::uint32_t i = 0; i < count; ++i)
            TENON_TRY(read());
        return {};
    }

    Result<> content(SectionId id, Reader& in) {
        switch (id) {
        case SectionId::type: return types(in);
        case SectionId::import: return items(id, in, [&] { return import(in); });
        case SectionId::function:
            return items(id, in, [&]() -> Result<> {
                const auto offset = in.offset();
                module_.functions.push_back({TENON_TRY(in.u32()), offset});
                return {};
            });
        case SectionId::table: return items(id, in, [&] { return table(in); });
        case SectionId::memory:
            return items(id, in, [&]() -> Result<> {
                const auto offset = in.offset();
                module_.memories.push_back({TENON_TRY(read_memory_type(in)), offset});
                return {};
            });
        case SectionId::tag:
            return items(id, in, [&]() -> Result<> {
                const auto offset = in.offset();
                module_.tags.push_back({TENON_TRY(read_tag_type(in)), offset});
                return {};
            });
        case SectionId::global:
            return items(id, in, [&]() -> Result<> {
                const auto offset = in.offset();
                const auto type = TENON_TRY(read_global_type(in));
                module_.globals.push_back({type, TENON_TRY(read_expression(in)), offset});
                return {};
            });
        case SectionId::export_: return items(id, in, [&] { return exported(in); });
        case SectionId::start:
            module_.start_offset = in.offset();
            module_.start = TENON_TRY(in.u32());
            return {};
        case SectionId::element: return items(id, in, [&] { return element(in); });
        case SectionId::data_count: module_.data_count = TENON_TRY(in.u32()); return {};
        case SectionId::code: return items(id, in, [&] { return body(in); });
        case SectionId::data: return items(id, in, [&] { return data(in); });
        case SectionId::custom: break;
        }
        return {};
    }

    Result<> types(Reader& in) {
        std::size_t total = 0;
        return items(SectionId::type, in, [&]() -> Result<> {
            const auto offset = in.offset();
            auto group = TENON_TRY(read_rec_type(in));
            total += group.types.size();
            if (total > max_types)
                return fail(in.error_at(offset, Errc::limit,
                                        fmt::format("module has more than {} types", max_types)));
            module_.type_offsets.insert(module_.type_offsets.end(), group.types.size(), offset);
            module_.types.push_back(std::move(group));
            return {};
        });
    }
    Result<> import(Reader& in) {
        constexpr std::array<SectionId, 5> sections = {SectionId::function, SectionId::table,
                                                       SectionId::memory, SectionId::global,
                                                       SectionId::tag};
        const auto offset = in.offset();
        const auto from = TENON_TRY(in.name());
        const auto name = TENON_TRY(in.name());
        const auto type = TENON_TRY(read_extern_type(in));
        const auto& row = row_of(sections[type.index()]);
        if (++imported_[static_cast<std::size_t>(row.id)] > row.most)
            return fail(in.error_at(
                offset, Errc::limit,
                fmt::format("imported {} are beyond the limit of {}", row.items, row.most)));
        module_.imports.push_back({from, name, type, offset});
        return {};
    }
    // 0x40 0x00 in front: an expression gives the value of every element.
    Result<> table(Reader& in) {
        Table one;
        one.offset = in.offset();
        const auto rest = in.rest();
        const bool has_init = !rest.empty() && rest[0] == 0x40;
        if (has_init) {
            TENON_TRY(in.skip(1));
            if (const auto zero = TENON_TRY(in.u8()); zero != 0)
                return fail(in.error_at(in.offset() - 1, Errc::malformed, "zero byte expected"));
        }
        one.type = TENON_TRY(read_table_type(in));
        if (has_init)
            one.init = TENON_TRY(read_expression(in));
        module_.tables.push_back(std::move(one));
        return {};
    }
    Result<> exported(Reader& in) {
        Export one;
        one.offset = in.offset();
        one.name = TENON_TRY(in.name());
        const auto kind = TENON_TRY(in.u8());
        if (kind > static_cast<std::uint8_t>(ExternKind::tag))
            return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                    fmt::format("nothing exported has the code {:#04x}", kind)));
        one.kind = static_cast<ExternKind>(kind);
        one.index = TENON_TRY(in.u32());
        module_.exports.push_back(one);
        return {};
    }

    // https://webassembly.github.io/spec/core/binary/modules.html#element-section
    // Bit 0: passive or declarative; bit 1: a table index, or (with bit 0) declarative; bit 2:
    // expressions.
    Result<> element(Reader& in) {
        Element one;
        one.offset = in.offset();
        const auto flags = TENON_TRY(in.u32());
        if (flags > 7)
            return fail(in.error_at(one.offset, Errc::malformed,
                                    fmt::format("no element segment begins with {}", flags)));
        one.flags = static_cast<std::uint8_t>(flags);
        const bool has_expressions = (flags & 4) != 0;
        one.type = ValType::ref(Heap::func, false);
        if ((flags & 1) != 0) {
            one.mode = (flags & 2) != 0 ? SegmentMode::declarative : SegmentMode::passive;
        } else {
            if ((flags & 2) != 0)
                one.table = TENON_TRY(in.u32());
            one.table_offset = TENON_TRY(read_expression(in));
        }
        if (has_expressions)
            one.type = (flags & 3) != 0 ? TENON_TRY(read_element_type(in))
                                        : ValType::ref(Heap::func, true);
        else if ((flags & 3) != 0)
            TENON_TRY(read_element_kind(in));
        if (has_expressions) {
            std::vector<Expression> items;
            TENON_TRY(each(in, max_elements, "elements", [&]() -> Result<> {
                items.push_back(TENON_TRY(read_expression(in)));
                return {};
            }));
            one.items = std::move(items);
        } else {
            std::vector<std::uint32_t> items;
            TENON_TRY(each(in, max_elements, "elements", [&]() -> Result<> {
                items.push_back(TENON_TRY(in.u32()));
                return {};
            }));
            one.items = std::move(items);
        }
        module_.elements.push_back(std::move(one));
        return {};
    }
    static Result<ValType> read_element_type(Reader& in) {
        const auto offset = in.offset();
        const auto type = TENON_TRY(read_val_type(in));
        if (!type.is_reference())
            return fail(in.error_at(offset, Errc::malformed, "elements are references"));
        return type;
    }
    static Result<> read_element_kind(Reader& in) {
        if (const auto kind = TENON_TRY(in.u8()); kind != 0)
            return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                    fmt::format("no element has the kind {:#04x}", kind)));
        return {};
    }

    Result<> body(Reader& in) {
        const auto offset = in.offset();
        const auto size = TENON_TRY(in.u32());
        if (size > max_body_bytes)
            return fail(in.error_at(offset, Errc::limit,
                                    fmt::format("function of {} bytes is beyond the limit of {}",
                                                size, max_body_bytes)));
        Body one;
        one.offset = in.offset();
        one.bytes = TENON_TRY(in.bytes(size));
        module_.bodies.push_back(one);
        return {};
    }
    Result<> data(Reader& in) {
        Data one;
        one.offset = in.offset();
        const auto flags = TENON_TRY(in.u32());
        if (flags > 2)
            return fail(in.error_at(one.offset, Errc::malformed,
                                    fmt::format("no data segment begins with {}", flags)));
        one.flags = static_cast<std::uint8_t>(flags);
        if (flags == 1)
            one.mode = SegmentMode::passive;
        if (flags == 2)
            one.memory = TENON_TRY(in.u32());
        if (flags != 1)
            one.memory_offset = TENON_TRY(read_expression(in));
        one.bytes = TENON_TRY(in.bytes(TENON_TRY(in.u32())));
        module_.datas.push_back(one);
        return {};
    }

    Module module_;
    std::array<std::uint32_t, section_rows.size()> imported_{}; ///< by the section of what it is
    std::uint8_t rank_ = 0;
    std::uint8_t last_id_ = 0;
};

} // namespace

Result<Module> decode_module(Bytes data, std::uint64_t base) {
    auto walker = TENON_TRY(SectionWalker::begin(data, base));
    const Reader in(data, base);
    const auto preamble = walker.preamble();
    if (preamble.layer != Layer::module)
        return fail(in.error_at(base + 4, Errc::malformed,
                                "this is a component, where a core module is expected"));
    if (preamble.version != 1)
        return fail(in.error_at(base + 4, Errc::malformed,
                                fmt::format("unknown binary version {}", preamble.version)));
    ModuleReader reader;
    while (const auto section = TENON_TRY(walker.next()))
        TENON_TRY(reader.section(*section));
    return reader.finish(base + data.size());
}

} // namespace tenon::wasm
