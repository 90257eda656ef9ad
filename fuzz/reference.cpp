// LINK: tenon_oci
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// References: whatever is read is written in a form that reads as the same.
#include "oci/reference.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::oci::is_repository, tenon::oci::is_tag, tenon::oci::Reference;
    const auto reference =
        Reference::parse(std::string_view(reinterpret_cast<const char*>(bytes), size));
    if (!reference)
        return 0;
    const auto again = Reference::parse(reference->text());
    if (!again || again->text() != reference->text() || again->host != reference->host ||
        !is_repository(reference->repository) || (reference->tag && !is_tag(*reference->tag)))
        std::abort();
    return 0;
}
