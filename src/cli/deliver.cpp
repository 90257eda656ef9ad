// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/deliver.hpp"

namespace tenon::cli {

Result<> deliver_text(Call& call, std::string_view text) {
    const auto path = call.value("output");
    if (!path || *path == "-")
        return call.answer_plainly(text);
    return base::write_file(*path, as_bytes(text));
}

Result<> deliver_bytes(Call& call, Bytes bytes) {
    const auto path = call.value("output");
    if (!path || *path == "-")
        return call.answer_bytes(bytes);
    return base::write_file(*path, bytes);
}

Result<> deliver_pieces(Call& call, std::span<const Bytes> pieces) {
    const auto path = call.value("output");
    if (!path || *path == "-") {
        for (const auto piece : pieces)
            TENON_TRY(call.answer_bytes(piece));
        return {};
    }
    auto file = TENON_TRY(base::NewFile::create(*path));
    for (const auto piece : pieces)
        TENON_TRY(file.write(piece));
    return file.commit();
}

} // namespace tenon::cli
