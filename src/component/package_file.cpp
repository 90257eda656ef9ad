// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/package_file.hpp"

#include "component/decode.hpp"
#include "component/typing.hpp"
#include "wit/print.hpp"
#include "wit/read.hpp"

namespace tenon::component {

Result<Buffer> encode_path(const base::Path& path, const Producer& producer) {
    wit::Model model;
    wit::ReadOptions options;
    options.decode = decode_package;
    const auto package = TENON_TRY(wit::read_path(model, path, options));
    return encode_package(model, package, producer);
}

Result<std::string> wit_text(Bytes component) {
    const auto decoded = TENON_TRY(decode_wit(component));
    return wit::print_all(decoded.model, decoded.package);
}

Result<Outside> outside_of(Bytes component) {
    const auto typed = TENON_TRY(find_types(TENON_TRY(decode(component))));
    Outside outside;
    for (const auto& [name, item] : typed.imports)
        outside.imports.push_back(name);
    for (const auto& [name, item] : typed.exports)
        outside.exports.push_back(name);
    return outside;
}

} // namespace tenon::component
