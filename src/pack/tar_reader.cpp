// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "pack/tar.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace tenon::pack {
namespace {

// Records in front of an entry (long names, pax) are held in memory.
constexpr std::uint64_t max_record_bytes = 64 * 1024;
constexpr std::uint64_t max_piece = 1 << 20;

struct Field {
    std::size_t offset;
    std::size_t size;
};
constexpr Field name_field{0, 100};
constexpr Field size_field{124, 12};
constexpr Field checksum_field{148, 8};
constexpr std::size_t type_offset = 156;
constexpr Field magic_field{257, 8};
constexpr Field prefix_field{345, 155};

std::string_view text_of(const TarBlock& block, Field field) {
    return as_text(Bytes(block).subspan(field.offset, field.size));
}

std::string_view up_to_nul(std::string_view text) {
    return text.substr(0, text.find('\0'));
}

base::Error broken(const TarBlock& block, std::uint64_t begin, Field field, Errc code,
                   std::string message) {
    return base::Error(code, std::move(message), begin + field.offset)
        .show(block, begin, static_cast<std::uint32_t>(field.size));
}

/// Octal digits between blanks, or GNU's base-256 form; nothing for anything else. An empty field
/// is 0.
std::optional<std::uint64_t> number(std::string_view field) {
    if ((static_cast<Byte>(field.front()) & 0x80) != 0) {
        if (static_cast<Byte>(field.front()) != 0x80)
            return std::nullopt; // negative, or beyond 64 bits
        std::uint64_t value = 0;
        for (const char c : field.substr(1)) {
            if (value >> 56 != 0)
                return std::nullopt;
            value = value << 8 | static_cast<Byte>(c);
        }
        return value;
    }
    field = up_to_nul(field);
    while (field.starts_with(' '))
        field.remove_prefix(1);
    while (field.ends_with(' '))
        field.remove_suffix(1);
    if (field.empty())
        return 0;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, 8);
    if (error != std::errc{} || end != field.data() + field.size() || field.starts_with('-'))
        return std::nullopt;
    return value;
}

/// The sum over the header, its own field counted as blanks. Some old tars added signed bytes.
bool checksum_matches(const TarBlock& block, std::uint64_t promised) {
    std::uint64_t plain = 0;
    std::int64_t with_signs = 0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        const bool own = i - checksum_field.offset < checksum_field.size;
        const Byte byte = own ? Byte{' '} : block[i];
        plain += byte;
        with_signs += static_cast<std::int8_t>(byte);
    }
    return promised == plain || static_cast<std::int64_t>(promised) == with_signs;
}

Result<> check_header(const TarBlock& block, std::uint64_t begin) {
    const auto promised = number(text_of(block, checksum_field));
    const bool blank = up_to_nul(text_of(block, checksum_field)).empty();
    if (!promised || blank) {
        if (begin == 0)
            return fail(broken(block, begin, checksum_field, Errc::malformed,
                               "this is no tar file: the checksum of the first header is not a "
                               "number"));
        return fail(broken(block, begin, checksum_field, Errc::malformed,
                           "archive header checksum is not a number"));
    }
    if (!checksum_matches(block, *promised))
        return fail(broken(block, begin, checksum_field, Errc::checksum,
                           "archive header checksum mismatch"));
    return {};
}

std::string name_of(const TarBlock& block) {
    std::string name(up_to_nul(text_of(block, name_field)));
    const auto prefix = up_to_nul(text_of(block, prefix_field));
    // GNU's own magic has other things in the place of the prefix.
    if (text_of(block, magic_field).starts_with(std::string_view("ustar\0", 6)) && !prefix.empty())
        return fmt::format("{}/{}", prefix, name);
    return name;
}

TarKind kind_of(char type, std::string_view name) {
    switch (type) {
    case '\0':
    case '0':
    case '7': return name.ends_with('/') ? TarKind::directory : TarKind::file;
    case '1':
    case '2': return TarKind::link;
    case '5': return TarKind::directory;
    case '3':
    case '4':
    case '6': return TarKind::other;
    default: return TarKind::file; // what POSIX asks of types that are unknown
    }
}

std::size_t piece_of(std::uint64_t left) {
    return static_cast<std::size_t>(std::min<std::uint64_t>(left, max_piece));
}

bool is_zero(const TarBlock& block) {
    return std::ranges::all_of(block, [](Byte byte) { return byte == 0; });
}

