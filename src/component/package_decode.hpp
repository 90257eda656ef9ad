// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The WIT of a component: of one that encodes a package, the package; of any other the world that
// its imports and exports make.
//
// Source: Component Model, design/mvp/WIT.md, "Package Format".
#pragma once

#include "component/ast.hpp"
#include "wit/read.hpp"

#include <optional>

namespace tenon::component {

/// A model of its own.
struct DecodedWit {
    wit::Model model;
    wit::PackageIdx package;
    /// Of a component that encodes no package: the world `root` of the package `root:component`.
    std::optional<wit::WorldIdx> world;
};

/// Errors are those of decoding, and `invalid` for what WIT cannot say.
Result<DecodedWit> decode_wit(const ast::Component& component);
/// `base` is the offset of the first byte in its file.
Result<DecodedWit> decode_wit(Bytes component, std::uint64_t base = 0);

/// For `wit::ReadOptions::decode`: a binary that encodes a package; `unsupported` for text, and
/// `invalid` for another component.
Result<wit::Decoded> decode_package(Bytes content, const std::string& name);

} // namespace tenon::component
