// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/wasm_input.hpp"

#include "cli/limits.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"
#include "wat/text_place.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <unistd.h>

namespace tenon::cli {

std::string input_name(const std::string& path) {
    return path == "-" ? "<stdin>" : path;
}

Result<Buffer> read_input(const Call& call, const std::string& path, std::uint64_t limit) {
    return path == "-" ? base::read_all(STDIN_FILENO, limit, path, call.stop())
                       : base::read_file(path, limit, call.stop());
}

bool looks_like_text(Bytes content) {
    const auto text = as_text(content);
    const auto begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
    return text.substr(begin).starts_with("(") || text.substr(begin).starts_with(";;");
}

base::Error WasmInput::locate(base::Error error) const {
    return text.empty() ? std::move(error).in_file(name)
                        : wat::placed(std::move(error), name, as_text(text));
}

Result<WasmInput> read_wasm(const Call& call, const std::string& path) {
    auto content = TENON_TRY(read_input(call, path, max_wasm_bytes));
    WasmInput input{input_name(path), std::move(content)};
    if (!looks_like_text(input.bytes))
        return input;
    input.text = std::move(input.bytes);
    input.bytes = TENON_TRY(wat::parse(input.name, as_text(input.text), call.stop()));
    return input;
}

Result<WasmInput> read_wasm(const Call& call) {
    return read_wasm(call, call.argument(0).value_or("-"));
}

Result<Buffer> read_core_module(const Call& call, const std::string& path) {
    auto content = TENON_TRY(read_input(call, path, max_wasm_bytes));
    if (looks_like_text(content))
        return wat::parse_module(input_name(path), as_text(content), call.stop());
    return content; // whoever reads it says what it is not
}

Result<WasmInput> read_component(const Call& call, const std::string& path) {
    auto input = TENON_TRY(read_wasm(call, path));
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
