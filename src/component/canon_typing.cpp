// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Canonical definitions: their options, and the signatures of the functions that they lift or make.
#include "component/canon_builtins.hpp"
#include "component/canon_gc.hpp"
#include "component/canon_options.hpp"
#include "component/typing_detail.hpp"
#include "component/typing_values.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::component {
namespace {

using Op = ast::CanonOp;

constexpr wasm::ValType i32(wasm::ValType::Kind::i32);
constexpr wasm::ValType i64(wasm::ValType::Kind::i64);

std::string_view text_of(Op op) {
    return ast::canon_row(static_cast<std::uint8_t>(op))->text;
}

class CanonTyping {
public:
    CanonTyping(Types& types, Scope& scope, Flattening& flattening, GcLowering& gc,
                const wasm::Features& features, const ast::Canon& canon)
        : types_(types), scope_(scope), flattening_(flattening), gc_(gc), features_(features),
          canon_(canon) {}

    Result<> run() {
        switch (canon_.op) {
        case Op::lift: return lift();
        case Op::lower: return lower();
        case Op::task_return: return task_return();
        case Op::thread_new_indirect: return thread_new_indirect();
        case Op::thread_spawn_ref:
        case Op::thread_spawn_indirect: return thread_spawn();
        default: return builtin(*component::builtin(canon_.op));
        }
    }

private:
    wasm::TypeStore& store() { return types_.core().store; }
    Result<> add(wasm::TypeId type) { return scope_.add_core(CoreSort::func, type); }
    Result<> add(wasm::FuncType type) {
        return add(TENON_TRY(types_.core().func(std::move(type.params), std::move(type.results))));
    }
    Result<CanonOptions> options() {
        return check_canon_options(scope_, store(), canon_.options, features_);
    }
    static Result<> needs(bool there, std::string_view option, std::string_view why) {
        if (there)
            return {};
        return fail(Errc::invalid, fmt::format("`{}` is required: {}", option, why));
    }

    // --- lift

    Result<> lift() {
        const auto index = canon_.numbers[1];
        const auto type = TENON_TRY(scope_.type_at<Func>(types_, index, "the type of a function"));
        const auto callee = TENON_TRY(core_func_at(scope_, canon_.numbers[0]));
        const auto options = TENON_TRY(this->options());
        const auto& func = *types_.get<Func>(type);
        TENON_TRY(check_async(func, options));
        TENON_TRY(post_return(callee, options));
        TENON_TRY(callback(options));
        if (options.core_type)
            return fail(Errc::invalid, "`core-type` is for what is lowered only");
        if (options.is_gc)
            TENON_TRY(gc_.check(func, callee, options));
        else
            TENON_TRY(lifted(func, callee, options));
        return scope_.add(Sort::func, type);
    }
    Result<> lifted(const Func& func, wasm::TypeId callee, const CanonOptions& options) {
        const auto wanted = signature(
            flattening_, func,
            {Direction::lift, options.is_async, options.callback.has_value(), options.address});
        if ((!options.memory || !options.realloc) && takes_pointer(func))
            TENON_TRY(needs_both(options, "a parameter has a string or list"));
        if (wanted.spills_params)
            TENON_TRY(needs_both(options, "the parameters are too many to be passed without it"));
        if (func.result && types_.has_pointer(*func.result))
            TENON_TRY(
                needs(options.memory.has_value(), "memory", "the result has a string or list"));
        if (wanted.spills_result)
            TENON_TRY(needs(options.memory.has_value(), "memory",
                            "the result is too large to be passed without it"));
        const auto id = TENON_TRY(types_.core().func(wanted.type.params, wanted.type.results));
        if (id == callee)
            return {};
        return fail(Errc::invalid,
                    fmt::format("core function {} does not fit the function that it is lifted to: "
                                "expected {}, found {}",
                                canon_.numbers[0], func_text(wanted.type),
                                func_text(*store().func(callee))));
    }
    /// Asked where an option is missing only: functions can have many parameters, and many
    /// canonical definitions.
    [[nodiscard]] bool takes_pointer(const Func& func) const {
        return std::ranges::any_of(
            func.params, [&](const auto& param) { return types_.has_pointer(param.second); });
    }
    static Result<> needs_both(const CanonOptions& options, std::string_view why) {
        TENON_TRY(needs(options.memory.has_value(), "memory", why));
        return needs(options.realloc.has_value(), "realloc", why);
    }
    static Result<> check_async(const Func& func, const CanonOptions& options) {
        if (options.is_async && !func.async)
            return fail(Errc::invalid,
                        "`async` requires the type of an async function, and this one is not");
        return {};
    }
    Result<> post_return(wasm::TypeId callee, const CanonOptions& options) {
        if (!options.post_return)
            return {};
        const auto id = TENON_TRY(core_func_at(scope_, *options.post_return));
        return has_signature("post-return", id, {store().func(callee)->results, {}});
    }
    Result<> callback(const CanonOptions& options) {
        if (options.callback)
            return has_signature("callback", TENON_TRY(core_func_at(scope_, *options.callback)),
                                 {{i32, i32, i32}, {i32}});
        if (options.is_async)
            TENON_TRY(check_feature(features_, wasm::Feature::cm_async_stackful,
                                    "`async` without `callback`"));
        return {};
    }
    Result<> has_signature(std::string_view option, wasm::TypeId id, const wasm::FuncType& wanted) {
        const auto& found = *store().func(id);
        if (found.params == wanted.params && found.results == wanted.results)
            return {};
        return fail(Errc::invalid, fmt::format("`{}` has the signature {}, and should have {}",
                                               option, func_text(found), func_text(wanted)));
    }

