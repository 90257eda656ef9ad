// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/flatten.hpp"

namespace tenon::component {
namespace {

using Kind = wasm::ValType::Kind;

constexpr wasm::ValType i32(Kind::i32);
constexpr wasm::ValType i64(Kind::i64);
constexpr wasm::ValType f32(Kind::f32);
constexpr wasm::ValType f64(Kind::f64);

void append(Flat& to, const Flat& more) {
    if (!to || !more || to->size() + more->size() > max_flat_params) {
        to.reset();
        return;
    }
    to->insert(to->end(), more->begin(), more->end());
}

Flat primitive(Primitive type, wasm::ValType address) {
    using Types = std::vector<wasm::ValType>;
    switch (type) {
    case Primitive::s64:
    case Primitive::u64: return Types{i64};
    case Primitive::f32: return Types{f32};
    case Primitive::f64: return Types{f64};
    case Primitive::string: return Types{address, address};
    case Primitive::bool_:
    case Primitive::s8:
    case Primitive::u8:
    case Primitive::s16:
    case Primitive::u16:
    case Primitive::s32:
    case Primitive::u32:
    case Primitive::char_:
    case Primitive::error_context: break;
    }
    return Types{i32};
}

wasm::ValType join(wasm::ValType left, wasm::ValType right) {
    if (left == right)
        return left;
    const bool are_32 = (left == i32 || left == f32) && (right == i32 || right == f32);
    return are_32 ? i32 : i64;
}

/// The payloads of a variant share their places.
void overlay(Flat& payload, const Flat& more) {
    if (!payload || !more) {
        payload.reset();
        return;
    }
    for (std::size_t i = 0; i < more->size(); ++i) {
        if (i < payload->size())
            (*payload)[i] = join((*payload)[i], (*more)[i]);
        else
            payload->push_back((*more)[i]);
    }
}

} // namespace

struct Flattening::Visitor {
    Flattening& self;
    wasm::ValType address;

    Flat operator()(Primitive type) const { return primitive(type, address); }
    Flat operator()(const Record& type) const { return self.of(type.fields, address); }
    Flat operator()(const Tuple& type) const {
        Flat all(std::in_place);
        for (const auto& one : type.types) {
            append(all, self.of(one, address));
            if (!all)
                break;
        }
        return all;
    }
    Flat operator()(const FixedList& type) const {
        const Flat element = self.of(type.element, address);
        Flat all(std::in_place);
        for (std::uint32_t i = 0; i < type.length && all; ++i)
            append(all, element);
        return all;
    }
    Flat operator()(const Variant& type) const {
        Flat payload(std::in_place);
        for (const auto& [name, one] : type.cases)
            if (one)
                overlay(payload, self.of(*one, address));
        return variant(payload);
    }
    Flat operator()(const Option& type) const { return variant(self.of(type.type, address)); }
    Flat operator()(const ResultType& type) const {
        Flat payload(std::in_place);
        if (type.ok)
            overlay(payload, self.of(*type.ok, address));
        if (type.error)
            overlay(payload, self.of(*type.error, address));
        return variant(payload);
    }
    Flat operator()(const List&) const { return std::vector{address, address}; }
    Flat operator()(const Map&) const { return std::vector{address, address}; }
    /// Handles, flags, enums.
    template <class Other> Flat operator()(const Other&) const { return std::vector{i32}; }

private:
    static Flat variant(const Flat& payload) {
        Flat all(std::vector{i32});
        append(all, payload);
        return all;
    }
};

const Flat& Flattening::of(const ValueType& type, wasm::ValType address) {
    if (const auto* const plain = std::get_if<Primitive>(&type)) {
        const auto [at, is_new] = primitives_.try_emplace({*plain, address.kind()});
        if (is_new)
            at->second = primitive(*plain, address);
        return at->second;
    }
    const auto index = std::get<TypeIdx>(type);
    const std::pair key(index.value, address.kind());
    if (const auto known = known_.find(key); known != known_.end())
        return known->second;
    auto flat = std::visit(Visitor{*this, address}, types_[index]);
    return known_.emplace(key, std::move(flat)).first->second;
}

Flat Flattening::of(const std::vector<std::pair<std::string, ValueType>>& params,
                    wasm::ValType address) {
    Flat all(std::in_place);
    for (const auto& [name, type] : params) {
        append(all, of(type, address));
        if (!all)
            break;
    }
    return all;
}

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#flattening
Signature signature(Flattening& flattening, const Func& func, const SignatureOptions& options) {
    const bool lowers = options.direction == Direction::lower;
    Signature made;
    auto& [params, results] = made.type;
    const auto flat_params = flattening.of(func.params, options.address);
    const auto most = lowers && options.is_async ? max_flat_async_params : max_flat_params;
    made.spills_params = !flat_params || flat_params->size() > most;
    params = made.spills_params ? std::vector{options.address} : *flat_params;

    const Flat flat_result =
        func.result ? flattening.of(*func.result, options.address) : Flat(std::in_place);
    if (!options.is_async) {
        made.spills_result = !flat_result || flat_result->size() > max_flat_results;
        if (!made.spills_result)
            results = *flat_result;
        else
            (lowers ? params : results).push_back(options.address);
    } else if (lowers) {
        made.spills_result = func.result.has_value();
        if (made.spills_result)
            params.push_back(options.address);
        results.push_back(i32);
    } else {
        // What the function gives goes through `task.return`, which has a signature of its own.
        made.spills_result = !flat_result;
        if (options.has_callback)
            results.push_back(i32);
    }
    return made;
}

} // namespace tenon::component
