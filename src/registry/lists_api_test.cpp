// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lists, names, methods and addresses.
#include "registry/test_client.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

namespace tenon::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string manifest_type(oci::media::image_manifest);

class ListsApi : public testing::TestWithParam<const char*> {
protected:
    ListsApi() : registry_(GetParam()) {}
    TestClient& client() { return registry_.client; }

    /// An artifact without layers. Gives its digest.
    blob::Digest put(const std::string& repository, const std::string& name,
                     std::string_view more = {}) {
        const auto config =
            descriptor("application/vnd.example.config", registry_.push(repository, "{}"), 2);
        const auto bytes = image(config, "", more);
        auto digest = digest_of(bytes);
        const auto answer = client().put(
            fmt::format("/v2/{}/manifests/{}", repository, name.empty() ? digest.text() : name),
            bytes, manifest_type);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return digest;
    }
    std::string tags(const std::string& query) {
        const auto answer = client().get("/v2/a/tags/list" + query);
        EXPECT_EQ(answer.status, 200);
        const auto begin = answer.body.find('[');
        const auto list = answer.body.substr(begin, answer.body.find(']') - begin + 1);
        return answer.headers.find("Link") ? list + " " + answer.header("Link") : list;
    }
    TestRegistry registry_;
};
INSTANTIATE_TEST_SUITE_P(Both, ListsApi, testing::Values("disk", "memory"),
                         [](const auto& given) { return std::string(given.param); });

TEST_P(ListsApi, unknown_repository_has_no_tags_but_an_empty_list_of_referrers) {
    const auto tags = client().get("/v2/a/tags/list");
    EXPECT_EQ(tags.status, 404);
    EXPECT_EQ(tags.code(), "NAME_UNKNOWN");
    const auto referrers = client().get("/v2/a/referrers/" + digest_of("x").text());
    EXPECT_EQ(referrers.status, 200);
    EXPECT_EQ(referrers.header("Content-Type"), "application/vnd.oci.image.index.v1+json");
    EXPECT_EQ(referrers.body, R"({"schemaVersion":2,"mediaType":)"
                              R"("application/vnd.oci.image.index.v1+json","manifests":[]})");
}

TEST_P(ListsApi, tags_come_in_pages_in_order) {
    for (const auto* tag : {"c", "a", "B", "b", "1"})
        put("a", tag);
    EXPECT_EQ(tags(""), R"(["1","B","a","b","c"])");
    EXPECT_EQ(tags("?n=2"), R"(["1","B"] </v2/a/tags/list?n=2&last=B>; rel="next")");
    EXPECT_EQ(tags("?n=2&last=B"), R"(["a","b"] </v2/a/tags/list?n=2&last=b>; rel="next")");
    EXPECT_EQ(tags("?n=2&last=b"), R"(["c"])");
    EXPECT_EQ(tags("?n=5"), R"(["1","B","a","b","c"])");
    EXPECT_EQ(tags("?n=0"), "[]");
    EXPECT_EQ(tags("?last=a"), R"(["b","c"])");
    EXPECT_EQ(tags("?last=aa"), R"(["b","c"])");
    EXPECT_EQ(tags("?last=z"), "[]");
    EXPECT_EQ(tags("?n=18446744073709551615"), R"(["1","B","a","b","c"])");
    for (const auto* query : {"?n=x", "?n=-1", "?n=", "?n=18446744073709551616"})
        EXPECT_EQ(client().get(std::string("/v2/a/tags/list") + query).code(),
                  "PAGINATION_NUMBER_INVALID");
}

TEST_P(ListsApi, tag_list_names_its_repository) {
    put("a/b", "v");
    EXPECT_EQ(client().get("/v2/a/b/tags/list").body, "{\"name\":\"a/b\",\"tags\":[\"v\"]}\n");
}

