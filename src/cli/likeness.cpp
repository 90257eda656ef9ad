// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/likeness.hpp"

#include "base/utf8.hpp"
#include "pack/gzip_source.hpp"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t head_size = 512; // a tar header

constexpr auto make_archive = "`tenon par create` makes a provider archive of an executable"sv;
constexpr auto archive_form = "a provider archive is a tar file, plain or packed with gzip"sv;
constexpr auto binary_form =
    "what is shipped is the binary form, which `tenon parse` makes of it"sv;

struct Row {
    std::string_view magic;
    Likeness likeness;
};
constexpr Row rows[] = {
    {"\x7f"
     "ELF"sv,
     {"an executable (ELF)", make_archive}},
    {"\xcf\xfa\xed\xfe"sv, {"an executable (Mach-O)", make_archive}},
    {"\xce\xfa\xed\xfe"sv, {"an executable (Mach-O)", make_archive}},
    {"MZ"sv, {"an executable (PE)", make_archive}},
    {"#!"sv, {"a script", make_archive}},
    {"PK\x03\x04"sv, {"a zip file", archive_form}},
    {"\xfd"
     "7zXZ"sv,
     {"a file packed with xz", archive_form}},
    {"\x28\xb5\x2f\xfd"sv, {"a file packed with zstd", archive_form}},
    {"BZh"sv, {"a file packed with bzip2", archive_form}},
    {"(component"sv, {"a component as text", binary_form}},
    {"(module"sv, {"a module as text", binary_form}},
    {"(;"sv, {"WebAssembly as text", binary_form}},
    {";;"sv, {"WebAssembly as text", binary_form}},
};

bool is_text(Bytes bytes) noexcept {
    constexpr std::size_t longest_character = 4; // the last one may be cut
    const auto bad = base::first_invalid_utf8(bytes);
    return std::ranges::none_of(bytes,
                                [](Byte byte) {
                                    return byte < ' ' && byte != '\n' && byte != '\r' &&
                                           byte != '\t' && byte != '\f';
                                }) &&
           (!bad || *bad + longest_character > bytes.size());
}

/// Whether a reader of tar would go beyond the first header: its checksum is a number, or it is
/// the end already.
bool begins_tar(Bytes bytes) noexcept {
    constexpr std::size_t checksum = 148, checksum_size = 8;
    if (bytes.size() < head_size)
        return false;
    if (std::ranges::all_of(bytes, [](Byte byte) { return byte == 0; }))
        return true;
    if ((bytes[checksum] & 0x80) != 0) // a number in GNU's other form
        return bytes[checksum] == 0x80;
    auto digits = as_text(bytes.subspan(checksum, checksum_size));
    digits = digits.substr(0, digits.find('\0'));
    digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
    const auto end = digits.find_last_not_of(' ') + 1; // npos + 1 is 0
    digits = digits.substr(0, end);
    return !digits.empty() && digits.find_first_not_of("01234567") == digits.npos;
}

/// The first bytes behind gzip; nothing where it is broken, which is told better by others.
std::optional<Buffer> unpacked_head(int fd, const std::string& name) {
    pack::FileSource file(fd, name);
    pack::GzipSource source(file, {});
    Buffer head(head_size);
    std::size_t size = 0;
    while (size < head.size()) {
        const auto got = source.read(MutableBytes(head).subspan(size), {});
        if (!got)
            return std::nullopt;
        if (*got == 0)
            break;
        size += *got;
    }
    head.resize(size);
    return head;
}

} // namespace

Likeness likeness(Bytes first_bytes) noexcept {
    if (first_bytes.empty())
        return {"empty", {}};
    auto text = as_text(first_bytes);
    const bool readable = is_text(first_bytes);
    if (readable)
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const auto* const row = std::ranges::find_if(
        rows, [text](const Row& candidate) { return text.starts_with(candidate.magic); });
    if (row != std::end(rows))
        return row->likeness;
    return readable ? Likeness{"text", {}} : Likeness{};
}

Result<> refuse_stranger(int fd, const std::string& name, Strangers which) {
    Buffer head(head_size);
    head.resize(TENON_TRY(base::read_at(fd, 0, head, name)));
    const auto text = as_text(head);
    const bool packed = text.starts_with("\x1f\x8b"sv);
    if (packed) {
        auto inside = unpacked_head(fd, name);
        if (!inside)
            return {};
        head = *std::move(inside);
    }
    if (begins_tar(head))
        return {};
    const auto like = likeness(head);
    if (like.what.empty() && which == Strangers::known)
        return {};
    base::Error error(
        Errc::invalid,
        fmt::format("`{}` is neither a component, a module nor a provider archive", name));
    if (!like.what.empty())
        error = std::move(error).because(fmt::format(
            "{} {}", packed ? "what it holds, packed with gzip, is" : "it is", like.what));
    if (!like.help.empty())
        error = std::move(error).help(std::string(like.help));
    return fail(std::move(error));
}

} // namespace tenon::cli
