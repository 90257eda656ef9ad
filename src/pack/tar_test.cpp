// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The exact headers that are written, and every dialect and defect that is read.
#include "pack/tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace tenon::pack {
namespace {

using testing::HasSubstr;

/// A tar file under construction.
struct Tar {
    Buffer bytes;

    /// A header whose fields can be changed before the checksum is made.
    struct Header {
        TarBlock block;
        Header& put(std::size_t offset, std::string_view text) {
            std::ranges::copy(text, block.begin() + static_cast<std::ptrdiff_t>(offset));
            return *this;
        }
        Header& type(char letter) { return put(156, std::string(1, letter)); }
        Header& size(std::string_view octal) { return put(124, octal); }
    };
    static Header header(std::string_view name, std::uint64_t size) {
        return {tar_header(name, size).value()};
    }

    Tar& add(Header header) {
        header.put(148, "        ");
        auto sum = std::accumulate(header.block.begin(), header.block.end(), 0U);
        for (std::size_t i = 7; i-- > 0; sum /= 8)
            header.block[148 + i] = static_cast<Byte>('0' + sum % 8);
        header.block[155] = 0;
        bytes.insert(bytes.end(), header.block.begin(), header.block.end());
        return *this;
    }
    Tar& data(std::string_view text) {
        bytes.insert(bytes.end(), text.begin(), text.end());
        bytes.resize(bytes.size() + tar_padding(text.size()));
        return *this;
    }
    Tar& file(std::string_view name, std::string_view text) {
        return add(header(name, text.size())).data(text);
    }
    Tar& end() {
        bytes.resize(bytes.size() + tar_end_size);
        return *this;
    }
};

struct Seen {
    std::string name;
    std::string data;
    TarKind kind;
};

/// Reads all of it.
Result<std::vector<Seen>> read(Bytes bytes, TarLimits limits = {}) {
    MemorySource source(bytes);
    ReadAhead in(source, ReadAhead::Threading::same_thread, {});
    TarReader tar(in, limits);
    std::vector<Seen> all;
    while (auto entry = TENON_TRY(tar.next())) {
        Seen seen{entry->name, "", entry->kind};
        for (;;) {
            const auto piece = TENON_TRY(tar.data());
            if (piece.empty())
                break;
            seen.data += as_text(piece);
        }
        all.push_back(std::move(seen));
    }
    return all;
}

void expect_error(Bytes bytes, Errc code, std::string_view message, std::uint64_t offset,
                  TarLimits limits = {}) {
    const auto result = read(bytes, limits);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), code);
    EXPECT_EQ(result.error().message(), message);
    EXPECT_EQ(result.error().offset(), offset);
}

TEST(TarHeader, has_the_bytes_of_the_reference_writer) {
    // As wash 0.39 wrote it in front of a token of 610 bytes.
    const auto block = tar_header("claims.jwt", 610).value();
    TarBlock expected{};
    const auto put = [&](std::size_t at, std::string_view text) {
        std::ranges::copy(text, expected.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, "claims.jwt");
    put(124, "00000001142");
    put(136, "00000000000");
    put(148, "0005623");
    put(257, "ustar  ");
    EXPECT_EQ(block, expected);
}

TEST(TarHeader, writes_sizes_from_8_gib_on_in_base_256) {
    const auto below = tar_header("x", (std::uint64_t{1} << 33) - 1).value();
    EXPECT_EQ(as_text(Bytes(below).subspan(124, 12)), std::string_view("77777777777\0", 12));
    const auto above = tar_header("x", (std::uint64_t{1} << 33) + 5).value();
    EXPECT_THAT(Bytes(above).subspan(124, 12),
                testing::ElementsAre(0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5));
}

TEST(TarHeader, refuses_names_of_more_than_100_bytes) {
    EXPECT_TRUE(tar_header(std::string(100, 'a'), 1).has_value());
    const auto result = tar_header(std::string(101, 'a'), 1);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), Errc::invalid);
}

TEST(TarReader, reads_what_the_writer_wrote) {
    const auto seen =
        read(Tar().file("claims.jwt", "token").file("a.bin", std::string(1000, 'x')).end().bytes)
            .value();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].name, "claims.jwt");
    EXPECT_EQ(seen[0].data, "token");
    EXPECT_EQ(seen[1].data, std::string(1000, 'x'));
}

