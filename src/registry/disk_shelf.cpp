// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The order of writes is what makes a crash harmless: content, sync, name, sync of the directory;
// the listing last.
#include "registry/disk_shelf.hpp"

#include "oci/reference.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <ranges>
#include <sys/file.h>
#include <sys/stat.h>

namespace tenon::registry {
namespace {

constexpr std::string_view layout_text = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::string_view empty_index =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";
/// Beyond this an `index.json` is not one that anybody wants to work with.
constexpr std::uint64_t max_index_bytes = std::uint64_t{256} << 20;

base::Error cannot(std::string_view verb, const std::string& path, int error_number) {
    return base::system_error(fmt::format("cannot {} `{}`", verb, path), error_number);
}

template <class Call> auto retry(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR)
            return result;
    }
}

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

WallClock::time_point time_of(const timespec& time) {
    return WallClock::time_point(std::chrono::duration_cast<WallClock::duration>(
        std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec)));
}

// A hard link changes the time of the inode, not that of the content: for a blob that was just
// mounted, only the former is young.
FileState state_of(const struct stat& status) {
    return {static_cast<std::uint64_t>(status.st_size),
            std::max(time_of(status.st_mtim), time_of(status.st_ctim))};
}

Result<std::optional<FileState>> look(const std::string& path) {
    struct stat status;
    if (::stat(path.c_str(), &status) == 0)
        return S_ISREG(status.st_mode) ? std::optional(state_of(status)) : std::nullopt;
    if (errno == ENOENT || errno == ENOTDIR)
        return std::nullopt;
    return fail(cannot("read", path, errno));
}

Result<> write_all(int fd, Bytes content, const std::string& path) {
    while (!content.empty()) {
        const auto done = retry([&] { return ::write(fd, content.data(), content.size()); });
        if (done < 0)
            return fail(cannot("write", path, errno));
        content = content.subspan(static_cast<std::size_t>(done));
    }
    return {};
}

struct DirTraits {
    using Value = DIR*;
    static constexpr DIR* none = nullptr;
    static void close(DIR* directory) noexcept { ::closedir(directory); }
};
using Dir = base::Handle<DirTraits>;

/// Calls `visit` with the name of each entry; a directory that is not there has none.
template <class Visit> Result<> each_entry(const std::string& path, Visit visit) {
    const Dir directory(::opendir(path.c_str()));
    if (!directory) {
        if (errno == ENOENT || errno == ENOTDIR)
            return {};
        return fail(cannot("read", path, errno));
    }
    for (;;) {
        errno = 0;
        const auto* entry = ::readdir(directory.get());
        if (!entry) {
            if (errno != 0)
                return fail(cannot("read", path, errno));
            return {};
        }
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            TENON_TRY(visit(*entry));
    }
}

} // namespace

base::Path control_path(const base::Path& directory) {
    return directory / "_control";
}

DiskShelf::DiskShelf(std::string root, DiskShelfOptions options)
    : root_(std::move(root)), options_(std::move(options)) {}

void DiskShelf::step(std::string_view name, const std::string& path) const {
    if (options_.on_step)
        options_.on_step(name, path);
}

// --- opening

Result<std::unique_ptr<DiskShelf>> DiskShelf::open(const base::Path& directory,
                                                   DiskShelfOptions options) {
    if (!options.read_only)
        TENON_TRY(make_root(directory, options));
    std::error_code unreadable;
    const auto root = std::filesystem::canonical(directory, unreadable);
    if (unreadable)
        return fail(cannot("read", directory.native(), unreadable.value()));
    std::unique_ptr<DiskShelf> shelf(new DiskShelf(root.native(), std::move(options)));
    TENON_TRY(shelf->lock());
    if (shelf->options_.read_only)
        return shelf;
    constexpr mode_t others = 077;
    struct stat status;
    if (::stat(shelf->root_.c_str(), &status) != 0)
        return fail(cannot("read", shelf->root_, errno));
    shelf->file_mode_ &= (status.st_mode & others) == 0 ? ~others : ~mode_t{0};
    shelf->folder_mode_ &= (status.st_mode & others) == 0 ? ~others : ~mode_t{0};
    TENON_TRY(base::make_private_directory(shelf->root_ + "/_uploads"));
    TENON_TRY(shelf->sync_directory(shelf->root_));
    shelf->reserve_.open(shelf->root_ + "/_reserve", shelf->file_mode_);
    shelf->reserve_.fill();
    return shelf;
}

