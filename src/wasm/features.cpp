// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/features.hpp"

#include "wasm/type_text.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

constexpr Features with(Features features, std::initializer_list<Feature> more) {
    for (const auto one : more)
        features.set(one, true);
    return features;
}

constexpr Features wasm1{Feature::mutable_global};
constexpr auto wasm2 =
    with(wasm1, {Feature::bulk_memory, Feature::reference_types, Feature::sign_extension,
                 Feature::saturating_float_to_int, Feature::multi_value, Feature::simd});
constexpr auto wasm3 =
    with(wasm2, {Feature::gc, Feature::tail_call, Feature::extended_const,
                 Feature::function_references, Feature::multi_memory, Feature::relaxed_simd,
                 Feature::threads, Feature::exceptions, Feature::memory64});
// https://github.com/WebAssembly/tool-conventions/blob/main/Lime.md
constexpr auto lime1 =
    with(wasm1, {Feature::multi_value, Feature::sign_extension, Feature::saturating_float_to_int,
                 Feature::bulk_memory_opt, Feature::extended_const});

// Names and contents as wasm-tools has them, threads in `wasm3` among them.
constexpr std::array<std::string_view, 5> names = {"mvp", "wasm1", "wasm2", "wasm3", "lime1"};
constexpr std::array<Features, names.size()> versions = {Features(), wasm1, wasm2, wasm3, lime1};

} // namespace

std::optional<Features> Features::version(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(names, name);
    if (found == names.end())
        return std::nullopt;
    return versions[static_cast<std::size_t>(found - names.begin())];
}

std::span<const std::string_view> Features::version_names() noexcept {
    return names;
}

base::Error Features::missing(Feature feature, std::string_view what) {
    return {Errc::unsupported,
            fmt::format("{} need the feature `{}`, which is off", what, name_of(feature))};
}

Result<> Features::need(ValType type) const {
    if (type.kind() == ValType::Kind::v128)
        return need(Feature::simd, "vectors");
    if (!type.is_reference())
        return {};
    TENON_TRY(need(Feature::reference_types, "reference types"));
    if (type.kind() == ValType::Kind::ref_to)
        return has(Feature::gc) ? Result<>()
                                : need(Feature::function_references, "references to defined types");
    switch (type.heap()) {
    case Heap::func:
    case Heap::extern_:
        return type.is_nullable()
                   ? Result<>()
                   : need(Feature::function_references, "references that take no null");
    case Heap::exn:
    case Heap::noexn: return need(Feature::exceptions, "references to exceptions");
    default:
        return has(Feature::gc) ? Result<>()
                                : fail(missing(Feature::gc, fmt::format("references to `{}`",
                                                                        heap_text(type.heap()))));
    }
}

namespace {

struct Needs {
    const Features& features;

    Result<> operator()(const FuncType& type) const {
        for (const auto& list : {std::span(type.params), std::span(type.results)})
            for (const auto one : list)
                TENON_TRY(features.need(one));
        return type.results.size() <= 1
                   ? Result<>()
                   : features.need(Feature::multi_value, "functions with several results");
    }
    Result<> operator()(const StructType& type) const {
        TENON_TRY(features.need(Feature::gc, "structures"));
        for (const auto& field : type.fields)
            TENON_TRY(features.need(field.storage.type));
        return {};
    }
    Result<> operator()(const ArrayType& type) const {
        TENON_TRY(features.need(Feature::gc, "arrays"));
        return features.need(type.element.storage.type);
    }
};

} // namespace

Result<> Features::need(const RecType& group) const {
    if (!group.is_plain)
        TENON_TRY(need(Feature::gc, "recursive groups of types"));
    for (const auto& type : group.types) {
        if (!type.is_final || !type.supertypes.empty())
            TENON_TRY(need(Feature::gc, "types with subtypes"));
        TENON_TRY(std::visit(Needs{*this}, type.composite));
    }
    return {};
}

} // namespace tenon::wasm
