// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One pass over an archive, entry by entry, and what a whole pass brings to light. Says nothing
// about trust: that is for `judge`.
#pragma once

#include "archive/archive.hpp"
#include "crypto/sha256.hpp"
#include "pack/gzip_source.hpp"
#include "pack/tar.hpp"

#include <memory>
#include <sys/stat.h>

namespace tenon::archive {

inline constexpr std::string_view token_name = "claims.jwt";
inline constexpr std::string_view world_name = "world.wasm"; ///< also its key among the hashes

/// The file of an archive, opened once: every pass reads the same file, whatever becomes of its
/// name.
class ArchiveFile {
public:
    static Result<ArchiveFile> open(const base::Path& path, const std::stop_token& stop);
    /// The same for a file that is open already and stays so; it is read from its start. `name` is
    /// for messages.
    static Result<ArchiveFile> over(int fd, const base::Path& name, const std::stop_token& stop);
    /// The same for who will put another file under the name: waits until nobody else is about to
    /// (an advisory lock on the file, flock(2)), so that of two insertions at once the second
    /// begins with what the first made.
    static Result<ArchiveFile> open_to_replace(const base::Path& path, const std::stop_token& stop);

    [[nodiscard]] const base::Path& path() const noexcept { return path_; }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] bool compressed() const noexcept { return compressed_; }
    [[nodiscard]] std::uint64_t size() const noexcept; ///< in bytes; 0 where unknown
    /// An error for what can be read only once.
    [[nodiscard]] Result<> check_repeatable() const;
    /// An error if the content, or the file behind the name, may be another than when it was
    /// opened.
    [[nodiscard]] Result<> check_unchanged() const;
    [[nodiscard]] base::Error changed() const;

    /// Its bytes from the start.
    [[nodiscard]] std::unique_ptr<pack::Source> source() const;

private:
    ArchiveFile() = default;
    static Result<ArchiveFile> begin(base::Fd fd, const base::Path& path,
                                     const std::stop_token& stop);

    base::Path path_;
    base::Fd fd_;
    struct stat status_{};
    Buffer head_; // the first bytes
    bool compressed_ = false;
};

/// True for gzip; a tar has other first bytes.
bool is_compressed(Bytes first_bytes) noexcept;

/// Last component of a path without its last extension; empty where it has none.
std::string_view stem_of(std::string_view path) noexcept;

class Reading {
public:
    enum class Role { token, world, target };
    struct Member {
        Role role;
        std::string stem;
        pack::TarEntry entry;
    };

    /// Begins a pass over the bytes of an archive that is called `name`.
    static Result<std::unique_ptr<Reading>>
    begin(std::unique_ptr<pack::Source> source, bool compressed, const std::string& name,
          const Work& work, pack::GzipSource::Mode mode = pack::GzipSource::Mode::plain);
    ~Reading();
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    /// The next file that is part of the archive. Others are passed over; those that a reader could
    /// take for a part are held against the archive.
    Result<std::optional<Member>> next();
    /// The next piece of its content, or nothing at its end. Valid until the next call.
    Result<Bytes> data();
    /// Reads what is left behind the tar's end, which settles the checksum.
    Result<> finish();

    /// What speaks against the archive so far.
    [[nodiscard]] claims::Verdict& verdict() noexcept { return verdict_; }
    /// After `finish`.
    [[nodiscard]] std::vector<pack::FlushPoint> flush_points() const;
    /// Ends the pass; true if its error may be due to the mode `cut`.
    [[nodiscard]] bool failed_by_cutting();

private:
    Reading() = default;
    base::Error explain(base::Error&& error);

    std::string name_;
    Work work_;
    std::unique_ptr<pack::Source> file_;
    std::unique_ptr<pack::GzipSource> gzip_; // reads `file_`; null for a plain archive
    std::unique_ptr<pack::Source> named_;    // reads `gzip_`, and says in which file errors are
    std::unique_ptr<pack::ReadAhead> ahead_; // reads `named_` or `file_`
    std::unique_ptr<pack::TarReader> tar_;   // reads `ahead_`
    claims::Verdict verdict_;
};

/// How to unpack when nothing else is to be done meanwhile, and nothing to be cut out.
pack::GzipSource::Mode quickest_mode(const Work& work);

/// A part of an archive, hashed.
struct Part {
    std::string stem;
    std::string hash;     ///< upper-case hex
    pack::TarEntry entry; ///< offsets are in the tar stream
};

struct Scan {
    std::string token;
    std::uint64_t token_offset = 0; ///< in the tar stream
    std::optional<Part> world;
    Buffer world_content;      ///< if it is to be kept
    std::vector<Part> targets; ///< of equal names the last
    claims::Verdict verdict;   ///< what the archive's own structure says against it
    std::vector<pack::FlushPoint> flush_points;
};
/// Reads to the end. No token or no target is an error.
Result<Scan> scan(Reading& reading, const Work& work);
/// The same for a file; with `cut`, flush points are found where there are any.
Result<Scan> scan(const ArchiveFile& file, const Work& work, bool cut);

/// Holds token, hashes and structure against each other and against whom to trust. `name` is that
/// of the archive.
Result<Info> judge(Scan scan, bool compressed, const std::string& name, const claims::Trust& trust);

/// A digest as tokens have it.
std::string hash_text(const crypto::Digest256& digest);

} // namespace tenon::archive
