// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view empty_text =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})";

blob::Digest digest(std::string_view content) {
    return blob::Digest::of(as_bytes(content));
}

EntryPointer manifest(std::string_view content, std::optional<std::string_view> subject = {}) {
    return std::make_shared<const Entry>(
        Entry{digest(content), std::string(oci::media::image_manifest), content.size(), true, true,
              subject ? std::optional(digest(*subject)) : std::nullopt, "t/x"});
}

std::vector<std::string> names(const Index& index) {
    std::vector<std::string> found;
    for (const auto& tag : index.tags())
        found.push_back(tag->name);
    return found;
}

Index parsed(std::string text) {
    auto index = Index::parse(std::move(text), "index.json");
    EXPECT_TRUE(index) << (index ? "" : index.error().message());
    return *std::move(index);
}

/// What a restart makes of it.
Index reread(const Index& index) {
    return parsed(index.text());
}

TEST(Index, without_manifests_is_an_empty_image_index) {
    EXPECT_EQ(Index().text(), empty_text);
    EXPECT_THAT(parsed(std::string(empty_text)).entries(), IsEmpty());
}

TEST(Index, lists_a_tagged_manifest_as_an_image_layout_does) {
    Index index;
    EXPECT_EQ(index.apply(PutManifest{manifest("a"), {"v1"}}), Effect::listing);
    EXPECT_EQ(
        index.text(),
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)"
        R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":)"
        R"("sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb","size":1,)"
        R"("annotations":{"org.opencontainers.image.ref.name":"v1"}}]})");
}

TEST(Index, lists_an_untagged_manifest_without_annotation) {
    Index index;
    index.apply(PutManifest{manifest("a"), {}});
    EXPECT_THAT(index.text(), Not(HasSubstr("annotations")));
    EXPECT_EQ(reread(index).entries().size(), 1U);
}

TEST(Index, keeps_tags_sorted_by_bytes_and_finds_them) {
    Index index;
    for (const auto* tag : {"b", "B", "a", "10", "9"})
        index.apply(PutManifest{manifest(tag), {tag}});
    EXPECT_THAT(names(index), ElementsAre("10", "9", "B", "a", "b"));
    EXPECT_THAT(names(reread(index)), ElementsAre("10", "9", "B", "a", "b"));
    EXPECT_EQ(index.find_tag("B")->digest, digest("B"));
    EXPECT_EQ(index.find_tag("c"), nullptr);
    EXPECT_EQ(index.behind("9"), 2U);
    EXPECT_EQ(index.behind("91"), 2U);
    EXPECT_EQ(index.behind("b"), 5U);
}

TEST(Index, gives_one_manifest_several_tags) {
    Index index;
    index.apply(PutManifest{manifest("a"), {"x", "y", "x"}});
    const auto again = reread(index);
    EXPECT_THAT(names(again), ElementsAre("x", "y"));
    EXPECT_EQ(again.entries().size(), 1U);
    EXPECT_EQ(again.find_tag("x"), again.find_tag("y"));
    EXPECT_EQ(again.find_tag("x"), again.find(digest("a").text()));
}

TEST(Index, moves_a_tag_and_keeps_the_manifest_that_it_named) {
    Index index;
    index.apply(PutManifest{manifest("a"), {"latest"}});
    index.apply(PutManifest{manifest("b"), {"latest"}});
    const auto again = reread(index);
    EXPECT_EQ(again.find_tag("latest")->digest, digest("b"));
    EXPECT_NE(again.find(digest("a").text()), nullptr);
}

TEST(Index, does_not_change_when_the_same_is_put_again) {
    Index index;
    index.apply(PutManifest{manifest("a"), {"v1"}});
    EXPECT_EQ(index.apply(PutManifest{manifest("a"), {"v1"}}), Effect::none);
    auto again = reread(index);
    EXPECT_EQ(again.apply(PutManifest{manifest("a"), {"v1"}}), Effect::memory); // it was not read
    EXPECT_EQ(again.apply(PutManifest{manifest("a"), {"v2"}}), Effect::listing);
}

