// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: blobs between a file and a TestRegistry.
#pragma once

#include "oci/test_client.hpp"

#include <fcntl.h>

namespace tenon::oci {

inline std::string counted(std::size_t size) {
    std::string bytes(size, ' ');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>(i * 31 + (i >> 9));
    return bytes;
}

class BlobTest : public ClientTest {
protected:
    BlobTest() { fd = base::Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)); }

    /// A blob in the registry, and its name.
    Descriptor have(const std::string& bytes) {
        server.add_blob(bytes);
        return {"a/b", blob::Digest::of(as_bytes(bytes)), bytes.size()};
    }
    std::string content() const {
        const auto bytes = base::read_file(path, 64 << 20);
        return std::string(as_text(*bytes));
    }
    void write(const std::string& bytes) {
        ASSERT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), 0),
                  static_cast<ssize_t>(bytes.size()));
    }
    Result<Upload> push(const std::string& bytes, const UploadOptions& how = {}) {
        write(bytes);
        return client().push_blob("a/b", blob::Digest::of(as_bytes(bytes)), bytes.size(), fd.get(),
                                  how);
    }
    bool arrived(const std::string& bytes) {
        const auto digest = blob::Digest::of(as_bytes(bytes)).text();
        return server.blobs.contains(digest) && server.blobs[digest] == bytes;
    }

    base::TestDirectory directory;
    base::Path path = directory / "file";
    base::Fd fd;
};

} // namespace tenon::oci
