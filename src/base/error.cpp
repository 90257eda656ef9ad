// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/error.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tenon::base {

struct Error::Story {
    Errc code;
    std::string message;
    std::optional<std::uint64_t> offset;
    std::string file;
    std::vector<std::string> frames;
    std::vector<std::string> causes;
    std::vector<std::string> helps;
    std::optional<SourceExcerpt> source;
    std::optional<ByteExcerpt> bytes;
};

void Error::Delete::operator()(Story* story) const noexcept {
    delete story;
}

Error::Error(Errc code, std::string message, std::optional<std::uint64_t> offset)
    : story_(new Story{code, std::move(message), offset, {}, {}, {}, {}, {}, {}}) {}

Errc Error::code() const noexcept {
    return story_->code;
}
const std::string& Error::message() const noexcept {
    return story_->message;
}
std::optional<std::uint64_t> Error::offset() const noexcept {
    return story_->offset;
}
const std::string& Error::file() const noexcept {
    return story_->file;
}
const std::vector<std::string>& Error::frames() const noexcept {
    return story_->frames;
}
const std::vector<std::string>& Error::causes() const noexcept {
    return story_->causes;
}
const std::vector<std::string>& Error::helps() const noexcept {
    return story_->helps;
}
const std::optional<SourceExcerpt>& Error::source() const noexcept {
    return story_->source;
}
const std::optional<ByteExcerpt>& Error::bytes() const noexcept {
    return story_->bytes;
}

Error&& Error::within(std::string frame) && {
    story_->frames.push_back(std::move(frame));
    return std::move(*this);
}

Error&& Error::in_file(std::string file) && {
    if (story_->file.empty())
        story_->file = std::move(file);
    return std::move(*this);
}

Error&& Error::because(std::string cause) && {
    story_->causes.push_back(std::move(cause));
    return std::move(*this);
}

Error&& Error::help(std::string what_to_do) && {
    story_->helps.push_back(std::move(what_to_do));
    return std::move(*this);
}

Error&& Error::at(SourceExcerpt excerpt) && {
    story_->source = std::move(excerpt);
    return std::move(*this);
}

Error&& Error::show(Bytes data, std::uint64_t data_offset, std::uint32_t length) && {
    constexpr std::uint64_t row = 16;
    if (!story_->offset || *story_->offset < data_offset)
        return std::move(*this);
    const std::uint64_t at = std::min<std::uint64_t>(*story_->offset - data_offset, data.size());
    const std::uint64_t begin = at > row / 2 ? at - row / 2 : 0;
    const Bytes window = data.subspan(begin, std::min<std::uint64_t>(row, data.size() - begin));
    story_->bytes = ByteExcerpt{data_offset + begin, Buffer(window.begin(), window.end()), length};
    return std::move(*this);
}

Error&& Error::wrap(std::string message) && {
    story_->causes.insert(story_->causes.begin(),
                          std::exchange(story_->message, std::move(message)));
    return std::move(*this);
}

Error system_error(std::string message, int error_number) {
    const Errc code = error_number == ENOENT || error_number == ENOTDIR ? Errc::not_found
                      : error_number == EEXIST                          ? Errc::exists
                      : error_number == EINTR                           ? Errc::interrupted
                                                                        : Errc::io;
    // The wording, with its number in brackets, is that of the tools which tenon replaces; scripts
    // match on it.
    return Error(code, std::move(message))
        .because(std::string(strerrordesc_np(error_number) ? strerrordesc_np(error_number)
                                                           : "unknown error") +
                 " (os error " + std::to_string(error_number) + ")");
}

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "tenon: internal error: %s does not hold at %s:%d; please report this\n",
                 condition, file, line);
    std::abort();
}

} // namespace tenon::base
