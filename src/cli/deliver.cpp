// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/deliver.hpp"

#include "wat/print.hpp"

namespace tenon::cli {
namespace {

/// Small pieces are collected; what goes out has at least this size.
constexpr std::size_t portion_bytes = 64 << 10;

class Portions {
public:
    Portions(const Call& call, TextPieces put) : call_(call), put_(std::move(put)) {}

    Result<> add(std::string_view piece) {
        if (collected_.empty() && piece.size() >= portion_bytes)
            return out(piece);
        collected_ += piece;
        return collected_.size() < portion_bytes ? Result<>() : flush();
    }
    Result<> flush() {
        TENON_TRY(out(collected_));
        collected_.clear();
        return {};
    }
    /// Whether the last error is one of the place where the text goes.
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

private:
    Result<> out(std::string_view text) {
        auto done =
            call_.stop().stop_requested() ? fail(Errc::interrupted, "interrupted") : put_(text);
        has_failed_ = !done;
        return done;
    }

    const Call& call_;
    TextPieces put_;
    std::string collected_;
    bool has_failed_ = false;
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

Result<> deliver_printed(Call& call, const std::string& source,
                         const std::function<Result<>(const TextPieces&)>& print) {
    const auto run = [&](TextPieces put) -> Result<> {
        Portions portions(call, std::move(put));
        auto done = print([&](std::string_view piece) { return portions.add(piece); });
        if (portions.has_failed())
            return done;
        TENON_TRY(portions.flush()); // what stands in front of an error, too
        if (!done)
            return fail(std::move(done).error().in_file(source));
        return {};
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
    return deliver_printed(call, "the result", [&](const TextPieces& put) {
        return wat::print(whole, wat::PrintOptions{}, put);
    });
}

Result<> deliver_wasm(Call& call, Bytes whole) {
    return deliver_wasm(call, std::span(&whole, 1));
}

} // namespace tenon::cli
