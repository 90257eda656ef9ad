// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/validate.hpp"

#include "wasm/function_reader.hpp"
#include "wasm/type_text.hpp"

#include <fmt/format.h>
#include <set>

namespace tenon::wasm {
namespace {

constexpr std::uint64_t max_pages_32 = 65'536;
constexpr std::uint64_t max_pages_64 = std::uint64_t{1} << 48;

base::Error located(base::Error error, std::uint64_t offset) {
    return error.offset() ? std::move(error) : base::Error(error.code(), error.message(), offset);
}

class DefinitionValidator {
public:
    DefinitionValidator(const Module& module, TypeStore& store, ModuleInfo info)
        : module_(module), store_(store), info_(std::move(info)) {}

    // Tables, globals and segments see only the globals before them; functions see everything.
    Result<ModuleInfo> run() {
        TENON_TRY(types());
        TENON_TRY(imports());
        for (const auto& function : module_.functions)
            TENON_TRY(at(function.offset, this->function(function.type)));
        for (const auto& memory : module_.memories)
            TENON_TRY(at(memory.offset, this->memory(memory.type)));
        for (const auto& tag : module_.tags)
            TENON_TRY(at(tag.offset, this->tag(tag.type)));
        info_.may_be_referenced.assign(info_.functions.size(), false);
        TENON_TRY(tables());
        TENON_TRY(globals());
        TENON_TRY(exports());
        TENON_TRY(start());
        info_.data_count = module_.data_count;
        TENON_TRY(elements());
        TENON_TRY(datas());
        return std::move(info_);
    }
    Result<> declare(const ExternType& type) {
        return std::visit([&](const auto& kind) { return this->import(kind); }, type);
    }
    ModuleInfo take() { return std::move(info_); }

private:
    template <class T> static Result<T> at(std::uint64_t offset, Result<T> result) {
        if (!result)
            return fail(located(std::move(result).error(), offset));
        return result;
    }

    Result<> types() {
        std::size_t index = 0;
        for (const auto& group : module_.types) {
            const auto offset =
                index < module_.type_offsets.size() ? module_.type_offsets[index] : 0;
            index += group.types.size();
            const auto ids = TENON_TRY(store_.add(group, info_.types, offset));
            info_.types.insert(info_.types.end(), ids.begin(), ids.end());
        }
        return {};
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
        const auto id = TENON_TRY(func_type(type.type));
        if (!store_.func(id)->results.empty())
            return fail(Errc::invalid, "non-empty tag result type");
        info_.tags.push_back(id);
        return {};
    }
    Result<> needs(Feature feature, std::string_view what) const {
        if (info_.features.has(feature))
            return {};
        return fail(Errc::unsupported,
                    fmt::format("{} need the feature `{}`, which is off", what, name_of(feature)));
    }
    Result<> limits(const Limits& limits, std::uint64_t most, std::string_view what) const {
        if (limits.is_64)
            TENON_TRY(needs(Feature::memory64, "64-bit memories and tables"));
        if (limits.min > most || limits.max.value_or(0) > most)
            return fail(Errc::invalid, fmt::format("{} size must be at most {}", what, most));
        if (limits.max && *limits.max < limits.min)
            return fail(Errc::invalid, "size minimum must not be greater than maximum");
        return {};
    }
    Result<> table(const TableType& type) {
        auto made = type;
        made.element = TENON_TRY(info_.canonical(type.element));
        TENON_TRY(limits(type.limits, type.limits.is_64 ? UINT64_MAX : UINT32_MAX, "table"));
        if (type.limits.is_shared)
            return fail(Errc::unsupported, "shared tables are not supported");
        if (!info_.tables.empty())
            TENON_TRY(needs(Feature::reference_types, "multiple tables"));
        info_.tables.push_back(made);
        return {};
    }
    Result<> memory(const MemoryType& type) {
        TENON_TRY(limits(type.limits, type.limits.is_64 ? max_pages_64 : max_pages_32, "memory"));
        if (type.page_size_log2)
            return fail(Errc::unsupported, "custom page sizes are not supported");
        if (type.limits.is_shared)
            TENON_TRY(needs(Feature::threads, "shared memories"));
        if (!info_.memories.empty())
            TENON_TRY(needs(Feature::multi_memory, "multiple memories"));
        if (type.limits.is_shared && !type.limits.max)
            return fail(Errc::invalid, "shared memory must have maximum");
        info_.memories.push_back(type);
        return {};
    }

