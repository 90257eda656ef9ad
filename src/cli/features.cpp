// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/features.hpp"

#include "base/nearest.hpp"
#include "wasm/type_text.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

std::vector<wasm::Feature> all_features() {
    std::vector<wasm::Feature> all;
    for (int i = 1; i <= static_cast<int>(wasm::last_feature); ++i)
        all.push_back(static_cast<wasm::Feature>(i));
    return all;
}

/// `threads`, `-simd`, `all`, `-all`, on top of what was said before, or `wasm2` in its place: one
/// word of `--features`.
Result<> apply(const Call& call, std::string_view word, wasm::Features& features) {
    const bool on = !word.starts_with('-');
    const auto name = on ? word : word.substr(1);
    if (const auto version = wasm::Features::version(name)) {
        if (!on)
            return call.misuse(base::Error(
                Errc::usage, fmt::format("`{}` cannot be taken away, only chosen", name)));
        features = *version;
        return {};
    }
    const auto versions = wasm::Features::version_names();
    std::vector<std::string_view> names(versions.begin(), versions.end());
    names.emplace_back("all");
    for (const auto feature : all_features()) {
        names.push_back(name_of(feature));
        if (name == "all" || name == name_of(feature))
            features.set(feature, on);
    }
    if (std::ranges::find(names, name) != names.end())
        return {};
    auto error = base::Error(Errc::usage, fmt::format("unknown feature `{}`", name));
    if (const auto near = base::nearest(name, names))
        error = std::move(error).help(fmt::format("did you mean `{}`?", *near));
    return call.misuse(std::move(error));
}

} // namespace

Result<wasm::Features> wasm_features_of(const Call& call, wasm::Features features,
                                        std::string_view option) {
    for (const auto& list : call.values(option))
        for (std::size_t begin = 0; begin <= list.size();) {
            const auto end = std::min(list.find(',', begin), list.size());
            if (end > begin)
                TENON_TRY(apply(call, std::string_view(list).substr(begin, end - begin), features));
            begin = end + 1;
        }
    return features;
}

} // namespace tenon::cli
