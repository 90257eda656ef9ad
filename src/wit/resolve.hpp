// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One package from text to model: its interfaces and worlds in the order in which they need each
// other. The packages that it speaks of are in the model already.
#pragma once

#include "wit/session.hpp"

namespace tenon::wit {

/// On failure the model holds unfinished parts; the caller takes them out again.
Result<PackageIdx> resolve(Session& session, const PackageText& text, const PackageNames& names);

// --- the steps of it

/// An interface of the package, or (with no name) one inside a world.
Result<InterfaceIdx> resolve_interface(PackageContext& context, const ast::Interface& tree,
                                       std::uint32_t part, std::optional<std::string> name,
                                       Gate gate);
Result<WorldIdx> resolve_world(PackageContext& context, const ast::World& tree, std::uint32_t part,
                               Gate gate);
/// Adds what the world named in `tree` has to `into`.
Result<> include_world(PackageContext& context, const ast::Include& tree, std::uint32_t part,
                       WorldIdx into);

} // namespace tenon::wit
