// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/module_view.hpp"

#include "base/leb128.hpp"

#include <fmt/core.h>
#include <map>
#include <set>

namespace tenon::compose {
namespace {

using Name = std::pair<std::string_view, std::string>;

/// Core modules may import one thing twice, instances may not have a name twice: the second time it
/// is called `name [v2]`, and so on.
class UniqueNames {
public:
    std::string add(std::string_view module, std::string_view name) {
        std::string unique(name);
        if (used_.emplace(module, unique).second)
            return unique;
        auto& number = last_.emplace(Name(module, unique), 1).first->second;
        do
            unique = fmt::format("{} [v{}]", name, ++number);
        while (!used_.emplace(module, unique).second);
        return unique;
    }

private:
    std::set<Name> used_;
    std::map<Name, std::uint64_t> last_;
};

/// The types of a module by index, and the types of its functions.
class Functions {
public:
    explicit Functions(const wasm::Module& module) {
        for (const auto& group : module.types)
            for (const auto& type : group.types)
                types_.push_back(&type);
        for (const auto& import : module.imports)
            if (const auto* const function = std::get_if<wasm::FuncRef>(&import.type))
                functions_.push_back(function->type);
        for (const auto& function : module.functions)
            functions_.push_back(function.type);
    }
    Result<const wasm::FuncType*> type(std::uint32_t index, std::uint64_t offset) const {
        const auto* const type = index < types_.size()
                                     ? std::get_if<wasm::FuncType>(&types_[index]->composite)
                                     : nullptr;
        if (type == nullptr)
            return fail(Errc::invalid, fmt::format("type {} is not that of a function", index),
                        offset);
        return type;
    }
    Result<const wasm::FuncType*> function(std::uint32_t index, std::uint64_t offset) const {
        if (index >= functions_.size())
            return fail(Errc::invalid, fmt::format("there is no function {}", index), offset);
        return type(functions_[index], offset);
    }

private:
    std::vector<const wasm::SubType*> types_;
    std::vector<std::uint32_t> functions_;
};

void append(Buffer& out, std::string_view text) {
    base::append_unsigned_leb(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

} // namespace

Result<ModuleView> ModuleView::create(const wasm::Module& module) {
    const Functions functions(module);
    ModuleView out;
    UniqueNames names;
    for (const auto& import : module.imports) {
        const wasm::FuncType* type = nullptr;
        if (const auto* const function = std::get_if<wasm::FuncRef>(&import.type))
            type = TENON_TRY(functions.type(function->type, import.offset));
        auto field = names.add(import.module, import.name);
        out.has_renamed_imports = out.has_renamed_imports || field != import.name;
        out.imports.push_back(
            {import.module, std::move(field), import.name, &import.type, type, import.offset});
    }
    std::set<std::string_view> exported;
    for (const auto& one : module.exports) {
        const wasm::FuncType* type = nullptr;
        if (one.kind == wasm::ExternKind::func)
            type = TENON_TRY(functions.function(one.index, one.offset));
        if (!exported.insert(one.name).second)
            return fail(Errc::invalid, fmt::format("`{}` is exported twice", one.name), one.offset);
        out.exports.push_back({one.name, one.kind, type, one.offset});
    }
    return out;
}

Buffer import_section(const ModuleView& view) {
    Buffer out;
    base::append_unsigned_leb(out, view.imports.size());
    for (const auto& import : view.imports) {
        append(out, import.module);
        append(out, import.field);
        wasm::append(out, *import.type);
    }
    return out;
}

} // namespace tenon::compose
