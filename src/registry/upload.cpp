// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/upload.hpp"

#include "registry/hash_pipe.hpp"

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "crypto/sodium.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace tenon::registry {
namespace {

constexpr std::size_t random_bytes = 16;
constexpr std::size_t binding_bytes = 8;
constexpr std::size_t id_length = 2 * random_bytes + 1 + 2 * binding_bytes;
/// After so many bytes the shelf is told, so that it begins to write.
constexpr std::uint64_t growth = std::uint64_t{8} << 20;

char letter(blob::Algorithm algorithm) noexcept {
    return algorithm == blob::Algorithm::sha512 ? 'l' : 's';
}

std::string binding(std::string_view repository) {
    return base::lower_hex(Bytes(crypto::sha256(as_bytes(repository))).first(binding_bytes));
}

Result<> write_at(const Extent& file, std::uint64_t position, Bytes bytes) {
    while (!bytes.empty()) {
        const auto done = ::pwrite(file.fd.get(), bytes.data(), bytes.size(),
                                   static_cast<off_t>(file.offset + position));
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail(base::system_error("cannot keep what was uploaded", errno));
        bytes = bytes.subspan(static_cast<std::size_t>(done));
        position += static_cast<std::uint64_t>(done);
    }
    return {};
}

/// Reads until `into` is full; `end` says whether there is more to come. What came before an error
/// is counted in `size`.
Result<> fill(net::RequestBody& body, MutableBytes into, std::size_t& size, bool& end) {
    while (size < into.size()) {
        const auto got = TENON_TRY(body.read(into.subspan(size)));
        if (got == 0) {
            end = true;
            break;
        }
        size += got;
    }
    return {};
}

} // namespace

UploadId UploadId::make(std::string_view repository, blob::Algorithm algorithm) {
    std::array<Byte, random_bytes> random;
    crypto::fill_random(random);
    return {base::lower_hex(random) + letter(algorithm) + binding(repository), algorithm};
}

std::optional<UploadId> UploadId::parse(std::string_view text, std::string_view repository) {
    if (text.size() != id_length)
        return std::nullopt;
    const auto random = text.substr(0, 2 * random_bytes);
    if (random.find_first_not_of("0123456789abcdef") != std::string_view::npos)
        return std::nullopt;
    if (text.substr(random.size() + 1) != binding(repository))
        return std::nullopt;
    for (const auto algorithm : {blob::Algorithm::sha256, blob::Algorithm::sha512})
        if (text[random.size()] == letter(algorithm))
            return UploadId{std::string(text), algorithm};
    return std::nullopt;
}

Upload::Upload(UploadId id, std::uint64_t size) : id_(std::move(id)), size_(size) {
    if (size == 0)
        hasher_.emplace(id_.algorithm());
}

Result<> Upload::append(Shelf& shelf, net::RequestBody& body) {
    auto file = TENON_TRY(shelf.open_upload(id()));
    if (!file)
        return fail(Errc::not_found, "the upload is gone");
    HashPipe pipe(hasher_ ? &*hasher_ : nullptr);
    auto told = size();
    const auto tell = [&] {
        file->length = size();
        shelf.grown(id(), *file, told);
        told = size();
    };
    for (bool end = false; !end;) {
        const auto buffer = pipe.buffer();
        std::size_t size = 0;
        auto received = fill(body, buffer, size, end);
        if (auto written = write_at(*file, size_, Bytes(buffer).first(size)); !written) {
            tell();
            return written;
        }
        size_ += size;
        pipe.pass(size);
        if (!received || end || size_ - told >= growth)
            tell();
        if (!received)
            return received;
    }
    return {};
}

Result<blob::Digest> Upload::digest(Shelf& shelf, blob::Algorithm algorithm) {
    if (hasher_ && algorithm == id_.algorithm()) {
        auto hasher = std::move(*hasher_);
        hasher_.reset(); // a second question would have to read everything
        return hasher.finish();
    }
    const auto file = TENON_TRY(shelf.open_upload(id()));
    if (!file)
        return fail(Errc::not_found, "the upload is gone");
    blob::Hasher hasher(algorithm);
    Buffer buffer(256 * 1024);
    for (std::uint64_t done = 0; done < size_;) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), size_ - done);
        const auto part = MutableBytes(buffer).first(static_cast<std::size_t>(wanted));
        const auto got =
            TENON_TRY(base::read_at(file->fd.get(), file->offset + done, part, "upload"));
        if (got != part.size())
            return fail(Errc::truncated, "the upload is shorter than it should be");
        hasher.update(part);
        done += got;
    }
    return hasher.finish();
}

} // namespace tenon::registry
