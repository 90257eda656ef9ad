// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon print: modules and components as text.
#include "wat/print.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <unistd.h>

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

/// Text is made into a binary first, which is printed in the usual shape then.
Result<Buffer> binary_of(const Call& call, const std::string& path) {
    auto content =
        TENON_TRY(path == "-" ? base::read_all(STDIN_FILENO, max_wasm_bytes, "-", call.stop())
                              : base::read_file(path, max_wasm_bytes, call.stop()));
    const auto text = as_text(content);
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin != text.npos && (text[begin] == '(' || text[begin] == ';'))
        return wat::parse(path == "-" ? "<stdin>" : path, text, call.stop());
    return content;
}

Result<> print(Call& call) {
    const auto path = call.argument(0).value_or("-");
    const auto options = TENON_TRY(print_options_of(call));
    const auto binary = TENON_TRY(binary_of(call, path));
    const auto print_to = [&](const auto& put) -> Result<> {
        auto done = wat::print(binary, options, [&](std::string_view piece) -> Result<> {
            if (call.stop().stop_requested())
                return fail(Errc::interrupted, "interrupted");
            return put(piece);
        });
        if (!done)
            return fail(std::move(done).error().in_file(path));
        return {};
    };
    const auto target = call.value("output");
    if (!target || *target == "-")
        return print_to([&call](std::string_view piece) { return call.answer_plainly(piece); });
    auto file = TENON_TRY(base::NewFile::create(*target));
    TENON_TRY(print_to([&file](std::string_view piece) { return file.write(as_bytes(piece)); }));
    return file.commit();
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
     .help = "what a level of nesting is indented by, instead of blanks"},
};
constexpr Positional print_arguments[] = {
    {.name = "FILE",
     .help = "module or component, binary or text; standard input if there is none, or `-`",
     .required = false}};

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
