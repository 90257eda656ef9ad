// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The custom section `package-docs`: the documentation and gates of a WIT package that is encoded
// as a component, which component types have no room for. A byte with the version (1; 0 is read
// too), then JSON.
#pragma once

#include "base/bytes.hpp"
#include "wit/model.hpp"

namespace tenon::component {

inline constexpr std::string_view package_docs_section = "package-docs";

Buffer write_package_docs(const wit::Model& model, wit::PackageIdx package);
/// Puts what the section says into the model. `malformed`, or `invalid` if it speaks of something
/// that is not there.
Result<> apply_package_docs(wit::Model& model, wit::PackageIdx package, Bytes section);

} // namespace tenon::component
