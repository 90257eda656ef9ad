// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The options of a verb from single rows and from lists that it shares with other verbs.
#pragma once

#include "cli/verb.hpp"

#include <array>
#include <concepts>
#include <cstddef>

namespace tenon::cli {

template <class Part> inline constexpr std::size_t count_of = 1;
template <std::size_t N> inline constexpr std::size_t count_of<std::array<Option, N>> = N;

/// Each part is an `Option` or an array of them.
template <class... Parts> consteval auto joined(const Parts&... parts) {
    std::array<Option, (count_of<Parts> + ...)> rows{};
    auto* next = rows.data();
    const auto put = [&next]<class Part>(const Part& part) {
        if constexpr (std::same_as<Part, Option>) {
            *next++ = part;
        } else {
            for (const auto& row : part)
                *next++ = row;
        }
    };
    (put(parts), ...);
    return rows;
}

} // namespace tenon::cli
