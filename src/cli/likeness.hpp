// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a file that is no artifact looks like, for people who named the wrong one. Judges by the
// first bytes, and lets pass whatever a reader of archives would look at.
#pragma once

#include "base/file.hpp"

#include <string>
#include <string_view>

namespace tenon::cli {

/// What begins with these bytes, and what to do with it; both empty where nothing is known.
struct Likeness {
    std::string_view what; ///< `text`, `an executable (ELF)`
    std::string_view help;
};
[[nodiscard]] Likeness likeness(Bytes first_bytes) noexcept;

/// How sure one must be to refuse a file: `known` lets one pass that looks like nothing in
/// particular, so that whoever reads it says what is wrong.
enum class Strangers { all, known };

/// `invalid` for a file that is no provider archive, be it packed, and no WebAssembly. Reads from
/// its beginning; `name` is for messages.
Result<> refuse_stranger(int fd, const std::string& name, Strangers which);

} // namespace tenon::cli