TEST(TarReader, says_which_headers_are_those_of_the_writer) {
    const auto bytes =
        Tar().file("a", "1").add(Tar::header("b", 1).put(100, "0000644")).data("2").end().bytes;
    MemorySource source(bytes);
    ReadAhead in(source, ReadAhead::Threading::same_thread, {});
    TarReader tar(in, {});
    const auto first = tar.next().value().value();
    EXPECT_TRUE(first.bare);
    EXPECT_EQ(first.end(), 1024U);
    const auto second = tar.next().value().value();
    EXPECT_FALSE(second.bare);
    EXPECT_EQ(second.begin, 1024U);
    EXPECT_EQ(second.data, 1536U);
}

TEST(TarReader, accepts_missing_end_blocks_and_bytes_behind_the_end) {
    EXPECT_EQ(read(Tar().file("a", "1").bytes).value().size(), 1U);
    EXPECT_EQ(read(Tar().file("a", "1").end().file("b", "2").bytes).value().size(), 1U);
    EXPECT_EQ(read({}).value().size(), 0U);
}

TEST(TarReader, joins_the_prefix_of_ustar_but_not_of_gnu) {
    auto posix = Tar::header("b.bin", 0);
    posix.put(257, std::string_view("ustar\00000", 8)).put(345, "dir/a");
    EXPECT_EQ(read(Tar().add(posix).bytes).value()[0].name, "dir/a/b.bin");
    EXPECT_EQ(read(Tar().add(Tar::header("b.bin", 0).put(345, "14712345")).bytes).value()[0].name,
              "b.bin");
}

TEST(TarReader, reads_gnu_long_names) {
    const std::string name(150, 'n');
    Tar tar;
    tar.add(Tar::header("././@LongLink", 151).type('L')).data(name + '\0');
    tar.add(Tar::header("././@LongLink", 3).type('K')).data("to");
    tar.bytes.resize(tar.bytes.size()); // the target of a link is of no interest
    const auto seen = read(tar.file("nnn", "data").bytes).value();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].name, name);
    EXPECT_EQ(seen[0].data, "data");
}

TEST(TarReader, reads_name_and_size_from_pax_records) {
    Tar tar;
    tar.add(Tar::header("pax_global_header", 19).put(156, "g"))
        .data("19 comment=whatever"
              "\n");
    const std::string records = "18 path=dir/x.bin\n10 size=4\n";
    tar.bytes.clear();
    tar.add(Tar::header("PaxHeaders/x", records.size()).type('x')).data(records);
    tar.add(Tar::header("short", 0)).data("data");
    const auto seen = read(tar.bytes).value();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].name, "dir/x.bin");
    EXPECT_EQ(seen[0].data, "data");
}

/// Extra headers of the same name: type and content.
Buffer with_extra_headers(std::initializer_list<std::pair<char, std::string>> headers) {
    Tar tar;
    for (const auto& [type, content] : headers)
        tar.add(Tar::header("extra", content.size()).type(type)).data(content);
    return tar.file("short", "data").bytes;
}

TEST(TarReader, refuses_two_extra_headers_that_may_contradict_each_other) {
    // Which of them counts depends on the reader.
    const std::pair<char, std::string> gnu = {'L', "long"}, pax = {'x', "9 path=x\n"},
                                       comment = {'x', "12 comment=\n"};
    for (const auto& both : {with_extra_headers({gnu, pax}), with_extra_headers({pax, gnu})})
        expect_error(both, Errc::malformed, "archive entry has both a GNU long name and a pax path",
                     1024);
    expect_error(with_extra_headers({gnu, gnu}), Errc::malformed,
                 "archive entry has two GNU long names", 1024);
    expect_error(with_extra_headers({comment, pax}), Errc::malformed,
                 "archive entry has two pax headers", 1024);
    expect_error(with_extra_headers({{'x', "9 path=x\n9 path=y\n"}}), Errc::malformed,
                 "pax header in the archive has two paths", 512 + 9);
    expect_error(with_extra_headers({{'x', "9 size=1\n9 size=2\n"}}), Errc::malformed,
                 "pax header in the archive has two sizes", 512 + 9);
    for (const auto& fine :
         {with_extra_headers({comment, gnu}), with_extra_headers({gnu, comment})})
        EXPECT_EQ(read(fine).value().at(0).name, "long");
}

