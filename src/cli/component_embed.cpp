// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon component embed: a world into a core module.
#include "cli/deliver.hpp"
#include "cli/interface_names.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "cli/wit_input.hpp"
#include "compose/embed.hpp"
#include "wasm/sections.hpp"
#include "wit/select.hpp"

#include <array>

namespace tenon::cli {
namespace {

using compose::DummyStyle;

Result<compose::StringEncoding> encoding_of(const Call& call) {
    using Encoding = compose::StringEncoding;
    const auto wanted = call.value("encoding");
    for (const auto one : {Encoding::utf8, Encoding::utf16, Encoding::latin1_utf16})
        if (!wanted || *wanted == name_of(one))
            return one;
    return fail(Errc::usage, "unknown encoding"); // the table of options knows all of them
}

/// Nothing if a module is given.
Result<std::optional<DummyStyle>> dummy_style(const Call& call) {
    const auto names = call.value("dummy-names");
    const bool async = call.has("async-callback") || call.has("async-stackful");
    if (!names && !call.has("dummy")) {
        if (async)
            return call.misuse(base::Error(Errc::usage,
                                           "`--async-callback` and `--async-stackful` say how a "
                                           "dummy module is made")
                                   .help("give `--dummy-names legacy` too"));
        return std::optional<DummyStyle>();
    }
    if (names != "legacy") {
        if (async)
            return fail(base::Error(Errc::unsupported,
                                    "the names of `cm32p2` have none for async functions")
                            .help("give `--dummy-names legacy`"));
        return DummyStyle::standard;
    }
    return call.has("async-callback")   ? DummyStyle::async_callback
           : call.has("async-stackful") ? DummyStyle::async_stackful
                                        : DummyStyle::legacy;
}

Result<Buffer> module_of(const Call& call, const WitInput& input, wit::WorldIdx world) {
    if (const auto style = TENON_TRY(dummy_style(call))) {
        if (call.argument(1))
            return call.misuse(base::Error(
                Errc::usage, "a dummy module takes the place of the one that is given"));
        return compose::dummy_module(input.model, world, *style);
    }
    const auto path = call.argument(1).value_or("-");
    auto module = TENON_TRY(read_core_module(call, path));
    const auto walker = wasm::SectionWalker::begin(module);
    if (!walker)
        return fail(
            base::Error(walker.error().code(), walker.error().message(), walker.error().offset())
                .in_file(path));
    if (walker->preamble().layer == wasm::Layer::component)
        return fail(
            base::Error(Errc::invalid, "this is a component already, and a core module is wanted")
                .in_file(path));
    return module;
}

Result<> embed(Call& call) {
    const auto encoding = TENON_TRY(encoding_of(call));
    const auto input = TENON_TRY(read_wit_input(call, *call.argument(0)));
    const auto name = call.value("world");
    const auto world = TENON_TRY(wit::select_world(
        input.model, input.main, name ? std::optional<std::string_view>(*name) : std::nullopt));
    const auto names = interface_names_of(call);
    const auto producers = compose::Producers::processed_by("tenon", TENON_VERSION);
    if (call.has("only-custom")) {
        const auto content =
            TENON_TRY(compose::encode_metadata(input.model, world, encoding, producers, names));
        return deliver_wasm(call, std::array<Bytes, 1>{content});
    }
    const auto module = TENON_TRY(module_of(call, input, world));
    const auto section =
        TENON_TRY(compose::metadata_section_of(input.model, world, encoding, producers, names));
    return deliver_wasm(call, std::array<Bytes, 2>{module, section});
}

constexpr Option embed_options[] = {
    features_option,
    all_features_option,
    {.name = "world",
     .letter = 'w',
     .kind = ValueKind::text,
     .value = "WORLD",
     .help = "the world, where the package has several: its name, or `namespace:package/world`"},
    {.name = "encoding",
     .kind = ValueKind::choice,
     .value = "utf8|utf16|compact-utf16",
     .help = "how the module has its strings (default utf8)"},
    {.name = "dummy",
     .help = "make a module that fits the world and does nothing, with the names of `cm32p2`",
     .excludes = "dummy-names"},
    {.name = "dummy-names",
     .kind = ValueKind::choice,
     .value = "legacy|standard32",
     .help = "the same with these names"},
    {.name = "async-callback",
     .help = "a dummy module whose async functions have callbacks",
     .excludes = "async-stackful"},
    {.name = "async-stackful", .help = "a dummy module whose async functions wait on a stack"},
    canonical_names_option,
    {.name = "only-custom",
     .help = "only the content of the section, without a module",
     .excludes = "dummy"},
    wat_option,
};
constexpr Positional embed_arguments[] = {
    {.name = "WIT", .help = "WIT file or folder, or encoded package"},
    {.name = "MODULE",
     .help = "core module, binary or text; standard input if there is none, or `-`",
     .required = false}};

} // namespace

constexpr Verb component_embed_verb{
    .path = "component embed",
    .summary = "put a world into a core module",
    .description = "Bindings generators do that themselves. The world becomes a custom section "
                   "`component-type` at the module's end, which `tenon component new` reads.",
    .options = embed_options,
    .positionals = embed_arguments,
    .output = OutputMeaning::file,
    .run = embed,
    .example = "tenon component embed wit app.core.wasm --world app -o app.embed.wasm",
    .long_running = true};

} // namespace tenon::cli