/// What is missing on the way to it is made as the umask says. Afterwards all their names are on
/// the disk: also that of the directory itself where it was there, since whoever made it may have
/// been killed before he came to that.
Result<> DiskShelf::make_root(const base::Path& directory, const DiskShelfOptions& options) {
    std::error_code unreadable;
    const auto whole = std::filesystem::absolute(directory, unreadable);
    if (unreadable)
        return fail(cannot("create directory", directory.native(), unreadable.value()));
    const auto path = whole.has_filename() ? whole : whole.parent_path();
    std::vector<base::Path> parents{path.parent_path()};
    while (!std::filesystem::exists(parents.back(), unreadable) && parents.back() != "/")
        parents.push_back(parents.back().parent_path());
    if (!std::filesystem::exists(path, unreadable))
        TENON_TRY(base::make_private_directory(path));
    const DiskShelf builder({}, options);
    for (const auto& parent : parents | std::views::reverse)
        // One that we cannot read is not one that we have made.
        if (::access(parent.c_str(), R_OK) == 0)
            TENON_TRY(builder.sync_directory(parent.native()));
    return {};
}

// Two servers on one directory would each overwrite the other's listings. Those that only read may
// share it, also from a medium on which no lock can be made.
Result<> DiskShelf::lock() {
    const auto path = root_ + "/_lock";
    lock_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock_) {
        if (options_.read_only && (errno == EACCES || errno == EROFS || errno == EPERM))
            return {};
        return fail(cannot("write", path, errno));
    }
    if (::flock(lock_.get(), (options_.read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return fail(cannot("lock", path, errno));
        std::array<Byte, 32> holder{};
        const auto length = TENON_TRY(base::read_at(lock_.get(), 0, holder, path));
        const auto pid = as_text(Bytes(holder).first(length));
        return fail(
            base::Error(Errc::exists,
                        fmt::format("another registry serves `{}`{}", root_,
                                    pid.empty() ? std::string() : fmt::format(", process {}", pid)))
                .help("stop it, or choose another directory"));
    }
    if (options_.read_only)
        return {};
    const auto pid = fmt::format("{}", ::getpid());
    // In this order a full disk is none: the room that the file has is used again.
    TENON_TRY(write_all(lock_.get(), as_bytes(pid), path));
    if (::ftruncate(lock_.get(), static_cast<off_t>(pid.size())) != 0)
        return fail(cannot("write", path, errno));
    return {};
}

// --- names

std::string DiskShelf::layout(const std::string& repository) const {
    return fmt::format("{}/{}/_oci", root_, repository);
}

std::string DiskShelf::blob_path(const std::string& repository, const blob::Digest& digest) const {
    return fmt::format("{}/{}/_oci/blobs/{}/{}", root_, repository,
                       blob::algorithm_name(digest.algorithm()), digest.hex());
}

std::string DiskShelf::upload_path(const std::string& id) const {
    return fmt::format("{}/_uploads/{}", root_, id);
}

// --- steps of writing

Result<> DiskShelf::sync_file(int fd, const std::string& path) const {
    step("sync file", path);
    if (options_.durable && ::fdatasync(fd) != 0)
        return fail(cannot("sync", path, errno));
    return {};
}

Result<> DiskShelf::sync_directory(const std::string& path) const {
    step("sync directory", path);
    if (!options_.durable)
        return {};
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems cannot sync a directory (EINVAL); the rename is all that they offer.
    if (!fd || (::fsync(fd.get()) != 0 && errno != EINVAL))
        return fail(cannot("sync", path, errno));
    return {};
}

/// A file with this content, synced; in place of one that a crash has left.
Result<> DiskShelf::write_new(const std::string& path, Bytes content) const {
    step("create file", path);
    const base::Fd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, file_mode_));
    if (!fd)
        return fail(cannot("write", path, errno));
    auto written = write_all(fd.get(), content.first(content.size() / 2), path);
    step("write half", path);
    if (written)
        written = write_all(fd.get(), content.subspan(content.size() / 2), path);
    if (written)
        written = sync_file(fd.get(), path);
    if (!written)
        ::unlink(path.c_str());
    return written;
}

