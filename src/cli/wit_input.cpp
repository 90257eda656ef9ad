// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/wit_input.hpp"

#include "cli/limits.hpp"
#include "cli/wasm_input.hpp"
#include "component/package_decode.hpp"
#include "wasm/module.hpp"
#include "wasm/sections.hpp"
#include "wat/package_text.hpp"
#include "wat/parse.hpp"
#include "wit/merge.hpp"

#include <algorithm>

namespace tenon::cli {
namespace {

wit::ReadOptions options_of(const Call& call) {
    wit::ReadOptions options;
    options.decode = [stop = call.stop()](Bytes content, const std::string& name) {
        return wat::decode_package(content, name, stop);
    };
    options.features.all = call.has("all-features");
    for (const auto& list : call.values("features"))
        for (std::size_t begin = 0; begin <= list.size();) {
            const auto end = std::min(list.find(',', begin), list.size());
            if (end > begin)
                options.features.enabled.insert(list.substr(begin, end - begin));
            begin = end + 1;
        }
    return options;
}

base::Error no_world(Bytes content) {
    std::string help = "`tenon component embed WIT MODULE` puts its world in, and `tenon component "
                       "new` makes a component of it";
    const auto module = wasm::decode_module(content);
    constexpr std::string_view preview1 = "wasi_snapshot_preview1";
    if (module && std::ranges::find(module->imports, preview1, &wasm::Import::module) !=
                      module->imports.end())
        help += "; the module imports `wasi_snapshot_preview1`, so that `new` needs an adapter "
                "(`--adapt`)";
    return base::Error(Errc::not_found, "this is a core module, and no section `component-type` in "
                                        "it says what its world is")
        .help(std::move(help));
}

/// The worlds in the sections `component-type…` of a core module, merged.
Result<WitInput> read_module(Bytes content) {
    auto walker = TENON_TRY(wasm::SectionWalker::begin(content));
    std::optional<WitInput> input;
    while (const auto section = TENON_TRY(walker.next())) {
        if (section->id != 0 || !section->name.starts_with("component-type"))
            continue;
        const auto skipped = section->content.size() - section->payload.size(); // the name
        auto decoded = component::decode_wit(section->payload, section->content_offset + skipped);
        if (!decoded)
            return fail(
                std::move(decoded).error().within("section `" + std::string(section->name) + "`"));
        if (!input)
            input = WitInput{std::move(decoded->model), decoded->package, {}};
        else
            TENON_TRY(wit::merge(input->model, decoded->model));
    }
    if (input)
        return *std::move(input);
    return fail(no_world(content));
}

Result<WitInput> read_binary(Bytes content) {
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(content));
    if (walker.preamble().layer == wasm::Layer::module)
        return read_module(content);
    auto decoded = TENON_TRY(component::decode_wit(content));
    return WitInput{std::move(decoded.model), decoded.package, decoded.world};
}

/// A module or component, binary or text. No WIT begins with a parenthesis.
Result<WitInput> read_wasm_input(const Call& call, const std::string& name, Bytes content) {
    Buffer parsed;
    if (!wasm::looks_like_wasm(content)) {
        parsed = TENON_TRY(wat::parse(name, as_text(content), call.stop()));
        content = parsed;
    }
    auto input = read_binary(content);
    if (!input)
        return fail(std::move(input).error().in_file(name));
    return input;
}

} // namespace

Result<WitInput> read_wit_input(const Call& call, const std::string& path) {
    const auto options = options_of(call);
    std::error_code problem; // told by whoever opens it
    const bool is_stream = path == "-";
    if (is_stream || std::filesystem::is_regular_file(path, problem)) {
        const auto content = TENON_TRY(read_input(call, path, max_wasm_bytes));
        if (wasm::looks_like_wasm(content) || looks_like_text(content))
            return read_wasm_input(call, input_name(path), content);
        if (is_stream) {
            WitInput input;
            input.main = TENON_TRY(wit::read_text(input.model, input_name(path),
                                                  std::string(as_text(content)), options));
            return input;
        }
    }
    WitInput input;
    input.main = TENON_TRY(wit::read_path(input.model, path, options));
    return input;
}

} // namespace tenon::cli
