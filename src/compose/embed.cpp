// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/embed.hpp"

#include "base/leb128.hpp"
#include "compose/layout.hpp"

namespace tenon::compose {

Result<Buffer> metadata_section_of(const wit::Model& model, wit::WorldIdx world,
                                   StringEncoding encoding, const Producers& producers,
                                   component::InterfaceNames names) {
    TENON_TRY(check_depth(model));
    const auto payload = TENON_TRY(encode_metadata(model, world, encoding, producers, names));
    Buffer out{0};
    base::append_unsigned_leb(out, base::unsigned_leb_size(metadata_section.size()) +
                                       metadata_section.size() + payload.size());
    base::append_unsigned_leb(out, metadata_section.size());
    out.insert(out.end(), metadata_section.begin(), metadata_section.end());
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

} // namespace tenon::compose
