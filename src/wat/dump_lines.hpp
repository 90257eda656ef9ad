// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The layout of a dump: offset, bytes in rows of four, and what they are, every byte of the file
// once and in its order.
#pragma once

#include "base/bytes.hpp"
#include "wat/text_out.hpp"

#include <string>

namespace tenon::wat {

class DumpLines {
public:
    DumpLines(Bytes file, TextSink sink);

    /// The bytes from where the last line ended to `end`, an offset in the file, are `what`.
    void put(std::uint64_t end, std::string_view what);
    /// The same for bytes that are not shown.
    void pass_over(std::uint64_t end, std::string_view what);
    /// A line between the others: `============== func 0 ====================`.
    void headline(std::string_view text);

    [[nodiscard]] Bytes file() const noexcept { return file_; }
    void nest() noexcept { ++depth_; }
    void unnest() noexcept { --depth_; }
    /// The end of the text, or the sink's failure.
    Result<> finish() { return out_.finish(); }
    [[nodiscard]] bool has_failed() const noexcept { return out_.has_failed(); }

private:
    void begin_line();

    Bytes file_;
    TextOut out_;
    std::uint64_t at_ = 0;
    std::size_t offset_width_;
    std::size_t depth_ = 0;
};

/// The name in quotes, control characters made visible.
[[nodiscard]] std::string dump_quoted(std::string_view name);

} // namespace tenon::wat