/// The same in room that was set aside.
Result<> DiskShelf::write_reserved(const std::string& path, Bytes content) {
    if (!reserve_.hand_over(path, content.size()))
        return fail(cannot("write", path, ENOSPC));
    step("write reserve", path);
    const base::Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        return fail(cannot("write", path, errno));
    auto written = write_all(fd.get(), content, path);
    if (written && ::ftruncate(fd.get(), static_cast<off_t>(content.size())) != 0)
        written = fail(cannot("write", path, errno));
    if (written)
        written = sync_file(fd.get(), path);
    if (!written)
        ::unlink(path.c_str());
    return written;
}

Result<> DiskShelf::move_into_place(const std::string& from, const std::string& to) const {
    step("rename", to);
    if (::rename(from.c_str(), to.c_str()) == 0)
        return {};
    if (errno != EXDEV)
        return fail(cannot("write", to, errno));
    TENON_TRY(copy_into_place(from, to));
    ::unlink(from.c_str());
    return {};
}

/// For a repository that lies on another device.
Result<> DiskShelf::copy_into_place(const std::string& from, const std::string& to) const {
    const auto source = TENON_TRY(base::open_to_read(from));
    auto target =
        TENON_TRY(base::NewFile::create(to, {.mode = file_mode_, .durable = options_.durable}));
    Buffer buffer(1 << 20);
    for (;;) {
        const auto got = TENON_TRY(base::read_some(source.get(), buffer, from));
        TENON_TRY(target.write(Bytes(buffer).first(got)));
        if (got < buffer.size())
            return target.commit();
    }
}

// --- repositories

Result<std::vector<std::string>> DiskShelf::repositories() {
    std::vector<std::string> found;
    TENON_TRY(collect({}, found));
    std::ranges::sort(found);
    return found;
}

/// Folders are repositories where they hold a layout, and may hold others besides. Links are not
/// followed: they could lead in circles.
Result<> DiskShelf::collect(const std::string& prefix, std::vector<std::string>& found) const {
    std::vector<std::string> folders;
    TENON_TRY(each_entry(prefix.empty() ? root_ : root_ + "/" + prefix,
                         [&](const dirent& entry) -> Result<> {
                             if (entry.d_type == DT_DIR || entry.d_type == DT_UNKNOWN)
                                 folders.emplace_back(entry.d_name);
                             return {};
                         }));
    for (const auto& folder : folders) {
        const auto name = prefix.empty() ? folder : fmt::format("{}/{}", prefix, folder);
        if (!oci::is_repository(name)) // `_oci`, `_uploads`, and what is too long
            continue;
        if (TENON_TRY(look(layout(name) + "/index.json")))
            found.push_back(name);
        TENON_TRY(collect(name, found));
    }
    return {};
}

Result<std::optional<std::string>> DiskShelf::read_index(const std::string& repository) {
    const auto path = layout(repository) + "/index.json";
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        return fail(cannot("read", path, errno));
    }
    const auto content = TENON_TRY(base::read_all(fd.get(), max_index_bytes, path));
    return std::string(as_text(content));
}

Result<> DiskShelf::create_repository(const std::string& repository) {
    const auto folder = layout(repository);
    if (TENON_TRY(look(folder + "/index.json")))
        return {};
    // `index.json` comes last: with it the repository exists, and others use it at once.
    TENON_TRY(make_folders(folder + "/blobs/sha256"));
    for (const auto& [name, text] : {std::pair(std::string_view("/oci-layout"), layout_text),
                                     std::pair(std::string_view("/index.json"), empty_index)}) {
        const auto unfinished = fmt::format("{}{}.new", folder, name);
        TENON_TRY(write_new(unfinished, as_bytes(text)));
        TENON_TRY(move_into_place(unfinished, folder + std::string(name)));
    }
    return sync_directory(folder);
}

