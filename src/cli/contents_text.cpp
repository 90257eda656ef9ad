// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/file.hpp"
#include "base/join.hpp"
#include "base/utf8.hpp"
#include "cli/contents_view.hpp"
#include "cli/text_table.hpp"
#include "cli/verdict_text.hpp"
#include "wasm/type_text.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <span>

namespace tenon::cli {
namespace {

constexpr std::size_t most_rows = 100;       // of a list
constexpr std::size_t most_label_bytes = 70; // of a name
constexpr std::size_t most_value_bytes = 90;
constexpr std::size_t wrapped_at = 60;

/// One line, fit for a terminal.
std::string line_of(std::string_view text, std::size_t most_bytes) {
    return base::shortened(base::printable(text), most_bytes);
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 1000)
        return bytes == 1 ? "1 byte" : fmt::format("{} bytes", bytes);
    auto unit = std::uint64_t{1000};
    std::string_view letters = "kMG";
    for (; bytes / unit >= 1000 && letters.size() > 1; letters.remove_prefix(1))
        unit *= 1000;
    const auto tenths = bytes / (unit / 10);
    return fmt::format("{}.{} {}B", tenths / 10, tenths % 10, letters.front());
}

std::string share_text(std::uint64_t part, std::uint64_t whole) {
    const auto thousandths = per_mille(part, whole);
    if (thousandths == 0 && part != 0)
        return "<0.1%";
    return fmt::format("{}.{}%", thousandths / 10, thousandths % 10);
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view several) {
    return fmt::format("{} {}", count, count == 1 ? one : several);
}

class View {
public:
    View(const Contents& of, const ContentsSource& source) : of_(of), source_(source) {}

    std::string text() {
        table_.heading(line_of(fmt::format("{} - {}", title(), heading()), most_value_bytes));
        about();
        if (of_.is_package())
            package();
        else if (of_.wit)
            world();
        else if (of_.is_module())
            module();
        else
            names();
        if (!of_.is_package()) {
            if (!of_.parts.empty())
                parts();
            if (source_.has_top)
                largest();
        }
        sections();
        return table_.text();
    }

private:
    [[nodiscard]] std::string title() const {
        const auto name = base::Path(source_.name).filename().native();
        return name.empty() ? source_.name : name;
    }
    [[nodiscard]] std::string_view heading() const {
        return of_.is_module() ? "Core Module" : of_.is_package() ? "WIT Package" : "Component";
    }

    // --- pieces of the table

    void row(std::string_view label, std::string_view value) {
        table_.row(line_of(label, most_label_bytes), line_of(value, most_value_bytes));
    }
    /// Words with commas, in as many rows as they need.
    void words(std::string_view label, const std::vector<std::string>& list) {
        std::string line;
        std::size_t rows = 0;
        const auto put = [&] {
            row(rows++ == 0 ? label : "", line);
            line.clear();
        };
        for (const auto& word : list) {
            if (rows == most_rows)
                break;
            if (!line.empty() && line.size() + word.size() > wrapped_at)
                put();
            line += (line.empty() ? "" : ", ") + line_of(word, most_value_bytes);
        }
        if (!line.empty())
            put();
    }
    void left_out(std::uint64_t count, std::string_view what = "more") {
        table_.line(fmt::format("and {} {}", count, what));
    }

    // --- what it is

