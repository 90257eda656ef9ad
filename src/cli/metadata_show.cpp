// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon metadata show: what modules and components say of themselves, in the tables and the JSON
// of wasm-tools.
#include "wasm/metadata.hpp"

#include "base/utf8.hpp"
#include "cli/deliver.hpp"
#include "cli/framed_table.hpp"
#include "cli/metadata_dependencies.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

using wasm::Metadata, wasm::Producers, wasm::Remark;

constexpr std::size_t max_name_bytes = 200;

std::string_view kind_of(const Metadata& of) {
    return of.layer == wasm::Layer::module ? "module" : "component";
}

/// `71B`, `8.4k`, `3.3M`.
std::string short_size(std::uint64_t bytes) {
    if (bytes < 1000)
        return fmt::format("{}B", bytes);
    std::string_view units = "kMG";
    auto unit = std::uint64_t{1000};
    for (; bytes / unit >= 1000 && units.size() > 1; units.remove_prefix(1))
        unit *= 1000;
    const auto tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20 ? 1 : 0);
    return fmt::format("{}.{}{}", tenths / 10, tenths % 10, units.front());
}

/// What is not all of it is neither `100%` nor nothing.
std::string share(const Metadata& of, std::uint64_t whole) {
    const auto percent = ((of.end - of.begin) * 100 + whole / 2) / whole;
    if (percent <= 1)
        return "<1%";
    if (percent == 100 && of.end != whole)
        return ">99%";
    return fmt::format("{}%", percent);
}

std::string languages_of(const Metadata& of) {
    const auto* const field = of.producers ? of.producers->find("language") : nullptr;
    if (field == nullptr)
        return "-";
    std::string out;
    for (const auto& value : field->values)
        out += (out.empty() ? "" : ", ") + value.name;
    return out;
}

void add_summary(FramedTable& table, const Metadata& of, const std::string& parent,
                 std::uint64_t whole, unsigned& unknown) {
    // It stands in the rows of all its children, too.
    const auto name =
        of.name ? base::shortened(*of.name, max_name_bytes) : fmt::format("unknown({})", unknown++);
    table.row({std::string(kind_of(of)), name, short_size(of.end - of.begin), share(of, whole),
               languages_of(of), parent});
    for (const auto& child : of.children)
        add_summary(table, child, name, whole, unknown);
}

/// Languages first, other kinds by name.
std::vector<const Producers::Field*> sorted_fields(const Producers& producers) {
    std::vector<const Producers::Field*> fields;
    for (const auto& field : producers.fields)
        fields.push_back(&field);
    std::ranges::sort(fields, {}, [](const Producers::Field* field) {
        return std::pair(field->name != "language", std::string_view(field->name));
    });
    return fields;
}

std::string with_version(std::string_view name, std::string_view version) {
    return version.empty() ? std::string(name) : fmt::format("{} [{}]", name, version);
}

void add_dependencies(FramedTable& table, const data::Value& dependencies) {
    const auto* const packages = dependencies.find("packages");
    if (packages == nullptr)
        return;
    for (const auto& package : packages->items()) {
        const auto* const name = package.find("name");
        const auto* const version = package.find("version");
        if (name != nullptr && name->string() != nullptr)
            table.row({"dependency", with_version(*name->string(),
                                                  version != nullptr && version->string() != nullptr
                                                      ? *version->string()
                                                      : std::string())});
    }
}

Result<> add_details(std::string& out, const Metadata& of) {
    FramedTable table({{"KIND"}, {"VALUE"}});
    table.row({"name", of.name.value_or("<unknown>")});
    table.row({"kind", std::string(kind_of(of))});
    table.row({"range", fmt::format("{:#x}..{:#x}", of.begin, of.end)});
    for (const auto remark : {Remark::description, Remark::authors, Remark::version,
                              Remark::revision, Remark::licenses, Remark::source, Remark::homepage})
        if (const auto& text = of[remark])
            table.row({std::string(wasm::remark_names[static_cast<std::size_t>(remark)]), *text});
    if (of.producers)
        for (const auto* const field : sorted_fields(*of.producers))
            for (const auto& value : field->values)
                table.row({field->name, with_version(value.name, value.version)});
    for (const auto& child : of.children)
        table.row(
            {"child", fmt::format("{} [{}]", child.name.value_or("<unknown>"), kind_of(child))});
    if (of.dependencies)
        add_dependencies(table, TENON_TRY(read_dependencies(*of.dependencies)));
    out += table.text();
    for (const auto& child : of.children)
        TENON_TRY(add_details(out, child));
    return {};
}

