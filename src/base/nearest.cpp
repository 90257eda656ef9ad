// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/nearest.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tenon::base {
namespace {

/// Optimal string alignment distance, by three rows of the usual table.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        previous[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower_case(a[i - 1]) == lower_case(b[j - 1]);
            current[j] =
                std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower_case(a[i - 1]) == lower_case(b[j - 2]) &&
                lower_case(a[i - 2]) == lower_case(b[j - 1]))
                current[j] = std::min(current[j], before[j - 2] + 1);
        }
        std::swap(before, previous);
        std::swap(previous, current);
    }
    return previous[b.size()];
}

} // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
    constexpr std::size_t longest_worth_comparing = 64;
    if (word.empty() || word.size() > longest_worth_comparing)
        return std::nullopt;
    std::optional<std::string_view> best;
    std::size_t best_distance = 0;
    for (const auto candidate : candidates) {
        const auto edits = distance(word, candidate);
        if (edits > (std::max(word.size(), candidate.size()) + 2) / 3 ||
            (best && edits >= best_distance))
            continue;
        best = candidate;
        best_distance = edits;
    }
    return best;
}

} // namespace tenon::base