    // --- lower

    Result<> lower() {
        const auto type = TENON_TRY(scope_.at(Sort::func, canon_.numbers[0]));
        const auto options = TENON_TRY(this->options());
        TENON_TRY(check_lowers(options));
        const auto& func = *types_.get<Func>(type);
        TENON_TRY(check_async(func, options));
        return lowered(func, options);
    }
    Result<> lowered(const Func& func, const CanonOptions& options) {
        if (options.is_gc) {
            TENON_TRY(gc_.check(func, *options.core_type, options));
            return add(*options.core_type);
        }
        const auto made = signature(flattening_, func,
                                    {Direction::lower, options.is_async, false, options.address});
        const bool has_memory = options.memory.has_value();
        if (!has_memory && takes_pointer(func))
            TENON_TRY(needs(has_memory, "memory", "a parameter has a string or list"));
        if (made.spills_params)
            TENON_TRY(
                needs(has_memory, "memory", "the parameters are too many to be passed without it"));
        if (func.result && types_.has_pointer(*func.result))
            TENON_TRY(needs_both(options, "the result has a string or list"));
        if (made.spills_result)
            TENON_TRY(
                needs(has_memory, "memory", "the result is too large to be passed without it"));
        return add(made.type);
    }
    /// What is not for lowering, and what goes together there.
    Result<> check_lowers(const CanonOptions& options) const {
        if (options.post_return)
            return fail(Errc::invalid, "`post-return` is for what is lifted only");
        if (options.callback)
            return fail(Errc::invalid, "`callback` is for what is lifted only");
        if (options.is_gc && !options.core_type)
            return fail(Errc::invalid, "what is lowered with `gc` has a `core-type` too");
        return {};
    }

    // --- built-ins

    Result<> task_return() {
        TENON_TRY(check_feature(features_, wasm::Feature::cm_async, "`task.return`"));
        Func func;
        if (canon_.result)
            func.params.emplace_back(
                "v", TENON_TRY(value_type(types_, scope_, *canon_.result, features_)));
        const auto options = TENON_TRY(this->options());
        if (options.realloc)
            return fail(Errc::invalid, "`realloc` is not for `task.return`");
        if (options.is_async)
            return fail(Errc::invalid, "`async` is not for `task.return`");
        TENON_TRY(check_lowers(options));
        return lowered(func, options);
    }

