// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/deliver.hpp"

#include "wat/print.hpp"

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

Result<> deliver_wasm(Call& call, std::span<const Bytes> pieces) {
    if (!call.has("wat"))
        return deliver_pieces(call, pieces);
    Buffer whole;
    for (const auto piece : pieces)
        whole.insert(whole.end(), piece.begin(), piece.end());
    return deliver_text(call, TENON_TRY(wat::print(whole)));
}

} // namespace tenon::cli