TEST(Index, takes_the_tags_along_when_a_manifest_goes) {
    Index index;
    index.apply(PutManifest{manifest("a"), {"x", "y"}});
    index.apply(PutManifest{manifest("b"), {"z"}});
    EXPECT_EQ(index.apply(DropManifest{digest("a")}), Effect::listing);
    EXPECT_THAT(names(index), ElementsAre("z"));
    EXPECT_EQ(index.find(digest("a").text()), nullptr);
    EXPECT_EQ(index.apply(DropManifest{digest("a")}), Effect::missing);
}

TEST(Index, keeps_the_manifest_when_its_tag_goes) {
    Index index;
    index.apply(PutManifest{manifest("a"), {"x"}});
    EXPECT_EQ(index.apply(DropTag{"x"}), Effect::listing);
    EXPECT_EQ(index.apply(DropTag{"x"}), Effect::missing);
    EXPECT_NE(reread(index).find(digest("a").text()), nullptr);
}

TEST(Index, finds_referrers_by_subject_sorted_by_digest) {
    Index index;
    for (const auto* name : {"r1", "r2", "r3"})
        index.apply(PutManifest{manifest(name, "s"), {}});
    index.apply(PutManifest{manifest("other", "t"), {}});
    index.apply(PutManifest{manifest("plain"), {}});
    const auto found = index.referrers(digest("s").text());
    ASSERT_EQ(found.size(), 3U);
    EXPECT_LT(found[0]->digest, found[1]->digest);
    EXPECT_LT(found[1]->digest, found[2]->digest);
    index.apply(DropManifest{digest("r2")});
    EXPECT_EQ(index.referrers(digest("s").text()).size(), 2U);
    EXPECT_EQ(index.referrers(digest("nothing").text()).size(), 0U);
}

TEST(Index, learns_what_its_manifests_say_without_a_new_listing) {
    Index before;
    before.apply(PutManifest{manifest("r", "s"), {"v"}});
    auto index = reread(before);
    EXPECT_FALSE(index.read());
    EXPECT_THAT(index.referrers(digest("s").text()), IsEmpty());
    EXPECT_EQ(index.apply(Learn{{{manifest("r", "s")}}}), Effect::memory);
    EXPECT_TRUE(index.read());
    EXPECT_EQ(index.referrers(digest("s").text()).size(), 1U);
    EXPECT_EQ(index.find_tag("v"), index.find(digest("r").text()));
    EXPECT_EQ(index.apply(Learn{{{manifest("r", "s")}}}), Effect::none);
}

TEST(Index, learns_the_subject_of_a_mended_manifest) {
    Index before;
    before.apply(PutManifest{manifest("r", "s"), {"v"}});
    auto index = reread(before);
    index.apply(Learn{{{manifest("r")}}}); // as one that could not be read
    EXPECT_TRUE(index.read());
    EXPECT_EQ(index.apply(PutManifest{manifest("r", "s"), {"v"}}), Effect::memory);
    EXPECT_EQ(index.referrers(digest("s").text()).size(), 1U);
    EXPECT_EQ(index.find_tag("v"), index.find(digest("r").text()));
}

TEST(Index, lists_a_found_child_only_once_it_was_pushed) {
    Index index;
    auto child = *manifest("child");
    child.listed = false;
    index.apply(PutManifest{manifest("parent"), {}});
    const auto text = index.text();
    index = reread(index);
    index.apply(Learn{{{manifest("parent"), {std::make_shared<const Entry>(child)}}}});
    EXPECT_NE(index.find(digest("child").text()), nullptr);
    EXPECT_EQ(index.text(), text);
    EXPECT_EQ(index.apply(PutManifest{manifest("child"), {}}), Effect::listing);
    EXPECT_NE(reread(index).find(digest("child").text()), nullptr);
}