TEST_P(ListsApi, referrers_are_described_with_type_and_annotations) {
    const auto subject = put("a", "v1");
    const auto field = fmt::format(R"(,"subject":{})", descriptor(manifest_type, subject, 1));
    const auto typed =
        put("a", "", R"(,"artifactType":"application/x+y","annotations":{"k":"v\"w"})" + field);
    const auto plain = put("a", "", field);
    put("a", ""); // names nobody
    const auto answer = client().get("/v2/a/referrers/" + subject.text());
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers.find("OCI-Filters-Applied"), std::nullopt);
    const auto document = data::parse_json({"referrers", answer.body}).value();
    std::vector<std::string> found;
    for (const auto& item : document.root.find("manifests")->items()) {
        found.push_back(*item.find("digest")->string() + " " +
                        *item.find("artifactType")->string() + " " +
                        *item.find("mediaType")->string());
        if (*item.find("digest")->string() == typed.text()) {
            EXPECT_EQ(*item.find("annotations")->find("k")->string(), "v\"w");
        }
        EXPECT_GT(*item.find("size")->unsigned_integer(), 100U);
    }
    EXPECT_THAT(found, testing::UnorderedElementsAre(
                           typed.text() + " application/x+y " + manifest_type,
                           plain.text() + " application/vnd.example.config " + manifest_type));
}

// They are not kept in memory, and shown all the same.
TEST_P(ListsApi, long_annotations_of_referrers_are_shown) {
    const auto subject = digest_of("nowhere");
    const auto field = fmt::format(R"(,"subject":{})", descriptor(manifest_type, subject, 1));
    const auto text = std::string(Entry::max_annotations_bytes, 'x');
    const auto digest = put("a", "", R"(,"annotations":{"k":")" + text + R"("})" + field);
    const auto entry = registry_.store.find("a").value()->index()->find(digest.text());
    EXPECT_EQ(entry->annotations, "");
    const auto target = "/v2/a/referrers/" + subject.text();
    EXPECT_THAT(client().get(target).body, HasSubstr(R"("annotations":{"k":")" + text + R"("}})"));
}

TEST(Referrers, have_long_annotations_after_a_restart_too) {
    const base::TestDirectory directory;
    const auto subject = digest_of("nowhere");
    const auto bytes = index_of("", R"(,"annotations":{"k":")" + std::string(5000, 'x') +
                                        R"("},"subject":)" + descriptor("a/b", subject, 1));
    const auto target = "/v2/a/referrers/" + subject.text();
    std::string before;
    for (const bool first : {true, false}) {
        Store store(DiskShelf::open(directory.path(), {.durable = false}).value());
        Api api(store);
        TestClient client(api);
        if (first) {
            EXPECT_EQ(client.put("/v2/a/manifests/v1", bytes).status, 201);
        }
        const auto body = client.get(target).body;
        EXPECT_THAT(body, HasSubstr(std::string(5000, 'x')));
        EXPECT_TRUE(first || body == before);
        before = body;
    }
}

TEST_P(ListsApi, annotations_that_nobody_asks_for_are_not_kept_in_memory) {
    const auto digest = put("a", "", R"(,"annotations":{"k":"v"})");
    EXPECT_EQ(registry_.store.find("a").value()->index()->find(digest.text())->annotations, "");
}

TEST_P(ListsApi, index_without_artifact_type_shows_none) {
    const auto subject = digest_of("nowhere");
    const auto bytes =
        index_of("", fmt::format(R"(,"subject":{})", descriptor(manifest_type, subject, 1)));
    registry_.push("a", "x");
    client().put("/v2/a/manifests/" + digest_of(bytes).text(), bytes,
                 std::string(oci::media::image_index));
    const auto answer = client().get("/v2/a/referrers/" + subject.text());
    EXPECT_THAT(answer.body, HasSubstr(digest_of(bytes).text()));
    EXPECT_THAT(answer.body, Not(HasSubstr("artifactType")));
}

TEST_P(ListsApi, referrers_are_filtered_by_type) {
    const auto subject = digest_of("nowhere");
    const auto field = fmt::format(R"(,"subject":{})", descriptor(manifest_type, subject, 1));
    const auto wanted = put("a", "", R"(,"artifactType":"application/x+y")" + field);
    const auto other = put("a", "", R"(,"artifactType":"application/z")" + field);
    for (const auto* type : {"application/x+y", "application%2Fx%2By"}) {
        const auto answer =
            client().get("/v2/a/referrers/" + subject.text() + "?artifactType=" + type);
        EXPECT_EQ(answer.header("OCI-Filters-Applied"), "artifactType");
        EXPECT_THAT(answer.body, HasSubstr(wanted.text()));
        EXPECT_THAT(answer.body, Not(HasSubstr(other.text())));
    }
    EXPECT_THAT(client().get("/v2/a/referrers/" + subject.text() + "?artifactType=none").body,
                HasSubstr(R"("manifests":[])"));
}

