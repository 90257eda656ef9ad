// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Facts of RFC 9110 about names, fields and reason phrases.
#include "net/http.hpp"

#include <gtest/gtest.h>

namespace tenon::net {
namespace {

TEST(Headers, compare_names_without_regard_to_case) {
    Headers headers{{"Content-Type", "text/plain"}};
    EXPECT_EQ(headers.find("content-TYPE"), "text/plain");
    EXPECT_EQ(headers.find("content-typ"), std::nullopt);
    EXPECT_TRUE(equal_names("ETag", "etag"));
    // `[` and `{` differ by the bit that makes letters small, and are no letters.
    EXPECT_FALSE(equal_names("a[", "a{"));
}

TEST(Headers, keep_their_order_and_their_doubles) {
    Headers headers;
    headers.add("Link", "a");
    headers.add("Host", "h");
    headers.add("link", "b");
    EXPECT_EQ(headers.all("LINK"), (std::vector<std::string_view>{"a", "b"}));
    EXPECT_EQ(headers.fields()[1].name, "Host");
    EXPECT_EQ(headers.find("Link"), "a");
}

TEST(Headers, set_replaces_all_of_a_name) {
    Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
    headers.set("a", "4");
    ASSERT_EQ(headers.fields().size(), 2u);
    EXPECT_EQ(headers.all("A"), std::vector<std::string_view>{"4"});
    // A view of a field that is being replaced.
    headers.set(headers.fields()[0].name, "5");
    EXPECT_EQ(headers.find("B"), "5");
    headers.erase("b");
    EXPECT_EQ(headers.find("B"), std::nullopt);
}

TEST(Content, has_a_length_unless_there_is_none) {
    EXPECT_EQ(content_length(Content()), std::nullopt);
    EXPECT_EQ(content_length(Content(std::string())), 0u);
    EXPECT_EQ(content_length(Content(std::string("abc"))), 3u);
    FileContent file;
    file.length = 1ull << 40;
    EXPECT_EQ(content_length(Content(std::move(file))), 1ull << 40);
}

TEST(ReasonPhrase, is_that_of_rfc_9110) {
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(413), "Content Too Large");
    EXPECT_EQ(reason_phrase(416), "Range Not Satisfiable");
    EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
    EXPECT_EQ(reason_phrase(299), "");
    EXPECT_EQ(reason_phrase(0), "");
    EXPECT_EQ(reason_phrase(1000), "");
}

} // namespace
} // namespace tenon::net
