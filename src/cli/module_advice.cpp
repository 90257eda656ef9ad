// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/module_advice.hpp"

#include "base/file.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

constexpr std::string_view wasi_modules[] = {"wasi_snapshot_preview1", "wasi_unstable"};

/// `a:b/c`, `$root`, `[export]a:b/c`, `cm32p2|a:b/c`: names that `component new` knows. Plain names
/// may be those of interfaces inside a world, where there is one.
bool is_interface_name(std::string_view module, bool has_world) {
    return module.contains(':') || module.starts_with('$') || module.starts_with('[') ||
           module.starts_with("cm32p2") || has_world;
}

/// For a shell, where it holds more than names usually do.
std::string quoted(const std::string& word) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("._-/:@+=,").contains(c);
    };
    if (!word.empty() && std::ranges::all_of(word, plain))
        return word;
    std::string out = "'";
    for (const char c : word)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

/// `app.embed.wasm` of `build/app.wasm`; standard input has no name.
std::string named_after(const std::string& path, std::string_view what) {
    auto stem = path == "-" ? std::string("module") : base::Path(path).stem().native();
    return quoted(fmt::format("{}.{}.wasm", stem, what));
}

} // namespace

ModuleAdvice advice_on(const wasm::Module& module) {
    ModuleAdvice out;
    for (const auto& custom : module.customs)
        out.has_world = out.has_world || custom.name.starts_with("component-type");
    for (const auto& one : module.exports)
        out.is_command = out.is_command || one.name == "_start";
    for (const auto& import : module.imports) {
        if (std::ranges::find(wasi_modules, import.module) != std::end(wasi_modules))
            out.speaks_wasi = true;
        else if (!is_interface_name(import.module, out.has_world) && out.foreign.size() < 10 &&
                 std::ranges::find(out.foreign, import.module) == out.foreign.end())
            out.foreign.emplace_back(import.module);
    }
    return out;
}

base::Error no_component(const ModuleAdvice& advice, const std::string& path,
                         const std::string& wit, const std::string& world) {
    auto error = base::Error(Errc::invalid, fmt::format("`{}` is a core module, not a component",
                                                        path == "-" ? "<stdin>" : path));
    // A program that only speaks WASI is a component of `wasi:cli` as it stands.
    const bool needs_world = !advice.has_world && !(advice.speaks_wasi && advice.is_command);
    auto from = quoted(path);
    if (needs_world) {
        const auto embedded = named_after(path, "embed");
        error = std::move(error).because("nothing in it says what its world is");
        error = std::move(error).help(
            fmt::format("put the world into it: `tenon component embed {} {}{} -o {}`",
                        wit.empty() ? "wit" : quoted(wit), from,
                        world.empty() ? "" : " --world " + quoted(world), embedded));
        from = embedded;
    }
    if (advice.speaks_wasi)
        error = std::move(error).because("it imports WASI 0.1, which components reach through an "
                                         "adapter");
    for (const auto& module : advice.foreign)
        error = std::move(error).because(
            fmt::format("it imports from `{}`, which is neither WASI nor an interface", module));
    return std::move(error).help(
        fmt::format("{}`tenon component new {}{} -o {}`",
                    needs_world ? "then make the component: " : "make it a component: ", from,
                    advice.speaks_wasi ? " --adapt auto" : "", named_after(path, "component")));
}

} // namespace tenon::cli
