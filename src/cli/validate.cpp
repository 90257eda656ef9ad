// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon validate: whether core modules and components are valid.
#include "component/validate.hpp"
#include "cli/features.hpp"
#include "cli/limits.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "wasm/sections.hpp"
#include "wasm/validate_parallel.hpp"

namespace tenon::cli {
namespace {

Result<> validate_content(Bytes content, const wasm::ValidateOptions& options) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(content));
    if (walker.preamble().layer == wasm::Layer::component)
        return component::validate(content, options);
    return wasm::validate_in_parallel(TENON_TRY(wasm::decode_module(content)), options);
}

Result<> validate_one(const Call& call, const std::string& path,
                      const wasm::ValidateOptions& options) {
    const auto input = TENON_TRY(read_wasm(call, path));
    auto done = validate_content(input.bytes, options);
    if (!done)
        return fail(input.locate(std::move(done).error()));
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
    bool all_valid = true;
    for (const auto& path : paths) {
        auto valid = validate_one(call, path, options);
        if (valid)
            continue;
        if (paths.size() == 1 || valid.error().code() == Errc::interrupted)
            return fail(std::move(valid).error());
        call.report(valid.error());
        all_valid = false;
    }
    if (!call.json())
        return {};
    auto object = data::Value::object({});
    object.set("valid", data::Value(all_valid));
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
    .description =
        "Says nothing and leaves with 0 if all are. The error names the offset, the "
        "function, the operator, and the types found and wanted; in a component also "
        "the way to the module that it is in. Of several files each is looked at, and what is "
        "wrong with any of them is told.",
    .options = validate_options,
    .positionals = validate_arguments,
    .output = OutputMeaning::format,
    .run = validate,
    .example = "tenon validate --features=-simd app.wasm",
    .long_running = true};

} // namespace tenon::cli
