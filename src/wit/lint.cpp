// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/lint.hpp"

#include "base/ascii.hpp"
#include "wit/lexer.hpp"
#include "wit/types_each.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <tuple>

namespace tenon::wit {
namespace {

class Linter {
public:
    Linter(const Model& model, PackageIdx package)
        : model_(model), package_(package), used_(model.types.size()) {}

    std::vector<Finding> run();

private:
    void count_uses();
    void count_uses(const Function& function);
    void count_use(const Type& type);

    void interface(const Interface& interface, std::string_view name);
    void world(const World& world);
    void function(const Function& function);
    void type(TypeIdx at, bool has_functions);
    void name(std::string_view what, std::string_view name, Span span);
    void docs(const std::string& docs, std::string_view what, std::string_view name, Span span);
    void report(std::string_view rule, std::string message, Span span, std::string help);

    const Model& model_;
    PackageIdx package_;
    std::vector<bool> used_; // by type
    std::vector<Finding> out_;
};

std::vector<Finding> Linter::run() {
    count_uses();
    const auto& package = model_[package_];
    if (!package.name.version) {
        report("unversioned-package",
               fmt::format("package `{}` has no version", package.name.text()), package.span,
               fmt::format("write `package {}@0.1.0;`: without it nobody can tell a later one from "
                           "this one",
                           package.name.text()));
    }
    docs(package.docs, "package", package.name.text(), package.span);
    for (const auto& [name, at] : package.interfaces)
        interface(model_[at], name);
    for (const auto& [name, at] : package.worlds)
        world(model_[at]);
    const auto before = [](const Finding& left, const Finding& right) {
        const auto key = [](const Finding& finding) {
            const auto& source = finding.problem.source();
            return source ? std::tuple(source->file, source->place.line, source->place.column,
                                       finding.rule)
                          : std::tuple(std::string(), 0U, 0U, finding.rule);
        };
        return key(left) < key(right);
    };
    std::ranges::sort(out_, before);
    return std::move(out_);
}

void Linter::count_use(const Type& type) {
    if (const auto* const at = std::get_if<TypeIdx>(&type))
        used_[at->value] = true;
}

void Linter::count_uses(const Function& function) {
    for (const auto& param : function.params)
        count_use(param.type);
    if (function.result)
        count_use(*function.result);
}

void Linter::count_uses() {
    for (const auto& type : model_.types)
        each_type(type.kind, [&](const Type& inner) { count_use(inner); });
    for (const auto& one : model_.interfaces) {
        for (const auto& [name, function] : one.functions)
            count_uses(function);
    }
    for (const auto& one : model_.worlds) {
        for (const auto* const items : {&one.imports, &one.exports}) {
            for (const auto& [key, item] : *items) {
                if (const auto* const function = std::get_if<Function>(&item))
                    count_uses(*function);
            }
        }
    }
}

void Linter::report(std::string_view rule, std::string message, Span span, std::string help) {
    auto error = model_.sources.point(base::Error(Errc::invalid, std::move(message)), span);
    if (!help.empty())
        error = std::move(error).help(std::move(help));
    out_.push_back(Finding{rule, std::move(error)});
}

void Linter::docs(const std::string& docs, std::string_view what, std::string_view name,
                  Span span) {
    if (docs.empty()) {
        report("missing-docs", fmt::format("{} `{}` has no documentation", what, name), span,
               "explain it in lines that begin with `///`");
    }
}

void Linter::name(std::string_view what, std::string_view name, Span span) {
    if (std::ranges::any_of(name, base::is_upper)) {
        report("name-convention",
               fmt::format("the name of {} `{}` has capital letters", what, name), span,
               fmt::format("names are written in lower case, as in `{}`", base::lower_case(name)));
    } else if (is_keyword(name)) {
        report("name-convention", fmt::format("the name of {} `{}` is a keyword", what, name), span,
               fmt::format("everybody who uses it has to write `%{}`", name));
    }
}

void Linter::interface(const Interface& interface, std::string_view interface_name) {
    name("interface", interface_name, interface.span);
    docs(interface.docs, "interface", interface_name, interface.span);
    for (const auto& [type_name, at] : interface.types)
        type(at, !interface.functions.empty());
    for (const auto& [function_name, one] : interface.functions)
        function(one);
}

void Linter::function(const Function& function) {
    name("function", function.item_name(), function.span);
    // What a constructor does is what its resource is.
    if (function.kind != Function::Kind::constructor)
        docs(function.docs, "function", function.name, function.span);
    for (const auto& param : function.params)
        name("parameter", param.name, param.span);
}

/// Types of interfaces without functions are there for others to use.
void Linter::type(TypeIdx at, bool has_functions) {
    const auto& type = model_[at];
    const auto type_name = type.name.value_or("");
    const bool brought = model_.used_from(at).has_value();
    const bool resource = std::holds_alternative<Resource>(type.kind);
    if (!used_[at.value] && !resource && (brought || has_functions)) {
        report("unused-type",
               brought ? fmt::format("type `{}` is brought by `use`, and not used", type_name)
                       : fmt::format("type `{}` is not used", type_name),
               type.span, "");
    }
    if (brought)
        return;
    name("type", type_name, type.span);
    docs(type.docs, "type", type_name, type.span);
    const auto* const record = std::get_if<Record>(&type.kind);
    const auto* const flags = std::get_if<Flags>(&type.kind);
    if ((record != nullptr && record->fields.empty()) ||
        (flags != nullptr && flags->flags.empty())) {
        report("empty-type",
               fmt::format("{} `{}` is empty", record != nullptr ? "record" : "flags", type_name),
               type.span, "it parses, but there is no valid binary encoding of it");
    }
}

void Linter::world(const World& world) {
    name("world", world.name, world.span);
    docs(world.docs, "world", world.name, world.span);
    for (const auto* const items : {&world.imports, &world.exports}) {
        for (const auto& [key, item] : *items) {
            if (const auto* const at = std::get_if<TypeIdx>(&item))
                type(*at, true);
            else if (const auto* const one = std::get_if<Function>(&item))
                function(*one);
            else if (const auto* const label = std::get_if<std::string>(&key);
                     label != nullptr && !model_[std::get<WorldInterface>(item).interface].name)
                interface(model_[std::get<WorldInterface>(item).interface], *label);
        }
    }
}

} // namespace

std::vector<Finding> lint(const Model& model, PackageIdx package) {
    return Linter(model, package).run();
}

} // namespace tenon::wit
