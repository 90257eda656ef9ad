// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files, read within a limit and written whole or not at all. A new file is built where nobody sees
// it and appears under its name in one step; whoever is killed in between leaves the old file, or
// none.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/handle.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <sys/types.h>

namespace tenon::base {

using Path = std::filesystem::path;

/// Opens a file to read. A directory is an error with the cause `Is a directory (os error 21)`. A
/// pipe is waited for until somebody writes to it. Here and below, a stop that is requested while
/// waiting for a pipe, a terminal or the like is `Errc::interrupted`.
Result<Fd> open_to_read(const Path& path, const std::stop_token& stop = {});
/// The same for what is read more than once: all but a regular file is `Errc::usage`, at once.
Result<Fd> open_regular(const Path& path);
/// What `open_regular` asks of the file behind a descriptor.
Result<> check_regular(int fd, const Path& name);

/// The whole content; more than `limit` bytes is `Errc::limit`. Works for pipes too.
Result<Buffer> read_file(const Path& path, std::uint64_t limit, const std::stop_token& stop = {});
Result<Buffer> read_all(int fd, std::uint64_t limit, const Path& name,
                        const std::stop_token& stop = {});

/// Reads until `into` is full or the file ends; gives the number of bytes read. `name` is for the
/// message.
Result<std::size_t> read_some(int fd, MutableBytes into, const Path& name,
                              const std::stop_token& stop = {});
/// The same from a position, without moving the file's own.
Result<std::size_t> read_at(int fd, std::uint64_t offset, MutableBytes into, const Path& name);

struct NewFileOptions {
    mode_t mode =
        0666; ///< the process's umask applies; an existing file keeps its own mode instead
    bool replace = true;       ///< false: `commit` fails with `Errc::exists` when the name is taken
    bool only_regular = false; ///< a path that names a device or pipe fails, since it would see
                               ///< what is written before it is whole
    bool durable = false;      ///< content and name are on the disk before `commit` returns
};

/// A file under construction.
class NewFile {
public:
    /// Begins a file that will be called `path`. Its directory must exist. A path that names
    /// something other than a regular file (`/dev/stdout`, a pipe) is opened and written directly;
    /// a symbolic link is followed. A file that may not be written is not replaced either.
    static Result<NewFile> create(const Path& path, NewFileOptions options = {});

    Result<> write(Bytes bytes);
    /// Overwrites bytes written before; not for pipes.
    Result<> write_at(std::uint64_t offset, Bytes bytes);
    /// Gives the file its name. Without it the destructor leaves no trace.
    Result<> commit();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    NewFile(NewFile&&) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

private:
    NewFile(Path path, NewFileOptions options) : path_(std::move(path)), options_(options) {}

    Result<> open_temporary();
    Result<> settle();
    Result<> give_name();
    [[nodiscard]] Error failed(std::string_view what, int error_number) const;

    Path path_;             // as the caller wrote it, for messages
    Path target_;           // links followed
    std::string temporary_; // a hidden neighbour, only where the file system has no unnamed files
    NewFileOptions options_;
    Fd fd_;
    std::uint64_t size_ = 0;
    bool direct_ = false;
};

/// `NewFile`, all at once.
Result<> write_file(const Path& path, Bytes content, NewFileOptions options = {});

/// Makes the directory and its missing parents (0777 and umask); fine if it is there.
Result<> make_directories(const Path& path);
/// The same, with mode 0700 for the last one. One that is there keeps its mode, since it may serve
/// others too: it must be the caller's own and not one that everybody puts files in (`/tmp`), and
/// what others may do in it is given back as a warning.
Result<std::optional<Error>> make_private_directory(const Path& path);

} // namespace tenon::base
