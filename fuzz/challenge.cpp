// LINK: tenon_oci
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// WWW-Authenticate, and the other fields that a registry writes: nothing of it is longer than what
// was read.
#include "oci/challenge.hpp"
#include "oci/client.hpp"
#include "oci/problem.hpp"
#include "oci/retry.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::oci::next_link, tenon::oci::parse_challenges, tenon::oci::parse_problems;
    using tenon::oci::parse_retry_after, tenon::oci::parse_upload_range, tenon::oci::parse_warning;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    if (const auto challenges = parse_challenges(text)) {
        std::size_t length = 0;
        for (const auto& challenge : *challenges) {
            length += challenge.scheme.size();
            for (const auto& [name, value] : challenge.parameters)
                length += name.size() + value.size();
        }
        if (length > size)
            std::abort();
    }
    if (const auto link = next_link(text); link && link->size() > size)
        std::abort();
    if (const auto warning = parse_warning(text); warning && warning->size() > size)
        std::abort();
    if (const auto time = parse_retry_after(text, {}); time && time->count() < 0)
        std::abort();
    if (const auto last = parse_upload_range(text); last && size < 3)
        std::abort();
    for (const auto& problem : parse_problems(std::string(text)))
        if (problem.code.size() + problem.message.size() > size)
            std::abort();
    return 0;
}
