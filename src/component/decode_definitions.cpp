// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Definitions other than types: names, aliases, imports, exports, instances, canonical definitions.
#include "component/decode_detail.hpp"

#include <fmt/core.h>

namespace tenon::component {
namespace {

/// At most one of each kind; `before` are there.
Result<> read_attribute(Input& in, ast::ExternName& name, std::uint32_t before) {
    const auto offset = in.offset();
    const auto code = TENON_TRY(in.u8());
    if (code > 2)
        return fail(no_such(in, "attribute of a name", code));
    auto& place = code == 0 ? name.implements : code == 1 ? name.version_suffix : name.external_id;
    if (place)
        return fail(in.error_at(offset, Errc::malformed, "attribute is there twice"));
    place = TENON_TRY(read_name(in));
    const auto at = std::ranges::find(name.order, code);
    std::rotate(name.order.begin() + before, at, at + 1);
    return {};
}

Result<ast::Instance::Instantiate::Argument> read_argument(Input& in) {
    ast::Instance::Instantiate::Argument argument;
    argument.name = TENON_TRY(read_name(in));
    argument.what = TENON_TRY(read_sort_idx(in));
    return argument;
}

Result<ast::Instance::Export> read_inline_export(Input& in) {
    ast::Instance::Export exported;
    exported.name = TENON_TRY(read_extern_name(in));
    exported.what = TENON_TRY(read_sort_idx(in));
    return exported;
}

Result<ast::CoreInstance::Instantiate::Argument> read_core_argument(Input& in) {
    ast::CoreInstance::Instantiate::Argument argument;
    argument.name = TENON_TRY(read_name(in));
    if (const auto sort = TENON_TRY(in.u8()); sort != 0x12)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                "a core module is given core instances only"));
    argument.instance = TENON_TRY(in.u32());
    return argument;
}

Result<ast::CoreInstance::Export> read_core_export(Input& in) {
    ast::CoreInstance::Export exported;
    exported.name = TENON_TRY(read_name(in));
    exported.sort = TENON_TRY(read_core_sort(in));
    exported.index = TENON_TRY(in.u32());
    return exported;
}

Result<ast::CanonOption> read_option(Input& in) {
    using Kind = ast::CanonOption::Kind;
    const auto code = TENON_TRY(in.u8());
    if (code > static_cast<std::uint8_t>(Kind::gc))
        return fail(no_such(in, "canonical option", code));
    ast::CanonOption option{static_cast<Kind>(code)};
    if (ast::has_index(option.kind))
        option.index = TENON_TRY(in.u32());
    return option;
}

Result<bool> read_flag(Input& in, std::string_view name) {
    const auto flag = TENON_TRY(in.u8());
    if (flag > 1)
        return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                fmt::format("`{}` is 0 or 1, not {:#04x}", name, flag)));
    return flag == 1;
}

Result<std::optional<ast::ValType>> read_result_list(Input& in) {
    const auto code = TENON_TRY(in.u8());
    std::optional<ast::ValType> result;
    if (code == 0x00) {
        result = TENON_TRY(read_component_val_type(in));
    } else if (code != 0x01) {
        return fail(no_such(in, "list of results", code));
    } else if (const auto count = TENON_TRY(in.u8()); count != 0) {
        return fail(
            in.error_at(in.offset() - 1, Errc::malformed, "a list of named results is empty"));
    }
    return result;
}

Result<> read_immediate(Input& in, char kind, ast::Canon& canon, std::size_t& numbers) {
    switch (kind) {
    case '0':
        if (const auto zero = TENON_TRY(in.u8()); zero != 0)
            return fail(in.error_at(in.offset() - 1, Errc::malformed,
                                    "0x00 follows the code of `lift` and `lower`"));
        return {};
    case 'o':
        canon.options =
            TENON_TRY(read_vector<ast::CanonOption>(in, read_option, max_canon_options));
        return {};
    case 'a': canon.flag = TENON_TRY(read_flag(in, "async")); return {};
    case 'c': canon.flag = TENON_TRY(read_flag(in, "cancellable")); return {};
    case 'r': canon.result = TENON_TRY(read_result_list(in)); return {};
    case 'v': canon.slot_type = TENON_TRY(wasm::read_val_type(in)); return {};
    default: canon.numbers.at(numbers++) = TENON_TRY(in.u32()); return {};
    }
}

} // namespace

Result<ast::ExternName> read_extern_name(Input& in) {
    ast::ExternName name;
    name.form = TENON_TRY(in.u8());
    if (name.form > 2)
        return fail(no_such(in, "name of an import or export", name.form));
    name.name = TENON_TRY(read_name(in));
    if (name.form == 2) {
        const auto count = TENON_TRY(in.u32());
        for (std::uint32_t i = 0; i < count; ++i)
            TENON_TRY(read_attribute(in, name, i));
    }
    return name;
}

