// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/fixup.hpp"

#include "compose/core_module.hpp"
#include "compose/shim_module.hpp"

#include <fmt/core.h>

namespace tenon::compose {
namespace {

using wasm::ExternKind;
using wasm::Op;

/// What the task hook is told: the conventions of wasi-libc for cooperative threads.
enum class Event : std::int32_t {
    sync_start = 0,
    sync_finish = 1,
    async_start = 2,
    async_resume = 3,
    async_block = 4,
    async_finish = 5,
    initialize_start = 6,
    initialize_finish = 7,
    destructor_start = 8,
    destructor_finish = 9,
    post_return_start = 10,
    post_return_finish = 11,
    realloc_start = 12,
    realloc_finish = 13,
};

/// A function that calls another one between two events. Where the end is told by what that gives
/// (an async function has finished, or waits), it is one of two.
struct Wrapper {
    std::uint32_t inner;
    wasm::FuncType type;
    std::string name; ///< of the inner one
    Event start, finish;
    bool tells_by_result = false;
    std::optional<std::size_t> part; ///< whose export it takes the place of
};

class FixupWriter {
public:
    FixupWriter(const Plan& plan, const Shims& shims, const NewOptions& options)
        : plan_(plan), shims_(shims), options_(options) {}

    Result<std::optional<Fixup>> run();

private:
    Result<std::uint32_t> import(const Fixup::Source& from, const std::string& name,
                                 const wasm::ExternType& type);
    Result<std::uint32_t> import_function(const Fixup::Source& from, const std::string& name,
                                          const wasm::FuncType& type);
    Result<> import_fillings();
    Result<> initialize();
    Result<> hooks();
    Result<> hook_exports(std::size_t part);
    Result<> hook_function(std::size_t part, const Export& one);
    Result<> hook_reallocs(std::size_t part);
    void hook_shims();
    void wrap(Wrapper wrapper);
    void write_wrappers();
    void write_wrapper(const Wrapper& wrapper);
    Result<> fill_table();
    void start();
    void tell(Code& code, Event event) const;
    [[nodiscard]] std::string_view name_of(const Fixup::Source& source) const;

