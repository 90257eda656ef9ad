// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Provider archives: a signed token and one executable a target in a tar file, plain or gzip.
// Everything streams: memory does not grow with the executables. Verification is part of reading,
// never an extra step that a caller can forget.
#pragma once

#include "base/file.hpp"
#include "base/progress.hpp"
#include "claims/verdict.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace tenon::archive {

/// What protects a reader from archives made to exhaust it. `--max-unpacked` moves the first; the
/// manual names the others. A token's size is limited by `claims::max_token_bytes`.
struct Limits {
    /// Of the whole tar stream, be it packed or plain.
    std::uint64_t max_unpacked_bytes = std::uint64_t{16} << 30;
    std::uint64_t max_entries = 4096;
    std::uint64_t max_world_bytes = 64 << 20;
};

/// What every call needs besides its own options.
struct Work {
    std::stop_token stop;
    base::Progress* progress = nullptr; ///< may be null
    Limits limits;
    unsigned threads = 0;    ///< 0: as many as the machine has processors
    bool keep_world = false; ///< `Info::world` is wanted
};

struct Entry {
    std::string target; ///< without `.bin`
    std::uint64_t size; ///< bytes
    std::string hash;   ///< of the bytes as they are, upper-case hex
};

/// An archive that was read to its end.
struct Info {
    claims::Token token;
    claims::Verdict verdict;                 ///< token and hashes
    std::vector<Entry> targets;              ///< in archive order
    std::optional<std::uint64_t> world_size; ///< of `world.wasm`, where there is one
    std::optional<Buffer> world;             ///< its content, if `Work::keep_world` asked for it
    bool compressed = false;

    [[nodiscard]] const claims::ProviderClaims& provider() const;
};

/// Reads and verifies. What cannot be read as an archive (no token, no target, broken tar or gzip)
/// is an error; what can be read but not trusted is in the verdict.
Result<Info> inspect(const base::Path& path, const claims::Trust& trust, const Work& work);
/// The same for a file that is open already: read from its start, left open. `name` is for
/// messages.
Result<Info> inspect(int fd, const std::string& name, const claims::Trust& trust, const Work& work);
/// The same for an archive in memory; `name` is for messages.
Result<Info> inspect(Bytes archive, const std::string& name, const claims::Trust& trust,
                     const Work& work);

/// Keys, time and id that a new token is made with.
struct Seal {
    const crypto::KeyPair* issuer;
    const crypto::PublicKey* subject;
    std::uint64_t now; ///< seconds since 1970
    std::string id;    ///< `jti`
};

struct Binary {
    std::string target; ///< `x86_64-linux`
    base::Path file;
};

struct Contents {
    claims::ProviderClaims claims; ///< hashes are filled in
    std::vector<Binary> binaries;  ///< at least one; written sorted by target
    std::optional<Buffer> world;   ///< bytes of `world.wasm`
};

/// Writes a new archive at `path` (replacing what is there).
Result<> create(const base::Path& path, const Contents& contents, bool compress, const Seal& seal,
                const Work& work);

struct Insertion {
    Binary binary;
    std::uint64_t now; ///< for dates in the existing token
};
/// Called with the archive's present state, verified, before anything is written; gives the keys
/// for the new token, or refuses.
using SealFor = std::function<Result<Seal>(const Info&)>;
/// Adds or replaces one target, in place and atomically; everything else in the archive stays byte
/// for byte. Wrong signature or hashes are an error. `nbf` and `exp` of the old token are kept.
Result<> insert(const base::Path& path, const Insertion& insertion, const SealFor& seal,
                const Work& work);

struct Extraction {
    std::vector<std::string> targets; ///< empty: all
    base::Path directory;             ///< files are called `<target>.bin`, or see `output`
    std::optional<base::Path> output; ///< for exactly one target
};
/// Writes executables (0755) after all of the archive was verified; refuses everything that fails.
/// Gives the files written.
Result<std::vector<base::Path>> extract(const base::Path& path, const Extraction& extraction,
                                        const claims::Trust& trust, const Work& work);

/// Refuses names that no reader could load again: empty, `claims`, `world`, with `/`, `..` or NUL,
/// more than 96 bytes.
Result<> check_target_name(std::string_view target);

/// `ARCH-OS` of this machine.
std::string machine_target();
/// From the header of an executable: ELF, Mach-O or PE. Nothing for anything else (a script).
std::optional<std::string> target_of_executable(Bytes first_bytes);

} // namespace tenon::archive
