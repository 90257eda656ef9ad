// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An archive under construction, plain or gzip, that appears under its name when it is whole; and
// the executables that go into it.
#pragma once

#include "archive/archive.hpp"
#include "pack/gzip_writer.hpp"

#include <memory>

namespace tenon::archive {

/// An executable that is hashed first and packed later, from one and the same open file.
class OpenBinary {
public:
    static Result<OpenBinary> open(const Binary& binary);
    /// Reads all of it; `hash` and `size` are known then.
    Result<> measure(const Work& work);

    [[nodiscard]] const std::string& target() const noexcept { return target_; }
    [[nodiscard]] const std::string& hash() const noexcept { return hash_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    /// Reads it again; another content than before is an error.
    Result<> read_again(const pack::Sink& sink, const Work& work) const;

private:
    OpenBinary() = default;
    Result<std::string> read(const pack::Sink& sink, const Work& work, std::uint64_t& size) const;

    std::string target_;
    base::Path path_;
    base::Fd fd_;
    std::string hash_;
    std::uint64_t size_ = 0;
};

/// Measures them, several at a time.
Result<> measure(std::vector<OpenBinary>& binaries, const Work& work);

/// A piece of a packed file that holds whole entries.
struct PackedPiece {
    std::uint64_t begin; ///< offsets in the file
    std::uint64_t end;
    std::uint64_t unpacked_size;
    std::uint32_t crc; ///< of what it unpacks to
};

class Writing {
public:
    static Result<std::unique_ptr<Writing>> begin(const base::Path& path, bool compress,
                                                  bool durable, const Work& work);
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

    /// Header, as many bytes as it says, padding.
    Result<> begin_entry(std::string_view name, std::uint64_t size);
    Result<> write(Bytes bytes);
    Result<> end_entry();
    Result<> entry(std::string_view name, Bytes content);

    /// Copies whole entries from another packed archive.
    Result<> copy_packed(int fd, const base::Path& name, const PackedPiece& piece);
    /// Like `write`, from a part of a file; for plain archives only.
    Result<> copy_plain(int fd, const base::Path& name, std::uint64_t begin, std::uint64_t size);

    /// Ends the archive; it is there under its name only after `commit`.
    Result<> finish();
    Result<> commit() { return file_.commit(); }

private:
    Writing(base::NewFile file, const Work& work) : file_(std::move(file)), work_(work) {}
    Result<> put(Bytes bytes);

    base::NewFile file_;
    Work work_;
    std::optional<pack::GzipWriter> gzip_; // writes to `file_`
    std::uint64_t left_ = 0;               // of the entry's content
    std::size_t padding_ = 0;
};

/// The name that a target's entry has.
std::string entry_name(std::string_view target);

} // namespace tenon::archive
