// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/deliver.hpp"

#include "wat/print.hpp"

namespace tenon::cli {
namespace {

/// Pieces are small; what is collected goes out in portions of this size.
constexpr std::size_t portion_bytes = 64 << 10;

class Portions {
public:
    Portions(const Call& call, TextPieces put) : call_(call), put_(std::move(put)) {}

    Result<> add(std::string_view piece) {
        collected_ += piece;
        return collected_.size() < portion_bytes ? Result<>() : flush();
    }
    Result<> flush() {
        if (call_.stop().stop_requested())
            return fail(Errc::interrupted, "interrupted");
        TENON_TRY(put_(collected_));
        collected_.clear();
        return {};
    }

private:
    const Call& call_;
    TextPieces put_;
    std::string collected_;
};

} // namespace

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

Result<> deliver_printed(Call& call, const std::function<Result<>(const TextPieces&)>& print) {
    const auto run = [&](TextPieces put) -> Result<> {
        Portions portions(call, std::move(put));
        TENON_TRY(print([&](std::string_view piece) { return portions.add(piece); }));
        return portions.flush();
    };
    const auto path = call.value("output");
    if (!path || *path == "-")
        return run([&](std::string_view piece) { return call.answer_plainly(piece); });
    auto file = TENON_TRY(base::NewFile::create(*path));
    TENON_TRY(run([&](std::string_view piece) { return file.write(as_bytes(piece)); }));
    return file.commit();
}

Result<> deliver_wasm(Call& call, std::span<const Bytes> pieces) {
    if (!call.has("wat"))
        return deliver_pieces(call, pieces);
    Buffer whole;
    for (const auto piece : pieces)
        whole.insert(whole.end(), piece.begin(), piece.end());
    return deliver_printed(
        call, [&](const TextPieces& put) { return wat::print(whole, wat::PrintOptions{}, put); });
}

Result<> deliver_wasm(Call& call, Bytes whole) {
    return deliver_wasm(call, std::span(&whole, 1));
}

} // namespace tenon::cli
