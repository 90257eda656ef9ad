// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tags, referrers and repositories: lists in pages.
#include "registry/api.hpp"
#include "registry/range.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

constexpr std::size_t catalog_page = 1000;

/// RFC 8288; the target is relative, so that it holds behind every proxy.
net::Field next_page(const std::string& path, std::string_view query) {
    return {"Link", fmt::format("<{}?{}>; rel=\"next\"", path, query)};
}

net::ServerResponse invalid_number() {
    return answer_problem(Problem::number_invalid, "`n` must be a number");
}

void append_names(std::string& out, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        out += i == 0 ? "\"" : ",\"";
        out += names[i]; // its grammar has no characters that JSON escapes
        out += '"';
    }
}

std::string descriptor(const Entry& entry, const std::string& annotations) {
    auto value = data::Value::object({});
    value.set("mediaType", data::Value(entry.media_type));
    value.set("digest", data::Value(entry.digest.text()));
    value.set("size", data::Value(data::Number{std::to_string(entry.size)}));
    if (entry.artifact_type)
        value.set("artifactType", data::Value(*entry.artifact_type));
    auto text = data::to_json(value);
    if (!annotations.empty()) {
        text.back() = ',';
        text += R"("annotations":)" + annotations + "}";
    }
    return text;
}

} // namespace

net::ServerResponse Api::catalog(const Call& call) {
    const auto* last = call.parameter("last");
    const auto* number = call.parameter("n");
    const auto count = number ? parse_decimal(*number) : std::optional(std::uint64_t{catalog_page});
    if (!count)
        return invalid_number();
    bool more = false;
    const auto names =
        store_.names(last ? std::string_view(*last) : std::string_view(),
                     static_cast<std::size_t>(std::min(*count, std::uint64_t{10'000})), more);
    if (!names)
        return fault(names.error());
    std::string text = R"({"repositories":[)";
    append_names(text, *names);
    text += "]}\n";
    net::ServerResponse answer{200, {{"Content-Type", "application/json"}}, std::move(text)};
    if (more && !names->empty())
        answer.headers.add(
            "Link", next_page("/v2/_catalog", fmt::format("n={}&last={}", *count,
                                                          net::percent_encode(names->back())))
                        .value);
    return answer;
}

net::ServerResponse Api::tags(const Call& call) {
    const auto repository = store_.find(call.route.repository);
    if (!repository)
        return fault(repository.error());
    if (!*repository)
        return answer_problem(Problem::name_unknown, "there is no such repository", "name",
                              call.route.repository);
    return tags_of(call, *(*repository)->index());
}

/// A page costs what it holds, however many tags there are.
net::ServerResponse Api::tags_of(const Call& call, const Index& index) const {
    const auto* number = call.parameter("n");
    const auto* last = call.parameter("last");
    const auto asked = number ? parse_decimal(*number) : std::optional(UINT64_MAX);
    if (!asked)
        return invalid_number();
    const auto& tags = index.tags();
    const auto begin = last ? index.behind(*last) : 0;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(*asked, tags.size() - begin));
    std::string text = fmt::format(R"({{"name":"{}","tags":[)", call.route.repository);
    text.reserve(text.size() + count * 24);
    for (std::size_t i = begin; i < begin + count; ++i) {
        text += i == begin ? "\"" : ",\"";
        text += tags[i]->name;
        text += '"';
    }
    text += "]}\n";
    net::ServerResponse answer{200, {{"Content-Type", "application/json"}}, std::move(text)};
    if (count > 0 && begin + count < tags.size())
        answer.headers.add(
            "Link", next_page("/v2/" + call.route.repository + "/tags/list",
                              fmt::format("n={}&last={}", count, tags[begin + count - 1]->name))
                        .value);
    return answer;
}

// Never 404: that would tell clients that this registry knows no referrers.
net::ServerResponse Api::referrers(const Call& call) {
    const auto subject = blob::Digest::parse(call.route.reference);
    if (!subject)
        return answer_problem(Problem::digest_invalid, subject.error().message(), "digest",
                              call.route.reference);
    const auto* type = call.parameter("artifactType");
    const auto repository = store_.find(call.route.repository);
    if (!repository)
        return fault(repository.error());
    ReferrersPage page;
    if (*repository) {
        if (const auto read = store_.read_all(**repository); !read)
            return fault(read.error());
        auto listed = list_referrers(call, *(*repository)->index(), *subject);
        if (!listed)
            return fault(listed.error());
        page = *std::move(listed);
    }
    net::ServerResponse answer{
        200,
        {{"Content-Type", std::string(oci::media::image_index)}},
        R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)" +
            page.text + "]}"};
    if (type)
        answer.headers.add("OCI-Filters-Applied", "artifactType");
    if (!page.last.empty()) {
        auto query = type ? fmt::format("artifactType={}&", net::percent_encode(*type)) : "";
        query += fmt::format("last={}", net::percent_encode(page.last));
        answer.headers.add(
            "Link",
            next_page("/v2/" + call.route.repository + "/referrers/" + subject->text(), query)
                .value);
    }
    return answer;
}

/// At least one where there is one. A page ends when it is long, and also when what it cost to
/// read is: of a manifest of megabytes it may show a line.
Result<Api::ReferrersPage> Api::list_referrers(const Call& call, const Index& index,
                                               const blob::Digest& subject) {
    const auto* type = call.parameter("artifactType");
    const auto* last = call.parameter("last");
    std::string text;
    std::string_view shown;
    std::uint64_t read = 0;
    for (const auto& entry : index.referrers(subject.text())) {
        if ((type && entry->artifact_type.value_or("") != *type) ||
            (last && entry->digest.text() <= *last))
            continue;
        read += entry->annotations_apart ? entry->size : 0;
        if (!shown.empty() && read > options_.max_referrers_read)
            return ReferrersPage{std::move(text), std::string(shown)};
        const auto annotations = TENON_TRY(store_.annotations(call.route.repository, *entry));
        const auto line = descriptor(*entry, annotations);
        if (!shown.empty() && text.size() + line.size() > options_.max_referrers_bytes)
            return ReferrersPage{std::move(text), std::string(shown)};
        text += text.empty() ? "" : ",";
        text += line;
        shown = entry->digest.text();
    }
    return ReferrersPage{std::move(text), {}};
}

} // namespace tenon::registry
