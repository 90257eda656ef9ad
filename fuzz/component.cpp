// LINK: tenon_component
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Component binaries: whatever decodes is encoded and decoded again as the same tree. A valid one
// is valid again after it was encoded, and what it looks like from outside can be told without its
// core modules.
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/validate.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using tenon::Buffer;

namespace component = tenon::component;

namespace {

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
    return 0;
}
