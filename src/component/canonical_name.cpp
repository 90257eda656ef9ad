// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/canonical_name.hpp"

#include "wit/version.hpp"

namespace tenon::component {

void make_canonical(ast::ExternName& name) {
    auto& text = name.implements ? *name.implements : name.name;
    const auto at = text.find('@');
    if (at == text.npos)
        return;
    const auto version = base::Version::parse(std::string_view(text).substr(at + 1));
    if (!version)
        return;
    const auto end = at + 1 + wit::track_of(*version).size(); // the version begins with it
    if (end == text.size())
        return;
    name.version_suffix = text.substr(end);
    text.resize(end);
}

} // namespace tenon::component