/// Makes a folder below the root and what is missing above it. When this returns all their names
/// are on the disk: also of those that were there, since whoever made them may be about to sync
/// them only, or may have been killed before he could.
Result<> DiskShelf::make_folders(const std::string& path) {
    const auto is_settled = [&](const std::string& folder) {
        const std::scoped_lock lock(settled_mutex_);
        return settled_.contains(folder);
    };
    if (is_settled(path) && ::access(path.c_str(), F_OK) == 0)
        return {};
    for (std::size_t end = root_.size(); end < path.size();) {
        end = std::min(path.find('/', end + 1), path.size());
        const auto folder = path.substr(0, end);
        const bool made = ::mkdir(folder.c_str(), folder_mode_) == 0;
        if (!made && errno != EEXIST)
            return fail(cannot("create directory", folder, errno));
        if (made || !is_settled(folder)) {
            TENON_TRY(sync_directory(parent_of(folder)));
            const std::scoped_lock lock(settled_mutex_);
            settled_.insert(folder);
        }
    }
    return {};
}

// Blobs that were put lie under their names already. Their directories are synced between the sync
// of the new listing and its rename: by then the journal has usually taken them along.
Result<> DiskShelf::write_index(const std::string& repository, std::string_view text) {
    const auto folder = layout(repository);
    TENON_TRY(make_folders(folder));
    const auto place = folder + "/index.json";
    const auto unfinished = place + ".new";
    if (auto written = write_new(unfinished, as_bytes(text)); !written) {
        // Whoever deletes something needs room only until he has.
        const auto before = TENON_TRY(look(place));
        if (!before || text.size() > before->size || !write_reserved(unfinished, as_bytes(text)))
            return written;
    }
    for (const auto algorithm : {blob::Algorithm::sha256, blob::Algorithm::sha512}) {
        const auto blobs = fmt::format("{}/blobs/{}", folder, blob::algorithm_name(algorithm));
        if (::access(blobs.c_str(), F_OK) == 0)
            TENON_TRY(sync_directory(blobs));
    }
    TENON_TRY(move_into_place(unfinished, place));
    TENON_TRY(sync_directory(folder));
    reserve_.fill();
    return {};
}

// --- blobs

Result<std::optional<Extent>> DiskShelf::open_blob(const std::string& repository,
                                                   const blob::Digest& digest) {
    const auto path = blob_path(repository, digest);
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR)
            return std::nullopt;
        return fail(cannot("read", path, errno));
    }
    struct stat status;
    if (::fstat(fd.get(), &status) != 0)
        return fail(cannot("read", path, errno));
    if (!S_ISREG(status.st_mode))
        return std::nullopt;
    return Extent{std::move(fd), 0, static_cast<std::uint64_t>(status.st_size)};
}

Result<std::optional<FileState>> DiskShelf::find_blob(const std::string& repository,
                                                      const blob::Digest& digest) {
    return look(blob_path(repository, digest));
}

void DiskShelf::touch_blob(const std::string& repository, const blob::Digest& digest) {
    // Without the right to do so, or when it is gone, the blob is as old as it is.
    if (!options_.read_only)
        ::utimensat(AT_FDCWD, blob_path(repository, digest).c_str(), nullptr, 0);
}

Result<> DiskShelf::make_blob_folder(const std::string& repository, const blob::Digest& digest) {
    return make_folders(parent_of(blob_path(repository, digest)));
}

Result<> DiskShelf::put_blob(const std::string& repository, const blob::Digest& digest,
                             Bytes content) {
    TENON_TRY(make_blob_folder(repository, digest));
    const auto unfinished = upload_path(fmt::format("put-{}-{}", ::getpid(), ++serial_));
    TENON_TRY(write_new(unfinished, content));
    auto moved = move_into_place(unfinished, blob_path(repository, digest));
    if (!moved)
        ::unlink(unfinished.c_str());
    return moved;
}

Result<> DiskShelf::settle_upload(const std::string& id, std::uint64_t size) {
    const auto unfinished = upload_path(id);
    const base::Fd fd(::open(unfinished.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(size)) != 0)
        return fail(cannot("write", unfinished, errno));
    return sync_file(fd.get(), unfinished);
}

