// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is put in the place of the stand-ins once all modules are there.
#include "compose/composer.hpp"
#include "compose/fixup.hpp"

namespace tenon::compose {

Result<> Composer::fix_up() {
    auto fixup = TENON_TRY(write_fixup(plan_, shims_, options_));
    if (!fixup)
        return {};
    const auto module = out_.core_module(std::move(fixup->module), "wit-component-fixup");
    CoreArguments arguments;
    for (const auto& [name, source] : fixup->arguments) {
        switch (source.kind) {
        case Fixup::Source::Kind::shims: arguments.push_back({name, *shim_instance_}); break;
        case Fixup::Source::Kind::part:
            arguments.push_back({name, core_instances_[source.part]});
            break;
        case Fixup::Source::Kind::fillings: {
            CoreExports exports;
            for (std::size_t i = 0; i < shims_.all().size(); ++i) {
                const auto index = TENON_TRY(filling(shims_.all()[i]));
                exports.push_back({std::to_string(i), CoreSort::func, index});
            }
            arguments.push_back({name, out_.core_instance(std::move(exports), name)});
            break;
        }
        }
    }
    const auto instance = out_.core_instance(module, std::move(arguments), "fixup");
    for (const auto& [of, name] : fixup->wrapped)
        wrapped_.emplace(of, core_alias(instance, name, CoreSort::func, name));
    return {};
}

Result<std::uint32_t> Composer::filling(const Shim& of) {
    const auto exported = [&](std::size_t part, const std::string& name) {
        return core_alias(core_instances_[part], name, CoreSort::func, name);
    };
    switch (of.kind) {
    case Shim::Kind::lowering: {
        const auto function = component_function(of.import->function);
        const auto allocator =
            realloc(of.needs, Shims::realloc_for_imports(plan_, of.part), Moment::after_modules);
        ast::Canon made{};
        made.op = ast::CanonOp::lower;
        made.numbers[0] = function;
        made.options = TENON_TRY(options(of.needs, of.encoding, allocator));
        return out_.canon(std::move(made), of.debug_name);
    }
    case Shim::Kind::adapter:
        for (std::size_t part = 1; part < plan_.parts().size(); ++part)
            if (plan_.parts()[part].name == of.import->module)
                return exported(part, of.import->name);
        break;
    case Shim::Kind::copy: return copy(of.part, *of.import, Moment::after_modules);
    case Shim::Kind::task_return: return task_return(*of.import, of.needs, of.encoding);
    case Shim::Kind::built_in: return built_in(of.part, *of.import, Moment::after_modules);
    case Shim::Kind::destructor:
    case Shim::Kind::realloc: return exported(of.part, of.exported);
    }
    return fail(Errc::invalid, "an adapter that is used is not there");
}

/// The function that a thread runs is looked up in the main module's table.
Result<std::uint32_t> Composer::thread_new(const Import& import) {
    const auto* const table = plan_.main().exports.first(Export::Kind::table);
    if (table == nullptr)
        return fail(base::Error(Errc::not_found,
                                "the module starts threads, and does not export the table "
                                "`__indirect_function_table` with the functions that they run")
                        .help("link it with `--export-table`"));
    const auto type = out_.core_type(compose::type_of("i", ""), "thread-start");
    ast::Canon made{};
    made.op = import.built_in.row->op;
    made.numbers = {type, core_alias(core_instances_[Plan::main_part], table->name, CoreSort::table,
                                     "indirect-function-table")};
    return out_.canon(std::move(made), "thread.new-indirect");
}

} // namespace tenon::compose
