// LINK: tenon_compose
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One component plugged into another, and the modules of the first one taken out: whatever the
// bytes, an error or a component that is valid. The first two bytes are the size of the socket,
// which comes next; the rest is the plug.
#include "compose/plug.hpp"
#include "component/decode.hpp"
#include "component/encode.hpp"
#include "component/validate.hpp"
#include "compose/unbundle.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using tenon::Bytes;
namespace component = tenon::component;
namespace compose = tenon::compose;
namespace wasm = tenon::wasm;

bool is_valid(Bytes component) {
    wasm::ValidateOptions options;
    options.features = wasm::Features::everything();
    options.threads = 1;
    return component::validate(component, options).has_value();
}

void check(Bytes made) {
    const auto decoded = component::decode(made);
    if (!decoded || !std::ranges::equal(component::encode(*decoded), made) || !is_valid(made))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    const std::size_t wanted = data[0] + std::size_t{256} * data[1];
    const Bytes rest(data + 2, size - 2);
    const auto socket = rest.first(std::min(wanted, rest.size()));
    const auto plug = rest.subspan(socket.size());
    if (const auto made = compose::plug({"socket", "", socket}, {{"plug", "", plug}}, {}))
        check(made->component);
    if (const auto made = compose::unbundle(socket, 8); made && !made->modules.empty())
        if (is_valid(socket) && !is_valid(made->component))
            std::abort();
    return 0;
}