Result<CoreSort> read_core_sort(Reader& in) {
    const auto code = TENON_TRY(in.u8());
    if (code > 0x04 && (code < 0x10 || code > 0x12))
        return fail(no_such(in, "core sort", code));
    return static_cast<CoreSort>(code);
}

Result<ast::SortIdx> read_sort_idx(Input& in) {
    const auto code = TENON_TRY(in.u8());
    if (code > 0x05)
        return fail(no_such(in, "sort", code));
    ast::SortIdx what{static_cast<Sort>(code)};
    if (what.sort == Sort::core)
        what.core = TENON_TRY(read_core_sort(in));
    what.index = TENON_TRY(in.u32());
    return what;
}

Result<ast::Alias> read_alias(Input& in) {
    ast::Alias alias;
    alias.offset = in.offset();
    const auto sort = TENON_TRY(in.u8());
    if (sort > 0x05)
        return fail(no_such(in, "sort", sort));
    alias.sort = static_cast<Sort>(sort);
    if (alias.sort == Sort::core)
        alias.core = TENON_TRY(read_core_sort(in));
    const auto code = TENON_TRY(in.u8());
    if (code > 0x02)
        return fail(no_such(in, "target of an alias", code));
    const auto number = TENON_TRY(in.u32());
    if (code == 0x02) {
        alias.target = ast::Alias::Outer{number, TENON_TRY(in.u32())};
        return alias;
    }
    const bool is_core = alias.sort == Sort::core && alias.core != CoreSort::module;
    if (is_core != (code == 0x01))
        return fail(
            in.error_at(alias.offset, Errc::malformed,
                        fmt::format("a {} is no export of {}", name_of(alias.sort, alias.core),
                                    code == 0x01 ? "a core instance" : "an instance")));
    alias.target = ast::Alias::Export{number, TENON_TRY(read_name(in))};
    return alias;
}

Result<ast::Import> read_import(Input& in) {
    ast::Import import;
    import.offset = in.offset();
    import.name = TENON_TRY(read_extern_name(in));
    import.type = TENON_TRY(read_component_extern_type(in));
    return import;
}

Result<ast::Export> read_export(Input& in) {
    ast::Export exported;
    exported.offset = in.offset();
    exported.name = TENON_TRY(read_extern_name(in));
    exported.what = TENON_TRY(read_sort_idx(in));
    exported.type = TENON_TRY(read_optional(in, read_component_extern_type));
    return exported;
}

Result<ast::CoreInstance> read_core_instance(Input& in) {
    ast::CoreInstance instance;
    instance.offset = in.offset();
    const auto code = TENON_TRY(in.u8());
    if (code > 1)
        return fail(no_such(in, "core instance", code));
    if (code == 1) {
        instance.kind =
            TENON_TRY(read_vector<ast::CoreInstance::Export>(in, read_core_export, max_arguments));
        return instance;
    }
    ast::CoreInstance::Instantiate made;
    made.module = TENON_TRY(in.u32());
    made.arguments = TENON_TRY(read_vector<ast::CoreInstance::Instantiate::Argument>(
        in, read_core_argument, max_arguments));
    instance.kind = std::move(made);
    return instance;
}

Result<ast::Instance> read_instance(Input& in) {
    ast::Instance instance;
    instance.offset = in.offset();
    const auto code = TENON_TRY(in.u8());
    if (code > 1)
        return fail(no_such(in, "instance", code));
    if (code == 1) {
        instance.kind =
            TENON_TRY(read_vector<ast::Instance::Export>(in, read_inline_export, max_arguments));
        return instance;
    }
    ast::Instance::Instantiate made;
    made.component = TENON_TRY(in.u32());
    made.arguments = TENON_TRY(
        read_vector<ast::Instance::Instantiate::Argument>(in, read_argument, max_arguments));
    instance.kind = std::move(made);
    return instance;
}

Result<ast::Canon> read_canon(Input& in) {
    ast::Canon canon;
    canon.offset = in.offset();
    const auto code = TENON_TRY(in.u8());
    const auto* const row = ast::canon_row(code);
    if (row == nullptr)
        return fail(no_such(in, "canonical definition", code));
    canon.op = row->op;
    std::size_t numbers = 0;
    for (const char kind : row->immediates)
        TENON_TRY(read_immediate(in, kind, canon, numbers));
    return canon;
}

} // namespace tenon::component
