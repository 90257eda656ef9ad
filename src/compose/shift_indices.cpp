// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/shift_indices.hpp"

#include "base/leb128.hpp"
#include "base/reader.hpp"

#include <optional>
#include <utility>

namespace tenon::compose {

using component::CoreSort;
using component::Sort;

namespace {

/// `depth` is how far the component whose indices change is outside.
class Shifting {
public:
    explicit Shifting(Shift by) : by_(by) {}

    void component(ast::Component& tree, std::uint32_t depth) {
        for (auto& section : tree.sections)
            std::visit(
                [&]<class Kind>(Kind& kind) {
                    if constexpr (requires { kind.begin(); })
                        for (auto& item : kind)
                            visit(item, depth);
                },
                section.kind);
    }

private:
    // Definitions that hold no such index: functions, instances and value types are counted apart.
    template <class Other> void visit(Other&, std::uint32_t) {}

    void visit(ast::Component& nested, std::uint32_t depth) { component(nested, depth + 1); }

    void visit(ast::CoreInstance& instance, std::uint32_t depth) {
        auto* const made = std::get_if<ast::CoreInstance::Instantiate>(&instance.kind);
        if (made != nullptr)
            module(made->module, depth);
    }
    void visit(ast::Instance& instance, std::uint32_t depth) {
        if (auto* const made = std::get_if<ast::Instance::Instantiate>(&instance.kind)) {
            for (auto& argument : made->arguments)
                item(argument.what, depth);
            return;
        }
        for (auto& exported : std::get<std::vector<ast::Instance::Export>>(instance.kind))
            item(exported.what, depth);
    }
    void visit(ast::Alias& alias, std::uint32_t depth) {
        auto* const outer = std::get_if<ast::Alias::Outer>(&alias.target);
        if (outer == nullptr || outer->count != depth || alias.sort != Sort::core)
            return;
        if (alias.core == CoreSort::module)
            module(outer->index, 0);
        else if (alias.core == CoreSort::type)
            type(outer->index, 0);
    }
    void visit(ast::Canon& canon, std::uint32_t depth) {
        for (auto& option : canon.options)
            if (option.kind == ast::CanonOption::Kind::core_type)
                type(option.index, depth);
        const auto* const row = ast::canon_row(static_cast<std::uint8_t>(canon.op));
        std::size_t number = 0;
        for (const char immediate : row->immediates) {
            if (std::string_view("fFtmkTu").find(immediate) == std::string_view::npos)
                continue;
            if (immediate == 'k')
                type(canon.numbers.at(number), depth);
            ++number;
        }
    }
    void visit(ast::Import& import, std::uint32_t depth) { extern_type(import.type, depth); }
    void visit(ast::ExportDecl& exported, std::uint32_t depth) {
        extern_type(exported.type, depth);
    }
    void visit(ast::Export& exported, std::uint32_t depth) {
        item(exported.what, depth);
        if (exported.type)
            extern_type(*exported.type, depth);
    }
    void visit(ast::CoreType& core, std::uint32_t depth) {
        if (auto* const module = std::get_if<ast::ModuleType>(&core.kind)) {
            for (auto& one : module->declarators)
                if (auto* const alias = std::get_if<ast::Alias>(&one.kind))
                    visit(*alias, depth + 1);
        } else if (depth == 0) {
            rec_type(std::get<wasm::RecType>(core.kind));
        }
    }
    void visit(ast::Type& type, std::uint32_t depth) {
        std::vector<ast::Declarator>* list = nullptr;
        if (auto* const instance = std::get_if<ast::InstanceType>(&type.kind))
            list = &instance->declarators;
        else if (auto* const component = std::get_if<ast::ComponentType>(&type.kind))
            list = &component->declarators;
        if (list == nullptr)
            return;
        for (auto& one : *list)
            std::visit([&](auto& kind) { visit(kind, depth + 1); }, one.kind);
    }

