// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How much of a file a verb is willing to hold in memory, and the options that change the limits on
// archives.
#pragma once

#include "archive/archive.hpp"
#include "cli/verb.hpp"

namespace tenon::cli {

/// The largest module or component that is read: section sizes are 32 bits wide.
inline constexpr std::uint64_t max_wasm_bytes = std::uint64_t{4} << 30;
inline constexpr std::uint64_t max_schema_bytes = 16 << 20;

inline constexpr Option max_unpacked_option{
    .name = "max-unpacked",
    .kind = ValueKind::number,
    .value = "MIB",
    .help = "refuse archives that unpack to more mebibytes than this (default 16384)"};
inline constexpr Option threads_option{
    .name = "threads",
    .kind = ValueKind::number,
    .value = "N",
    .help = "processors to use (default: all); the result does not depend on it"};

/// Stop token, progress, limits and threads of this call.
Result<archive::Work> work_of(Call& call);

} // namespace tenon::cli
