// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A map that keeps the order in which its keys came: what a text declares is shown, encoded and
// compared in the order of the text, and yet found by name. Lookup goes through a sorted index, not
// through hashes, so that no choice of keys makes it slow.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace tenon::base {

template <class Key, class Value> class OrderedMap {
public:
    using value_type = std::pair<Key, Value>;
    using const_iterator = typename std::vector<value_type>::const_iterator;

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] const_iterator begin() const noexcept { return entries_.begin(); }
    [[nodiscard]] const_iterator end() const noexcept { return entries_.end(); }
    /// The entry at a position in the order.
    [[nodiscard]] const value_type& entry(std::size_t at) const { return entries_.at(at); }
    /// The value there, to be changed; the key cannot be.
    [[nodiscard]] Value& value(std::size_t at) { return entries_.at(at).second; }
    [[nodiscard]] const Value& value(std::size_t at) const { return entries_.at(at).second; }

    /// Nothing changes if the key is there already; `second` says whether it was new. The pointer
    /// holds until the next change of the map.
    std::pair<Value*, bool> insert(Key key, Value value) {
        if (Value* const there = find(key))
            return {there, false};
        if (entries_.size() >= few)
            index_last_ones_and(key);
        entries_.emplace_back(std::move(key), std::move(value));
        return {&entries_.back().second, true};
    }

    template <class Wanted> [[nodiscard]] const Value* find(const Wanted& key) const {
        const auto at = position(key);
        return at < entries_.size() ? &entries_[at].second : nullptr;
    }
    template <class Wanted> [[nodiscard]] Value* find(const Wanted& key) {
        const auto at = position(key);
        return at < entries_.size() ? &entries_[at].second : nullptr;
    }
    template <class Wanted> [[nodiscard]] bool contains(const Wanted& key) const {
        return position(key) < entries_.size();
    }
    /// Of a key that is there.
    template <class Wanted> [[nodiscard]] const Value& at(const Wanted& key) const {
        const Value* const found = find(key);
        TENON_ASSERT(found != nullptr);
        return *found;
    }
    /// The position of a key in the order; `size()` if it is not there.
    template <class Wanted> [[nodiscard]] std::size_t position(const Wanted& key) const {
        if (!index_.empty()) {
            const auto found = index_.find(key);
            return found == index_.end() ? entries_.size() : found->second;
        }
        for (std::size_t at = 0; at < entries_.size(); ++at) {
            if (entries_[at].first == key)
                return at;
        }
        return entries_.size();
    }

    /// Removes what `is_gone(key, value)` says; the others keep their order.
    template <class Predicate> void erase_if(Predicate is_gone) {
        OrderedMap kept;
        for (auto& [key, value] : entries_) {
            if (!is_gone(std::as_const(key), std::as_const(value)))
                kept.insert(std::move(key), std::move(value));
        }
        *this = std::move(kept);
    }
    void clear() noexcept {
        entries_.clear();
        index_.clear();
    }

    friend bool operator==(const OrderedMap& left, const OrderedMap& right) {
        return left.entries_ == right.entries_;
    }

private:
    /// So many are looked through one by one: most maps are small, and stay without an index.
    static constexpr std::size_t few = 8;

    /// Called before the entry for `key` is appended.
    void index_last_ones_and(const Key& key) {
        if (index_.empty()) {
            for (std::size_t at = 0; at < entries_.size(); ++at)
                index_.emplace(entries_[at].first, at);
        }
        index_.emplace(key, entries_.size());
    }

    std::vector<value_type> entries_;
    std::map<Key, std::size_t, std::less<>> index_;
};

} // namespace tenon::base