    Result<> thread_new_indirect() {
        TENON_TRY(check_feature(features_, wasm::Feature::cm_threading, "`thread.new-indirect`"));
        const auto* const start = TENON_TRY(start_type());
        const bool takes_one = start->params.size() == 1 && start->results.empty();
        if (takes_one && start->params[0] == i64)
            TENON_TRY(
                check_feature(features_, wasm::Feature::cm64, "a thread that takes an `i64`"));
        else if (!takes_one || start->params[0] != i32)
            return fail(Errc::invalid,
                        fmt::format("a thread begins with a function of the type (func (param "
                                    "i32)), not {}",
                                    func_text(*start)));
        const auto taken = start->params[0];
        const auto table = std::get<wasm::TableType>(
            TENON_TRY(scope_.core_at(CoreSort::table, canon_.numbers[1])));
        if (table.element != wasm::ValType::ref(wasm::Heap::func, true) || table.limits.is_shared)
            return fail(Errc::invalid, fmt::format("core table {} is not one of (ref null func)",
                                                   canon_.numbers[1]));
        if (table.limits.is_64)
            TENON_TRY(check_feature(features_, wasm::Feature::cm64, "a table of 64 bits"));
        return add(wasm::FuncType{{table.limits.is_64 ? i64 : i32, taken}, {i32}});
    }

    /// What a thread begins with here runs beside others, so its type has to be a shared one. No
    /// type is: those that say so are refused where they are read.
    Result<> thread_spawn() {
        const auto text = text_of(canon_.op);
        TENON_TRY(check_feature(features_, wasm::Feature::shared_everything_threads,
                                fmt::format("`{}`", text)));
        const auto* const start = TENON_TRY(start_type());
        return fail(Errc::invalid,
                    fmt::format("`{}` begins with a function whose type is shared, and {} is not",
                                text, func_text(*start)));
    }
    /// The type, of a function, that the built-in names first.
    Result<const wasm::FuncType*> start_type() {
        const auto item = TENON_TRY(scope_.core_at(CoreSort::type, canon_.numbers[0]));
        const auto* const id = std::get_if<wasm::TypeId>(&item);
        const auto* const start = id == nullptr ? nullptr : store().func(*id);
        if (start == nullptr)
            return fail(Errc::invalid, fmt::format("core type {} is not the type of a function",
                                                   canon_.numbers[0]));
        return start;
    }

