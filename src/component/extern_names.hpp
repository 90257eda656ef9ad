// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the name of an import or export asks of what stands behind it: `[constructor]`, `[method]`
// and `[static]` of functions that fit a resource beside them, `implements` of instances.
//
// Source: Component Model, design/mvp/Binary.md, "Import and Export Definitions".
#pragma once

#include "component/types.hpp"
#include "wasm/features.hpp"

#include <map>
#include <set>

namespace tenon::component {

/// The resources that were imported, or exported, under names of the scope.
class ResourceNames {
public:
    void add(TypeIdx resource, const std::string& name);
    [[nodiscard]] const std::string* name_of(TypeIdx resource) const;
    [[nodiscard]] bool has(std::string_view name) const { return names_.contains(name); }

private:
    std::map<TypeIdx, std::string> by_type_;
    std::set<std::string, std::less<>> names_;
};

/// `invalid` for a name that is none, or that what it names cannot have; `unsupported` for what a
/// feature allows that is off.
Result<> check_extern_name(const Types& types, const ast::ExternName& name, const Extern& item,
                           const ResourceNames& resources, const wasm::Features& features);

/// `unsupported` if the feature is off.
Result<> check_feature(const wasm::Features& features, wasm::Feature feature,
                       std::string_view what);

} // namespace tenon::component
