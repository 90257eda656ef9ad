// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/shim_module.hpp"

#include "compose/core_module.hpp"

#include <fmt/core.h>

namespace tenon::compose {
namespace {

using wasm::ExternKind;
using wasm::Op;

/// The type of the base of thread-local storage, if modules want one and have no threads.
std::optional<wasm::ValType> thread_base_type(const Plan& plan) {
    if (plan.has_threads())
        return std::nullopt;
    for (const auto& part : plan.parts())
        for (const auto& [module, list] : part.imports)
            for (const auto& import : list) {
                if (import.kind == Import::Kind::thread_base_get)
                    return import.core_type.results[0];
                if (import.kind == Import::Kind::thread_base_set)
                    return import.core_type.params[0];
            }
    return std::nullopt;
}

class ShimModule {
public:
    ShimModule(const Shims& shims, bool with_globals)
        : shims_(shims), with_globals_(with_globals) {}

    void stand_ins();
    void memory(const wasm::MemoryType& type);
    void thread_base(wasm::ValType type);

    CoreModule out;

private:
    std::uint32_t trap(std::uint32_t type);
    void stand_in(std::size_t number, const Shim& shim);

    const Shims& shims_;
    bool with_globals_;
    std::map<std::uint32_t, std::uint32_t> traps_; ///< by type
};

/// What a global holds until it is filled in.
std::uint32_t ShimModule::trap(std::uint32_t type) {
    if (const auto known = traps_.find(type); known != traps_.end())
        return known->second;
    const auto made = out.function(type, Code().trap().end());
    out.name_function(made, "trap stub before initialization");
    traps_.emplace(type, made);
    return made;
}

void ShimModule::stand_in(std::size_t number, const Shim& shim) {
    const auto type = out.type(shim.type);
    Code code;
    for (std::uint32_t i = 0; i < shim.type.params.size(); ++i)
        code.local_get(i);
    if (with_globals_) {
        const auto first = trap(type);
        const auto global = out.global({wasm::ValType::ref_to(type, false), true},
                                       Code().op(Op::ref_func, first).end());
        out.export_(shim_global(number), ExternKind::global, global);
        code.global_get(global).op(Op::return_call_ref, type);
    } else {
        code.constant(static_cast<std::int32_t>(number)).op(Op::call_indirect, type, 0);
    }
    const auto function = out.function(type, code.end());
    out.export_(std::to_string(number), ExternKind::func, function);
    out.name_function(function, shim.debug_name);
}

void ShimModule::stand_ins() {
    const auto& all = shims_.all();
    for (std::size_t i = 0; i < all.size(); ++i)
        stand_in(i, all[i]);
    if (!all.empty() && !with_globals_)
        out.export_(shim_table, ExternKind::table, out.table(shim_table_type(all.size())));
}

void ShimModule::memory(const wasm::MemoryType& type) {
    out.export_(shim_memory, ExternKind::memory, out.memory(type));
}

void ShimModule::thread_base(wasm::ValType type) {
    const auto global = out.global({type, true}, type.kind() == wasm::ValType::Kind::i64
                                                     ? Code().constant64(0).end()
                                                     : Code().constant(0).end());
    const auto get = out.function(out.type({{}, {type}}), Code().global_get(global).end());
    out.export_(shim_base_get, ExternKind::func, get);
    out.name_function(get, shim_base_get);
    const auto set =
        out.function(out.type({{type}, {}}), Code().local_get(0).global_set(global).end());
    out.export_(shim_base_set, ExternKind::func, set);
    out.name_function(set, shim_base_set);
}

} // namespace

std::string shim_global(std::size_t number) {
    return fmt::format("g{}", number);
}

wasm::TableType shim_table_type(std::size_t shims) {
    wasm::TableType type;
    type.element = wasm::ValType::ref(wasm::Heap::func, true);
    type.limits.min = shims;
    type.limits.max = shims;
    return type;
}

std::optional<Buffer> write_shim_module(const Plan& plan, const Shims& shims,
                                        const NewOptions& options) {
    const auto* const memory = plan.memory_from_outside();
    const auto base = thread_base_type(plan);
    if (shims.all().empty() && memory == nullptr && !base)
        return std::nullopt;
    ShimModule module(shims, options.return_call_ref);
    module.stand_ins();
    if (memory != nullptr)
        module.memory(*memory);
    if (base)
        module.thread_base(*base);
    module.out.custom(
        producers_section,
        Producers::processed_by(options.producer, options.producer_version).payload());
    if (options.debug_names)
        module.out.name_module("wit-component:shim");
    else
        module.out.forget_names();
    return module.out.finish();
}

} // namespace tenon::compose
