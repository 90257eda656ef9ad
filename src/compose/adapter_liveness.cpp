// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/adapter_liveness.hpp"

#include "wasm/op_reader.hpp"

#include <fmt/core.h>

namespace tenon::compose {
namespace {

base::Error not_in_adapters(std::string_view what) {
    return base::Error(Errc::unsupported, fmt::format("an adapter may not have {}", what));
}

/// A subsection of names by index.
Result<std::map<std::uint32_t, std::string_view>> read_map(Bytes content) {
    Reader in(content);
    std::map<std::uint32_t, std::string_view> out;
    for (auto count = TENON_TRY(in.u32()); count > 0; --count) {
        const auto index = TENON_TRY(in.u32());
        out.insert_or_assign(index, TENON_TRY(in.name()));
    }
    return out;
}

} // namespace

Result<> pass_locals(Reader& in) {
    for (auto groups = TENON_TRY(in.u32()); groups > 0; --groups) {
        TENON_TRY(in.u32());
        if (TENON_TRY(wasm::read_val_type(in)).is_reference())
            return fail(not_in_adapters("references"));
    }
    return {};
}

Result<AdapterLiveness> AdapterLiveness::create(const wasm::Module& module,
                                                const std::set<std::string, std::less<>>& exports) {
    AdapterLiveness out(module);
    TENON_TRY(out.check());
    out.count();
    out.read_names();
    std::size_t found = 0;
    for (const auto& one : module.exports)
        if (exports.contains(one.name)) {
            ++found;
            TENON_TRY(out.reach(one.kind, one.index));
        }
    if (found != exports.size())
        return fail(Errc::not_found, "an export of the adapter that is needed is not there");
    TENON_TRY(out.run());
    return out;
}

Result<> AdapterLiveness::check() const {
    if (!module_->elements.empty())
        return fail(not_in_adapters("element segments"));
    if (!module_->datas.empty() || module_->data_count)
        return fail(not_in_adapters("data segments"));
    if (module_->start)
        return fail(not_in_adapters("a start function"));
    if (!module_->tags.empty())
        return fail(not_in_adapters("tags"));
    for (const auto& import : module_->imports)
        if (std::holds_alternative<wasm::TagType>(import.type))
            return fail(not_in_adapters("tags"));
    for (const auto& group : module_->types)
        for (const auto& type : group.types) {
            const auto* const function = std::get_if<wasm::FuncType>(&type.composite);
            if (function == nullptr || !type.is_plain || !group.is_plain)
                return fail(not_in_adapters("types other than those of functions"));
            for (const auto* const list : {&function->params, &function->results})
                for (const auto one : *list)
                    if (one.is_reference())
                        return fail(not_in_adapters("references"));
        }
    return {};
}

void AdapterLiveness::count() {
    for (const auto& import : module_->imports) {
        if (const auto* const function = std::get_if<wasm::FuncRef>(&import.type))
            function_types_.push_back(function->type);
        else if (const auto* const global = std::get_if<wasm::GlobalType>(&import.type))
            global_types_.push_back(*global);
    }
    imported_functions_ = static_cast<std::uint32_t>(function_types_.size());
    imported_globals_ = static_cast<std::uint32_t>(global_types_.size());
    for (const auto& function : module_->functions)
        function_types_.push_back(function.type);
    for (const auto& global : module_->globals)
        global_types_.push_back(global.type);
    for (const auto& group : module_->types)
        type_count_ += static_cast<std::uint32_t>(group.types.size());
}

/// Names are for people; a section that cannot be read has none.
void AdapterLiveness::read_names() {
    constexpr std::uint8_t functions = 1;
    constexpr std::uint8_t globals = 7;
    for (const auto& custom : module_->customs) {
        if (custom.name != "name")
            continue;
        Reader in(custom.payload, custom.offset);
        while (!in.at_end()) {
            const auto id = in.u8();
            const auto size = in.u32();
            const auto content = size ? in.bytes(*size) : fail(Errc::truncated, "");
            if (!id || !content)
                return;
            auto names = *id == functions || *id == globals
                             ? read_map(*content)
                             : Result<std::map<std::uint32_t, std::string_view>>();
            if (names)
                (*id == globals ? global_names_ : function_names_).merge(*names);
        }
    }
}

// --- what is reached

Result<> AdapterLiveness::reach(wasm::ExternKind kind, std::uint32_t index) {
    switch (kind) {
    case wasm::ExternKind::func: return function(index);
    case wasm::ExternKind::global: return global(index);
    case wasm::ExternKind::memory: memories_.insert(index); return {};
    case wasm::ExternKind::table: tables_.insert(index); return {};
    case wasm::ExternKind::tag: break;
    }
    return fail(not_in_adapters("tags"));
}

Result<> AdapterLiveness::type(std::uint32_t index) {
    if (index >= type_count_)
        return fail(Errc::invalid, fmt::format("there is no type {}", index));
    types_.insert(index);
    return {};
}

Result<> AdapterLiveness::function(std::uint32_t index) {
    if (index >= function_types_.size())
        return fail(Errc::invalid, fmt::format("there is no function {}", index));
    TENON_TRY(type(function_types_[index]));
    if (functions_.insert(index).second && index >= imported_functions_)
        open_functions_.push_back(index);
    return {};
}

Result<> AdapterLiveness::global(std::uint32_t index) {
    if (index >= global_types_.size())
        return fail(Errc::invalid, fmt::format("there is no global {}", index));
    if (global_types_[index].type.is_reference())
        return fail(not_in_adapters("references"));
    if (globals_.insert(index).second && index >= imported_globals_)
        open_globals_.push_back(index);
    return {};
}

Result<> AdapterLiveness::run() {
    while (!open_functions_.empty() || !open_globals_.empty()) {
        if (!open_functions_.empty()) {
            const auto& body = module_->bodies[open_functions_.back() - imported_functions_];
            open_functions_.pop_back();
            Reader in(body.bytes, body.offset);
            TENON_TRY(pass_locals(in));
            TENON_TRY(code(in));
            continue;
        }
        const auto& init = module_->globals[open_globals_.back() - imported_globals_].init;
        open_globals_.pop_back();
        TENON_TRY(code(Reader(init.bytes, init.offset)));
    }
    return {};
}

Result<> AdapterLiveness::code(Reader in) {
    using wasm::Immediate;
    wasm::Instruction one;
    while (!in.at_end()) {
        one.block = {};
        TENON_TRY(wasm::read_instruction(in, one));
        if (one.block.kind == wasm::BlockType::Kind::type)
            TENON_TRY(type(one.block.type));
        switch (one.row->immediate) {
        case Immediate::none:
        case Immediate::block:
        case Immediate::label:
        case Immediate::labels:
        case Immediate::local:
        case Immediate::lane:
        case Immediate::shuffle:
        case Immediate::i32:
        case Immediate::i64:
        case Immediate::f32:
        case Immediate::f64:
        case Immediate::v128:
        case Immediate::zero: break;
        case Immediate::types:
            for (const auto each : one.types)
                if (each.is_reference())
                    return fail(not_in_adapters("references"));
            break;
        case Immediate::func: TENON_TRY(function(one.index)); break;
        case Immediate::global: TENON_TRY(global(one.index)); break;
        case Immediate::memory: memories_.insert(one.index); break;
        case Immediate::memory_memory:
            memories_.insert(one.index);
            memories_.insert(one.second);
            break;
        case Immediate::memarg:
        case Immediate::memarg_lane: memories_.insert(one.memory.memory); break;
        case Immediate::type_table:
            TENON_TRY(type(one.index));
            tables_.insert(one.second);
            break;
        default:
            return fail(base::Error(Errc::unsupported,
                                    fmt::format("an adapter may not use `{}`", one.row->text),
                                    one.offset));
        }
    }
    return {};
}

bool AdapterLiveness::is_mutable_i32(std::uint32_t global) const {
    const auto& type = global_types_.at(global);
    return type.is_mutable && type.type == wasm::ValType(wasm::ValType::Kind::i32);
}

std::string_view AdapterLiveness::function_name(std::uint32_t index) const {
    const auto found = function_names_.find(index);
    return found == function_names_.end() ? std::string_view() : found->second;
}
std::string_view AdapterLiveness::global_name(std::uint32_t index) const {
    const auto found = global_names_.find(index);
    return found == global_names_.end() ? std::string_view() : found->second;
}

} // namespace tenon::compose
