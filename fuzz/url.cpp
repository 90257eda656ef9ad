// LINK: tenon_net
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// URLs, references to them, queries and endpoints: what is read is written and read the same again,
// and nothing that was read could end a request line. Input: two lines, a URL and a reference.
#include "net/url.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

namespace net = tenon::net;
using tenon::as_text, tenon::Bytes;

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check(const net::Url& url) {
    const auto text = url.text();
    require(std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; }));
    const auto again = net::Url::parse(text);
    require(again && again->text() == text && again->same_origin(url));
}

void check_query(std::string_view text) {
    const auto parameters = net::parse_query(text);
    if (!parameters)
        return;
    std::string written;
    for (const auto& [name, value] : *parameters)
        written.append(net::percent_encode(name))
            .append("=")
            .append(net::percent_encode(value))
            .append("&");
    const auto again = net::parse_query(written);
    require(again && again->size() == parameters->size());
    for (std::size_t i = 0; i < again->size(); ++i)
        require((*again)[i].name == (*parameters)[i].name &&
                (*again)[i].value == (*parameters)[i].value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto input = as_text(Bytes(bytes, size));
    const auto first = input.substr(0, input.find('\n'));
    const auto second = input.substr(std::min(first.size() + 1, input.size()));
    if (const auto url = net::Url::parse(first)) {
        check(*url);
        if (const auto resolved = url->resolve(second))
            check(*resolved);
    }
    if (const auto endpoint = net::Endpoint::parse(first)) {
        const auto again = net::Endpoint::parse(endpoint->text());
        require(again && again->text() == endpoint->text() &&
                again->loopback() == endpoint->loopback());
    }
    check_query(second);
    return 0;
}
