// LINK: tenon_compose
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A core module with its world into a component: whatever the bytes, an error or a component that
// decodes to the same bytes. The first byte says which options are set, and whether the module is
// its own adapter.
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "compose/new_component.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace component = tenon::component;
    namespace compose = tenon::compose;
    if (size == 0)
        return 0;
    compose::NewOptions options;
    options.merge_imports_based_on_semver = (data[0] & 1) == 0;
    options.reject_legacy_names = (data[0] & 2) != 0;
    options.realloc_via_memory_grow = (data[0] & 4) != 0;
    options.return_call_ref = (data[0] & 8) != 0;
    options.debug_names = (data[0] & 16) == 0;
    const tenon::Bytes module(data + 1, size - 1);
    std::vector<compose::Adapter> adapters;
    if ((data[0] & 32) != 0)
        adapters.push_back({"wasi_snapshot_preview1", module});
    const auto made = compose::NewComponent::create(module, adapters, options);
    if (!made)
        return 0;
    const auto bytes = made->bytes();
    const auto decoded = component::decode(bytes);
    if (!decoded || !std::ranges::equal(component::encode(*decoded), bytes))
        std::abort();
    return 0;
}
