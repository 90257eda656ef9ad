// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Chunked content (RFC 9112 section 7.1), decoded wherever its bytes come in: only the lines
// between the data pass through here, the data itself need not be copied.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string_view>

namespace tenon::net {

class ChunkedDecoder {
public:
    /// Reads framing up to the next data or the end of the content; gives how many bytes of `text`
    /// were framing. All of them: more is needed. Fails with `malformed`, or `limit` for extensions
    /// and trailers that are longer than anybody needs. Trailer fields are dropped.
    Result<std::size_t> framing(std::string_view text);

    /// Bytes of data that come next; 0 while framing does, and at the end.
    [[nodiscard]] std::uint64_t data() const noexcept { return data_; }
    /// So many bytes of data were taken.
    void take(std::uint64_t count) noexcept { data_ -= count; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == At::end; }

private:
    enum class At {
        size,          ///< the first digit of a chunk's size
        more_size,     ///< a further one
        extension,     ///< from `;` or a blank to the line's end
        size_lf,       ///< the line feed behind the size's carriage return
        data_cr,       ///< the line end behind the data
        data_lf,       //
        trailer_begin, ///< the first character of a trailer line
        trailer,       ///< the rest of it
        trailer_lf,    //
        last_lf,       ///< the line feed of the empty line that ends it all
        end,
    };
    Result<> step(char c);
    Result<> size_digit(char c);
    void begin_chunk() noexcept;

    At at_ = At::size;
    unsigned digits_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t data_ = 0;
    std::uint64_t overhead_ = 0; // bytes of extensions and trailers, and of chunks' lines beyond
                                 // what short chunks need
};

} // namespace tenon::net
