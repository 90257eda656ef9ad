// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "data/builder.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <tuple>

namespace tenon::data {

base::Error too_deep(const Document& document, Place place) {
    return document.error(place, Errc::limit,
                          fmt::format("nested deeper than {} levels", max_depth));
}

Result<> Builder::begin(Kind kind, Place place) {
    if (open_.size() == max_depth)
        return fail(too_deep(document_, place));
    open_.push_back({kind, place, {}, {}, {}, {}});
    return {};
}

void Builder::key(std::string key, Place place) {
    TENON_ASSERT(!open_.empty() && open_.back().kind == Kind::object);
    open_.back().key = std::move(key);
    open_.back().key_place = place;
}

void Builder::add(Value value) {
    if (open_.empty()) {
        root_ = std::move(value);
        return;
    }
    auto& open = open_.back();
    if (open.kind == Kind::array)
        open.items.push_back(std::move(value));
    else
        open.members.push_back({std::move(open.key), std::move(value), open.key_place});
}

Result<> Builder::end() {
    TENON_ASSERT(!open_.empty());
    auto open = std::move(open_.back());
    open_.pop_back();
    if (open.kind == Kind::array) {
        add(Value::array(std::move(open.items), open.place));
        return {};
    }
    auto unique = refuse_repeated_keys(open.members);
    if (unique)
        add(Value::object(std::move(open.members), open.place));
    return unique;
}

// By sorting, so that an object of a million members costs no more than it must.
Result<> Builder::refuse_repeated_keys(const std::vector<Member>& members) const {
    std::vector<const Member*> sorted;
    sorted.reserve(members.size());
    for (const auto& member : members)
        sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](const Member* a, const Member* b) {
        return std::tie(a->key, a) < std::tie(b->key, b); // equal keys in the order of the text
    });
    const Member* first = nullptr;
    const Member* second = nullptr;
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i]->key == sorted[i - 1]->key && (!second || sorted[i] < second)) {
            first = sorted[i - 1];
            second = sorted[i];
        }
    if (!second)
        return {};
    return fail(document_.error(second->key_place, Errc::malformed,
                                fmt::format("key `{}` is given twice", second->key),
                                fmt::format("first given in line {}", first->key_place.line)));
}

} // namespace tenon::data
