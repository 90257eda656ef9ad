// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A world into a core module, as a custom section at its end; and modules that do nothing but fit a
// world.
#pragma once

#include "compose/metadata.hpp"

namespace tenon::compose {

/// The whole section with the world, to be appended to a module.
Result<Buffer>
metadata_section_of(const wit::Model& model, wit::WorldIdx world, StringEncoding encoding,
                    const Producers& producers,
                    component::InterfaceNames names = component::InterfaceNames::full);

/// Which names and which ABI a dummy module has.
enum class DummyStyle : std::uint8_t {
    standard,       ///< `cm32p2`
    legacy,         ///
    async_callback, ///< legacy names; async functions are not waited for, and have callbacks
    async_stackful, ///< legacy names; async functions are not waited for, and run on a stack
};

/// A module with all imports and exports of the world, whose functions trap. `limit` for functions
/// with more than a hundred thousand streams and futures in their signatures.
Result<Buffer> dummy_module(const wit::Model& model, wit::WorldIdx world, DummyStyle style);

} // namespace tenon::compose
