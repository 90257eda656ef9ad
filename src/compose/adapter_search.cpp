// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/adapter_search.hpp"

#include "base/version.hpp"
#include "wasm/module.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::compose {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view crate = "wasi-preview1-component-adapter-provider";

bool is_file(const fs::path& path) {
    std::error_code problem;
    return fs::is_regular_file(path, problem);
}

std::vector<fs::path> entries(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code problem;
    for (fs::directory_iterator at(folder, problem), end; !problem && at != end;
         at.increment(problem))
        out.push_back(at->path());
    std::ranges::sort(out);
    return out;
}

/// `registry/src/INDEX/CRATE-VERSION/artefacts/FILE`, the newest version.
std::optional<fs::path> in_cargo_home(const fs::path& home, const std::string& file) {
    std::optional<fs::path> best;
    base::Version newest;
    for (const auto& index : entries(home / "registry" / "src"))
        for (const auto& folder : entries(index)) {
            const auto name = folder.filename().native();
            if (!name.starts_with(crate) || name.size() <= crate.size() + 1)
                continue;
            const auto version = base::Version::parse(name.substr(crate.size() + 1));
            auto path = folder / "artefacts" / file;
            if (version && (!best || *version > newest) && is_file(path)) {
                newest = *version;
                best = std::move(path);
            }
        }
    return best;
}

} // namespace

std::optional<base::Path> find_wasi_adapter(WasiAdapter which, const AdapterPlaces& places) {
    const auto file = fmt::format("{}.{}.wasm", wasi_module,
                                  which == WasiAdapter::command ? "command" : "reactor");
    for (auto folder = places.folder; !folder.empty(); folder = folder.parent_path()) {
        for (auto path : {folder / "vendor" / crate / "artefacts" / file,
                          folder / "node_modules" / "@bytecodealliance" / "jco" / "lib" / file})
            if (is_file(path))
                return path;
        if (folder == folder.root_path())
            break;
    }
    return places.cargo_home.empty() ? std::nullopt : in_cargo_home(places.cargo_home, file);
}

Result<WasiAdapter> wasi_adapter_for(Bytes module) {
    const auto decoded = TENON_TRY(wasm::decode_module(module));
    const bool has_start = std::ranges::any_of(decoded.exports, [](const wasm::Export& one) {
        return one.kind == wasm::ExternKind::func && one.name == "_start";
    });
    return has_start ? WasiAdapter::command : WasiAdapter::reactor;
}

} // namespace tenon::compose
