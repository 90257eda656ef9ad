// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//     /                          repositories
//     /repositories/<name>       its tags, and manifests without one
//     /manifests/<name>:<tag>    a manifest; also `@<digest>`
//     /style.css
#include "registry/page.hpp"

#include "registry/html.hpp"

#include "oci/reference.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <initializer_list>
#include <ranges>

namespace tenon::registry {
namespace {

constexpr std::size_t page_size = 200;
/// Of a manifest: pages are made in memory, and manifests come from strangers.
constexpr std::size_t max_shown_bytes = 256 * 1024;

constexpr std::string_view style = R"(:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:1rem}
a{color:LinkText}
a:focus-visible{outline:3px solid;outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
nav ol{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;margin:0;padding:0}
nav li+li::before{content:"/";padding-right:.5rem}
[aria-current]{color:inherit;text-decoration:none}
h1,h2,li,td,dd,tbody th{overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:0}
table{border-collapse:collapse;width:100%;margin-top:1.5rem}
caption{text-align:left;padding-bottom:.25rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8886}
td,tbody th{min-width:6rem}
td.type{min-width:9rem}
code{font:.9em ui-monospace,monospace}
.size{white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{font-weight:bold}dd{margin:0}
.verdict{border-left:.5rem solid #777;padding:.5rem 1rem}
.good{border-color:#2a7d2a}.doubtful{border-color:#b07a00}.bad{border-color:#d32f2f}
@media(max-width:40rem){
dl{grid-template-columns:1fr}dd+dt{margin-top:.25rem}
table,caption,tbody,tr,th,td{display:block}
thead{position:absolute;left:-99rem}
tr{border-bottom:1px solid #8886;padding:.5rem 0}
th,td{border:0;padding:0}
}
)";

net::ServerResponse with_headers(int status, std::string_view type, std::string text) {
    return {status,
            {{"Content-Type", std::string(type)},
             {"Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; "
                                         "form-action 'none'; frame-ancestors 'none'"},
             {"Referrer-Policy", "no-referrer"},
             {"X-Content-Type-Options", "nosniff"},
             {"Cache-Control", "no-cache"}},
            std::move(text)};
}

struct Step {
    std::string target;
    std::string text;
};

/// The frame around `content`; `way` leads here from the start.
net::ServerResponse whole_page(int status, std::string_view title, const std::vector<Step>& way,
                               const Html& content) {
    // The last step is where one is, unless that is nowhere.
    const auto current = [&](const Step* step) {
        return status == 200 && step == (way.empty() ? nullptr : &way.back());
    };
    Html html;
    html.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width\"><title>")
        .text(title)
        .raw(" - registry</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>"
             "<a class=\"skip\" href=\"#content\">Skip to content</a>\n"
             "<header><nav aria-label=\"Where you are\"><ol><li>")
        .link("/", "Repositories", current(nullptr))
        .raw("</li>");
    for (const auto& step : way)
        html.raw("<li>").link(step.target, step.text, current(&step)).raw("</li>");
    html.raw("</ol></nav></header>\n<main id=\"content\"><h1>")
        .text(title)
        .raw("</h1>\n")
        .raw(content.str())
        .raw("</main></body></html>\n");
    return with_headers(status, "text/html; charset=utf-8", html.str());
}

net::ServerResponse not_found(std::string_view what) {
    return whole_page(404, "Not found", {}, Html().element("p", what));
}

net::ServerResponse fault() {
    return whole_page(500, "Something went wrong", {},
                      Html().element("p", "The registry cannot read its storage."));
}

std::string repository_url(const std::string& name) {
    return "/repositories/" + name;
}
std::string manifest_url(const std::string& name, const blob::Digest& digest) {
    return "/manifests/" + name + "@" + digest.text();
}

std::string_view parameter(const std::vector<net::Parameter>& parameters, std::string_view name) {
    const auto at = std::ranges::find(parameters, name, &net::Parameter::name);
    return at == parameters.end() ? std::string_view() : std::string_view(at->value);
}

void add_next(Html& html, const std::string& path, std::string_view last) {
    html.raw("<p>").link(path + "?last=" + net::percent_encode(last), "Next page").raw("</p>\n");
}

/// Manifests, one a row: what names each, its digest, type and size.
class ManifestTable {
public:
    /// Of the repository `name`.
    explicit ManifestTable(const std::string& name) : name_(name) {}

    void add(std::string_view tag, const Entry& entry) { rows_.push_back({tag, &entry}); }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
    /// `columns` are those before `Type`, which is left out where it would say the usual only.
    void write(Html& html, std::string_view title,
               std::initializer_list<std::string_view> columns) const;

private:
    struct Row {
        std::string_view tag; ///< empty: named by its digest
        const Entry* entry;
    };
    void write_row(Html& html, const Row& row, bool types) const;

    const std::string& name_; // the caller's, as the entries are
    std::vector<Row> rows_;
};

void ManifestTable::write(Html& html, std::string_view title,
                          std::initializer_list<std::string_view> columns) const {
    const bool types = std::ranges::any_of(
        rows_, [](const Row& row) { return row.entry->media_type != oci::media::image_manifest; });
    const auto heading = [&html](std::string_view text) {
        html.raw("<th scope=\"col\">").text(text).raw("</th>");
    };
    html.raw("<table><caption>").element("h2", title).raw("</caption><thead><tr>");
    for (const auto column : columns)
        heading(column);
    if (types)
        heading("Type");
    heading("Size");
    html.raw("</tr></thead><tbody>\n");
    for (const auto& row : rows_)
        write_row(html, row, types);
    html.raw("</tbody></table>\n");
}

void ManifestTable::write_row(Html& html, const Row& row, bool types) const {
    const auto& [tag, entry] = row;
    html.raw("<tr><th scope=\"row\">");
    if (!tag.empty())
        html.link(fmt::format("/manifests/{}:{}", name_, tag), tag)
            .raw("</th><td>")
            .code(entry->digest.text());
    else
        html.raw("<code>")
            .link(manifest_url(name_, entry->digest), entry->digest.text())
            .raw("</code></th><td class=\"type\">")
            .media_type(entry->artifact_type.value_or(""));
    if (types)
        html.raw("</td><td class=\"type\">").media_type(entry->media_type);
    html.raw("</td><td class=\"size\">").text(bytes_text(entry->size)).raw("</td></tr>\n");
}

void add_untagged(Html& html, const std::string& name, const Index& index) {
    std::vector<const Entry*> tagged;
    tagged.reserve(index.tags().size());
    for (const auto& tag : index.tags())
        tagged.push_back(tag->entry.get());
    std::ranges::sort(tagged);
    ManifestTable table(name);
    std::size_t left_out = 0;
    for (const auto& entry : index.entries()) {
        if (std::ranges::binary_search(tagged, entry.get()))
            continue;
        if (table.size() == page_size)
            ++left_out;
        else
            table.add({}, *entry);
    }
    if (table.size() > 0)
        table.write(html, "Manifests without a tag", {"Digest", "Artifact"});
    if (left_out > 0)
        html.element("p", fmt::format("{} more are not shown.", left_out));
}

} // namespace

net::ServerResponse Page::answer(const net::ServerRequest& request, net::RequestBody&) {
    if (request.method != "GET" && request.method != "HEAD") {
        auto refusal = with_headers(405, "text/plain; charset=utf-8", "only for reading\n");
        refusal.headers.add("Allow", "GET, HEAD");
        return refusal;
    }
    const auto path = net::percent_decode(request.path());
    const auto parameters = net::parse_query(request.query());
    if (!path || !parameters)
        return whole_page(400, "Bad address", {},
                          Html().element("p", "The address is not well-formed."));
    return show(*path, *parameters);
}

net::ServerResponse Page::show(std::string_view path, const Parameters& parameters) {
    constexpr std::string_view repository_prefix = "/repositories/";
    constexpr std::string_view manifest_prefix = "/manifests/";
    if (path == "/")
        return repositories(parameters);
    if (path == "/style.css") {
        auto answer = with_headers(200, "text/css; charset=utf-8", std::string(style));
        answer.headers.set("Cache-Control", "max-age=3600");
        return answer;
    }
    if (path.starts_with(repository_prefix)) {
        const std::string name(path.substr(repository_prefix.size()));
        if (oci::is_repository(name))
            return repository(name, parameters);
    }
    if (path.starts_with(manifest_prefix)) {
        const auto rest = path.substr(manifest_prefix.size());
        const auto mark = rest.find_first_of(":@");
        const std::string name(rest.substr(0, mark));
        if (mark != std::string_view::npos && oci::is_repository(name))
            return manifest(name, std::string(rest.substr(mark + 1)));
    }
    return not_found("There is no such page.");
}

net::ServerResponse Page::repositories(const Parameters& parameters) {
    bool more = false;
    const auto names = store_.names(parameter(parameters, "last"), page_size, more);
    if (!names)
        return fault();
    Html html;
    if (names->empty())
        html.element("p", "There is nothing here yet.");
    else {
        html.raw("<ul>\n");
        for (const auto& name : *names)
            html.raw("<li>").link(repository_url(name), name).raw("</li>\n");
        html.raw("</ul>\n");
    }
    if (more)
        add_next(html, "/", names->back());
    return whole_page(200, "Repositories", {}, html);
}

net::ServerResponse Page::repository(const std::string& name, const Parameters& parameters) {
    const auto found = store_.find(name);
    if (!found)
        return fault();
    if (!*found)
        return not_found("There is no such repository.");
    if (const auto read = store_.read_all(**found); !read)
        return fault();
    const auto index = (*found)->index();
    const auto last = parameter(parameters, "last");
    Html html;
    const auto& tags = index->tags();
    const auto begin = last.empty() ? 0 : index->behind(last);
    const auto end = std::min(tags.size(), begin + page_size);
    ManifestTable tagged(name);
    for (auto i = begin; i < end; ++i)
        tagged.add(tags[i]->name, *tags[i]->entry);
    tagged.write(html, "Tags", {"Tag", "Digest"});
    if (end < tags.size())
        add_next(html, repository_url(name), tags[end - 1]->name);
    else
        add_untagged(html, name, *index);
    return whole_page(200, name, {{repository_url(name), name}}, html);
}

// --- a manifest

net::ServerResponse Page::manifest(const std::string& name, const std::string& reference) {
    const auto found = store_.find(name);
    if (!found)
        return fault();
    if (!*found)
        return not_found("There is no such repository.");
    const auto entry = store_.find_manifest(**found, reference);
    if (!entry)
        return fault();
    if (!*entry)
        return not_found("There is no such manifest.");
    const bool is_long = (*entry)->size > max_shown_bytes;
    const auto bytes = is_long ? Result<ManifestBytes>() : store_.bytes(name, **entry);
    if (!bytes)
        return fault();
    if (!*bytes && !is_long)
        return not_found("The manifest is listed, but its bytes are gone.");
    Html html;
    html.raw("<dl>")
        .fact("Digest", (*entry)->digest.text())
        .type_fact("Type", (*entry)->media_type)
        .fact("Size", bytes_text((*entry)->size));
    const auto manifest = is_long ? Result<oci::Manifest>(fail(Errc::limit, "it is too long"))
                                  : store_.reader().read(**bytes, (*entry)->media_type);
    if (!manifest) {
        html.raw("</dl>").element("p", "It cannot be shown: " + manifest.error().message());
    } else {
        html.type_fact("Artifact type", manifest->shown_artifact_type().value_or(""));
        if (manifest->subject)
            html.raw("<dt>Refers to</dt><dd><code>")
                .link(manifest_url(name, manifest->subject->digest),
                      manifest->subject->digest.text())
                .raw("</code></dd>");
        html.raw("</dl>\n");
        add_claims(html, name, *manifest);
        add_content(html, name, *manifest);
    }
    add_referrers(html, **found, **entry);
    const auto title = oci::is_tag(reference) ? name + ":" + reference : name + "@" + reference;
    return whole_page(200, title,
                      {{repository_url(name), name},
                       {manifest_url(name, (*entry)->digest),
                        oci::is_tag(reference) ? reference : reference.substr(0, 19)}},
                      html);
}

void Page::add_layer(Html& html, const std::string& name, const oci::Descriptor& layer,
                     std::string_view role) {
    const bool child = role == "Manifest";
    const auto target = child ? manifest_url(name, layer.digest)
                              : fmt::format("/v2/{}/blobs/{}", name, layer.digest.text());
    std::string title;
    for (const auto& [key, value] : layer.annotations)
        if (key == "org.opencontainers.image.title")
            title = value;
    html.raw("<tr><td>")
        .text(role)
        .raw("</td><td><code>")
        .link(target, layer.digest.text())
        .raw("</code></td><td class=\"type\">")
        .media_type(layer.media_type)
        .raw("</td><td>")
        .text(title)
        .raw("</td><td class=\"size\">")
        .text(bytes_text(layer.size))
        .raw("</td></tr>\n");
}

void Page::add_content(Html& html, const std::string& name, const oci::Manifest& manifest) {
    html.raw("<table><caption><h2>Content</h2></caption><thead><tr><th scope=\"col\">Part</th>"
             "<th scope=\"col\">Digest</th><th scope=\"col\">Type</th>"
             "<th scope=\"col\">Title</th><th scope=\"col\">Size</th></tr></thead><tbody>\n");
    if (manifest.config)
        add_layer(html, name, *manifest.config, "Config");
    for (const auto& layer : manifest.layers)
        add_layer(html, name, layer, "Layer");
    for (const auto& child : manifest.manifests)
        add_layer(html, name, child, "Manifest");
    html.raw("</tbody></table>\n");
    if (manifest.annotations.empty())
        return;
    html.raw("<table><caption><h2>Annotations</h2></caption><thead><tr><th scope=\"col\">Name</th>"
             "<th scope=\"col\">Value</th></tr></thead><tbody>\n");
    for (const auto& [key, value] : manifest.annotations)
        html.raw("<tr><th scope=\"row\">")
            .text(key)
            .raw("</th><td>")
            .text(value)
            .raw("</td></tr>\n");
    html.raw("</tbody></table>\n");
}

void Page::add_claims(Html& html, const std::string& name, const oci::Manifest& manifest) {
    struct Row {
        Testimony::Worth worth;
        std::string_view name;
        std::string_view sentence;
    };
    static constexpr Row rows[] = {
        {Testimony::Worth::good, "good", "Verified: signature, dates and hashes are right."},
        {Testimony::Worth::doubtful, "doubtful", "Verified, with warnings."},
        {Testimony::Worth::bad, "bad", "Not fit for use."},
        {Testimony::Worth::none, "none", "Not signed."},
        {Testimony::Worth::unknown, "unknown", "Could not be checked."},
    };
    constexpr std::size_t most = 8; // layers; one is what such artifacts have
    for (const auto& layer : manifest.layers | std::views::take(most)) {
        const auto testimony = provenance_.of(name, layer);
        if (!testimony)
            continue;
        const auto& row = *std::ranges::find(rows, testimony->worth, &Row::worth);
        html
            .raw(fmt::format(
                "<section class=\"verdict {}\" aria-label=\"Claims\"><h2>Claims</h2><p><strong>",
                row.name))
            .text(row.sentence)
            .raw("</strong></p>\n");
        if (!testimony->remarks.empty()) {
            html.raw("<ul>");
            for (const auto& remark : testimony->remarks)
                html.element("li", remark);
            html.raw("</ul>\n");
        }
        html.raw("<dl>");
        for (const auto& fact : testimony->facts)
            html.fact(fact.name, fact.value);
        html.raw("</dl></section>\n");
    }
}

void Page::add_referrers(Html& html, Repository& repository, const Entry& entry) {
    if (const auto read = store_.read_all(repository); !read)
        return;
    const auto index = repository.index();
    const auto referrers = index->referrers(entry.digest.text());
    if (referrers.empty())
        return;
    ManifestTable table(repository.name());
    for (const auto& referrer : referrers.first(std::min(referrers.size(), page_size)))
        table.add({}, *referrer);
    table.write(html, "Referrers", {"Digest", "Artifact"});
    if (referrers.size() > page_size)
        html.element("p", fmt::format("{} more are not shown.", referrers.size() - page_size));
}

} // namespace tenon::registry