    void about() {
        row("Format", source_.format);
        auto size = size_text(of_.bytes);
        if (of_.bytes >= 1000)
            size += fmt::format(" ({} bytes)", of_.bytes);
        row("Size", source_.format == "text" ? size + " as binary" : size);
        if (of_.metadata.name)
            row("Name", *of_.metadata.name);
        if (of_.is_package())
            row("Package", of_.wit->model[of_.wit->package].name.text());
        if (!of_.is_package()) {
            needs();
            wasi();
            const auto uses = uses_of(of_);
            words("Used As", {uses.begin(), uses.end()});
            for (const auto& world : worlds_inside())
                row("World", world);
            counts(of_.facts);
        }
        made_by();
        remarks();
        row("Verification",
            source_.verdict != nullptr ? verdict_word(*source_.verdict) : "not signed");
    }
    void needs() {
        const auto needs = wasm::needs_of(of_.features);
        std::vector<std::string> all, beyond;
        for (const auto one : needs.features)
            all.emplace_back(wasm::name_of(one));
        for (const auto one : needs.beyond)
            beyond.emplace_back(wasm::name_of(one));
        if (of_.core_modules != 0)
            row("WebAssembly",
                fmt::format("{}{}{}{}", of_.features_are_whole ? "" : "at least ", needs.version,
                            beyond.empty() ? "" : " with ", base::joined(beyond, ", ")));
        words("Features", all);
    }
    void wasi() {
        const auto versions = wasi_versions(of_);
        row("WASI",
            versions.empty() ? "no" : line_of(base::joined(versions, ", "), most_value_bytes));
    }
    [[nodiscard]] std::vector<std::string> worlds_inside() const {
        std::vector<std::string> out;
        for (const auto& section : of_.sections)
            if (of_.is_module() && section.name.starts_with("component-type") && out.size() < 10)
                out.push_back(fmt::format("in the section {}", section.name));
        return out;
    }
    void counts(const ModuleFacts& facts) {
        if (of_.core_modules != 0) {
            row("Functions", of_.is_module()
                                 ? fmt::format("{}, of them {} imported", facts.functions,
                                               facts.imported_functions)
                                 : fmt::format("{}", facts.functions - facts.imported_functions));
            row("Code", size_text(facts.code_bytes));
            row("Data", fmt::format("{} in {}", size_text(facts.data_bytes),
                                    counted(facts.data_segments, "segment", "segments")));
        }
        memories(facts);
        dynamic_linking(facts);
        debugging(facts);
    }
    static std::string range_text(const wasm::Limits& limits, std::string_view one,
                                  std::string_view several) {
        if (limits.max && *limits.max != limits.min)
            return fmt::format("{} to {} {}", limits.min, *limits.max, several);
        return fmt::format("{}{}", counted(limits.min, one, several),
                           limits.max ? ", no more" : " or more");
    }
    void memories(const ModuleFacts& facts) {
        for (const auto& one : facts.memories) {
            auto text = range_text(one.limits, "page", "pages");
            if (const auto log2 = one.page_size_log2; log2 && *log2 < 64)
                text += fmt::format(" of {}", size_text(std::uint64_t{1} << *log2));
            row("Memory", fmt::format("{}{}{}", text, one.limits.is_shared ? ", shared" : "",
                                      one.limits.is_64 ? ", 64-bit" : ""));
        }
        if (facts.more_memories != 0)
            row("Memory", fmt::format("and {} more", facts.more_memories));
        for (const auto& one : facts.tables)
            row("Table", fmt::format("{}{}", range_text(one.limits, "element", "elements"),
                                     one.limits.is_64 ? ", 64-bit" : ""));
        if (facts.more_tables != 0)
            row("Table", fmt::format("and {} more", facts.more_tables));
    }
    void dynamic_linking(const ModuleFacts& facts) {
        if (!facts.dylink)
            return;
        const auto& of = *facts.dylink;
        if (of.memory)
            row("Dynamic Linking",
                fmt::format("{} of memory, {}", size_text(of.memory->bytes),
                            counted(of.memory->table_elements, "table element", "table elements")));
        words("Needs", {of.needed.begin(), of.needed.end()});
        words("Looked For In", {of.runtime_paths.begin(), of.runtime_paths.end()});
    }
    void debugging(const ModuleFacts& facts) {
        const auto& of = facts.debug;
        if (of.dwarf_sections != 0)
            row("DWARF", fmt::format("{} in {}", size_text(of.dwarf_bytes),
                                     counted(of.dwarf_sections, "section", "sections")));
        if (of.dwarf_file)
            row("DWARF", *of.dwarf_file);
        if (of.source_map)
            row("Source Map", *of.source_map);
        if (of.build_id)
            row("Build ID", hex_of(*of.build_id));
        if (of_.core_modules != 0)
            row("Name Section", of.name_bytes ? size_text(*of.name_bytes) : "none");
    }
    static std::string hex_of(Bytes bytes) {
        std::string out;
        for (const auto byte : bytes.first(std::min<std::size_t>(bytes.size(), 32)))
            out += fmt::format("{:02x}", byte);
        return out;
    }

    // --- who made it

