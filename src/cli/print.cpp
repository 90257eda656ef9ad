// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon print: modules and components as text.
#include "wat/print.hpp"
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"

namespace tenon::cli {
namespace {

Result<wat::PrintOptions> print_options_of(const Call& call) {
    wat::PrintOptions options;
    options.fold = call.has("fold-instructions");
    options.offsets = call.has("print-offsets");
    options.skeleton = call.has("skeleton");
    options.name_unnamed = call.has("name-unnamed");
    if (const auto width = TENON_TRY(call.integer("indent", 0, 100)))
        options.indent.assign(static_cast<std::size_t>(*width), ' ');
    if (const auto text = call.value("indent-text"))
        options.indent = *text;
    return options;
}

Result<> print(Call& call) {
    const auto options = TENON_TRY(print_options_of(call));
    const auto input = TENON_TRY(read_wasm(call));
    return deliver_printed(call, input.name, [&](const TextPieces& put) {
        return wat::print(input.bytes, options, put);
    });
}

constexpr Option print_options[] = {
    {.name = "fold-instructions",
     .letter = 'f',
     .help = "print operators with their operands inside: `(i32.add (local.get 0) (i32.const 1))`"},
    {.name = "print-offsets",
     .letter = 'p',
     .help = "begin each line with the offset in the file of what it shows"},
    {.name = "skeleton", .help = "print `...` for function bodies and the content of segments"},
    {.name = "name-unnamed", .help = "make up names for what has none"},
    {.name = "indent",
     .kind = ValueKind::number,
     .value = "N",
     .help = "blanks that a level of nesting is indented by (default 2)"},
    {.name = "indent-text",
     .kind = ValueKind::text,
     .value = "TEXT",
     .help = "what a level of nesting is indented by, instead of blanks",
     .excludes = "indent"},
};
constexpr Positional print_arguments[] = {wasm_file_argument};

} // namespace

constexpr Verb print_verb{
    .path = "print",
    .summary = "print a module or component as text",
    .description = "Names are those of the section `name`. What is printed need not be valid; the "
                   "text of what is valid can be parsed again.",
    .options = print_options,
    .positionals = print_arguments,
    .output = OutputMeaning::file,
    .run = print,
    .example = "tenon print app.wasm --skeleton",
    .long_running = true};

} // namespace tenon::cli