TEST_P(ListsApi, referrers_of_a_bad_digest_are_400) {
    const auto answer = client().get("/v2/a/referrers/sha256:bad");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.code(), "DIGEST_INVALID");
}

/// The digests on each page of a subject's referrers.
std::vector<std::vector<std::string>> pages_of(TestClient& client, const blob::Digest& subject) {
    std::vector<std::vector<std::string>> pages;
    for (auto url = "/v2/a/referrers/" + subject.text(); !url.empty() && pages.size() < 20;) {
        const auto answer = client.get(url);
        EXPECT_LE(answer.body.size(), 4200U);
        const auto document = data::parse_json({"referrers", answer.body}).value();
        pages.emplace_back();
        for (const auto& item : document.root.find("manifests")->items())
            pages.back().push_back(*item.find("digest")->string());
        const auto link = answer.header("Link");
        url = link == "(none)" ? "" : link.substr(1, link.find('>') - 1);
    }
    return pages;
}

TEST_P(ListsApi, many_referrers_come_in_pages) {
    Api api(registry_.store, {.max_referrers_bytes = 4000});
    TestClient small(api);
    const auto subject = digest_of("nowhere");
    const auto long_text = std::string(1000, 'x');
    std::vector<std::string> expected;
    for (int i = 0; i < 7; ++i)
        expected.push_back(put("a", "",
                               fmt::format(R"(,"annotations":{{"n":"{}","x":"{}"}},"subject":{})",
                                           i, long_text, descriptor(manifest_type, subject, 1)))
                               .text());
    std::ranges::sort(expected);
    std::vector<std::string> found;
    const auto pages = pages_of(small, subject);
    for (const auto& page : pages)
        found.insert(found.end(), page.begin(), page.end());
    EXPECT_EQ(found, expected);
    EXPECT_GE(pages.size(), 3U);
}