TEST(TarReader, takes_a_slash_behind_the_name_for_a_folder_only_in_the_name_that_counts) {
    for (const std::string_view type : {std::string_view("\0", 1), std::string_view("0")}) {
        Tar tar;
        tar.add(Tar::header("x", 9).type('x')).data("9 path=x\n");
        const auto file = read(tar.add(Tar::header("a/", 4).put(156, type)).data("data").bytes);
        ASSERT_TRUE(file.has_value()) << file.error().message();
        EXPECT_EQ(file->at(0).kind, TarKind::file);
        EXPECT_EQ(file->at(0).name, "x");
        tar.bytes.clear();
        tar.add(Tar::header("long", 2).type('L')).data("x/");
        EXPECT_EQ(read(tar.add(Tar::header("a", 0).put(156, type)).bytes).value().at(0).kind,
                  TarKind::directory);
    }
}

TEST(TarReader, ignores_comments_for_all_entries) {
    Tar tar;
    tar.add(Tar::header("pax_global_header", 15).type('g')).data("15 comment=abc\n");
    EXPECT_EQ(read(tar.file("a", "1").bytes).value().size(), 1U);
}

TEST(TarReader, refuses_names_for_all_entries) {
    Tar tar;
    tar.add(Tar::header("pax_global_header", 11).type('g')).data("11 path=ab\n");
    expect_error(tar.file("a", "1").bytes, Errc::unsupported,
                 "global pax header in the archive sets a name or a size", 0);
}

TEST(TarReader, refuses_malformed_pax_records) {
    for (const std::string_view record :
         {"9 path=ab\n", "999999999999999999999 path=a\n", "11 path=abc", "x path=ab\n", "5 =a\n",
          "4 a\n", "-1 path=a\n", "0 path=a\n"}) {
        Tar tar;
        tar.add(Tar::header("x", record.size()).type('x')).data(record);
        expect_error(tar.file("a", "1").bytes, Errc::malformed,
                     "malformed pax record in the archive", 512);
    }
}

TEST(TarReader, refuses_sizes_in_pax_records_that_are_no_numbers) {
    Tar tar;
    tar.add(Tar::header("x", 10).type('x')).data("10 size=x\n");
    expect_error(tar.file("a", "1").bytes, Errc::malformed, "size in a pax record is not a number",
                 512);
}

TEST(TarReader, knows_directories_links_and_devices) {
    Tar tar;
    tar.add(Tar::header("./", 0).type('5')).add(Tar::header("old/", 0));
    tar.add(Tar::header("l", 0).type('2')).add(Tar::header("d", 0).type('3'));
    const auto seen = read(tar.bytes).value();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].kind, TarKind::directory);
    EXPECT_EQ(seen[1].kind, TarKind::directory);
    EXPECT_EQ(seen[2].kind, TarKind::link);
    EXPECT_EQ(seen[3].kind, TarKind::other);
}

TEST(TarReader, refuses_data_behind_links) {
    expect_error(Tar().add(Tar::header("l", 5).type('1')).data("hello").bytes, Errc::malformed,
                 "archive entry `l` is no file, but has 5 bytes of data", 124);
}

TEST(TarReader, refuses_sparse_files) {
    expect_error(Tar().add(Tar::header("l", 0).type('S')).bytes, Errc::unsupported,
                 "sparse files in archives are not supported", 156);
}

TEST(TarReader, tells_a_wrong_checksum) {
    auto bytes = Tar().file("a", "1").file("b", "2").end().bytes;
    bytes[1024] = 'c';
    expect_error(bytes, Errc::checksum, "archive header checksum mismatch", 1024 + 148);
}

TEST(TarReader, accepts_checksums_of_signed_bytes) {
    auto block = Tar::header("\xff", 0).block;
    // 255 counts as -1: 256 less than plain. Plain: 255 + 528 (size) + 528 (time) + 623 + 256.
    std::ranges::copy(std::string_view("0003616"), block.begin() + 148); // 1934 octal
    EXPECT_EQ(read(block).value()[0].name, "\xff");
}

TEST(TarReader, tells_what_is_no_tar_at_all) {
    const std::string prose(600, 'x');
    expect_error(as_bytes(prose), Errc::malformed,
                 "this is no tar file: the checksum of the first header is not a number", 148);
}

