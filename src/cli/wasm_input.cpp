// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/wasm_input.hpp"

#include "cli/limits.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace tenon::cli {
namespace {

Result<WasmInput> read_as_is(const Call& call, const std::string& path) {
    auto content =
        TENON_TRY(path == "-" ? base::read_all(STDIN_FILENO, max_wasm_bytes, "-", call.stop())
                              : base::read_file(path, max_wasm_bytes, call.stop()));
    return WasmInput{path == "-" ? "<stdin>" : path, std::move(content)};
}

bool is_text(Bytes content) {
    const auto text = as_text(content);
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin != text.npos && (text[begin] == '(' || text[begin] == ';');
}

} // namespace

Result<WasmInput> read_wasm(const Call& call) {
    const auto path = call.argument(0).value_or("-");
    auto input = TENON_TRY(read_as_is(call, path));
    if (is_text(input.bytes))
        input.bytes = TENON_TRY(wat::parse(input.name, as_text(input.bytes)));
    return input;
}

Result<Buffer> read_core_module(const Call& call, const std::string& path) {
    auto [name, bytes] = TENON_TRY(read_as_is(call, path));
    if (is_text(bytes))
        return wat::parse_module(name, as_text(bytes));
    return std::move(bytes); // whoever reads it says what it is not
}

Result<WasmInput> read_component(const Call& call, const std::string& path) {
    auto input = TENON_TRY(read_as_is(call, path));
    if (!wasm::looks_like_wasm(input.bytes))
        input.bytes = TENON_TRY(wat::parse(input.name, as_text(input.bytes)));
    const auto walker = wasm::SectionWalker::begin(input.bytes);
    if (!walker)
        return fail(
            base::Error(walker.error().code(), walker.error().message(), walker.error().offset())
                .in_file(input.name));
    if (walker->preamble().layer != wasm::Layer::component)
        return fail(
            base::Error(Errc::invalid, fmt::format("`{}` is a core module", path))
                .help(fmt::format("`tenon check {}` says how to make it a component", path)));
    return input;
}

} // namespace tenon::cli
