// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files as texts, in the two ways that texts of all sizes want: small ones are read, large ones are
// looked at where the system has them.
#pragma once

#include "base/file.hpp"
#include "base/handle.hpp"

#include <string>
#include <string_view>

namespace tenon::base {

/// The whole content, whatever its encoding; errors as of `read_file`.
Result<std::string> read_text_file(const Path& path, std::uint64_t limit,
                                   const std::stop_token& stop = {});

/// The content of a file that is only looked at: mapped, so that nothing is copied and what was
/// passed can be forgotten. Small files, pipes and the like are read. Whoever shortens a large file
/// meanwhile causes a SIGBUS, as with all programs that map files.
class TextFile {
public:
    /// Errors as of `read_file`.
    static Result<TextFile> open(const Path& path, std::uint64_t limit,
                                 const std::stop_token& stop = {});
    /// What was read elsewhere.
    explicit TextFile(Buffer content) : read_(std::move(content)) {}

    /// Stays where it is when the object is moved.
    [[nodiscard]] std::string_view text() const noexcept {
        return mapping_ ? mapping_.get() : as_text(read_);
    }
    /// Gives the memory of that part of the text back. It can be looked at again: the system gets
    /// it from the file once more. Any thread may call this.
    void forget(std::string_view part) const noexcept;

private:
    struct Unmap {
        using Value = std::string_view;
        static constexpr std::string_view none{};
        static void close(std::string_view mapping) noexcept;
    };
    TextFile() = default;

    Handle<Unmap> mapping_;
    Buffer read_;
};

} // namespace tenon::base
