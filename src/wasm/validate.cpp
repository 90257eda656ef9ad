// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/validate.hpp"

#include "wasm/checker.hpp"
#include "wasm/validate_parallel.hpp"

#include <fmt/core.h>
#include <set>

namespace tenon::wasm {
namespace {

constexpr std::uint32_t usual_page_log2 = 16;
constexpr auto funcref = ValType::ref(Heap::func, true);

/// How many pages of a size there can be: as many as can be addressed, and counted by an address.
constexpr std::uint64_t max_pages(bool is_64, std::uint32_t page_log2) {
    if (page_log2 == 0)
        return is_64 ? UINT64_MAX : UINT32_MAX;
    return std::uint64_t{1} << ((is_64 ? 64 : 32) - page_log2);
}

base::Error located(base::Error error, std::uint64_t offset) {
    return error.offset() ? std::move(error) : base::Error(error.code(), error.message(), offset);
}

class DefinitionValidator {
public:
    DefinitionValidator(const Module& module, TypeStore& store, ModuleInfo info,
                        std::stop_token stop)
        : module_(module), store_(store), info_(std::move(info)), stop_(std::move(stop)) {}

    // Tables, globals and segments see only the globals before them; functions see everything.
    Result<ModuleInfo> run() {
        TENON_TRY(types());
        TENON_TRY(imports());
        info_.imported_globals = info_.globals.size();
        TENON_TRY(all("function", module_.functions, info_.functions,
                      [&](const Function& one) { return function(one.type); }));
        TENON_TRY(all("memory", module_.memories, info_.memories,
                      [&](const Memory& one) { return memory(one.type); }));
        TENON_TRY(
            all("tag", module_.tags, info_.tags, [&](const Tag& one) { return tag(one.type); }));
        info_.may_be_referenced.assign(info_.functions.size(), false);
        checker_.emplace(info_);
        TENON_TRY(all("table", module_.tables, info_.tables,
                      [&](const Table& one) { return own_table(one); }));
        TENON_TRY(all("global", module_.globals, info_.globals,
                      [&](const Global& one) { return global(one); }));
        TENON_TRY(exports());
        TENON_TRY(start());
        info_.data_count = module_.data_count;
        TENON_TRY(all("element segment", module_.elements, info_.elements,
                      [&](const Element& one) { return element(one); }));
        TENON_TRY(all("data segment", module_.datas, std::span<const Data>(),
                      [&](const Data& one) { return data(one); }));
        return std::move(info_);
    }
    Result<> declare(const ExternType& type) {
        return std::visit([&](const auto& kind) { return this->import(kind); }, type);
    }
    ModuleInfo take() { return std::move(info_); }

private:
    /// Every definition of a kind, behind those that were imported. An error names the definition,
    /// and the place in it or at least its begin.
    template <class Definition, class Space, class Check>
    Result<> all(std::string_view kind, const std::vector<Definition>& definitions,
                 const Space& space, Check check) {
        const auto imported = space.size();
        for (std::size_t i = 0; i < definitions.size(); ++i) {
            TENON_TRY(go_on());
            if (auto done = check(definitions[i]); !done)
                return fail(located(std::move(done).error(), definitions[i].offset)
                                .within(fmt::format("{} {}", kind, imported + i)));
        }
        return {};
    }
    Result<> go_on() {
        constexpr unsigned often = 1024;
        if (++steps_ % often == 0 && stop_.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        return {};
    }

    Result<> types() {
        std::size_t index = 0;
        for (const auto& group : module_.types) {
            TENON_TRY(go_on());
            const auto offset =
                index < module_.type_offsets.size() ? module_.type_offsets[index] : 0;
            auto ids = add(group, offset);
            if (!ids)
                return fail(
                    located(std::move(ids).error(), offset).within(fmt::format("type {}", index)));
            index += group.types.size();
            info_.types.insert(info_.types.end(), ids->begin(), ids->end());
        }
        return {};
    }
    Result<std::vector<TypeId>> add(const RecType& group, std::uint64_t offset) {
        TENON_TRY(info_.features.need(group));
        return store_.add(group, info_.types, offset);
    }
    Result<> imports() {
        for (const auto& import : module_.imports) {
            if (auto done = declare(import.type); !done)
                return fail(
                    located(std::move(done).error(), import.offset)
                        .within(fmt::format("import `{}` `{}`", import.module, import.name)));
        }
        return {};
    }
    Result<> import(FuncRef func) { return function(func.type); }
    Result<> import(const TableType& type) { return table(type); }
    Result<> import(const MemoryType& type) { return memory(type); }
    Result<> import(const GlobalType& type) {
        if (type.is_mutable)
            TENON_TRY(info_.features.need(Feature::mutable_global, "mutable globals from outside"));
        auto global = type;
        global.type = TENON_TRY(info_.canonical(type.type));
        info_.globals.push_back(global);
        return {};
    }
    Result<> import(TagType type) { return tag(type); }

    Result<TypeId> func_type(std::uint32_t index) {
        if (index >= info_.types.size())
            return fail(Errc::invalid, fmt::format("unknown type {}", index));
        if (store_.func(info_.types[index]) == nullptr)
            return fail(Errc::invalid, fmt::format("type {} is not a function type", index));
        return info_.types[index];
    }
    Result<> function(std::uint32_t type) {
        info_.functions.push_back(TENON_TRY(func_type(type)));
        return {};
    }
    Result<> tag(TagType type) {
        TENON_TRY(info_.features.need(Feature::exceptions, "tags"));
        const auto id = TENON_TRY(func_type(type.type));
        if (!store_.func(id)->results.empty())
            return fail(Errc::invalid, "non-empty tag result type");
        info_.tags.push_back(id);
        return {};
    }
    Result<> limits(const Limits& limits, std::uint64_t most, std::string_view what) const {
        if (limits.is_64)
            TENON_TRY(info_.features.need(Feature::memory64, "64-bit memories and tables"));
        if (limits.min > most || limits.max.value_or(0) > most)
            return fail(Errc::invalid, fmt::format("{} size must be at most {}", what, most));
        if (limits.max && *limits.max < limits.min)
            return fail(Errc::invalid, "size minimum must not be greater than maximum");
        return {};
    }
    Result<> table(const TableType& type) {
        auto made = type;
        if (type.element != funcref) // which is older than all other reference types
            made.element = TENON_TRY(info_.canonical(type.element));
        TENON_TRY(limits(type.limits, type.limits.is_64 ? UINT64_MAX : UINT32_MAX, "table"));
        if (type.limits.is_shared)
            return fail(Errc::unsupported, "shared tables are not supported");
        if (!info_.tables.empty())
            TENON_TRY(info_.features.need(Feature::reference_types, "multiple tables"));
        info_.tables.push_back(made);
        return {};
    }
    Result<> memory(const MemoryType& type) {
        const auto page_log2 = type.page_size_log2.value_or(usual_page_log2);
        if (type.page_size_log2)
            TENON_TRY(info_.features.need(Feature::custom_page_sizes, "pages of another size"));
        if (page_log2 != 0 && page_log2 != usual_page_log2)
            return fail(Errc::invalid, fmt::format("invalid custom page size: 2^{}, where pages "
                                                   "have 1 or 65536 bytes",
                                                   page_log2));
        TENON_TRY(limits(type.limits, max_pages(type.limits.is_64, page_log2), "memory"));
        if (type.limits.is_shared)
            TENON_TRY(info_.features.need(Feature::threads, "shared memories"));
        if (!info_.memories.empty())
            TENON_TRY(info_.features.need(Feature::multi_memory, "multiple memories"));
        if (type.limits.is_shared && !type.limits.max)
            return fail(Errc::invalid, "shared memory must have maximum");
        info_.memories.push_back(type);
        return {};
    }

    Result<> constant(const Expression& expression, ValType type) {
        auto& checker = *checker_;
        checker.begin_constant(type, info_.globals.size());
        Reader in(expression.bytes, expression.offset);
        Instruction one;
        while (!checker.is_done()) {
            TENON_TRY(read_instruction(in, one));
            if (one.row->op == Op::ref_func && one.index < info_.may_be_referenced.size())
                info_.may_be_referenced[one.index] = true;
            TENON_TRY(checker.check(one, in));
        }
        return {};
    }
    Result<> own_table(const Table& one) {
        TENON_TRY(table(one.type));
        const auto element = info_.tables.back().element;
        if (one.init) {
            TENON_TRY(
                info_.features.need(Feature::function_references, "tables with a first value"));
            return constant(*one.init, element);
        }
        if (!element.is_nullable())
            return fail(Errc::invalid, "type mismatch: a table of references that take no null "
                                       "needs a value");
        return {};
    }
    Result<> global(const Global& one) {
        auto global = one.type;
        global.type = TENON_TRY(info_.canonical(one.type.type));
        TENON_TRY(constant(one.init, global.type));
        info_.globals.push_back(global);
        return {};
    }
    Result<> exports() {
        std::set<std::string_view> names;
        return all("export", module_.exports, names, [&](const Export& one) -> Result<> {
            const std::size_t counts[] = {info_.functions.size(), info_.tables.size(),
                                          info_.memories.size(), info_.globals.size(),
                                          info_.tags.size()};
            constexpr std::string_view kinds[] = {"function", "table", "memory", "global", "tag"};
            const auto kind = static_cast<std::size_t>(one.kind);
            if (one.index >= counts[kind])
                return fail(Errc::invalid, fmt::format("unknown {} {}", kinds[kind], one.index));
            if (!names.insert(one.name).second)
                return fail(Errc::invalid, fmt::format("duplicate export name `{}`", one.name));
            if (one.kind == ExternKind::func)
                info_.may_be_referenced[one.index] = true;
            if (one.kind == ExternKind::global && info_.globals[one.index].is_mutable)
                return info_.features.need(Feature::mutable_global, "mutable globals for others");
            return {};
        });
    }
    Result<> start() const {
        if (!module_.start)
            return {};
        if (*module_.start >= info_.functions.size())
            return fail(Errc::invalid, fmt::format("unknown function {}", *module_.start),
                        module_.start_offset);
        const auto* const type = store_.func(info_.functions[*module_.start]);
        if (!type->params.empty() || !type->results.empty())
            return fail(Errc::invalid, "start function takes and gives nothing",
                        module_.start_offset);
        return {};
    }
    Result<> element(const Element& one) {
        // Where no type is spelled it is a function's, which needs no feature.
        const bool is_spelled =
            std::holds_alternative<std::vector<Expression>>(one.items) && one.type != funcref;
        const auto type = is_spelled ? TENON_TRY(info_.canonical(one.type)) : one.type;
        if (one.mode == SegmentMode::active) {
            if (one.table >= info_.tables.size())
                return fail(Errc::invalid, fmt::format("unknown table {}", one.table));
            const auto& table = info_.tables[one.table];
            if (!store_.is_subtype(type, table.element))
                return fail(Errc::invalid,
                            fmt::format("type mismatch: {} does not fit into a table of {}",
                                        info_.text(type), info_.text(table.element)));
            TENON_TRY(constant(one.table_offset, Checker::address_of(table.limits)));
        } else {
            TENON_TRY(info_.features.need(Feature::bulk_memory, "passive element segments"));
        }
        TENON_TRY(items(one, type));
        info_.elements.push_back(type);
        return {};
    }
    Result<> items(const Element& one, ValType type) {
        if (const auto* const functions = std::get_if<std::vector<std::uint32_t>>(&one.items)) {
            for (const auto index : *functions) {
                if (index >= info_.functions.size())
                    return fail(Errc::invalid, fmt::format("unknown function {}", index));
                info_.may_be_referenced[index] = true;
            }
            return {};
        }
        for (const auto& item : std::get<std::vector<Expression>>(one.items)) {
            TENON_TRY(go_on());
            TENON_TRY(constant(item, type));
        }
        return {};
    }
    Result<> data(const Data& one) {
        if (one.mode != SegmentMode::active)
            return info_.features.need(Feature::bulk_memory, "passive data segments");
        if (one.memory >= info_.memories.size())
            return fail(Errc::invalid, fmt::format("unknown memory {}", one.memory));
        return constant(one.memory_offset, Checker::address_of(info_.memories[one.memory].limits));
    }

    const Module& module_;
    TypeStore& store_;
    ModuleInfo info_;
    std::optional<Checker> checker_; ///< of constants; looks at `info_`
    std::stop_token stop_;
    unsigned steps_ = 0;
};

} // namespace

Result<ModuleInfo> validate_definitions(const Module& module, TypeStore& store, Features features,
                                        std::stop_token stop) {
    ModuleInfo info;
    info.store = &store;
    info.features = features;
    return DefinitionValidator(module, store, std::move(info), std::move(stop)).run();
}

Result<> declare(ModuleInfo& info, TypeStore& store, const ExternType& type) {
    const Module nothing{};
    DefinitionValidator validator(nothing, store, std::move(info), {});
    auto done = validator.declare(type);
    info = validator.take();
    return done;
}

Result<> validate(const Module& module, Features features) {
    return validate_in_parallel(module, {.features = features, .threads = 1, .stop = {}});
}

Result<> validate(Bytes module, Features features) {
    return validate(TENON_TRY(decode_module(module)), features);
}

} // namespace tenon::wasm
