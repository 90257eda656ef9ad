// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/dump.hpp"

#include "component/decode_detail.hpp"
#include "wat/dump_module.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::wat {
namespace {

namespace ast = component::ast;
using component::CoreSort, component::Sort;

/// The next number of each sort of definition in a component.
class Numbers {
public:
    /// `[core function 3]`.
    std::string next(Sort sort, CoreSort core = {}) {
        auto& number = sort == Sort::core ? core_[static_cast<std::size_t>(core)]
                                          : own_[static_cast<std::size_t>(sort)];
        return fmt::format("[{} {}]", component::name_of(sort, core), number++);
    }

private:
    std::array<std::uint32_t, 6> own_{};
    std::array<std::uint32_t, 0x13> core_{};
};

std::string_view type_word(const ast::TypeKind& kind) {
    constexpr std::string_view words[] = {"", // a primitive has a name of its own
                                          "record",
                                          "variant",
                                          "list",
                                          "list of fixed length",
                                          "tuple",
                                          "flags",
                                          "enum",
                                          "option",
                                          "result",
                                          "own",
                                          "borrow",
                                          "stream",
                                          "future",
                                          "map",
                                          "resource",
                                          "func",
                                          "component type",
                                          "instance type"};
    static_assert(std::size(words) == std::variant_size_v<ast::TypeKind>);
    if (const auto* const primitive = std::get_if<component::Primitive>(&kind))
        return component::name_of(*primitive);
    return words[kind.index()];
}

std::string item_text(const ast::SortIdx& what) {
    return fmt::format("{} {}", component::name_of(what.sort, what.core), what.index);
}

std::string type_text(const ast::ExternType& type) {
    switch (type.sort) {
    case Sort::type:
        return type.bound == ast::ExternType::Bound::eq ? fmt::format("type (eq {})", type.index)
                                                        : "type (sub resource)";
    case Sort::core: return fmt::format("core module (type {})", type.index);
    case Sort::value: return "value";
    default: return fmt::format("{} (type {})", component::name_of(type.sort), type.index);
    }
}

std::string canon_text(const ast::Canon& canon) {
    const auto* const row = ast::canon_row(static_cast<std::uint8_t>(canon.op));
    auto out = std::string(row == nullptr ? "" : row->text);
    if (canon.op == ast::CanonOp::lift || canon.op == ast::CanonOp::lower)
        out += fmt::format(" {}", canon.numbers[0]);
    return out;
}

class Dumper {
public:
    Dumper(Bytes file, const TextSink& sink) : to_(file, sink) {}

    Result<> run(Bytes file) {
        TENON_TRY(walk(file, 0, 0));
        return to_.finish();
    }
    Result<> finish() { return to_.finish(); }

private:
    Result<> walk(Bytes data, std::uint64_t base, int depth) {
        auto walker = TENON_TRY(wasm::SectionWalker::begin(data, base));
        const auto preamble = walker.preamble();
        const bool is_module = preamble.layer == wasm::Layer::module;
        to_.put(base + 8, fmt::format("version {} ({})", preamble.version,
                                      is_module ? "module" : "component"));
        ModuleDumper module(to_);
        Numbers numbers;
        while (const auto section = TENON_TRY(walker.next())) {
            if (to_.has_failed())
                return {};
            if (walker.is_nested(*section))
                TENON_TRY(nested(*section, numbers, depth));
            else
                TENON_TRY(is_module ? module.section(*section)
                                    : component_section(*section, numbers));
        }
        return {};
    }

    Result<> nested(const wasm::Section& section, Numbers& numbers, int depth) {
        if (depth == wasm::max_component_depth)
            return fail(Errc::limit, "components are nested more than 100 levels deep",
                        section.offset);
        const auto number = section.id == 1 ? numbers.next(Sort::core, CoreSort::module)
                                            : numbers.next(Sort::component);
        to_.put(section.content_offset, number + " inline size");
        to_.nest();
        TENON_TRY(walk(section.content, section.content_offset, depth + 1));
        to_.unnest();
        return {};
    }

    Result<> component_section(const wasm::Section& section, Numbers& numbers);
    Result<> start(component::Input& in);
    Result<> items(const wasm::Section& section, component::Input& in, Numbers& numbers);

