// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/quota.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace tenon::registry {

std::optional<std::string> holder_of(const Sender& sender) {
    const auto& address = sender.address;
    if (!sender.forwarded &&
        (address == "unix" || address == "[::1]" || address.starts_with("127.")))
        return std::nullopt;
    in6_addr v6{};
    const bool is_v6 =
        address.starts_with('[') &&
        ::inet_pton(AF_INET6, address.substr(1, address.size() - 2).c_str(), &v6) == 1;
    if (!is_v6 || IN6_IS_ADDR_V4MAPPED(&v6))
        return address;
    std::fill(std::begin(v6.s6_addr) + 8, std::end(v6.s6_addr), std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
    return text.data();
}

Quota::Place Quota::take(const std::string& holder) {
    const std::scoped_lock lock(mutex_);
    const auto at = held_.find(holder);
    if (at == held_.end())
        return Place(this, held_.emplace(holder, 1U).first);
    if (at->second >= most_each_)
        return {};
    ++at->second;
    return Place(this, at);
}

void Quota::give_back(Held::iterator at) {
    const std::scoped_lock lock(mutex_);
    if (--at->second == 0)
        held_.erase(at);
}

} // namespace tenon::registry
