// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/page.hpp"

#include "claims/embed.hpp"
#include "registry/html.hpp"
#include "registry/test_client.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

namespace tenon::registry {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string manifest_type(oci::media::image_manifest);

class PageTest : public testing::Test {
protected:
    PageTest() : registry_("memory"), page_(registry_.store), client_(page_) {}

    blob::Digest put(const std::string& name, const std::string& bytes) {
        const auto answer = registry_.client.put("/v2/a/b/manifests/" + name, bytes, manifest_type);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return digest_of(bytes);
    }
    std::string config() {
        return descriptor("application/vnd.example.config", registry_.push("a/b", "{}"), 2);
    }
    std::string layer(const std::string& content, std::string_view type) {
        return descriptor(type, registry_.push("a/b", content), content.size());
    }

    TestRegistry registry_;
    Page page_;
    TestClient client_;
};

TEST(Html, text_stays_text) {
    EXPECT_EQ(escaped("<script>\"'&\x01\xff"), "&lt;script&gt;&quot;&#39;&amp;\\u{1}\\xff");
    EXPECT_EQ(Html().link("/?a=\"", "<b>").str(), "<a href=\"/?a=&quot;\">&lt;b&gt;</a>");
    EXPECT_EQ(bytes_text(1), "1 byte");
    EXPECT_EQ(bytes_text(104857600), "104 857 600 bytes");
}

TEST(Html, media_types_break_between_words) {
    EXPECT_EQ(Html().media_type("application/vnd.x.y+json").str(),
              "application/<wbr>vnd.<wbr>x.<wbr>y+<wbr>json");
    EXPECT_EQ(Html().media_type("<").media_type("").media_type("a/").str(), "&lt;a/");
    EXPECT_EQ(Html().type_fact("Type", "a/b").type_fact("Other", "").str(),
              "<dt>Type</dt><dd>a/<wbr>b</dd>");
}

TEST_F(PageTest, allows_no_script_and_no_frame) {
    const auto answer = client_.get("/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=utf-8");
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
    EXPECT_THAT(answer.header("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(answer.body, HasSubstr("<html lang=\"en\">"));
    EXPECT_THAT(answer.body, HasSubstr("href=\"#content\""));
    EXPECT_THAT(answer.body, HasSubstr("There is nothing here yet."));
    EXPECT_THAT(answer.body, Not(HasSubstr("<script")));
    EXPECT_EQ(client_.get("/style.css").header("Content-Type"), "text/css; charset=utf-8");
}

TEST_F(PageTest, leads_from_repositories_to_tags_to_manifests) {
    const auto digest = put("v1", image(config(), layer("x", "application/x"),
                                        R"(,"annotations":{"k<":"<script>alert(1)</script>"})"));
    EXPECT_THAT(client_.get("/").body, HasSubstr("<a href=\"/repositories/a/b\">a/b</a>"));
    const auto repository = client_.get("/repositories/a/b").body;
    EXPECT_THAT(repository, HasSubstr("<a href=\"/manifests/a/b:v1\">v1</a>"));
    EXPECT_THAT(repository, HasSubstr(digest.text()));
    const auto manifest = client_.get("/manifests/a/b:v1").body;
    EXPECT_THAT(manifest, HasSubstr(digest.text()));
    EXPECT_THAT(manifest, HasSubstr("application/<wbr>vnd.<wbr>example.<wbr>config"));
    EXPECT_THAT(manifest, HasSubstr("/v2/a/b/blobs/" + digest_of("x").text()));
    EXPECT_THAT(manifest, HasSubstr("&lt;script&gt;alert(1)"));
    EXPECT_THAT(manifest, Not(HasSubstr("<script")));
    EXPECT_EQ(client_.get("/manifests/a/b@" + digest.text()).status, 200);
    EXPECT_EQ(client_.get("/manifests/a/b%40" + digest.text()).status, 200);
}

TEST_F(PageTest, shows_referrers_and_subjects) {
    const auto subject = put("v1", image(config(), ""));
    const auto bytes = image(config(), "",
                             R"(,"artifactType":"application/vnd.example.sbom","subject":)" +
                                 descriptor(manifest_type, subject, 1));
    const auto referrer = put(digest_of(bytes).text(), bytes);
    const auto page = client_.get("/manifests/a/b:v1").body;
    EXPECT_THAT(page, HasSubstr("Referrers"));
    EXPECT_THAT(page, HasSubstr("/manifests/a/b@" + referrer.text()));
    EXPECT_THAT(page, HasSubstr("application/<wbr>vnd.<wbr>example.<wbr>sbom"));
    EXPECT_THAT(client_.get("/manifests/a/b@" + referrer.text()).body,
                HasSubstr("/manifests/a/b@" + subject.text()));
    EXPECT_THAT(client_.get("/repositories/a/b").body, HasSubstr(referrer.text()));
}

TEST_F(PageTest, a_column_of_types_is_there_only_where_it_tells_something) {
    const auto digest = put("v1", image(config(), ""));
    const auto column = HasSubstr("<th scope=\"col\">Type</th>");
    EXPECT_THAT(client_.get("/repositories/a/b").body, Not(column));
    EXPECT_THAT(client_.get("/repositories/a/b").body,
                HasSubstr("<code>" + digest.text() + "</code></td><td class=\"size\">"));
    const auto answer = registry_.client.put("/v2/a/b/manifests/all", index_of(""),
                                             std::string(oci::media::image_index));
    EXPECT_EQ(answer.status, 201) << answer.body;
    const auto page = client_.get("/repositories/a/b").body;
    EXPECT_THAT(page, column);
    EXPECT_THAT(page, HasSubstr("application/<wbr>vnd.<wbr>oci.<wbr>image.<wbr>index."));
    EXPECT_THAT(page, HasSubstr("application/<wbr>vnd.<wbr>oci.<wbr>image.<wbr>manifest."));
}

TEST_F(PageTest, long_lists_have_pages) {
    const auto bytes = image(config(), "");
    auto url = "/v2/a/b/manifests/" + digest_of(bytes).text() + "?tag=x";
    for (int i = 0; i < 250; ++i)
        put(fmt::format("t{:03}", i), bytes);
    const auto first = client_.get("/repositories/a/b").body;
    EXPECT_THAT(first, HasSubstr("t199"));
    EXPECT_THAT(first, Not(HasSubstr("t200")));
    EXPECT_THAT(first, HasSubstr("href=\"/repositories/a/b?last=t199\">Next page"));
    const auto second = client_.get("/repositories/a/b?last=t199").body;
    EXPECT_THAT(second, HasSubstr("t249"));
    EXPECT_THAT(second, Not(HasSubstr("Next page")));
}

const std::string module("\0asm\x01\0\0\0", 8);

claims::Claims claims_of(const crypto::KeyPair& issuer) {
    claims::Claims claims;
    claims.id = "1";
    claims.issued_at = 1'700'000'000;
    claims.issuer = issuer.public_key().text();
    claims.subject = crypto::KeyPair::generate(crypto::KeyType::module).public_key().text();
    claims.revision = claims::current_revision;
    claims::ComponentClaims component;
    component.name = "the <greeter>";
    claims.metadata = component;
    return claims;
}

TEST_F(PageTest, verdict_is_about_the_layer_as_it_is_called_and_as_long_as_it_is_there) {
    const auto issuer = crypto::KeyPair::generate(crypto::KeyType::account);
    const auto made = claims::sign_wasm(as_bytes(module), claims_of(issuer), issuer);
    ASSERT_TRUE(made) << made.error().message();
    const std::string content(as_text(made->wasm));
    put("good", image(config(), layer(content, "application/wasm")));
    put("other", image(config(), layer(content, oci::media::provider_layer)));
    EXPECT_THAT(client_.get("/manifests/a/b:good").body, HasSubstr("Verified"));
    const auto other = client_.get("/manifests/a/b:other").body;
    EXPECT_THAT(other, HasSubstr("Could not be checked."));
    EXPECT_THAT(other, HasSubstr("not a provider archive"));
    EXPECT_EQ(registry_.client.drop("/v2/a/b/blobs/" + digest_of(content).text()).status, 202);
    const auto gone = client_.get("/manifests/a/b:good").body;
    EXPECT_THAT(gone, Not(HasSubstr("Verified")));
    EXPECT_THAT(gone, HasSubstr("it is not here"));
}

TEST_F(PageTest, shows_claims_and_verdict_of_a_component) {
    const auto issuer = crypto::KeyPair::generate(crypto::KeyType::account);
    auto claims = claims_of(issuer);
    const auto made = claims::sign_wasm(as_bytes(module), claims, issuer);
    ASSERT_TRUE(made) << made.error().message();
    put("good", image(config(), layer(std::string(as_text(made->wasm)), "application/wasm")));
    auto page = client_.get("/manifests/a/b:good").body;
    EXPECT_THAT(page, HasSubstr("Verified: signature, dates and hashes are right."));
    EXPECT_THAT(page, HasSubstr("the &lt;greeter&gt;"));
    EXPECT_THAT(page, HasSubstr(claims.issuer));

    claims.expires = 1'700'000'001;
    const auto old = claims::sign_wasm(as_bytes(module), claims, issuer);
    put("old", image(config(), layer(std::string(as_text(old->wasm)), "application/wasm")));
    page = client_.get("/manifests/a/b:old").body;
    EXPECT_THAT(page, HasSubstr("Not fit for use."));
    EXPECT_THAT(page, HasSubstr("expired"));

    put("plain", image(config(), layer(module, "application/wasm")));
    EXPECT_THAT(client_.get("/manifests/a/b:plain").body, HasSubstr("Not signed."));
    put("broken", image(config(), layer("no archive", oci::media::provider_layer)));
    EXPECT_THAT(client_.get("/manifests/a/b:broken").body, HasSubstr("Could not be checked."));
    put("other", image(config(), layer("x", "application/x")));
    EXPECT_THAT(client_.get("/manifests/a/b:other").body, Not(HasSubstr("Claims")));
}

TEST_F(PageTest, unknown_pages_are_404_and_nothing_can_be_changed) {
    registry_.push("a/b", "x");
    for (const auto* target : {"/x", "/repositories/", "/repositories/..", "/repositories/A",
                               "/repositories/none", "/manifests/a/b", "/manifests/a/b:none",
                               "/manifests/none:v1", "/manifests/../x:v", "/manifests/a/b@x"}) {
        const auto answer = client_.get(target);
        EXPECT_EQ(answer.status, 404) << target;
        EXPECT_THAT(answer.body, HasSubstr("<h1>Not found</h1>"));
    }
    EXPECT_EQ(client_.get("/%zz").status, 400);
    EXPECT_EQ(client_.post("/").status, 405);
    EXPECT_EQ(client_.post("/").header("Allow"), "GET, HEAD");
}

} // namespace
} // namespace tenon::registry
