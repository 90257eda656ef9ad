// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/scope.hpp"

#include "component/names.hpp"

#include <fmt/format.h>

namespace tenon::component {
namespace {

Result<> check_name(const ast::ExternName& name, const Extern& item) {
    const auto parsed = parse_name(name.name);
    if (!parsed)
        return fail(Errc::invalid,
                    fmt::format("`{}` is no name of an import or export", name.name));
    using Kind = Name::Kind;
    const bool is_annotated = parsed->kind == Kind::constructor || parsed->kind == Kind::method ||
                              parsed->kind == Kind::static_;
    if (is_annotated && item.sort != Sort::func)
        return fail(Errc::invalid, fmt::format("`{}` is the name of a function, not of a {}",
                                               name.name, name_of(item.sort, CoreSort::module)));
    if (!name.implements)
        return {};
    if (item.sort != Sort::instance || parsed->kind != Kind::label)
        return fail(Errc::invalid,
                    fmt::format("`{}` cannot say which interface it implements: only instances "
                                "with plain names do",
                                name.name));
    const auto implemented = parse_name(*name.implements);
    if (!implemented || implemented->kind != Kind::interface)
        return fail(Errc::invalid,
                    fmt::format("`{}` is no name of an interface", *name.implements));
    return {};
}

Result<> add_to(Externs& externs, std::set<std::string>& forms, const ast::ExternName& name,
                Extern item, std::string_view what) {
    TENON_TRY(check_name(name, item));
    if (!forms.insert(unique_form(name.name)).second)
        return fail(Errc::invalid,
                    fmt::format("{} `{}` clashes with another of the same name", what, name.name));
    item.implements = name.implements;
    item.version_suffix = name.version_suffix;
    item.external_id = name.external_id;
    externs.insert(name.name, std::move(item));
    return {};
}

} // namespace

Result<TypeIdx> Scope::at(Sort sort, std::uint32_t index) const {
    const auto& space = spaces_.at(static_cast<std::size_t>(sort));
    if (index >= space.size())
        return fail(Errc::invalid, fmt::format("{} {} is not there: so far there are {}",
                                               name_of(sort), index, space.size()));
    return space[index];
}

Result<> Scope::check_core(CoreSort sort, std::uint32_t index) const {
    const auto count = core_[slot(sort)];
    if (index >= count)
        return fail(Errc::invalid, fmt::format("{} {} is not there: so far there are {}",
                                               name_of(Sort::core, sort), index, count));
    return {};
}

base::Error Scope::wrong_kind(std::uint32_t index, std::string_view wanted) {
    return {Errc::invalid, fmt::format("type {} is not {}", index, wanted)};
}

Result<> Scope::add_import(const ast::ExternName& name, Extern item) {
    return add_to(imports, import_forms_, name, std::move(item), "import");
}

Result<> Scope::add_export(const ast::ExternName& name, Extern item) {
    return add_to(exports, export_forms_, name, std::move(item), "export");
}

} // namespace tenon::component