    const Plan& plan_;
    const Shims& shims_;
    const NewOptions& options_;
    CoreModule module_;
    Fixup out_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> imported_;
    std::vector<std::uint32_t> fillings_; ///< by shim
    std::vector<std::uint32_t> globals_;  ///< by shim, where there is no table
    std::optional<std::uint32_t> hook_;
    std::vector<Wrapper> wrappers_;
    std::map<std::size_t, std::size_t> wrapped_shims_; ///< to the wrapper that fills it
    std::map<std::pair<std::size_t, std::string>, std::size_t> wrapped_reallocs_;
    std::optional<std::uint32_t> initialize_;
};

Result<std::optional<Fixup>> FixupWriter::run() {
    TENON_TRY(import_fillings());
    TENON_TRY(initialize());
    TENON_TRY(hooks());
    if (fillings_.empty() && !initialize_ && wrappers_.empty())
        return std::optional<Fixup>();
    if (!options_.return_call_ref && !fillings_.empty())
        TENON_TRY(import({Fixup::Source::Kind::shims}, std::string(shim_table),
                         shim_table_type(fillings_.size())));
    write_wrappers();
    start();
    TENON_TRY(fill_table());
    module_.custom(producers_section,
                   Producers::processed_by(options_.producer, options_.producer_version).payload());
    if (options_.debug_names)
        module_.name_module("wit-component:fixups");
    else
        module_.forget_names();
    out_.module = module_.finish();
    return std::optional(std::move(out_));
}

// --- imports

std::string_view FixupWriter::name_of(const Fixup::Source& source) const {
    switch (source.kind) {
    case Fixup::Source::Kind::fillings: return "actual";
    case Fixup::Source::Kind::shims: return "shim";
    case Fixup::Source::Kind::part: break;
    }
    return plan_.parts()[source.part].name;
}

Result<std::uint32_t> FixupWriter::import(const Fixup::Source& from, const std::string& name,
                                          const wasm::ExternType& type) {
    const std::string module(name_of(from));
    const std::pair key(module, name);
    if (const auto known = imported_.find(key); known != imported_.end())
        return known->second;
    const auto argument =
        std::ranges::find(out_.arguments, module, &std::pair<std::string, Fixup::Source>::first);
    if (argument == out_.arguments.end())
        out_.arguments.emplace_back(module, from);
    else if (argument->second != from)
        return fail(Errc::invalid, fmt::format("an adapter cannot be called `{}`", module));
    const auto index = module_.import(module, name, type);
    imported_.emplace(key, index);
    if (std::holds_alternative<wasm::FuncRef>(type))
        module_.name_function(index, name);
    else if (std::holds_alternative<wasm::GlobalType>(type))
        module_.name_global(index, name);
    return index;
}

Result<std::uint32_t> FixupWriter::import_function(const Fixup::Source& from,
                                                   const std::string& name,
                                                   const wasm::FuncType& type) {
    return import(from, name, wasm::FuncRef{module_.type(type)});
}

Result<> FixupWriter::import_fillings() {
    const auto& all = shims_.all();
    for (std::size_t i = 0; i < all.size(); ++i) {
        fillings_.push_back(TENON_TRY(
            import_function({Fixup::Source::Kind::fillings}, std::to_string(i), all[i].type)));
        if (!options_.return_call_ref)
            continue;
        const wasm::GlobalType type{wasm::ValType::ref_to(module_.type(all[i].type), false), true};
        globals_.push_back(TENON_TRY(import({Fixup::Source::Kind::shims}, shim_global(i), type)));
    }
    return {};
}

Result<> FixupWriter::initialize() {
    if (const auto* const one = plan_.main().exports.first(Export::Kind::initialize))
        initialize_ =
            TENON_TRY(import_function({Fixup::Source::Kind::part, Plan::main_part}, one->name, {}));
    return {};
}

// --- wrappers that tell of tasks

void FixupWriter::tell(Code& code, Event event) const {
    code.constant(static_cast<std::int32_t>(event)).call(*hook_);
}

void FixupWriter::wrap(Wrapper wrapper) {
    wrappers_.push_back(std::move(wrapper));
}

Result<> FixupWriter::hooks() {
    const auto* const hook = plan_.main().exports.first(Export::Kind::task_hook);
    if (hook == nullptr)
        return {};
    hook_ = TENON_TRY(import_function({Fixup::Source::Kind::part, Plan::main_part}, hook->name,
                                      type_of("i", "")));
    for (std::size_t part = 0; part < plan_.parts().size(); ++part)
        TENON_TRY(hook_exports(part));
    for (std::size_t part = 0; part < plan_.parts().size(); ++part)
        TENON_TRY(hook_reallocs(part));
    hook_shims();
    return {};
}

Result<> FixupWriter::hook_exports(std::size_t part) {
    for (const auto& one : plan_.parts()[part].exports.all())
        if (one.kind == Export::Kind::function)
            TENON_TRY(hook_function(part, one));
    return {};
}

Result<> FixupWriter::hook_function(std::size_t part, const Export& one) {
    const Fixup::Source from{Fixup::Source::Kind::part, part};
    const auto& exports = plan_.parts()[part].exports;
    const auto add = [&](const Export& of, wasm::FuncType type, Event start, Event finish,
                         bool tells_by_result) -> Result<> {
        const auto inner = TENON_TRY(import_function(from, of.name, type));
        wrap({inner, std::move(type), of.name, start, finish, tells_by_result, part});
        return {};
    };
    const auto& function = *one.function.function;
    const auto type = plan_.layout().signature(function, one.abi).type;
    const bool async = is_async(one.abi);
    TENON_TRY(add(one, type, async ? Event::async_start : Event::sync_start,
                  async ? Event::async_finish : Event::sync_finish, one.abi == Abi::lift_async));
    if (const auto* const after = exports.post_return(one.function.key, function.name))
        TENON_TRY(add(*after, {type.results, {}}, Event::post_return_start,
                      Event::post_return_finish, false));
    if (const auto* const callback = exports.callback(one.function.key, function.name))
        TENON_TRY(
            add(*callback, type_of("iii", "i"), Event::async_resume, Event::async_finish, true));
    return {};
}

Result<> FixupWriter::hook_reallocs(std::size_t part) {
    using Kind = Export::Kind;
    const auto type = type_of("iiii", "i");
    for (const auto& one : plan_.parts()[part].exports.all()) {
        if (one.kind != Kind::realloc && one.kind != Kind::export_realloc &&
            one.kind != Kind::import_realloc)
            continue;
        const auto inner =
            TENON_TRY(import_function({Fixup::Source::Kind::part, part}, one.name, type));
        wrapped_reallocs_.emplace(std::pair(part, one.name), wrappers_.size());
        wrap({inner, type, one.name, Event::realloc_start, Event::realloc_finish, false, part});
    }
    return {};
}

void FixupWriter::hook_shims() {
    const auto& all = shims_.all();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].kind == Shim::Kind::destructor) {
            wrapped_shims_.emplace(i, wrappers_.size());
            wrap({fillings_[i], type_of("i", ""), "resource-dtor", Event::destructor_start,
                  Event::destructor_finish, false, std::nullopt});
        } else if (all[i].kind == Shim::Kind::realloc) {
            wrapped_shims_.emplace(i, wrapped_reallocs_.at({all[i].part, all[i].exported}));
        }
    }
}

