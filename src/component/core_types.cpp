// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/core_types.hpp"

#include "wasm/type_text.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

std::string limits_text(const wasm::Limits& limits) {
    return fmt::format("{}{}{}{}", limits.is_64 ? "i64 " : "", limits.min,
                       limits.max ? fmt::format(" {}", *limits.max) : "",
                       limits.is_shared ? " shared" : "");
}
std::string text(const wasm::TableType& type) {
    return fmt::format("(table {} {})", limits_text(type.limits), wasm::type_text(type.element));
}
std::string text(const wasm::MemoryType& type) {
    return fmt::format("(memory {}{})", limits_text(type.limits),
                       type.page_size_log2
                           ? fmt::format(" (pagesize {})", std::uint64_t{1} << *type.page_size_log2)
                           : "");
}
std::string text(const wasm::GlobalType& type) {
    return fmt::format(fmt::runtime(type.is_mutable ? "(global (mut {}))" : "(global {})"),
                       wasm::type_text(type.type));
}

class Matching {
public:
    explicit Matching(const wasm::TypeStore& store) : store_(store) {}

    Result<> fit(CoreFunc actual, CoreFunc expected) const {
        if (store_.is_subtype(actual.type, expected.type))
            return {};
        return mismatch(func_text(*store_.func(expected.type)),
                        func_text(*store_.func(actual.type)));
    }
    Result<> fit(CoreTag actual, CoreTag expected) const {
        if (actual.type == expected.type)
            return {};
        return mismatch(func_text(*store_.func(expected.type)),
                        func_text(*store_.func(actual.type)));
    }
    Result<> fit(const wasm::TableType& actual, const wasm::TableType& expected) const {
        if (same(actual.element, expected.element) && fit(actual.limits, expected.limits))
            return {};
        return mismatch(text(expected), text(actual));
    }
    Result<> fit(const wasm::MemoryType& actual, const wasm::MemoryType& expected) const {
        constexpr std::uint32_t usual = 16;
        if (fit(actual.limits, expected.limits) &&
            actual.page_size_log2.value_or(usual) == expected.page_size_log2.value_or(usual))
            return {};
        return mismatch(text(expected), text(actual));
    }
    Result<> fit(const wasm::GlobalType& actual, const wasm::GlobalType& expected) const {
        const bool fits = expected.is_mutable ? same(actual.type, expected.type)
                                              : store_.is_subtype(actual.type, expected.type);
        if (fits && actual.is_mutable == expected.is_mutable)
            return {};
        return mismatch(text(expected), text(actual));
    }

private:
    static std::unexpected<base::Error> mismatch(const std::string& expected,
                                                 const std::string& actual) {
        return fail(Errc::invalid, fmt::format("expected {}, found {}", expected, actual));
    }
    [[nodiscard]] bool same(wasm::ValType left, wasm::ValType right) const {
        return store_.is_subtype(left, right) && store_.is_subtype(right, left);
    }
    static bool fit(const wasm::Limits& actual, const wasm::Limits& expected) {
        return actual.is_64 == expected.is_64 && actual.is_shared == expected.is_shared &&
               actual.min >= expected.min &&
               (!expected.max || (actual.max && *actual.max <= *expected.max));
    }

    const wasm::TypeStore& store_;
};

} // namespace

ModuleIdx CoreTypes::add(ModuleType module) {
    modules_.push_back(std::move(module));
    return {static_cast<std::uint32_t>(modules_.size() - 1)};
}
CoreInstanceIdx CoreTypes::add_instance(ModuleIdx of) {
    instances_.emplace_back(of);
    return {static_cast<std::uint32_t>(instances_.size() - 1)};
}
CoreInstanceIdx CoreTypes::add_instance(CoreExterns exports) {
    instances_.emplace_back(std::move(exports));
    return {static_cast<std::uint32_t>(instances_.size() - 1)};
}

const CoreExterns& CoreTypes::exports(CoreInstanceIdx at) const {
    const auto& instance = instances_.at(at.value);
    if (const auto* const module = std::get_if<ModuleIdx>(&instance))
        return (*this)[*module].exports;
    return std::get<CoreExterns>(instance);
}

Result<wasm::TypeId> CoreTypes::func(std::vector<wasm::ValType> params,
                                     std::vector<wasm::ValType> results) {
    wasm::SubType type;
    type.composite = wasm::FuncType{std::move(params), std::move(results)};
    wasm::RecType group;
    group.types.push_back(std::move(type));
    return TENON_TRY(store.add(group, {}, 0)).front();
}

Result<> CoreTypes::check_fits(const CoreExtern& actual, const CoreExtern& expected) const {
    if (actual.index() != expected.index())
        return fail(Errc::invalid,
                    fmt::format("expected a {}, found a {}", kind_of(expected), kind_of(actual)));
    return std::visit(
        [&]<class Kind>(const Kind& wanted) {
            return Matching(store).fit(std::get<Kind>(actual), wanted);
        },
        expected);
}

Result<> CoreTypes::check_fits(const ModuleType& actual, const ModuleType& expected) const {
    for (const auto& [key, item] : actual.imports) {
        const auto* const given = expected.imports.find(key);
        if (given == nullptr)
            return fail(Errc::invalid, fmt::format("the module imports `{}` `{}`, which is not "
                                                   "expected of it",
                                                   key.first, key.second));
        if (auto fits = check_fits(*given, item); !fits)
            return fail(std::move(fits).error().within(
                fmt::format("import `{}` `{}`", key.first, key.second)));
    }
    for (const auto& [name, item] : expected.exports) {
        const auto* const there = actual.exports.find(name);
        if (there == nullptr)
            return fail(Errc::invalid, fmt::format("the module has no export `{}`", name));
        if (auto fits = check_fits(*there, item); !fits)
            return fail(std::move(fits).error().within(fmt::format("export `{}`", name)));
    }
    return {};
}

std::string func_text(const wasm::FuncType& type) {
    std::string text = "(func";
    const auto list = [&](std::string_view what, const std::vector<wasm::ValType>& types) {
        if (types.empty())
            return;
        text += fmt::format(" ({}", what);
        for (const auto one : types)
            text += " " + wasm::type_text(one);
        text += ")";
    };
    list("param", type.params);
    list("result", type.results);
    return text + ")";
}

std::string_view kind_of(const CoreExtern& item) noexcept {
    constexpr std::string_view kinds[] = {"function", "table", "memory", "global", "tag"};
    return kinds[item.index()];
}

} // namespace tenon::component
