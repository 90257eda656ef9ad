// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// Error codes of tenon, and the small error value that an embedder receives.
///
/// The codes are stable: a number is never reused for another meaning. Everything inside tenon
/// carries the same codes with a longer story (places, frames, causes); what crosses this header is
/// code, text and byte offset.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tenon {

/// What kind of thing went wrong. Zero is never used, so that a zeroed field is not mistaken for a
/// cause.
enum class Errc : std::int32_t {
    usage = 1,          ///< the caller asked for something that makes no sense
    unsupported = 2,    ///< understood, but this build or version cannot do it
    interrupted = 3,    ///< a stop was asked for (Ctrl-C, stop token)
    limit = 4,          ///< a size, depth or count is beyond the limit in force
    io = 5,             ///< the system refused: disk full, permission, device
    not_found = 6,      ///< a file, key or entry is not there
    exists = 7,         ///< something is there already and must not be replaced
    malformed = 8,      ///< bytes or text that break their format's grammar
    truncated = 9,      ///< the input ends before its format says
    invalid = 10,       ///< well-formed, but breaks a rule of its kind
    checksum = 11,      ///< a checksum of a container or key does not match
    hash_mismatch = 12, ///< a cryptographic hash does not match what was promised
    bad_signature = 13, ///< a signature does not match
    expired = 14,       ///< a validity period is over
    not_yet_valid = 15, ///< a validity period has not begun
    untrusted = 16,     ///< issued by somebody who is not among those trusted
    bad_key = 17,       ///< a key of the wrong type, length or encoding
    tool_failed = 18,   ///< a program that was started failed
    config = 19,        ///< a project or configuration file says something wrong
    timed_out = 20,     ///< somebody else did not answer in the time that is given for it
};

/// The code as the word that diagnostics print between brackets, e.g. `hash-mismatch`.
constexpr std::string_view errc_name(Errc code) noexcept {
    switch (code) {
    case Errc::usage: return "usage";
    case Errc::unsupported: return "unsupported";
    case Errc::interrupted: return "interrupted";
    case Errc::limit: return "limit";
    case Errc::io: return "io";
    case Errc::not_found: return "not-found";
    case Errc::exists: return "exists";
    case Errc::malformed: return "malformed";
    case Errc::truncated: return "truncated";
    case Errc::invalid: return "invalid";
    case Errc::checksum: return "checksum";
    case Errc::hash_mismatch: return "hash-mismatch";
    case Errc::bad_signature: return "bad-signature";
    case Errc::expired: return "expired";
    case Errc::not_yet_valid: return "not-yet-valid";
    case Errc::untrusted: return "untrusted";
    case Errc::bad_key: return "bad-key";
    case Errc::tool_failed: return "tool-failed";
    case Errc::config: return "config";
    case Errc::timed_out: return "timed-out";
    }
    return "unknown";
}

/// An error as an embedder sees it. Owns its text; cheap to move.
class Error {
public:
    Error(Errc code, std::string text, std::optional<std::uint64_t> offset = {})
        : code_(code), text_(std::move(text)), offset_(offset) {}

    [[nodiscard]] Errc code() const noexcept { return code_; }
    /// One line, lower case, names in backquotes, no full stop.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Position of the offending byte in the input, in bytes from its start, where there is one.
    [[nodiscard]] std::optional<std::uint64_t> offset() const noexcept { return offset_; }

private:
    Errc code_;
    std::string text_;
    std::optional<std::uint64_t> offset_;
};

} // namespace tenon