    DumpLines to_;
};

Result<> Dumper::component_section(const wasm::Section& section, Numbers& numbers) {
    constexpr std::string_view names[] = {"custom",
                                          "",
                                          "core instance",
                                          "core type",
                                          "",
                                          "component instance",
                                          "alias",
                                          "component type",
                                          "canonical function",
                                          "start",
                                          "component import",
                                          "component export"};
    if (section.id == 0)
        return dump_custom(to_, section, "component-name");
    auto items_left = component::max_all_items;
    component::Input in(section.content, section.content_offset, items_left);
    if (section.id >= std::size(names)) {
        to_.put(in.offset(), fmt::format("unknown section: {}", section.id));
        to_.pass_over(in.offset() + in.remaining(),
                      fmt::format("{} bytes of data", in.remaining()));
        return {};
    }
    to_.put(in.offset(), fmt::format("{} section", names[section.id]));
    TENON_TRY(section.id == 9 ? start(in) : items(section, in, numbers));
    if (!in.at_end() && !to_.has_failed())
        return fail(in.error(Errc::malformed, "section is longer than what it counts"));
    return {};
}

Result<> Dumper::start(component::Input& in) {
    const auto function = TENON_TRY(in.u32());
    to_.put(in.offset(), fmt::format("start function {}", function));
    TENON_TRY(dump_list(to_, in, [&]() -> Result<std::string> {
        return fmt::format("argument value {}", TENON_TRY(in.u32()));
    }));
    const auto results = TENON_TRY(in.u32());
    to_.put(in.offset(), fmt::format("{} results", results));
    return {};
}

Result<std::string> core_instance_text(component::Input& in) {
    const auto instance = TENON_TRY(component::read_core_instance(in));
    if (const auto* const made = std::get_if<ast::CoreInstance::Instantiate>(&instance.kind))
        return fmt::format("instantiate module {} with {} arguments", made->module,
                           made->arguments.size());
    return fmt::format("{} exports",
                       std::get<std::vector<ast::CoreInstance::Export>>(instance.kind).size());
}

Result<std::string> instance_text(component::Input& in) {
    const auto instance = TENON_TRY(component::read_instance(in));
    if (const auto* const made = std::get_if<ast::Instance::Instantiate>(&instance.kind))
        return fmt::format("instantiate component {} with {} arguments", made->component,
                           made->arguments.size());
    return fmt::format("{} exports",
                       std::get<std::vector<ast::Instance::Export>>(instance.kind).size());
}

Result<std::string> alias_text(component::Input& in, Numbers& numbers) {
    const auto alias = TENON_TRY(component::read_alias(in));
    const auto number = numbers.next(alias.sort, alias.core);
    if (const auto* const outer = std::get_if<ast::Alias::Outer>(&alias.target))
        return fmt::format("{} alias of outer {}, {}", number, outer->count, outer->index);
    const auto& target = std::get<ast::Alias::Export>(alias.target);
    return fmt::format("{} alias of {}instance {} {}", number,
                       alias.sort == Sort::core && alias.core != CoreSort::module ? "core " : "",
                       target.instance, dump_quoted(target.name));
}

Result<std::string> import_text(component::Input& in, Numbers& numbers) {
    const auto import = TENON_TRY(component::read_import(in));
    return fmt::format("{} import {} {}", numbers.next(import.type.sort, CoreSort::module),
                       dump_quoted(import.name.name), type_text(import.type));
}

Result<std::string> export_text(component::Input& in, Numbers& numbers) {
    const auto one = TENON_TRY(component::read_export(in));
    return fmt::format("{} export {} {}", numbers.next(one.what.sort, one.what.core),
                       dump_quoted(one.name.name), item_text(one.what));
}

Result<std::string> canon_item_text(component::Input& in, Numbers& numbers) {
    const auto canon = TENON_TRY(component::read_canon(in));
    const auto number = canon.op == ast::CanonOp::lift ? numbers.next(Sort::func)
                                                       : numbers.next(Sort::core, CoreSort::func);
    return fmt::format("{} {}", number, canon_text(canon));
}

Result<> Dumper::items(const wasm::Section& section, component::Input& in, Numbers& numbers) {
    return dump_list(to_, in, [&]() -> Result<std::string> {
        switch (section.id) {
        case 2:
            return fmt::format("{} {}", numbers.next(Sort::core, CoreSort::instance),
                               TENON_TRY(core_instance_text(in)));
        case 3: {
            const auto type = TENON_TRY(component::read_core_type(in));
            return fmt::format("{} {}", numbers.next(Sort::core, CoreSort::type),
                               std::holds_alternative<ast::ModuleType>(type.kind) ? "module type"
                                                                                  : "group");
        }
        case 5:
            return fmt::format("{} {}", numbers.next(Sort::instance), TENON_TRY(instance_text(in)));
        case 6: return alias_text(in, numbers);
        case 7: {
            const auto type = TENON_TRY(component::read_type(in, 0));
            return fmt::format("{} {}", numbers.next(Sort::type), type_word(type.kind));
        }
        case 8: return canon_item_text(in, numbers);
        case 10: return import_text(in, numbers);
        default: return export_text(in, numbers);
        }
    });
}

} // namespace

Result<> dump(Bytes binary, const TextSink& sink) {
    Dumper dumper(binary, sink);
    auto done = dumper.run(binary);
    if (!done)
        TENON_TRY(dumper.finish()); // what was read before the error
    return done;
}

} // namespace tenon::wat
