// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For suites: validates binaries, components and core modules. For each file a line `path`,
// `valid` or the kind of the error, the error, with tabs between.
#include "base/file.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/validate.hpp"
#include "wasm/sections.hpp"

#include <iostream>

namespace {

namespace base = tenon::base;
namespace component = tenon::component;
namespace wasm = tenon::wasm;
using tenon::Result;

Result<> check(const std::string& path, const wasm::ValidateOptions& options) {
    const auto bytes = TENON_TRY(base::read_file(path, std::uint64_t{1} << 30));
    const auto walker = TENON_TRY(wasm::SectionWalker::begin(bytes));
    if (walker.preamble().layer != wasm::Layer::component)
        return wasm::validate_in_parallel(TENON_TRY(wasm::decode_module(bytes)), options);
    TENON_TRY(component::validate(TENON_TRY(component::decode(bytes)), options));
    return {};
}

} // namespace

/// Options first: `--standard` for the features that are on without asking, else all are;
/// `--no-nested-names` for the part of a suite that must not have them.
int main(int count, char** arguments) {
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    for (int i = 1; i < count; ++i) {
        const std::string path = arguments[i];
        if (path == "--standard") {
            options.features = wasm::Features::standard();
            continue;
        }
        if (path == "--no-nested-names") {
            options.features.set(wasm::Feature::cm_nested_names, false);
            continue;
        }
        if (const auto done = check(path, options); done) {
            std::cout << path << "\tvalid\t\n";
        } else {
            const auto& error = done.error();
            std::cout << path << '\t' << errc_name(error.code()) << '\t';
            if (error.offset())
                std::cout << '@' << *error.offset() << ' ';
            std::cout << error.message();
            for (const auto& frame : error.frames())
                std::cout << ", in " << frame;
            std::cout << '\n';
        }
    }
    return 0;
}
