// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The types of the operands while a body is validated. Below the first lie two words that can be
// looked at, so that whoever compares the two on top need not ask first how many there are.
#pragma once

#include "wasm/types.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

namespace tenon::wasm {

class OperandStack {
public:
    /// Two types in one word, the upper of them last.
    using Pair = std::uint64_t;
    static constexpr Pair pair(ValType lower, ValType upper) noexcept {
        return std::bit_cast<Pair>(std::array{lower, upper});
    }

    static constexpr std::size_t most = 1'000'000;

    OperandStack() : room_(64) { clear(); }
    OperandStack(const OperandStack&) = delete;
    OperandStack& operator=(const OperandStack&) = delete;

    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(top_ - begin());
    }
    /// How many there are above the floor, which is where the innermost block begins.
    [[nodiscard]] std::size_t own() const noexcept {
        return static_cast<std::size_t>(top_ - floor_);
    }
    [[nodiscard]] ValType back() const noexcept { return top_[-1]; }
    [[nodiscard]] ValType operator[](std::size_t at) const noexcept { return begin()[at]; }
    [[nodiscard]] std::span<const ValType> all() const noexcept { return {begin(), size()}; }
    /// The type so many below the top one.
    [[nodiscard]] ValType below(std::size_t depth) const noexcept { return *(top_ - 1 - depth); }
    /// The last `count`; there are so many.
    [[nodiscard]] std::span<const ValType> last(std::size_t count) const noexcept {
        return {top_ - count, count};
    }
    /// The two on top; what is not there is no type in particular.
    [[nodiscard]] Pair top_pair() const noexcept {
        Pair pair;
        std::memcpy(&pair, top_ - 2, sizeof pair);
        return pair;
    }

    void push(ValType type) {
        if (top_ == end_) [[unlikely]]
            grow(1);
        *top_++ = type;
    }
    /// Whether so many at once may be pushed. One at a time there cannot be more than a body has
    /// bytes, but a call of two bytes gives a thousand; no stack of a machine holds a million.
    [[nodiscard]] bool has_room(std::size_t count) const noexcept {
        return count <= 1 || size() + count <= most;
    }
    void push(std::span<const ValType> types) {
        if (static_cast<std::size_t>(end_ - top_) < types.size()) [[unlikely]]
            grow(types.size());
        top_ = std::copy(types.begin(), types.end(), top_);
    }
    void pop() noexcept { --top_; }
    /// Takes `count`, of which there are so many, and puts `result` there if `results` is 1 rather
    /// than 0; one of both numbers is at least 1, and there is a place for `result` in any case.
    void replace(std::size_t count, ValType result, std::size_t results) noexcept {
        top_ -= count;
        *top_ = result;
        top_ += results;
    }
    void shrink(std::size_t size) noexcept { top_ = begin() + size; }
    void set_floor(std::size_t height) noexcept { floor_ = begin() + height; }
    void clear() noexcept {
        floor_ = top_ = begin();
        end_ = room_.data() + room_.size();
    }

private:
    static constexpr std::size_t guards = 2;

    [[nodiscard]] ValType* begin() noexcept { return room_.data() + guards; }
    [[nodiscard]] const ValType* begin() const noexcept { return room_.data() + guards; }
    void grow(std::size_t count) {
        const auto old = size();
        const auto height = old - own();
        room_.resize(std::max(2 * room_.size(), guards + old + count));
        clear();
        shrink(old);
        set_floor(height);
    }

    std::vector<ValType> room_;
    ValType* top_ = nullptr;
    ValType* floor_ = nullptr;
    ValType* end_ = nullptr;
};

} // namespace tenon::wasm