    Result<> builtin(const Builtin& row) {
        const auto text = text_of(row.op);
        TENON_TRY(check_feature(features_, row.feature, fmt::format("`{}`", text)));
        if (canon_.flag && row.unusual != wasm::Feature::mvp)
            TENON_TRY(check_feature(features_, row.unusual, fmt::format("async `{}`", text)));
        const auto element = TENON_TRY(checked_type(row));
        if (row.op == Op::context_get || row.op == Op::context_set)
            TENON_TRY(context());
        CanonOptions options;
        if (row.memory != Builtin::Memory::none) {
            options = TENON_TRY(this->options());
            TENON_TRY(check_builtin_options(row, options, element));
        }
        wasm::FuncType made{TENON_TRY(letters(row.params, options)),
                            TENON_TRY(letters(row.results, options))};
        if (!options.core_type)
            return add(std::move(made));
        const auto& declared = *store().func(*options.core_type);
        if (declared.params != made.params || declared.results != made.results)
            return fail(Errc::invalid, fmt::format("`core-type` is {}, and should be {}",
                                                   func_text(declared), func_text(made)));
        return add(*options.core_type);
    }
    /// The type that the built-in names is what it should be; the element of a stream or future.
    Result<std::optional<ValueType>> checked_type(const Builtin& row) {
        if (row.of == BuiltinOf::nothing)
            return std::nullopt;
        const auto index = canon_.numbers[0];
        if (row.of == BuiltinOf::stream)
            return types_.get<Stream>(TENON_TRY(scope_.type_at<Stream>(types_, index, "a stream")))
                ->element;
        if (row.of == BuiltinOf::future)
            return types_.get<Future>(TENON_TRY(scope_.type_at<Future>(types_, index, "a future")))
                ->payload;
        const auto type = TENON_TRY(scope_.type_at<Resource>(types_, index, "a resource"));
        if (row.of == BuiltinOf::resource)
            return std::nullopt;
        const auto found = scope_.local_resources.find(types_.get<Resource>(type)->id);
        if (found == scope_.local_resources.end())
            return fail(Errc::invalid,
                        fmt::format("type {} is not a local resource: `{}` is for those that the "
                                    "component itself defines",
                                    index, text_of(row.op)));
        rep_ = found->second;
        return std::nullopt;
    }
    Result<> check_builtin_options(const Builtin& row, const CanonOptions& options,
                                   const std::optional<ValueType>& element) const {
        using Memory = Builtin::Memory;
        const bool is_copy =
            row.memory == Memory::for_elements || row.memory == Memory::for_pointers;
        if (is_copy && !options.is_async)
            TENON_TRY(check_feature(features_, row.unusual,
                                    fmt::format("synchronous `{}`", text_of(row.op))));
        if (!is_copy && options.is_async)
            return fail(Errc::invalid, fmt::format("`async` is not for `{}`", text_of(row.op)));
        TENON_TRY(check_lowers(options));
        const bool needs_memory = !is_copy || element.has_value();
        const bool needs_realloc =
            row.memory == Memory::with_realloc ||
            (row.memory == Memory::for_pointers && element && types_.has_pointer(*element));
        if (needs_memory)
            TENON_TRY(needs(options.memory.has_value(), "memory", "there is something to copy"));
        if (needs_realloc)
            TENON_TRY(needs(options.realloc.has_value(), "realloc",
                            "what is copied has a string or list"));
        return {};
    }
    Result<> context() {
        const auto type = *canon_.slot_type;
        const auto text = text_of(canon_.op);
        if (type == i64)
            TENON_TRY(check_feature(features_, wasm::Feature::cm64, fmt::format("`{} i64`", text)));
        else if (type != i32)
            return fail(Errc::invalid, fmt::format("`{}` is for `i32` or `i64` only", text));
        if (scope_.context_type.value_or(type) != type)
            return fail(Errc::invalid,
                        fmt::format("the type of `{}` must be that of the one before it", text));
        scope_.context_type = type;
        const auto slot = canon_.numbers[0];
        if (slot == 1)
            TENON_TRY(check_feature(features_, wasm::Feature::cm_threading,
                                    fmt::format("`{}` of slot 1", text)));
        if (slot > 1)
            return fail(Errc::invalid,
                        fmt::format("`{}` has the slots 0 and 1, not {}", text, slot));
        return {};
    }
    Result<std::vector<wasm::ValType>> letters(std::string_view list, const CanonOptions& options) {
        std::vector<wasm::ValType> types;
        for (const char letter : list)
            switch (letter) {
            case 'l': types.push_back(i64); break;
            case 'p': types.push_back(options.address); break;
            case 'r': types.push_back(rep_); break;
            case 'c': types.push_back(*canon_.slot_type); break;
            case 'm':
                types.push_back(TENON_TRY(address_of_memory(scope_, canon_.numbers[0], features_)));
                break;
            default: types.push_back(i32);
            }
        return types;
    }

    Types& types_;
    Scope& scope_;
    Flattening& flattening_;
    GcLowering& gc_;
    const wasm::Features& features_;
    const ast::Canon& canon_;
    wasm::ValType rep_;
};

} // namespace

Result<> Typing::define(Scope& scope, const ast::Canon& canon) {
    if (options_.looks_into_core)
        return CanonTyping(types_, scope, flattening_, gc_, features(), canon).run();
    if (canon.op == Op::lift) {
        TENON_TRY(scope.core_at(CoreSort::func, canon.numbers[0]));
        return scope.add(Sort::func, TENON_TRY(scope.type_at<Func>(types_, canon.numbers[1],
                                                                   "the type of a function")));
    }
    if (canon.op == Op::lower)
        TENON_TRY(scope.at(Sort::func, canon.numbers[0]));
    else if (ast::canon_row(static_cast<std::uint8_t>(canon.op))->immediates.starts_with('t'))
        TENON_TRY(scope.at(Sort::type, canon.numbers[0]));
    return scope.add_core(CoreSort::func, {});
}

} // namespace tenon::component
