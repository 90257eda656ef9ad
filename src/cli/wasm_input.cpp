// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/wasm_input.hpp"

#include "cli/deliver.hpp"
#include "cli/limits.hpp"
#include "wat/parse.hpp"
#include "wat/print.hpp"

#include <unistd.h>

namespace tenon::cli {
namespace {

/// Pieces are small; what is collected goes out in portions of this size.
constexpr std::size_t portion_bytes = 64 << 10;

class Portions {
public:
    Portions(const Call& call, PieceSink put) : call_(call), put_(std::move(put)) {}

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
    PieceSink put_;
    std::string collected_;
};

} // namespace

Result<WasmInput> read_wasm(const Call& call) {
    const auto path = call.argument(0).value_or("-");
    const std::string name = path == "-" ? "<stdin>" : path;
    auto content =
        TENON_TRY(path == "-" ? base::read_all(STDIN_FILENO, max_wasm_bytes, "-", call.stop())
                              : base::read_file(path, max_wasm_bytes, call.stop()));
    const auto text = as_text(content);
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin != text.npos && (text[begin] == '(' || text[begin] == ';'))
        content = TENON_TRY(wat::parse(name, text));
    return WasmInput{name, std::move(content)};
}

Result<> deliver_binary(Call& call, Bytes bytes) {
    if (!call.has("wat"))
        return deliver_bytes(call, bytes);
    return deliver_pieces(
        call, [&](const PieceSink& put) { return wat::print(bytes, wat::PrintOptions{}, put); });
}

Result<> deliver_pieces(Call& call, const std::function<Result<>(const PieceSink&)>& print) {
    const auto run = [&](PieceSink put) -> Result<> {
        Portions portions(call, std::move(put));
        auto done = print([&](std::string_view piece) { return portions.add(piece); });
        TENON_TRY(portions.flush()); // what stands in front of an error, too
        return done;
    };
    const auto path = call.value("output");
    if (!path || *path == "-")
        return run([&](std::string_view piece) { return call.answer_plainly(piece); });
    auto file = TENON_TRY(base::NewFile::create(*path));
    TENON_TRY(run([&](std::string_view piece) { return file.write(as_bytes(piece)); }));
    return file.commit();
}

} // namespace tenon::cli