// Each of them is read whole when its annotations are too long for memory, however little of it the
// page then shows.
TEST_P(ListsApi, page_of_referrers_reads_no_more_than_it_may) {
    Api api(registry_.store, {.max_referrers_read = 100'000});
    TestClient client(api);
    const auto subject = digest_of("nowhere");
    const auto put_two = [&](std::size_t annotation) {
        for (const auto* number : {"1", "2"})
            put("a", "",
                fmt::format(R"(,"annotations":{{"n":"{}","x":"{}"}},"subject":{},"more":"{}")",
                            number, std::string(annotation, 'x'),
                            descriptor(manifest_type, subject, 1), std::string(60'000, ' ')));
    };
    put_two(1);
    EXPECT_EQ(pages_of(client, subject).size(), 1U); // those are in memory
    put_two(1100);
    EXPECT_EQ(pages_of(client, subject).size(), 2U);
}

TEST_P(ListsApi, catalog_comes_in_pages_in_order) {
    for (const auto* name : {"b", "a/x", "a", "c"})
        registry_.push(name, "{}");
    EXPECT_EQ(client().get("/v2/_catalog").body,
              "{\"repositories\":[\"a\",\"a/x\",\"b\",\"c\"]}\n");
    const auto first = client().get("/v2/_catalog?n=2");
    EXPECT_EQ(first.body, "{\"repositories\":[\"a\",\"a/x\"]}\n");
    EXPECT_EQ(first.header("Link"), "</v2/_catalog?n=2&last=a%2Fx>; rel=\"next\"");
    const auto second = client().get("/v2/_catalog?n=2&last=a%2Fx");
    EXPECT_EQ(second.body, "{\"repositories\":[\"b\",\"c\"]}\n");
    EXPECT_EQ(second.headers.find("Link"), std::nullopt);
    EXPECT_EQ(client().get("/v2/_catalog?n=0").body, "{\"repositories\":[]}\n");
    EXPECT_EQ(client().get("/v2/_catalog?n=x").code(), "PAGINATION_NUMBER_INVALID");
}

TEST_P(ListsApi, names_that_lead_elsewhere_are_refused) {
    const auto too_long = std::string(128, 'a') + "/" + std::string(127, 'a');
    std::string three_hundred = "a";
    for (int i = 1; i < 300; ++i)
        three_hundred += "/a";
    for (const auto& name : {std::string("../x"), std::string("a/../../x"), std::string("A"),
                             std::string("_oci"), std::string("a/_uploads"), std::string("a//b"),
                             std::string("a/"), std::string("%2e%2e/x"), std::string("a%00b"),
                             std::string("."), too_long, three_hundred}) {
        for (const auto& answer :
             {client().get("/v2/" + name + "/tags/list"),
              client().post("/v2/" + name + "/blobs/uploads/"),
              client().put("/v2/" + name + "/manifests/v", "{}", manifest_type)}) {
            EXPECT_EQ(answer.status, 400) << name;
            EXPECT_EQ(answer.code(), "NAME_INVALID") << name;
        }
    }
    EXPECT_EQ(client().post("/v2/" + std::string(255, 'a') + "/blobs/uploads/").status, 202);
}

TEST_P(ListsApi, repositories_may_be_called_like_parts_of_addresses) {
    for (const auto* name : {"manifests", "a/blobs", "blobs/uploads", "a/tags/list", "v2"}) {
        put(name, "v1");
        EXPECT_EQ(client().get(fmt::format("/v2/{}/manifests/v1", name)).status, 200) << name;
        EXPECT_EQ(client().get(fmt::format("/v2/{}/tags/list", name)).status, 200) << name;
    }
}

TEST_P(ListsApi, other_methods_are_405_with_those_that_are_allowed) {
    const auto allowed = [&](const std::string& method, const std::string& target) {
        const auto answer = client().send({method, target});
        EXPECT_EQ(answer.status, 405) << method << " " << target;
        EXPECT_EQ(answer.code(), "UNSUPPORTED");
        return answer.header("Allow");
    };
    EXPECT_EQ(allowed("POST", "/v2/"), "GET, HEAD");
    EXPECT_EQ(allowed("PUT", "/v2/_catalog"), "GET, HEAD");
    EXPECT_EQ(allowed("DELETE", "/v2/a/tags/list"), "GET, HEAD");
    EXPECT_EQ(allowed("POST", "/v2/a/manifests/v1"), "GET, HEAD, PUT, DELETE");
    EXPECT_EQ(allowed("PUT", "/v2/a/blobs/sha256:00"), "GET, HEAD, DELETE");
    EXPECT_EQ(allowed("GET", "/v2/a/blobs/uploads/"), "POST");
    EXPECT_EQ(allowed("POST", "/v2/a/blobs/uploads/x"), "GET, PATCH, PUT, DELETE");
}

TEST_P(ListsApi, unknown_addresses_are_404) {
    for (const auto* target : {"/v2/a", "/v2/a/unknown/x", "/v1/", "/v2/_other", "/x"})
        EXPECT_EQ(client().get(target).status, 404) << target;
    EXPECT_EQ(client().get("/v2/a%zz/tags/list").status, 400);
    EXPECT_EQ(client().get("/v2/a/tags/list?n=%z").status, 400);
}

TEST(ReadOnly, registry_refuses_every_change) {
    const base::TestDirectory directory;
    {
        Store store(DiskShelf::open(directory.path(), {.durable = false}).value());
        Api api(store);
        TestClient client(api);
        client.post("/v2/a/blobs/uploads/?digest=" + digest_of("{}").text(), "{}");
    }
    Store store(DiskShelf::open(directory.path(), {.read_only = true}).value(),
                {.read_only = true});
    Api api(store);
    TestClient client(api);
    EXPECT_EQ(client.get("/v2/a/blobs/" + digest_of("{}").text()).body, "{}");
    EXPECT_EQ(client.head("/v2/a/blobs/" + digest_of("{}").text()).status, 200);
    for (const auto& [method, target, allow] :
         {std::tuple("PUT", "/v2/a/manifests/v", "GET, HEAD"),
          std::tuple("DELETE", "/v2/a/manifests/v", "GET, HEAD"),
          std::tuple("POST", "/v2/a/blobs/uploads/", ""),
          std::tuple("PATCH", "/v2/a/blobs/uploads/x", "")}) {
        const auto answer = client.send({method, target});
        EXPECT_EQ(answer.status, 405) << method;
        EXPECT_EQ(answer.header("Allow"), allow);
        EXPECT_THAT(answer.body, HasSubstr("read-only"));
    }
}

} // namespace
} // namespace tenon::registry