    void made_by() {
        const auto& fields = of_.producers.fields;
        for (const auto& field :
             std::span(fields).first(std::min<std::size_t>(fields.size(), 20))) {
            std::vector<std::string> values;
            for (const auto& value : field.values)
                values.push_back(value.version.empty() ? value.name
                                                       : value.name + " " + value.version);
            words(label_of(field.name), values);
        }
        std::vector<std::string> targets;
        for (const auto& one : of_.facts.target_features)
            targets.push_back(one.prefix + std::string(one.name));
        words("Target Features", targets);
    }
    static std::string label_of(const std::string& field) {
        if (field == "language")
            return "Languages";
        if (field == "processed-by")
            return "Tools";
        return field == "sdk" ? "SDKs" : field;
    }
    void remarks() {
        static constexpr std::string_view labels[] = {
            "Authors", "Description", "Licenses", "Source", "Homepage", "Revision", "Version"};
        for (std::size_t i = 0; i < std::size(labels); ++i)
            if (const auto& text = of_.metadata.remarks[i])
                row(labels[i], *text);
        if (of_.dependencies)
            row("Dependencies", counted(*of_.dependencies, "package", "packages"));
    }

    // --- a module's outside

    void module() {
        const auto& module = *of_.module;
        const wasm::ExternTypes types(module);
        const auto shown = std::min(module.imports.size(), most_rows);
        if (shown != 0)
            table_.heading(fmt::format("Imports ({})", module.imports.size()));
        std::optional<std::string_view> from;
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& one = module.imports[i];
            if (from != one.module)
                table_.line(line_of(one.module, most_label_bytes));
            from = one.module;
            row("  " + line_of(one.name, most_label_bytes), types.text(one.type, 200));
        }
        if (shown < module.imports.size())
            left_out(module.imports.size() - shown);
        exports(module, types);
    }
    void exports(const wasm::Module& module, const wasm::ExternTypes& types) {
        const auto shown = std::min(module.exports.size(), most_rows);
        if (shown != 0)
            table_.heading(fmt::format("Exports ({})", module.exports.size()));
        for (std::size_t i = 0; i < shown; ++i) {
            const auto& one = module.exports[i];
            const auto* const type = types.find(one.kind, one.index);
            row(one.name, type != nullptr ? types.text(*type, 200) : "?");
        }
        if (shown < module.exports.size())
            left_out(module.exports.size() - shown);
    }

    // --- a component's

    using Items = base::OrderedMap<wit::WorldKey, wit::WorldItem>;

    void world() {
        const auto& world = of_.wit->model[*of_.wit->world];
        signatures_.emplace(of_.wit->model);
        items("Imports", world.imports, false);
        foreign();
        items("Exports", world.exports, true);
    }
    void items(std::string_view heading, const Items& items, bool with_functions) {
        if (items.empty())
            return;
        table_.heading(fmt::format("{} ({})", heading, items.size()));
        const auto& model = of_.wit->model;
        std::size_t rows = 0;
        std::size_t shown = 0;
        for (const auto& [key, item] : items) {
            if (rows >= most_rows)
                break;
            ++shown;
            ++rows;
            const auto name = model.key_name(key);
            if (const auto* const interface = std::get_if<wit::WorldInterface>(&item)) {
                row(name, summary(model[interface->interface]));
                if (with_functions)
                    rows += functions(model[interface->interface], most_rows - rows);
            } else if (const auto* const function = std::get_if<wit::Function>(&item)) {
                row(name, signatures_->text(*function));
            } else {
                row(name, "type");
            }
        }
        if (shown < items.size())
            left_out(items.size() - shown);
    }
    std::size_t functions(const wit::Interface& interface, std::size_t most) {
        std::size_t shown = 0;
        for (const auto& [name, function] : interface.functions) {
            if (shown == most) {
                left_out(interface.functions.size() - shown, "more functions of it");
                break;
            }
            row("  " + line_of(name, most_label_bytes), signatures_->text(function));
            ++shown;
        }
        return shown;
    }
    [[nodiscard]] std::string summary(const wit::Interface& interface) const {
        std::uint64_t resources = 0;
        for (const auto& [name, type] : interface.types)
            if (std::holds_alternative<wit::Resource>(of_.wit->model[type].kind))
                ++resources;
        std::vector<std::string> all;
        if (!interface.functions.empty())
            all.push_back(counted(interface.functions.size(), "function", "functions"));
        if (resources != 0)
            all.push_back(counted(resources, "resource", "resources"));
        if (all.empty())
            all.push_back(counted(interface.types.size(), "type", "types"));
        return base::joined(all, ", ");
    }
    void foreign() {
        const auto& list = of_.foreign_imports;
        if (!list.empty())
            table_.heading(fmt::format("Imports That No World Has ({})", list.size()));
        for (std::size_t i = 0; i < std::min(list.size(), most_rows); ++i)
            row(list[i].first, list[i].second);
        if (list.size() > most_rows)
            left_out(list.size() - most_rows);
    }
    void names() {
        for (const auto& [heading, list] :
             {std::pair("Imports", &of_.imports), std::pair("Exports", &of_.exports)}) {
            if (!list->empty())
                table_.heading(fmt::format("{} ({})", heading, list->size()));
            for (std::size_t i = 0; i < std::min(list->size(), most_rows); ++i)
                table_.line(line_of((*list)[i], most_value_bytes));
            if (list->size() > most_rows)
                left_out(list->size() - most_rows);
        }
    }
    void package() {
        const auto& model = of_.wit->model;
        const auto& main = model[of_.wit->package];
        table_.heading(fmt::format("Interfaces ({})", main.interfaces.size()));
        std::size_t rows = 0;
        for (const auto& [name, interface] : main.interfaces)
            if (rows++ < most_rows)
                row(name, summary(model[interface]));
        if (rows > most_rows)
            left_out(rows - most_rows);
        table_.heading(fmt::format("Worlds ({})", main.worlds.size()));
        rows = 0;
        for (const auto& [name, world] : main.worlds)
            if (rows++ < most_rows)
                row(name,
                    fmt::format("{}, {}", counted(model[world].imports.size(), "import", "imports"),
                                counted(model[world].exports.size(), "export", "exports")));
        if (rows > most_rows)
            left_out(rows - most_rows);
    }

