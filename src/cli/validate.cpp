// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon validate: whether core modules and components are valid.
#include "component/validate.hpp"
#include "cli/features.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "wasm/sections.hpp"
#include "wasm/validate_parallel.hpp"
#include "wat/parse.hpp"
#include "wat/text_place.hpp"

#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace tenon::cli {
namespace {

Result<> validate_content(Bytes content, const wasm::ValidateOptions& options) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(content));
    if (walker.preamble().layer == wasm::Layer::component)
        return component::validate(content, options);
    return wasm::validate_in_parallel(TENON_TRY(wasm::decode_module(content)), options);
}

Result<> validate_text(const std::string& path, std::string_view text,
                       const wasm::ValidateOptions& options) {
    const auto binary = TENON_TRY(wat::parse(path, text, options.stop));
    auto done = validate_content(binary, options);
    if (!done)
        return fail(wat::placed(std::move(done).error(), path, text));
    return {};
}

Result<> validate_one(const Call& call, const std::string& path,
                      const wasm::ValidateOptions& options) {
    const auto content =
        TENON_TRY(path == "-" ? base::read_all(STDIN_FILENO, max_wasm_bytes, "-", call.stop())
                              : base::read_file(path, max_wasm_bytes, call.stop()));
    const auto text = as_text(content);
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin != text.npos && (text[begin] == '(' || text[begin] == ';')) // the text format
        return validate_text(path, text, options);
    auto done = validate_content(content, options);
    if (!done)
        return fail(std::move(done).error().in_file(path));
    return {};
}

Result<> validate(Call& call) {
    wasm::ValidateOptions options;
    options.features = TENON_TRY(wasm_features_of(call));
    options.threads =
        static_cast<unsigned>(TENON_TRY(call.integer("threads", 1, 4096)).value_or(0));
    options.stop = call.stop();
    auto paths = call.arguments_from(0);
    if (paths.empty())
        paths.emplace_back("-");
    for (const auto& path : paths)
        TENON_TRY(validate_one(call, path, options));
    if (!call.json())
        return {};
    auto object = data::Value::object({});
    object.set("valid", data::Value(true));
    return call.answer("", std::move(object));
}

constexpr Option validate_options[] = {wasm_features_option, threads_option};
constexpr Positional validate_arguments[] = {
    {.name = "FILE",
     .help = "modules and components, binary or text; standard input if there is none, or `-`",
     .required = false,
     .repeated = true}};

} // namespace

constexpr Verb validate_verb{
    .path = "validate",
    .summary = "check that modules and components are valid",
    .description = "Says nothing and leaves with 0 if all are. The error names the offset, the "
                   "function, the operator, and the types found and wanted; in a component also "
                   "the way to the module that it is in.",
    .options = validate_options,
    .positionals = validate_arguments,
    .output = OutputMeaning::format,
    .run = validate,
    .example = "tenon validate --features=-simd app.wasm",
    .long_running = true};

} // namespace tenon::cli
