// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The locals of one body: their types, and which of them may be read. Eight bytes can declare
// 50,000 locals, so that a body costs what it spells, not what it counts: groups stay groups, and
// only the first locals are laid out one by one.
#pragma once

#include "wasm/types.hpp"

#include <array>
#include <span>
#include <vector>

namespace tenon::wasm {

class Locals {
public:
    /// More cannot be declared, parameters included: as the JavaScript interface has it.
    static constexpr std::uint32_t most = 50'000;
    /// So many can be looked up at once; compiled programs rarely have more.
    static constexpr std::uint32_t laid_out = 1024;

    /// Begins a body: parameters, which must outlive it.
    void begin(std::span<const ValType> params);
    /// Declares `count` more of one type. False, and nothing is done, beyond `most`.
    bool add(std::uint32_t count, ValType type);

    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
    /// The type of one that there is.
    [[nodiscard]] ValType operator[](std::uint32_t index) const noexcept;

    /// The type of a local that is at hand and may be read; else the bottom type.
    [[nodiscard]] ValType readable(std::uint32_t index) const noexcept {
        return index < at_hand_ ? first_[index] : ValType::bottom();
    }
    /// Whether it has a value: those that have no default get it by being set.
    [[nodiscard]] bool is_set(std::uint32_t index) const noexcept;
    void set(std::uint32_t index);
    /// How many have been set that had no value before.
    [[nodiscard]] std::size_t set_count() const noexcept { return set_later_.size(); }
    /// Takes back what was set since there were so many.
    void forget(std::size_t set_count);

private:
    struct Group {
        std::uint32_t end; ///< the index behind its last
        ValType type;
    };

    std::array<ValType, laid_out> first_; ///< bottom where it must be set first
    std::uint32_t at_hand_ = 0;
    std::uint32_t size_ = 0;
    std::span<const ValType> params_;
    std::vector<Group> groups_;
    std::vector<std::uint32_t> set_later_; ///< in the order in which they were set
    /// By local: the number of the body in which it was set. So nothing is cleared between bodies.
    std::vector<std::uint64_t> set_in_;
    std::uint64_t body_ = 0;
};

} // namespace tenon::wasm