    // --- where the bytes are

    void parts() {
        table_.heading(fmt::format("Modules and Components ({})", of_.parts.size()));
        for (std::size_t i = 0; i < std::min(of_.parts.size(), most_rows); ++i) {
            const auto& part = of_.parts[i];
            const auto role = word_of(part.role);
            row(compose::path_of(of_.parts, i),
                fmt::format("{}{}{:>12}{:>8}", role, role.empty() ? "" : " ",
                            size_text(part.bytes.size()),
                            share_text(part.bytes.size(), of_.bytes)));
        }
        if (of_.parts.size() > most_rows)
            left_out(of_.parts.size() - most_rows);
    }
    void largest() {
        table_.heading("Largest Functions");
        for (const auto& one : of_.largest) {
            auto name = one.name.empty() ? fmt::format("function {}", one.index)
                                         : line_of(one.name, most_label_bytes);
            if (!of_.parts.empty())
                name += fmt::format(" ({})", compose::path_of(of_.parts, one.part));
            table_.row(name, fmt::format("{:>12}{:>8}", size_text(one.bytes),
                                         share_text(one.bytes, of_.facts.code_bytes)));
        }
    }
    void sections() {
        if (!of_.sections.empty())
            table_.heading("Sections");
        for (std::size_t i = 0; i < std::min(of_.sections.size(), most_rows); ++i) {
            const auto& one = of_.sections[i];
            auto label = std::string(one.what.empty() ? "unknown" : one.what);
            if (one.what == "custom")
                label += one.name.empty() ? std::string(", others")
                                          : " " + line_of(one.name, most_label_bytes);
            const auto items = one.what == "custom" || one.items == 1
                                   ? std::string()
                                   : counted(one.items, "item", "items");
            row(label, fmt::format("{}{:>12}{:>8}", items, size_text(one.bytes),
                                   share_text(one.bytes, of_.bytes)));
        }
        if (of_.sections.size() > most_rows)
            left_out(of_.sections.size() - most_rows);
    }

    const Contents& of_;
    const ContentsSource& source_;
    TextTable table_;
    std::optional<Signatures> signatures_; ///< of a component with a world
};

} // namespace

std::uint64_t per_mille(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0 : (part * 1000 + whole / 2) / whole;
}

std::string contents_text(const Contents& contents, const ContentsSource& source) {
    auto out = View(contents, source).text();
    return source.verdict != nullptr ? out + reason_lines(*source.verdict) : out;
}

} // namespace tenon::cli
