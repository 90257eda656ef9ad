// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// LINK: tenon_wasm
// What is left of a file without its custom sections, and with changed metadata: nothing more to
// drop, the metadata that was asked for, all else as before.
#include "wasm/strip.hpp"
#include "base/error.hpp"
#include "wasm/metadata.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace {

using tenon::Bytes;

void strip(Bytes file) {
    bool is_dropped = false;
    const auto once = tenon::wasm::strip(file, [&](std::string_view) { return is_dropped = true; });
    if (!once)
        return;
    TENON_ASSERT(is_dropped || std::ranges::equal(*once, file));
    const auto again = tenon::wasm::strip(*once, [](std::string_view) {
        TENON_ASSERT(false);
        return true;
    });
    TENON_ASSERT(again && *again == *once);
}

void change(Bytes file) {
    using Kind = tenon::wasm::TextChange::Kind;
    const auto before = tenon::wasm::read_metadata(file);
    tenon::wasm::MetadataChange asked;
    asked.name = {Kind::set, "new"};
    asked.producers.add("language", "C", "23");
    asked.remarks[0] = {Kind::set, "me"};
    const auto changed = tenon::wasm::change_metadata(file, asked);
    TENON_ASSERT(changed || !before);
    if (!before || !changed)
        return;
    const auto after = tenon::wasm::read_metadata(*changed);
    TENON_ASSERT(after && after->children.size() == before->children.size());
    TENON_ASSERT(after->name == "new" && after->remarks[0] == "me");
    TENON_ASSERT(after->producers->find("language") != nullptr);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    strip({data, size});
    change({data, size});
    return 0;
}
