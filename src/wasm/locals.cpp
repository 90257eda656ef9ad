// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/locals.hpp"

#include <algorithm>

namespace tenon::wasm {

void Locals::begin(std::span<const ValType> params) {
    ++body_;
    params_ = params;
    size_ = static_cast<std::uint32_t>(params.size());
    at_hand_ = std::min(size_, laid_out);
    std::copy_n(params.begin(), at_hand_, first_.begin());
    groups_.clear();
    set_later_.clear();
}

bool Locals::add(std::uint32_t count, ValType type) {
    if (count > most || size_ + count > most)
        return false;
    if (count == 0)
        return true;
    size_ += count;
    groups_.push_back({size_, type});
    const auto end = std::min(size_, laid_out);
    std::fill(first_.begin() + at_hand_, first_.begin() + end,
              type.has_default() ? type : ValType::bottom());
    at_hand_ = end;
    return true;
}

ValType Locals::operator[](std::uint32_t index) const noexcept {
    if (index < params_.size())
        return params_[index];
    if (index < at_hand_ && !first_[index].is_bottom())
        return first_[index];
    return std::ranges::upper_bound(groups_, index, {}, &Group::end)->type;
}

bool Locals::is_set(std::uint32_t index) const noexcept {
    return index < params_.size() || (*this)[index].has_default() ||
           (index < set_in_.size() && set_in_[index] == body_);
}

void Locals::set(std::uint32_t index) {
    if (is_set(index))
        return;
    if (set_in_.size() < size_)
        set_in_.resize(size_);
    set_in_[index] = body_;
    if (index < at_hand_)
        first_[index] = (*this)[index];
    set_later_.push_back(index);
}

void Locals::forget(std::size_t set_count) {
    for (; set_later_.size() > set_count; set_later_.pop_back()) {
        const auto index = set_later_.back();
        set_in_[index] = 0;
        if (index < at_hand_)
            first_[index] = ValType::bottom();
    }
}

} // namespace tenon::wasm