Result<> DiskShelf::finish_upload(const std::string& id, std::uint64_t /*size*/,
                                  const std::string& repository, const blob::Digest& digest) {
    TENON_TRY(make_blob_folder(repository, digest));
    const auto path = blob_path(repository, digest);
    TENON_TRY(move_into_place(upload_path(id), path));
    return sync_directory(parent_of(path));
}

Result<bool> DiskShelf::link_blob(const std::string& from, const std::string& to,
                                  const blob::Digest& digest) {
    const auto source = blob_path(from, digest);
    const auto target = blob_path(to, digest);
    if (!TENON_TRY(look(source)))
        return false;
    TENON_TRY(make_blob_folder(to, digest));
    step("link", target);
    if (::link(source.c_str(), target.c_str()) != 0) {
        if (errno == ENOENT)
            return false;
        if (errno == EXDEV || errno == EMLINK || errno == EPERM)
            TENON_TRY(copy_into_place(source, target));
        else if (errno == EEXIST)
            touch_blob(to, digest);
        else
            return fail(cannot("write", target, errno));
    }
    TENON_TRY(sync_directory(parent_of(target)));
    return true;
}

Result<bool> DiskShelf::remove_blob(const std::string& repository, const blob::Digest& digest) {
    const auto path = blob_path(repository, digest);
    step("remove blob", path);
    if (::unlink(path.c_str()) == 0)
        return true;
    if (errno == ENOENT || errno == ENOTDIR)
        return false;
    return fail(cannot("remove", path, errno));
}

Result<std::vector<StoredBlob>> DiskShelf::blobs(const std::string& repository) {
    std::vector<StoredBlob> found;
    step("list blobs", repository);
    for (const auto algorithm : {blob::Algorithm::sha256, blob::Algorithm::sha512}) {
        const auto name = blob::algorithm_name(algorithm);
        const auto folder = fmt::format("{}/blobs/{}", layout(repository), name);
        TENON_TRY(each_entry(folder, [&](const dirent& entry) -> Result<> {
            auto digest = blob::Digest::parse(fmt::format("{}:{}", name, entry.d_name));
            if (!digest) // not a blob; none of our business
                return {};
            const auto state = TENON_TRY(look(folder + "/" + entry.d_name));
            if (state)
                found.push_back({*std::move(digest), *state});
            return {};
        }));
    }
    return found;
}

// --- uploads

Result<> DiskShelf::create_upload(const std::string& id) {
    const auto path = upload_path(id);
    step("create upload", path);
    const base::Fd fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode_));
    if (!fd)
        return fail(cannot("write", path, errno));
    return {};
}

Result<std::optional<Extent>> DiskShelf::open_upload(const std::string& id) {
    const auto path = upload_path(id);
    base::Fd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        if (errno == ENOENT)
            return std::nullopt;
        return fail(cannot("write", path, errno));
    }
    struct stat status;
    if (::fstat(fd.get(), &status) != 0)
        return fail(cannot("read", path, errno));
    return Extent{std::move(fd), 0, static_cast<std::uint64_t>(status.st_size)};
}

// Starting to write at once leaves less to do for the sync that the client waits for.
void DiskShelf::grown(const std::string& id, const Extent& upload, std::uint64_t from) {
    step("grow upload", id);
    if (options_.durable)
        ::sync_file_range(upload.fd.get(), static_cast<off_t>(from),
                          static_cast<off_t>(upload.length - from), SYNC_FILE_RANGE_WRITE);
}

Result<bool> DiskShelf::remove_upload(const std::string& id) {
    const auto path = upload_path(id);
    if (::unlink(path.c_str()) == 0)
        return true;
    if (errno == ENOENT)
        return false;
    return fail(cannot("remove", path, errno));
}

Result<std::vector<StoredUpload>> DiskShelf::uploads() {
    std::vector<StoredUpload> found;
    TENON_TRY(each_entry(root_ + "/_uploads", [&](const dirent& entry) -> Result<> {
        const auto state = TENON_TRY(look(upload_path(entry.d_name)));
        if (state)
            found.push_back({entry.d_name, *state});
        return {};
    }));
    return found;
}

} // namespace tenon::registry
