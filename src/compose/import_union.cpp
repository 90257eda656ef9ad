// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/import_union.hpp"

#include "compose/plug_names.hpp"

#include <fmt/core.h>

namespace tenon::compose {

using component::Extern;
using component::InstanceType;
using component::Sort;

Result<std::size_t> ImportUnion::add(const std::string& name, const Extern& item,
                                     component::Substitution& learned, const std::string& asker) {
    const auto [known, is_new] = by_track_.emplace(track_name(name), entries_.size());
    if (is_new) {
        auto own = item;
        if (own.sort != Sort::core)
            own.type = TENON_TRY(learned.apply(own.type));
        entries_.push_back({name, std::move(own), asker});
        return entries_.size() - 1;
    }
    auto& entry = entries_[known->second];
    auto both = merged(entry.item, item, learned);
    if (!both)
        return fail(
            std::move(both)
                .error()
                .wrap(fmt::format("import `{}` of `{}` and import `{}` of `{}` cannot be one",
                                  entry.name, entry.first, name, asker))
                .help("both become imports of the result, and must be what one import can be"));
    if (is_newer(name, entry.name)) {
        entry.name = name;
        both->implements = item.implements;
        both->version_suffix = item.version_suffix;
        both->external_id = item.external_id;
    }
    entry.item = *std::move(both);
    return known->second;
}

// What both have must be the same; what only one has is added behind, and can speak of all that is
// there.
Result<Extern> ImportUnion::merged(Extern there, const Extern& item,
                                   component::Substitution& learned) {
    if (there.sort != Sort::instance || item.sort != Sort::instance) {
        TENON_TRY(component::fit(types_, learned, there, item));
        return there;
    }
    // Many small imports can be versions of one large one.
    TENON_TRY(types_.charge(types_.get<InstanceType>(there.type)->exports.size()));
    auto both = *types_.get<InstanceType>(there.type);
    const auto added = types_.get<InstanceType>(item.type)->exports;
    bool has_grown = false;
    for (std::size_t i = 0; i < added.size(); ++i) {
        const auto& [name, one] = added.entry(i);
        const auto at = both.exports.position(name);
        if (at < both.exports.size()) {
            auto same = merged(both.exports.value(at), one, learned);
            if (!same)
                return fail(std::move(same).error().within(fmt::format("export `{}`", name)));
            has_grown = has_grown || same->type != both.exports.value(at).type;
            both.exports.value(at) = *std::move(same);
            continue;
        }
        auto more = one;
        if (more.sort != Sort::core)
            more.type = TENON_TRY(learned.apply(more.type));
        both.exports.insert(name, std::move(more));
        has_grown = true;
    }
    if (has_grown)
        there.type = TENON_TRY(types_.define(std::move(both)));
    return there;
}

} // namespace tenon::compose