bool is_bare(const TarBlock& block, const TarEntry& entry) {
    const auto header = tar_header(entry.name, entry.size);
    return header && *header == block;
}

/// One record of a pax header: `LENGTH KEY=VALUE` and a newline; taken off `rest`.
struct PaxRecord {
    std::string_view key;
    std::string_view value;
};
std::optional<PaxRecord> take_pax_record(std::string_view& rest) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc{} || digits == 0 || length > rest.size() || length < digits + 3 ||
        *end != ' ' || rest[length - 1] != '\n')
        return std::nullopt;
    const auto text = rest.substr(digits + 1, length - digits - 2);
    rest.remove_prefix(length);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return std::nullopt;
    return PaxRecord{text.substr(0, equals), text.substr(equals + 1)};
}

} // namespace

/// Where two headers could contradict each other, readers differ in which of them counts: what one
/// of them verifies the other might run. So there may be one only.
struct TarReader::Overrides {
    std::optional<std::string> gnu_name;
    std::optional<std::string> pax_name;
    std::optional<std::uint64_t> size;
    bool any = false;
    bool pax = false;

    [[nodiscard]] const std::optional<std::string>& name() const {
        return gnu_name ? gnu_name : pax_name;
    }

    /// Takes in what the header of a long name says.
    Result<> add_gnu_name(std::string_view content, const TarEntry& header) {
        if (gnu_name)
            return fail(Errc::malformed, "archive entry has two GNU long names", header.begin);
        gnu_name = up_to_nul(content);
        return check_names(header);
    }

    [[nodiscard]] Result<> check_names(const TarEntry& header) const {
        if (gnu_name && pax_name)
            return fail(Errc::malformed, "archive entry has both a GNU long name and a pax path",
                        header.begin);
        return {};
    }

    /// Takes in what a pax header says.
    Result<> add_pax(std::string_view records, const TarEntry& header) {
        if (std::exchange(pax, true))
            return fail(Errc::malformed, "archive entry has two pax headers", header.begin);
        const auto whole = records.size();
        bool path = false;
        while (!records.empty()) {
            const auto at = header.data + (whole - records.size());
            const auto record = take_pax_record(records);
            if (!record)
                return fail(Errc::malformed, "malformed pax record in the archive", at);
            if (record->key.starts_with("GNU.sparse."))
                return fail(Errc::unsupported, "sparse files in archives are not supported", at);
            if (record->key == "path") {
                if (std::exchange(path, true))
                    return fail(Errc::malformed, "pax header in the archive has two paths", at);
                if (!record->value.empty())
                    pax_name = record->value;
            } else if (record->key == "size") {
                if (size)
                    return fail(Errc::malformed, "pax header in the archive has two sizes", at);
                TENON_TRY(set_size(record->value, at));
            }
        }
        return check_names(header);
    }

    Result<> set_size(std::string_view text, std::uint64_t at) {
        if (text.empty())
            return {};
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size())
            return fail(Errc::malformed, "size in a pax record is not a number", at);
        size = value;
        return {};
    }
};

/// A global pax header says something about all entries: comments are fine, names are not.
Result<> TarReader::check_global(std::string_view records, const TarEntry& header) {
    Overrides global;
    TENON_TRY(global.add_pax(records, header));
    if (global.pax_name || global.size)
        return fail(Errc::unsupported, "global pax header in the archive sets a name or a size",
                    header.begin);
    return {};
}

/// False at the end of the input.
Result<bool> TarReader::read_block(TarBlock& block) {
    std::size_t have = 0;
    while (have < block.size()) {
        const auto piece = TENON_TRY(in_.take(block.size() - have));
        if (piece.empty())
            break;
        std::ranges::copy(piece, block.begin() + static_cast<std::ptrdiff_t>(have));
        have += piece.size();
    }
    if (have != 0 && have < block.size())
        return fail(Errc::truncated,
                    fmt::format("archive is truncated in a header: {} of {} bytes are there", have,
                                block.size()),
                    in_.offset());
    return have != 0;
}