    void extern_type(ast::ExternType& of, std::uint32_t depth) {
        if (of.sort == Sort::core)
            type(of.index, depth);
    }
    void item(ast::SortIdx& what, std::uint32_t depth) {
        if (what.sort == Sort::core && what.core == CoreSort::module)
            module(what.index, depth);
    }
    void rec_type(wasm::RecType& group) {
        for (auto& one : group.types) {
            if (!one.supertypes.empty()) {
                auto super = one.supertypes.front();
                type(super, 0);
                one.supertypes.set(super);
            }
            if (auto* const func = std::get_if<wasm::FuncType>(&one.composite)) {
                for (auto* const list : {&func->params, &func->results})
                    for (auto& value : *list)
                        val_type(value);
            } else if (auto* const structure = std::get_if<wasm::StructType>(&one.composite)) {
                for (auto& field : structure->fields)
                    val_type(field.storage.type);
            } else {
                val_type(std::get<wasm::ArrayType>(one.composite).element.storage.type);
            }
        }
    }
    void val_type(wasm::ValType& value) {
        if (value.kind() != wasm::ValType::Kind::ref_to)
            return;
        auto index = value.type();
        type(index, 0);
        // What is beyond named nothing before either.
        if (index < wasm::ValType::max_type)
            value = wasm::ValType::ref_to(index, value.is_nullable());
    }

    // An index beyond all that there can be names nothing, and does not become one that does.

    void type(std::uint32_t& index, std::uint32_t depth) const {
        if (depth == 0 && index <= UINT32_MAX - by_.core_types)
            index += by_.core_types;
    }
    void module(std::uint32_t& index, std::uint32_t depth) const {
        if (depth == 0 && index <= UINT32_MAX - by_.core_modules)
            index += by_.core_modules;
    }

    Shift by_;
};

/// One part of the section: names of one index space. Nothing if it cannot be read.
std::optional<Buffer> shifted_part(Bytes content, Shift shift) {
    Reader in(content);
    const auto sort = in.u8();
    if (!sort || *sort != static_cast<Byte>(Sort::core))
        return std::nullopt;
    const auto core = in.u8();
    if (!core)
        return std::nullopt;
    std::uint32_t by = 0;
    if (*core == static_cast<Byte>(CoreSort::type))
        by = shift.core_types;
    else if (*core == static_cast<Byte>(CoreSort::module))
        by = shift.core_modules;
    else
        return std::nullopt;
    const auto count = in.u32();
    if (!count)
        return std::nullopt;
    Buffer out{*sort, *core};
    base::append_unsigned_leb(out, *count);
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto index = in.u32();
        if (!index || *index > UINT32_MAX - by)
            return std::nullopt;
        const auto name = in.name();
        if (!name)
            return std::nullopt;
        base::append_unsigned_leb(out, *index + by);
        base::append_unsigned_leb(out, name->size());
        out.insert(out.end(), name->begin(), name->end());
    }
    return in.at_end() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<Buffer> shifted_names(Bytes payload, Shift shift) {
    Buffer out;
    Reader in(payload);
    while (!in.at_end()) {
        const auto id = in.u8();
        const auto size = id ? in.u32() : Result<std::uint32_t>(0);
        if (!id || !size)
            return std::nullopt;
        const auto content = in.bytes(*size);
        if (!content)
            return std::nullopt;
        const auto changed = *id == 1 ? shifted_part(*content, shift) : std::nullopt;
        const Bytes part = changed ? Bytes(*changed) : *content;
        out.push_back(*id);
        base::append_unsigned_leb(out, part.size());
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

} // namespace

void shift_indices(ast::Component& tree, Shift shift) {
    Shifting(shift).component(tree, 0);
}

void shift_names(ast::Component& tree, Shift shift, std::deque<Buffer>& kept) {
    for (auto& section : tree.sections) {
        auto* const custom = std::get_if<ast::Custom>(&section.kind);
        if (custom == nullptr || custom->name != "component-name")
            continue;
        if (auto changed = shifted_names(custom->payload, shift)) {
            kept.push_back(*std::move(changed));
            custom->payload = kept.back();
        }
    }
}

} // namespace tenon::compose
