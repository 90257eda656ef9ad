// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/gates.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

Result<> check_version(const Version& version, bool released, const PackageName& package,
                       const Sources& sources, Span span) {
    if (!package.version) {
        return fail(
            sources
                .point(base::Error(Errc::invalid,
                                   fmt::format("package [{}] contains a feature gate with a "
                                               "version specifier, so it must have a version",
                                               package.text())),
                       span)
                .help(fmt::format("give the package a version: `package {}@{};`", package.text(),
                                  version.text())));
    }
    if (released && version > *package.version) {
        return fail(sources.point(
            base::Error(Errc::invalid,
                        fmt::format("feature gate cannot reference unreleased version {} of "
                                    "package [{}] (current version {})",
                                    version.text(), package.text(), package.version->text())),
            span));
    }
    return {};
}

} // namespace

Result<Gate> gate(const ast::Attributes& attributes, const PackageName& package,
                  const Features& features, const Sources& sources, Span span) {
    using Kind = ast::Attribute::Kind;
    Gate out;
    for (const auto& attribute : attributes) {
        switch (attribute.kind) {
        case Kind::since:
            TENON_TRY(check_version(attribute.version, true, package, sources, span));
            out.stability.level = Stability::Level::stable;
            out.stability.since = attribute.version;
            break;
        case Kind::unstable:
            out.stability.level = Stability::Level::unstable;
            out.stability.feature = attribute.text;
            out.open = features.all || features.enabled.contains(attribute.text);
            break;
        case Kind::deprecated:
            TENON_TRY(check_version(attribute.version, false, package, sources, span));
            out.stability.deprecated = attribute.version;
            break;
        case Kind::external_id: out.external_id = attribute.text; break;
        }
    }
    return out;
}

} // namespace tenon::wit
