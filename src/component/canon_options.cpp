// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/canon_options.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

using Kind = ast::CanonOption::Kind;

class Reading {
public:
    Reading(const Scope& scope, const wasm::TypeStore& store, const wasm::Features& features)
        : scope_(scope), store_(store), features_(features) {}

    Result<> add(const ast::CanonOption& option) {
        switch (option.kind) {
        case Kind::utf8:
        case Kind::utf16:
        case Kind::latin1_utf16:
            if (made_.encoding)
                return fail(Errc::invalid,
                            fmt::format("`{}` is there, and cannot be together with `{}`",
                                        name_of(option.kind), name_of(*made_.encoding)));
            made_.encoding = option.kind;
            return {};
        case Kind::memory:
            TENON_TRY(set(made_.memory, option));
            made_.address = TENON_TRY(address_of_memory(scope_, option.index, features_));
            return {};
        case Kind::realloc: return set(made_.realloc, option);
        case Kind::post_return: return set(made_.post_return, option);
        case Kind::callback: return set(made_.callback, option);
        case Kind::async:
            TENON_TRY(check_feature(features_, wasm::Feature::cm_async, "`async`"));
            return set(made_.is_async, option);
        case Kind::gc:
            TENON_TRY(check_feature(features_, wasm::Feature::cm_gc, "`gc`"));
            return set(made_.is_gc, option);
        case Kind::core_type: return core_type(option);
        }
        return {};
    }

    Result<CanonOptions> finish() const {
        if (made_.callback && !made_.is_async)
            return fail(Errc::invalid, "`callback` is for what is `async` only");
        if (made_.post_return && made_.is_async)
            return fail(Errc::invalid, "`post-return` is for what is not `async` only");
        if (made_.core_type && !made_.is_gc)
            return fail(Errc::invalid, "`core-type` is for what has `gc` only");
        if (made_.realloc)
            TENON_TRY(realloc(*made_.realloc));
        return made_;
    }

private:
    static std::unexpected<base::Error> twice(const ast::CanonOption& option) {
        return fail(Errc::invalid,
                    fmt::format("`{}` is specified more than once", name_of(option.kind)));
    }
    static Result<> set(std::optional<std::uint32_t>& place, const ast::CanonOption& option) {
        if (place)
            return twice(option);
        place = option.index;
        return {};
    }
    static Result<> set(bool& place, const ast::CanonOption& option) {
        if (place)
            return twice(option);
        place = true;
        return {};
    }
    Result<> core_type(const ast::CanonOption& option) {
        if (made_.core_type)
            return twice(option);
        TENON_TRY(check_feature(features_, wasm::Feature::cm_gc, "`core-type`"));
        const auto item = TENON_TRY(scope_.core_at(CoreSort::type, option.index));
        const auto* const id = std::get_if<wasm::TypeId>(&item);
        if (id == nullptr || store_.func(*id) == nullptr)
            return fail(Errc::invalid,
                        fmt::format("core type {} is not the type of a function", option.index));
        made_.core_type = *id;
        return {};
    }
    [[nodiscard]] Result<> realloc(std::uint32_t index) const {
        if (!made_.memory)
            return fail(Errc::invalid, "`realloc` requires `memory` to be there too");
        const auto id = TENON_TRY(core_func_at(scope_, index));
        const auto& found = *store_.func(id);
        const auto address = made_.address;
        const wasm::FuncType wanted{{address, address, address, address}, {address}};
        if (found.params == wanted.params && found.results == wanted.results)
            return {};
        return fail(Errc::invalid, fmt::format("`realloc` has the signature {}, and should have {}",
                                               func_text(found), func_text(wanted)));
    }

    const Scope& scope_;
    const wasm::TypeStore& store_;
    const wasm::Features& features_;
    CanonOptions made_;
};

} // namespace

Result<CanonOptions> check_canon_options(const Scope& scope, const wasm::TypeStore& store,
                                         const std::vector<ast::CanonOption>& options,
                                         const wasm::Features& features) {
    Reading reading(scope, store, features);
    for (const auto& option : options)
        TENON_TRY(reading.add(option));
    return reading.finish();
}

Result<wasm::TypeId> core_func_at(const Scope& scope, std::uint32_t index) {
    return std::get<wasm::TypeId>(TENON_TRY(scope.core_at(CoreSort::func, index)));
}

Result<wasm::ValType> address_of_memory(const Scope& scope, std::uint32_t index,
                                        const wasm::Features& features) {
    const auto memory =
        std::get<wasm::MemoryType>(TENON_TRY(scope.core_at(CoreSort::memory, index)));
    if (memory.limits.is_64)
        TENON_TRY(check_feature(features, wasm::Feature::cm64, "a memory of 64 bits"));
    if (memory.limits.is_shared)
        return fail(
            Errc::invalid,
            fmt::format("core memory {} is shared, which no canonical definition can use", index));
    return wasm::ValType(memory.limits.is_64 ? wasm::ValType::Kind::i64 : wasm::ValType::Kind::i32);
}

std::string_view name_of(ast::CanonOption::Kind option) noexcept {
    switch (option) {
    case Kind::utf8: return "string-encoding=utf8";
    case Kind::utf16: return "string-encoding=utf16";
    case Kind::latin1_utf16: return "string-encoding=latin1+utf16";
    case Kind::memory: return "memory";
    case Kind::realloc: return "realloc";
    case Kind::post_return: return "post-return";
    case Kind::async: return "async";
    case Kind::callback: return "callback";
    case Kind::core_type: return "core-type";
    case Kind::gc: return "gc";
    }
    return "";
}

} // namespace tenon::component
