// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/extern_text.hpp"

#include "wasm/type_text.hpp"

#include <fmt/core.h>

namespace tenon::wasm {
namespace {

/// With the abbreviations of the text format: `funcref`.
std::string short_text(ValType type) {
    if (type.kind() != ValType::Kind::ref || !type.is_nullable())
        return type_text(type);
    switch (type.heap()) {
    case Heap::none: return "nullref";
    case Heap::noexn:
    case Heap::nofunc:
    case Heap::noextern: return fmt::format("null{}ref", heap_text(type.heap()).substr(2));
    default: return fmt::format("{}ref", heap_text(type.heap()));
    }
}

std::string limits_text(const Limits& limits) {
    return fmt::format("{}{}{}", limits.is_64 ? "i64 " : "", limits.min,
                       limits.max ? fmt::format(" {}", *limits.max) : "");
}

void put_list(std::string& to, std::string_view word, const std::vector<ValType>& list,
              std::size_t most) {
    if (list.empty())
        return;
    to += fmt::format(" ({}", word);
    for (const auto type : list) {
        if (to.size() > most) {
            to += " …";
            break;
        }
        to += ' ' + short_text(type);
    }
    to += ')';
}

} // namespace

ExternTypes::ExternTypes(const Module& module) {
    for (const auto& group : module.types)
        for (const auto& type : group.types)
            types_.push_back(&type);
    const auto add = [this](const ExternType& type) {
        spaces_[static_cast<std::size_t>(kind_of(type))].push_back(type);
    };
    for (const auto& import : module.imports)
        add(import.type);
    for (const auto& one : module.functions)
        add(FuncRef{one.type});
    for (const auto& one : module.tables)
        add(one.type);
    for (const auto& one : module.memories)
        add(one.type);
    for (const auto& one : module.globals)
        add(one.type);
    for (const auto& one : module.tags)
        add(one.type);
}

const ExternType* ExternTypes::find(ExternKind kind, std::uint32_t index) const noexcept {
    const auto& space = spaces_[static_cast<std::size_t>(kind)];
    return index < space.size() ? &space[index] : nullptr;
}

std::string ExternTypes::signature(std::uint32_t type, std::size_t most) const {
    const auto* const func =
        type < types_.size() ? std::get_if<FuncType>(&types_[type]->composite) : nullptr;
    if (func == nullptr)
        return fmt::format(" (type {})", type);
    std::string out;
    put_list(out, "param", func->params, most);
    put_list(out, "result", func->results, most);
    return out;
}

std::string ExternTypes::text(const ExternType& type, std::size_t most) const {
    struct Visitor {
        const ExternTypes& in;
        std::size_t most;
        std::string operator()(FuncRef func) const {
            return "func" + in.signature(func.type, most);
        }
        std::string operator()(TagType tag) const { return "tag" + in.signature(tag.type, most); }
        std::string operator()(const TableType& table) const {
            return fmt::format("table {}{} {}", table.limits.is_shared ? "shared " : "",
                               limits_text(table.limits), short_text(table.element));
        }
        std::string operator()(const MemoryType& memory) const {
            auto out = fmt::format("memory {}{}", limits_text(memory.limits),
                                   memory.limits.is_shared ? " shared" : "");
            if (const auto log2 = memory.page_size_log2)
                out += fmt::format(" (pagesize {:#x})", *log2 < 64 ? std::uint64_t{1} << *log2 : 0);
            return out;
        }
        std::string operator()(const GlobalType& global) const {
            const auto text = short_text(global.type);
            return global.is_mutable ? fmt::format("global (mut {})", text) : "global " + text;
        }
    };
    return std::visit(Visitor{*this, most}, type);
}

std::string_view word_of(ExternKind kind) noexcept {
    switch (kind) {
    case ExternKind::func: return "func";
    case ExternKind::table: return "table";
    case ExternKind::memory: return "memory";
    case ExternKind::global: return "global";
    case ExternKind::tag: return "tag";
    }
    return "";
}

ExternKind kind_of(const ExternType& type) noexcept {
    return static_cast<ExternKind>(type.index()); // the variant's order is that of the kinds
}

} // namespace tenon::wasm