Result<TarEntry> TarReader::parse(const TarBlock& block, std::uint64_t offset) const {
    TENON_TRY(check_header(block, offset));
    TarEntry entry;
    entry.name = name_of(block);
    entry.begin = offset;
    entry.data = offset + block.size();
    const auto size = number(text_of(block, size_field));
    if (!size)
        return fail(broken(block, offset, size_field, Errc::malformed,
                           fmt::format("size of archive entry `{}` is not a number", entry.name)));
    entry.size = *size;
    if (block[type_offset] == 'S')
        return fail(Errc::unsupported, "sparse files in archives are not supported",
                    offset + type_offset);
    entry.bare = is_bare(block, entry);
    return entry;
}

base::Error TarReader::truncated() const {
    const auto what = left_ == 0 ? fmt::format("padding of `{}`", entry_.name)
                                 : fmt::format("data of `{}`: {} of {} bytes are there",
                                               entry_.name, entry_.size - left_, entry_.size);
    return base::Error(Errc::truncated, "archive is truncated in the " + what, in_.offset());
}

Result<> TarReader::skip_rest() {
    for (auto* left : {&left_, &padding_})
        while (*left > 0) {
            const auto piece = TENON_TRY(in_.take(piece_of(*left)));
            if (piece.empty())
                return fail(truncated());
            *left -= piece.size();
        }
    return {};
}

Result<Bytes> TarReader::data() {
    if (left_ == 0)
        return Bytes{};
    const auto piece = TENON_TRY(in_.take(piece_of(left_)));
    if (piece.empty())
        return fail(truncated());
    left_ -= piece.size();
    return piece;
}

/// The content of a long name or pax record, which is the entry at hand.
Result<std::string> TarReader::read_record(const TarEntry& record) {
    if (record.size > max_record_bytes)
        return fail(Errc::limit,
                    fmt::format("extra header in the archive has {} bytes, more than {}",
                                record.size, max_record_bytes),
                    record.begin);
    std::string content;
    for (;;) {
        const auto piece = TENON_TRY(data());
        if (piece.empty())
            return content;
        content += as_text(piece);
    }
}

Result<> TarReader::apply(const Overrides& overrides, char type, TarEntry& entry) const {
    entry.name = overrides.name().value_or(std::move(entry.name));
    entry.kind = kind_of(type, entry.name);
    entry.size = overrides.size.value_or(entry.size);
    entry.bare = entry.bare && !overrides.any;
    if (entry.size > limits_.max_bytes || entry.data > limits_.max_bytes - entry.size)
        return fail(Errc::limit,
                    fmt::format("archive entry `{}` claims {} bytes, with which the archive is "
                                "larger than the limit of {}",
                                entry.name, entry.size, limits_.max_bytes),
                    entry.data - tar_block_size + size_field.offset);
    // Readers disagree on whether such data is there, so nobody can say what comes next.
    if (entry.kind != TarKind::file && entry.size != 0)
        return fail(Errc::malformed,
                    fmt::format("archive entry `{}` is no file, but has {} bytes of data",
                                entry.name, entry.size),
                    entry.data - tar_block_size + size_field.offset);
    return {};
}

Result<std::optional<TarEntry>> TarReader::next() {
    Overrides overrides;
    std::optional<std::uint64_t> begin;
    TarBlock block;
    for (;;) {
        TENON_TRY(skip_rest());
        const auto offset = in_.offset();
        if (!TENON_TRY(read_block(block)) || is_zero(block)) {
            if (overrides.any)
                return fail(Errc::truncated, "archive ends behind an extra header", offset);
            return std::nullopt;
        }
        if (++count_ > limits_.max_entries)
            return fail(Errc::limit,
                        fmt::format("archive has more than {} entries", limits_.max_entries),
                        offset);
        entry_ = TENON_TRY(parse(block, offset));
        const char type = static_cast<char>(block[type_offset]);
        const bool record = type == 'L' || type == 'K' || type == 'x' || type == 'g';
        if (record) {
            overrides.any = true;
            if (!begin)
                begin = offset;
        } else {
            entry_.begin = begin.value_or(offset);
            TENON_TRY(apply(overrides, type, entry_));
        }
        left_ = entry_.size;
        padding_ = tar_padding(entry_.size);
        if (!record)
            return entry_;
        const auto content = TENON_TRY(read_record(entry_));
        if (type == 'L')
            TENON_TRY(overrides.add_gnu_name(content, entry_));
        else if (type == 'x')
            TENON_TRY(overrides.add_pax(content, entry_));
        else if (type == 'g')
            TENON_TRY(check_global(content, entry_));
    }
}

} // namespace tenon::pack