void FixupWriter::write_wrappers() {
    const auto first = module_.function_count();
    for (const auto& wrapper : wrappers_)
        write_wrapper(wrapper);
    for (const auto& [shim, wrapper] : wrapped_shims_)
        fillings_[shim] = first + static_cast<std::uint32_t>(wrapper);
    for (std::size_t i = 0; i < wrappers_.size(); ++i) {
        const auto& wrapper = wrappers_[i];
        if (!wrapper.part)
            continue;
        auto name = fmt::format("hook{}", i);
        module_.export_(name, ExternKind::func, first + static_cast<std::uint32_t>(i));
        out_.wrapped.emplace_back(std::pair(*wrapper.part, wrapper.name), std::move(name));
    }
}

void FixupWriter::write_wrapper(const Wrapper& wrapper) {
    Code code;
    tell(code, wrapper.start);
    const auto params = static_cast<std::uint32_t>(wrapper.type.params.size());
    for (std::uint32_t i = 0; i < params; ++i)
        code.local_get(i);
    code.call(wrapper.inner);
    std::vector<wasm::ValType> locals;
    if (wrapper.tells_by_result) { // 0: it has finished
        locals.emplace_back(wasm::ValType::Kind::i32);
        code.op(Op::local_set, params);
        code.constant(static_cast<std::int32_t>(Event::async_block));
        code.constant(static_cast<std::int32_t>(wrapper.finish));
        code.local_get(params).op(Op::select).call(*hook_);
        code.local_get(params);
    } else {
        tell(code, wrapper.finish);
    }
    const auto index = module_.function(module_.type(wrapper.type), code.end(), locals);
    module_.name_function(index, "hook-" + wrapper.name);
}

// --- the table, and what runs first

Result<> FixupWriter::fill_table() {
    if (fillings_.empty())
        return {};
    if (options_.return_call_ref)
        module_.declare_references(fillings_);
    else
        module_.fill_table(fillings_);
    return {};
}

void FixupWriter::start() {
    if (globals_.empty() && initialize_ && !hook_) {
        module_.start(*initialize_);
        return;
    }
    if (globals_.empty() && !initialize_)
        return;
    Code code;
    for (std::size_t i = 0; i < globals_.size(); ++i)
        code.op(Op::ref_func, fillings_[i]).global_set(globals_[i]);
    if (initialize_ && hook_)
        tell(code, Event::initialize_start);
    if (initialize_)
        code.call(*initialize_);
    if (initialize_ && hook_)
        tell(code, Event::initialize_finish);
    const auto index = module_.function(module_.type({}), code.end());
    module_.name_function(index, "start");
    module_.start(index);
}

} // namespace

Result<std::optional<Fixup>> write_fixup(const Plan& plan, const Shims& shims,
                                         const NewOptions& options) {
    return FixupWriter(plan, shims, options).run();
}

} // namespace tenon::compose
