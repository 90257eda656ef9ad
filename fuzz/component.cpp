// LINK: tenon_component
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Component binaries: whatever decodes is encoded and decoded again as the same tree; a package
// that can be read as WIT is encoded, and is the same WIT after that. A valid one is valid again
// after it was encoded, and what it looks like from outside can be told without its core modules.
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/package_decode.hpp"
#include "component/package_encode.hpp"
#include "component/validate.hpp"
#include "wit/print.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using tenon::Buffer;

namespace component = tenon::component;
namespace wit = tenon::wit;

namespace {

void check_package(const wit::Model& model, wit::PackageIdx package) {
    const auto text = wit::print(model, package);
    const auto binary = component::encode_package(model, package, {"fuzz", "0"});
    if (!text || !binary)
        return;
    const auto again = component::decode_wit(*binary);
    if (!again)
        std::abort();
    if (!again->world && wit::print(again->model, again->package).value_or("") != *text)
        std::abort();
}

void check_valid(const component::ast::Component& tree, const component::ast::Component& again) {
    for (const auto features :
         {tenon::wasm::Features::everything(), tenon::wasm::Features::standard()}) {
        tenon::wasm::ValidateOptions options;
        options.features = features;
        options.threads = 1;
        const auto typed = component::validate(tree, options);
        if (typed.has_value() != component::validate(again, options).has_value())
            std::abort();
        if (typed && features.has(tenon::wasm::Feature::cm_nested_names))
            continue; // names that need that are no names elsewhere
        if (typed && !component::find_types(tree))
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto tree = component::decode({bytes, size});
    if (!tree)
        return 0;
    const Buffer once = component::encode(*tree);
    const auto again = component::decode(once);
    if (!again || component::encode(*again) != once)
        std::abort();
    check_valid(*tree, *again);
    if (const auto decoded = component::decode_wit(*tree); decoded && !decoded->world)
        check_package(decoded->model, decoded->package);
    return 0;
}