Result<std::string> text_of(const Metadata& metadata) {
    FramedTable table(
        {{"KIND"}, {"NAME"}, {"SIZE", true}, {"SIZE%", true}, {"LANGUAGES"}, {"PARENT"}});
    unsigned unknown = 0;
    add_summary(table, metadata, "<root>", metadata.end, unknown);
    auto out = table.text();
    TENON_TRY(add_details(out, metadata));
    return out;
}

data::Value producers_json(const Producers& producers) {
    std::vector<data::Value> fields;
    for (const auto& field : producers.fields) {
        std::vector<data::Member> values; // each name once: not looked up again
        for (const auto& value : field.values)
            values.push_back({value.name, data::Value(value.version), {}});
        std::vector<data::Value> pair;
        pair.emplace_back(field.name);
        pair.push_back(data::Value::object(std::move(values)));
        fields.push_back(data::Value::array(std::move(pair)));
    }
    return data::Value::array(std::move(fields));
}

data::Value text_or_null(const std::optional<std::string>& text) {
    return text ? data::Value(*text) : data::Value();
}

// Keys and their order are those of wasm-tools.
Result<data::Value> json_of(const Metadata& of) {
    auto range = data::Value::object({});
    range.set("start", data::Value::integer(static_cast<std::int64_t>(of.begin)));
    range.set("end", data::Value::integer(static_cast<std::int64_t>(of.end)));
    auto metadata = data::Value::object({});
    metadata.set("name", text_or_null(of.name));
    metadata.set("producers", of.producers ? producers_json(*of.producers) : data::Value());
    for (std::size_t i = 0; i < wasm::remark_names.size(); ++i)
        metadata.set(std::string(wasm::remark_names[i]), text_or_null(of.remarks[i]));
    metadata.set("range", std::move(range));
    metadata.set("dependencies", data::Value());
    if (of.dependencies)
        metadata.set("dependencies",
                     data::Value(data::to_json(TENON_TRY(read_dependencies(*of.dependencies)))));
    auto out = data::Value::object({});
    if (of.layer == wasm::Layer::module) {
        out.set("module", std::move(metadata));
        return out;
    }
    std::vector<data::Value> children;
    for (const auto& child : of.children)
        children.push_back(TENON_TRY(json_of(child)));
    auto component = data::Value::object({});
    component.set("metadata", std::move(metadata));
    component.set("children", data::Value::array(std::move(children)));
    out.set("component", std::move(component));
    return out;
}

Result<> show(Call& call) {
    const auto input = TENON_TRY(read_wasm(call));
    const auto answer = [&]() -> Result<std::string> {
        const auto metadata = TENON_TRY(wasm::read_metadata(input.bytes));
        if (!call.json())
            return text_of(metadata);
        return data::to_json(TENON_TRY(json_of(metadata))) + "\n";
    };
    auto text = answer();
    if (!text)
        return fail(std::move(text).error().in_file(input.name));
    return deliver_text(call, *text);
}

constexpr Positional show_arguments[] = {wasm_file_argument};

} // namespace

constexpr Verb metadata_verb{
    .path = "metadata",
    .summary = "read and change what a module or component says of itself",
};

constexpr Verb metadata_show_verb{
    .path = "metadata show",
    .summary = "show name, size, languages, tools and licence of a module or component",
    .description = "First a table of all that is nested in the file, then one table for each of "
                   "them. With `--json` the JSON of `wasm-tools metadata show`.",
    .positionals = show_arguments,
    .output = OutputMeaning::file,
    .run = show,
    .example = "tenon metadata show app.wasm --json"};

} // namespace tenon::cli