    Result<> constant(const Expression& expression, ValType type) {
        Checker checker(info_);
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
    Result<> tables() {
        for (const auto& one : module_.tables) {
            TENON_TRY(at(one.offset, table(one.type)));
            const auto element = info_.tables.back().element;
            if (one.init)
                TENON_TRY(constant(*one.init, element));
            else if (!element.is_nullable())
                return fail(Errc::invalid,
                            "type mismatch: a table of references that take no null needs a value",
                            one.offset);
        }
        return {};
    }
    Result<> globals() {
        for (const auto& one : module_.globals) {
            auto global = one.type;
            global.type = TENON_TRY(at(one.offset, info_.canonical(one.type.type)));
            TENON_TRY(constant(one.init, global.type));
            info_.globals.push_back(global);
        }
        return {};
    }
    Result<> exports() {
        std::set<std::string_view> names;
        for (const auto& one : module_.exports) {
            const std::size_t counts[] = {info_.functions.size(), info_.tables.size(),
                                          info_.memories.size(), info_.globals.size(),
                                          info_.tags.size()};
            constexpr std::string_view kinds[] = {"function", "table", "memory", "global", "tag"};
            const auto kind = static_cast<std::size_t>(one.kind);
            if (one.index >= counts[kind])
                return fail(Errc::invalid, fmt::format("unknown {} {}", kinds[kind], one.index),
                            one.offset);
            if (!names.insert(one.name).second)
                return fail(Errc::invalid, fmt::format("duplicate export name `{}`", one.name),
                            one.offset);
            if (one.kind == ExternKind::func)
                info_.may_be_referenced[one.index] = true;
        }
        return {};
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
    Result<> elements() {
        for (const auto& one : module_.elements) {
            const auto type = TENON_TRY(at(one.offset, info_.canonical(one.type)));
            TENON_TRY(at(one.offset, element(one, type)));
            info_.elements.push_back(type);
        }
        return {};
    }
    Result<> element(const Element& one, ValType type) {
        if (one.mode == SegmentMode::active) {
            if (one.table >= info_.tables.size())
                return fail(Errc::invalid, fmt::format("unknown table {}", one.table));
            const auto& table = info_.tables[one.table];
            if (!store_.is_subtype(type, table.element))
                return fail(Errc::invalid,
                            fmt::format("type mismatch: {} does not fit into a table of {}",
                                        type_text(type), type_text(table.element)));
            TENON_TRY(constant(one.table_offset, address(table.limits)));
        }
        if (const auto* const functions = std::get_if<std::vector<std::uint32_t>>(&one.items)) {
            for (const auto index : *functions) {
                if (index >= info_.functions.size())
                    return fail(Errc::invalid, fmt::format("unknown function {}", index));
                info_.may_be_referenced[index] = true;
            }
            return {};
        }
        for (const auto& item : std::get<std::vector<Expression>>(one.items))
            TENON_TRY(constant(item, type));
        return {};
    }
    Result<> datas() {
        for (const auto& one : module_.datas) {
            if (one.mode != SegmentMode::active)
                continue;
            if (one.memory >= info_.memories.size())
                return fail(Errc::invalid, fmt::format("unknown memory {}", one.memory),
                            one.offset);
            TENON_TRY(constant(one.memory_offset, address(info_.memories[one.memory].limits)));
        }
        return {};
    }
    static ValType address(const Limits& limits) {
        return ValType(limits.is_64 ? ValType::Kind::i64 : ValType::Kind::i32);
    }

    const Module& module_;
    TypeStore& store_;
    ModuleInfo info_;
};

} // namespace

Result<ModuleInfo> validate_definitions(const Module& module, TypeStore& store, Features features) {
    ModuleInfo info;
    info.store = &store;
    info.features = features;
    return DefinitionValidator(module, store, std::move(info)).run();
}

Result<> declare(ModuleInfo& info, TypeStore& store, const ExternType& type) {
    const Module nothing{};
    DefinitionValidator validator(nothing, store, std::move(info));
    auto done = validator.declare(type);
    info = validator.take();
    return done;
}

Result<> validate(const Module& module, Features features) {
    TypeStore store;
    const auto info = TENON_TRY(validate_definitions(module, store, features));
    Checker checker(info);
    NoSink sink;
    const auto imported = info.functions.size() - module.functions.size();
    for (std::size_t i = 0; i < module.bodies.size(); ++i)
        if (auto done =
                read_function(checker, module.bodies[i], info.functions[imported + i], sink);
            !done)
            return fail(std::move(done).error().within(fmt::format("code entry {}", i)));
    return {};
}

Result<> validate(Bytes module, Features features) {
    return validate(TENON_TRY(decode_module(module)), features);
}

} // namespace tenon::wasm
