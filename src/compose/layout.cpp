// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/layout.hpp"

#include "wasm/type_text.hpp"
#include "wit/types_each.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <limits>

namespace tenon::compose {
namespace {

constexpr std::uint32_t max_depth = 1000;
constexpr auto i32 = wasm::ValType::Kind::i32;
constexpr auto i64 = wasm::ValType::Kind::i64;
constexpr auto f32 = wasm::ValType::Kind::f32;
constexpr auto f64 = wasm::ValType::Kind::f64;

wasm::ValType::Kind joined(wasm::ValType::Kind left, wasm::ValType::Kind right) {
    if (left == right)
        return left;
    const bool both_small = (left == i32 && right == f32) || (left == f32 && right == i32);
    return both_small ? i32 : i64;
}

std::uint32_t added(std::uint32_t left, std::uint32_t right) {
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    return right > most - left ? most : left + right;
}

wasm::ValType::Kind flat_primitive(wit::Primitive type) {
    switch (type) {
    case wit::Primitive::s64:
    case wit::Primitive::u64: return i64;
    case wit::Primitive::f32: return f32;
    case wit::Primitive::f64: return f64;
    case wit::Primitive::bool_:
    case wit::Primitive::s8:
    case wit::Primitive::u8:
    case wit::Primitive::s16:
    case wit::Primitive::u16:
    case wit::Primitive::s32:
    case wit::Primitive::u32:
    case wit::Primitive::char_:
    case wit::Primitive::string:
    case wit::Primitive::error_context: break;
    }
    return i32;
}

std::string list_text(const std::vector<wasm::ValType>& types) {
    std::string out;
    for (const auto type : types)
        out += (out.empty() ? "" : " ") + wasm::type_text(type);
    return out;
}

} // namespace

bool is_equal(const wasm::FuncType& left, const wasm::FuncType& right) {
    return left.params == right.params && left.results == right.results;
}

std::string text_of(const wasm::FuncType& type) {
    return fmt::format("[{}] -> [{}]", list_text(type.params), list_text(type.results));
}

Result<> check_depth(const wit::Model& model) {
    std::vector<std::uint32_t> depths;
    depths.reserve(model.types.size());
    for (const auto& type : model.types) {
        std::uint32_t depth = 0;
        wit::each_type(type.kind, [&](const wit::Type& inner) {
            if (const auto* const at = std::get_if<wit::TypeIdx>(&inner))
                depth = std::max(depth, depths.at(at->value) + 1);
        });
        if (depth > max_depth)
            return fail(Errc::limit,
                        fmt::format("type `{}` goes more than {} definitions deep",
                                    type.name.value_or("(without a name)"), max_depth));
        depths.push_back(depth);
    }
    return {};
}

// --- facts about types

Layout::Layout(const wit::Model& model) {
    facts_.reserve(model.types.size());
    streams_.reserve(model.types.size());
    for (const auto& type : model.types) { // each refers only to those before it
        facts_.push_back(facts(type.kind));
        auto& inside = streams_.emplace_back();
        if (facts_.back().streams > 0)
            wit::each_type(type.kind, [&](const wit::Type& inner) {
                inside.add(inner, facts(inner).streams);
            });
    }
}

void Layout::Flat::join(const Flat& payload, std::size_t begin) {
    for (std::size_t i = 0; i < payload.count; ++i) {
        if (begin + i < count)
            kinds[begin + i] = joined(kinds[begin + i], payload.kinds[i]);
        else
            add(payload.kinds[i]);
    }
}

Layout::Facts Layout::facts(const wit::Type& type) const {
    if (const auto* const at = std::get_if<wit::TypeIdx>(&type))
        return facts_.at(at->value);
    const auto primitive = std::get<wit::Primitive>(type);
    Facts out;
    out.flat.add(flat_primitive(primitive));
    if (primitive == wit::Primitive::string) {
        out.flat.add(i32);
        out.has_string = true;
    }
    return out;
}

Layout::Facts Layout::facts(const wit::TypeKind& kind) const {
    Facts out;
    const bool is_handle = std::holds_alternative<wit::Own>(kind) ||
                           std::holds_alternative<wit::Borrow>(kind) ||
                           std::holds_alternative<wit::Resource>(kind);
    const bool is_stream =
        std::holds_alternative<wit::Stream>(kind) || std::holds_alternative<wit::Future>(kind);
    const bool is_list =
        std::holds_alternative<wit::List>(kind) || std::holds_alternative<wit::Map>(kind);
    const bool has_cases =
        std::holds_alternative<wit::Variant>(kind) || std::holds_alternative<wit::Option>(kind) ||
        std::holds_alternative<wit::ResultType>(kind) || std::holds_alternative<wit::Enum>(kind);
    if (is_handle || is_stream || has_cases)
        out.flat.add(i32);
    if (is_list) {
        out.has_list = true;
        out.flat.add(i32);
        out.flat.add(i32);
    }
    if (const auto* const flags = std::get_if<wit::Flags>(&kind))
        for (std::size_t i = 0; i < flags->flags.size(); i += 32)
            out.flat.add(i32);
    std::uint64_t times = 1;
    if (const auto* const fixed = std::get_if<wit::FixedList>(&kind))
        times = std::min<std::uint64_t>(fixed->length, Flat::too_many);
    wit::each_type(kind, [&](const wit::Type& inner) {
        const auto of = facts(inner);
        out.streams = added(out.streams, of.streams);
        if (is_handle || is_stream)
            return; // what is behind a handle stays where it is
        out.has_string = out.has_string || of.has_string;
        out.has_list = out.has_list || of.has_list;
        if (has_cases)
            out.flat.join(of.flat, 1);
        else if (!is_list)
            for (std::uint64_t i = 0; i < times; ++i)
                out.flat.add(of.flat);
    });
    if (is_handle)
        out.streams = 0;
    if (is_stream)
        out.streams = added(out.streams, 1);
    return out;
}

Layout::Facts Layout::all(const std::vector<wit::Param>& params) const {
    Facts out;
    for (const auto& param : params) {
        const auto of = facts(param.type);
        out.flat.add(of.flat);
        out.has_string = out.has_string || of.has_string;
        out.has_list = out.has_list || of.has_list;
        out.streams = added(out.streams, of.streams);
    }
    return out;
}

// --- signatures

Signature Layout::signature(const wit::Function& function, Abi abi) const {
    Signature out;
    auto& params = out.type.params;
    auto& results = out.type.results;
    const auto flat = all(function.params).flat;
    const auto most = abi == Abi::lower_async ? max_flat_async_params : max_flat_params;
    out.indirect_params = flat.count > most;
    if (out.indirect_params)
        params.emplace_back(i32);
    else
        for (std::size_t i = 0; i < flat.count; ++i)
            params.emplace_back(flat.kinds[i]);
    const auto result = function.result ? facts(*function.result).flat : Flat();
    switch (abi) {
    case Abi::lower:
    case Abi::lift:
        out.return_pointer = result.count > max_flat_results;
        if (!out.return_pointer && result.count == 1)
            results.emplace_back(result.kinds[0]);
        else if (out.return_pointer)
            (abi == Abi::lower ? params : results).emplace_back(i32);
        break;
    case Abi::lower_async:
        out.return_pointer = function.result.has_value();
        if (out.return_pointer)
            params.emplace_back(i32);
        results.emplace_back(i32); // the status
        break;
    case Abi::lift_async: results.emplace_back(i32); break; // what the callback is to do
    case Abi::lift_stackful: break;
    }
    return out;
}

wasm::FuncType Layout::task_return(const wit::Function& function) const {
    wit::Function taking;
    if (function.result)
        taking.params.push_back({"a", *function.result, {}});
    return signature(taking, Abi::lower).type;
}

// --- options

/// Into the component's memory: room has to be made for what is of any length.
void Layout::add_lowered(Needs& needs, const Facts& facts) const {
    const bool has_any = facts.has_list || facts.has_string;
    needs.memory = needs.memory || has_any;
    needs.realloc = needs.realloc || has_any;
    needs.encoding = needs.encoding || facts.has_string;
}

/// Out of its memory, where everything is already.
void Layout::add_lifted(Needs& needs, const Facts& facts) const {
    needs.memory = needs.memory || facts.has_list || facts.has_string;
    needs.encoding = needs.encoding || facts.has_string;
}

Needs Layout::needs_of_task_return(const wit::Function& function) const {
    auto needs_all = needs(function, Abi::lower);
    needs_all.realloc = false;
    return needs_all;
}

Needs Layout::needs(const wit::Function& function, Abi abi) const {
    Needs out;
    const bool is_import = abi == Abi::lower || abi == Abi::lower_async;
    const auto params = all(function.params);
    const auto result = function.result ? facts(*function.result) : Facts();
    if (is_import) {
        add_lifted(out, params);
        add_lowered(out, result);
    } else {
        add_lowered(out, params);
        add_lifted(out, result);
    }
    const auto of = signature(function, abi);
    if (of.return_pointer || of.indirect_params)
        out.memory = true;
    if (!is_import && of.indirect_params)
        out.realloc = true;
    out.async = is_async(abi);
    if (!is_import && out.async) {
        const auto returned = needs_of_task_return(function);
        out.memory = out.memory || returned.memory;
        out.encoding = out.encoding || returned.encoding;
    }
    return out;
}

Needs Layout::needs_of_copy(const std::optional<wit::Type>& payload, bool is_read,
                            bool async) const {
    wit::Function copy;
    if (payload && is_read)
        copy.result = *payload;
    else if (payload)
        copy.params.push_back({"a", *payload, {}});
    auto out = needs(copy, async ? Abi::lower_async : Abi::lower);
    out.memory = true;
    return out;
}

// --- streams and futures

void Layout::Streams::Inside::add(const wit::Type& type, std::uint32_t streams) {
    if (streams > 0)
        types.push_back({count, std::get<wit::TypeIdx>(type)});
    count = added(count, streams);
}

/// The type that it is in, if it is in one of them.
const Layout::Streams::Inner* Layout::Streams::Inside::with(std::uint32_t number) const {
    if (number >= count)
        return nullptr;
    return &*std::prev(std::ranges::upper_bound(types, number, {}, &Inner::first));
}

Layout::Streams Layout::streams(const wit::Function& function) const {
    Streams out(*this);
    for (const auto& param : function.params)
        out.all_.add(param.type, facts(param.type).streams);
    if (function.result)
        out.all_.add(*function.result, facts(*function.result).streams);
    return out;
}

/// Goes only where the wanted one is, so that types that stand in each other many times over cost
/// nothing.
std::optional<wit::TypeIdx> Layout::Streams::at(std::uint32_t number) const {
    std::optional<wit::TypeIdx> found;
    const auto* inside = &all_;
    while (const auto* const inner = inside->with(number)) {
        number -= inner->first;
        found = inner->type;
        inside = &layout_->streams_[found->value];
    }
    return found;
}

} // namespace tenon::compose