TEST(TarReader, tells_where_a_header_is_cut) {
    auto bytes = Tar().file("a", "1").file("b", "2").bytes;
    bytes.resize(1024 + 100);
    expect_error(bytes, Errc::truncated,
                 "archive is truncated in a header: 100 of 512 bytes are there", 1124);
}

TEST(TarReader, tells_where_data_is_cut) {
    auto bytes = Tar().file("a", std::string(600, 'x')).bytes;
    bytes.resize(512 + 550);
    expect_error(bytes, Errc::truncated,
                 "archive is truncated in the data of `a`: 550 of 600 bytes are there", 1062);
    bytes.resize(512 + 600);
    expect_error(bytes, Errc::truncated, "archive is truncated in the padding of `a`", 1112);
}

TEST(TarReader, believes_no_size_of_8_gib) {
    auto bytes = Tar().add(Tar::header("a", std::uint64_t{8} << 30)).data("x").bytes;
    expect_error(bytes, Errc::truncated,
                 "archive is truncated in the data of `a`: 512 of 8589934592 bytes are there",
                 1024);
    expect_error(bytes, Errc::limit,
                 "archive entry `a` claims 8589934592 bytes, with which the archive is larger than "
                 "the limit of 4096",
                 124, {.max_entries = 10, .max_bytes = 4096});
}

TEST(TarReader, limits_all_entries_together) {
    const auto bytes =
        Tar().file("a", "1").file("b", "22").bytes; // header, data and padding, twice
    EXPECT_TRUE(read(bytes, {.max_entries = 10, .max_bytes = 1024 + 512 + 2}).has_value());
    expect_error(
        bytes, Errc::limit,
        "archive entry `b` claims 2 bytes, with which the archive is larger than the limit "
        "of 1537",
        1024 + 124, {.max_entries = 10, .max_bytes = 1024 + 512 + 1});
    const auto huge = Tar().file("a", "1").add(Tar::header("b", ~std::uint64_t{0})).bytes;
    expect_error(huge, Errc::limit,
                 "archive entry `b` claims 18446744073709551615 bytes, with which the archive is "
                 "larger than the limit of 9223372036854775807",
                 1024 + 124);
}

TEST(TarReader, refuses_sizes_that_are_no_numbers) {
    for (const std::string_view size :
         {std::string_view("zzzzzzzzzzz\0", 12), std::string_view("-0000000001\0", 12),
          std::string_view("00000000018\0", 12),
          std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                           "\xff\xff\xff",
                           12),
          std::string_view("\x80\0\0\1\0\0\0\0\0\0\0\0", 12)})
        expect_error(Tar().add(Tar::header("a", 0).size(size)).bytes, Errc::malformed,
                     "size of archive entry `a` is not a number", 124);
}

TEST(TarReader, reads_sizes_with_blanks_and_in_base_256) {
    for (const std::string_view size :
         {std::string_view("          4 ", 12), std::string_view("4\0          ", 12),
          std::string_view("\x80\0\0\0\0\0\0\0\0\0\0\4", 12)})
        EXPECT_EQ(
            read(Tar().add(Tar::header("a", 0).size(size)).data("data").bytes).value()[0].data,
            "data");
}

TEST(TarReader, limits_the_number_of_entries) {
    const auto bytes = Tar().file("a", "1").file("b", "2").file("c", "3").bytes;
    expect_error(bytes, Errc::limit, "archive has more than 2 entries", 2048,
                 {.max_entries = 2, .max_bytes = 10000});
}

TEST(TarReader, limits_what_extra_headers_hold) {
    Tar tar;
    tar.add(Tar::header("././@LongLink", 70000).type('L')).data(std::string(70000, 'n'));
    expect_error(tar.file("a", "1").bytes, Errc::limit,
                 "extra header in the archive has 70000 bytes, more than 65536", 0);
}

TEST(TarReader, refuses_an_end_behind_an_extra_header) {
    Tar tar;
    tar.add(Tar::header("././@LongLink", 2).type('L')).data("n");
    tar.bytes.resize(1024);
    expect_error(tar.end().bytes, Errc::truncated, "archive ends behind an extra header", 1024);
}

} // namespace
} // namespace tenon::pack
