// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/order.hpp"

#include <functional>
#include <queue>

namespace tenon::wit {

std::expected<std::vector<std::uint32_t>, Need>
in_order(std::span<const std::vector<Need>> needs_of_each) {
    const auto count = static_cast<std::uint32_t>(needs_of_each.size());
    std::vector<std::size_t> open(count);
    std::vector<std::vector<std::uint32_t>> needed_by(count);
    std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> ready;
    for (std::uint32_t i = 0; i < count; ++i) {
        open[i] = needs_of_each[i].size();
        for (const auto& need : needs_of_each[i])
            needed_by[need.what].push_back(i);
        if (open[i] == 0)
            ready.push(i);
    }
    std::vector<std::uint32_t> order;
    order.reserve(count);
    while (!ready.empty()) {
        const auto done = ready.top();
        ready.pop();
        order.push_back(done);
        for (const auto waiting : needed_by[done]) {
            if (--open[waiting] == 0)
                ready.push(waiting);
        }
    }
    if (order.size() == count)
        return order;
    for (std::uint32_t i = 0; i < count; ++i) {
        for (const auto& need : needs_of_each[i]) {
            if (open[i] != 0 && open[need.what] != 0)
                return std::unexpected(need);
        }
    }
    return std::unexpected(Need{0, {}}); // not reached: what is open has an open need
}

} // namespace tenon::wit
