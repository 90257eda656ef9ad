// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon objdump: a line a section, nested modules and components too.
#include "wasm/outline.hpp"

#include "base/utf8.hpp"
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "data/value.hpp"

#include <fmt/core.h>

namespace tenon::cli {
namespace {

using wasm::OutlineLine;

/// `types`, `custom "name"`.
std::string label_of(const OutlineLine& line) {
    std::string out(line.what);
    if (line.what == "custom")
        out += " " + data::to_json(data::Value(line.name));
    return base::printable(out);
}

/// Columns as wasm-tools has them: name, range, size, count.
std::string text_of(const OutlineLine& line) {
    const std::string indent(static_cast<std::size_t>(line.depth + 1) * 2, ' ');
    if (line.kind != OutlineLine::Kind::section)
        return fmt::format("{}------ {} {} {} {}\n", indent,
                           line.kind == OutlineLine::Kind::enter ? "start" : "end", line.what,
                           line.index, line.what == "module" ? "-------------" : "----------");
    return fmt::format("{:40} | {:#10x} - {:#10x} | {:9} bytes | {} count\n",
                       indent + label_of(line), line.begin, line.end, line.end - line.begin,
                       line.count);
}

/// The lines as JSON, each nested one's under `sections` of the section that holds it.
class JsonOutline {
public:
    std::string add(const OutlineLine& line) {
        switch (line.kind) {
        case OutlineLine::Kind::enter: return start(line);
        case OutlineLine::Kind::leave: return finish();
        case OutlineLine::Kind::section: break;
        }
        auto out = close() + (is_first_ ? "" : ",");
        auto object = data::Value::object({});
        object.set("section", data::Value(line.what));
        if (line.what == "custom")
            object.set("name", data::Value(line.name));
        object.set("start", number(line.begin));
        object.set("end", number(line.end));
        object.set("size", number(line.end - line.begin));
        object.set("count", number(line.count));
        const auto whole = data::to_json(object);
        out += whole.substr(0, whole.size() - 1); // `}` follows once it is known what is inside
        is_open_ = true;
        is_first_ = false;
        return out;
    }
    std::string close() { return std::exchange(is_open_, false) ? "}" : ""; }

private:
    static data::Value number(std::uint64_t value) {
        return data::Value::integer(static_cast<std::int64_t>(value));
    }
    std::string start(const OutlineLine& line) {
        is_open_ = false;
        is_first_ = true;
        return fmt::format(",\"index\":{},\"sections\":[", line.index);
    }
    std::string finish() {
        auto out = close() + "]";
        is_open_ = true; // the section that it stands in
        is_first_ = false;
        return out;
    }

    bool is_open_ = false;
    bool is_first_ = true;
};

Result<> put_text(Bytes bytes, const TextPieces& put) {
    return wasm::outline(bytes, [&](const OutlineLine& line) { return put(text_of(line)); });
}

Result<> put_json(Bytes bytes, const TextPieces& put) {
    // Half a document is of no use: whether there is an error is found out before.
    TENON_TRY(wasm::outline(bytes, [](const OutlineLine&) { return Result<>(); }));
    JsonOutline json;
    TENON_TRY(put("{\"sections\":["));
    TENON_TRY(wasm::outline(bytes, [&](const OutlineLine& line) { return put(json.add(line)); }));
    return put(json.close() + "]}\n");
}

Result<> objdump(Call& call) {
    const auto input = TENON_TRY(read_wasm(call));
    return deliver_printed(call, input.name, [&](const TextPieces& put) {
        return call.json() ? put_json(input.bytes, put) : put_text(input.bytes, put);
    });
}

constexpr Positional objdump_arguments[] = {wasm_file_argument};

} // namespace

constexpr Verb objdump_verb{
    .path = "objdump",
    .summary = "list the sections of a module or component",
    .description =
        "A line a section: its name, where its content begins and ends in the file, its size and "
        "the number of its items. Of a custom section that is what stands behind its name. Nested "
        "modules and components follow the section that holds them.",
    .positionals = objdump_arguments,
    .output = OutputMeaning::file,
    .run = objdump,
    .example = "tenon objdump app.wasm",
    .long_running = true};

} // namespace tenon::cli