TEST(Index, does_not_learn_of_what_was_deleted_meanwhile) {
    Index before;
    before.apply(PutManifest{manifest("parent", "s"), {}});
    auto index = reread(before);
    auto child = *manifest("child");
    child.listed = false;
    const Learn learn{{{manifest("parent", "s"), {std::make_shared<const Entry>(child)}}}};
    EXPECT_EQ(index.apply(DropManifest{digest("parent")}), Effect::listing);
    EXPECT_EQ(index.apply(learn), Effect::none);
    EXPECT_THAT(index.entries(), IsEmpty());
    EXPECT_THAT(index.referrers(digest("s").text()), IsEmpty());
}

TEST(Index, keeps_what_other_tools_wrote) {
    const std::string line =
        R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,"digest":)"
        R"("sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",)"
        R"("platform":{"os":"linux","architecture":"amd64"},)"
        R"("annotations":{"org.opencontainers.image.ref.name":"v1","k":"v"}})";
    const std::string blake = R"({"mediaType":"a/b","size":1,"digest":"blake3:00"})";
    auto index = parsed(R"({"schemaVersion":2,"manifests":[)" + line + "," + blake +
                        R"(],"annotations":{"a":"b"}})");
    index.apply(PutManifest{manifest("b"), {"v2"}});
    const auto text = index.text();
    EXPECT_THAT(text, HasSubstr(R"("platform":{"os":"linux","architecture":"amd64"})"));
    EXPECT_THAT(text, HasSubstr(R"("k":"v")"));
    EXPECT_THAT(text, HasSubstr(blake));
    EXPECT_THAT(text, HasSubstr(R"(],"annotations":{"a":"b"}})"));
    EXPECT_THAT(names(parsed(text)), ElementsAre("v1", "v2"));
}

TEST(Index, does_not_keep_the_line_of_a_manifest_that_went) {
    auto index =
        parsed(R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":)"
               R"("sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",)"
               R"("annotations":{"org.opencontainers.image.ref.name":"docker.io/library/x:1"}}]})");
    EXPECT_THAT(names(index), IsEmpty()); // no tag: it has `/` and `:`
    EXPECT_EQ(index.entries().size(), 1U);
    index.apply(DropManifest{digest("a")});
    EXPECT_EQ(index.text(), empty_text);
}

TEST(Index, takes_the_later_of_two_tags_of_one_name) {
    Index one;
    one.apply(PutManifest{manifest("a"), {"v"}});
    Index two;
    two.apply(PutManifest{manifest("b"), {"v"}});
    const auto inner = [](const std::string& text) {
        const auto begin = text.find('[') + 1;
        return text.substr(begin, text.rfind(']') - begin);
    };
    const auto index = parsed(R"({"schemaVersion":2,"manifests":[)" + inner(one.text()) + "," +
                              inner(two.text()) + "]}");
    EXPECT_EQ(index.find_tag("v")->digest, digest("b"));
    EXPECT_EQ(index.entries().size(), 2U);
}

TEST(Index, refuses_what_is_no_index) {
    for (const auto* text : {"[]", R"({"manifests":{}})", R"({"manifests":[1]})",
                             R"({"manifests":[{"mediaType":"a/b","digest":"sha256:00"}]})"}) {
        const auto index = Index::parse(text, "index.json");
        ASSERT_FALSE(index) << text;
        EXPECT_EQ(index.error().code(), Errc::malformed);
    }
}

TEST(Index, does_not_serve_what_could_not_stand_in_a_header) {
    const std::string line = R"({"mediaType":"a/b\r\nX-Evil: 1","size":1,"digest":)"
                             R"("sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785)"
                             R"(afee48bb"})";
    const auto index = parsed(R"({"manifests":[)" + line + "]}");
    EXPECT_THAT(index.entries(), IsEmpty());
    EXPECT_THAT(index.text(), HasSubstr(line));
}

} // namespace
} // namespace tenon::registry
