// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#indexjson-file
#include "registry/index.hpp"

#include "oci/reference.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <map>

namespace tenon::registry {
namespace {

constexpr std::string_view ref_name = "org.opencontainers.image.ref.name";

std::string_view digest_text(const EntryPointer& entry) noexcept {
    return entry->digest.text();
}
std::string_view tag_name(const TagPointer& tag) noexcept {
    return tag->name;
}

/// The order in which referrers are kept.
std::pair<std::string_view, std::string_view> by_subject(const EntryPointer& entry) noexcept {
    return {entry->subject->text(), entry->digest.text()};
}
std::string_view subject_text(const EntryPointer& entry) noexcept {
    return entry->subject->text();
}

void append_string(std::string& out, std::string_view text) {
    out += data::to_json(data::Value(text));
}

/// Media types come from clients; everything else in a line has a grammar without characters that
/// JSON escapes.
void append_line(std::string& out, const Entry& entry, std::string_view tag) {
    out += R"({"mediaType":)";
    append_string(out, entry.media_type);
    out += R"(,"digest":")";
    out += entry.digest.text();
    out += R"(","size":)";
    fmt::format_to(std::back_inserter(out), "{}", entry.size);
    if (!tag.empty()) {
        out += R"(,"annotations":{")";
        out += ref_name;
        out += R"(":")";
        out += tag;
        out += R"("})";
    }
    out += '}';
}

/// Whether a descriptor says more than our own line for it would.
bool says_more(const data::Value& descriptor) {
    for (const auto& member : descriptor.members()) {
        if (member.key == "mediaType" || member.key == "digest" || member.key == "size")
            continue;
        if (member.key != "annotations" || member.value.members().size() != 1 ||
            member.value.members().front().key != ref_name)
            return true;
    }
    return false;
}

} // namespace

bool is_media_type(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_media_type_bytes &&
           std::ranges::all_of(text,
                               [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

bool is_manifest_type(std::string_view media_type) noexcept {
    return media_type == oci::media::image_manifest || media_type == oci::media::image_index ||
           media_type == oci::media::docker_manifest || media_type == oci::media::docker_list;
}

std::string json_of(const oci::Annotations& annotations) {
    if (annotations.empty())
        return {};
    std::vector<data::Member> members;
    members.reserve(annotations.size());
    for (const auto& [key, text] : annotations)
        members.push_back({key, data::Value(text), {}});
    return data::to_json(data::Value::object(std::move(members)));
}

EntryPointer entry_of(const oci::Manifest& manifest, blob::Digest digest, std::uint64_t size,
                      bool listed) {
    Entry entry{std::move(digest), manifest.media_type, size, true, listed};
    entry.artifact_type = manifest.shown_artifact_type();
    if (entry.artifact_type && entry.artifact_type->size() > max_media_type_bytes)
        entry.artifact_type.reset();
    if (manifest.subject) {
        entry.subject = manifest.subject->digest;
        std::size_t bytes = 0;
        for (const auto& [key, text] : manifest.annotations)
            bytes += key.size() + text.size();
        entry.annotations_apart = bytes > Entry::max_annotations_bytes;
        if (!entry.annotations_apart)
            entry.annotations = json_of(manifest.annotations);
    }
    return std::make_shared<const Entry>(std::move(entry));
}

// --- reading and writing

Result<Index> Index::parse(std::string text, std::string name) {
    const auto document = TENON_TRY(data::parse_json({std::move(name), std::move(text)}));
    const auto* manifests = document.root.find("manifests");
    if (document.root.kind() != data::Kind::object ||
        (manifests && manifests->kind() != data::Kind::array && !manifests->is_null()))
        return fail(document.error(document.root.place(), Errc::malformed, "not an image index"));
    Index index;
    for (const auto& member : document.root.members()) {
        if (member.key == "manifests" || member.key == "schemaVersion" || member.key == "mediaType")
            continue;
        index.members_ += ',';
        append_string(index.members_, member.key);
        index.members_ += ':';
        index.members_ += data::to_json(member.value);
    }
    if (manifests)
        for (const auto& descriptor : manifests->items())
            TENON_TRY(index.take(document, descriptor));
    index.settle();
    return index;
}

/// Sorts what was taken; done once, since inserting each in its place would cost the square of
/// their number.
void Index::settle() {
    std::map<std::string_view, EntryPointer> by_digest;
    for (auto& entry : entries_)
        by_digest.try_emplace(entry->digest.text(), entry);
    // Where a name stands twice, the later one holds, as for the tools that read layouts.
    std::map<std::string_view, TagPointer> by_name;
    for (auto& tag : tags_) {
        by_name.erase(tag->name); // its key lies within the tag
        by_name.emplace(tag->name, tag);
    }
    entries_.clear();
    tags_.clear();
    for (const auto& [text, entry] : by_digest)
        entries_.push_back(entry);
    for (const auto& [name, tag] : by_name) {
        const auto& entry = by_digest.at(tag->entry->digest.text());
        tags_.push_back(entry == tag->entry
                            ? tag
                            : std::make_shared<const Tag>(Tag{tag->name, entry, tag->foreign}));
    }
    unread_ = entries_.size();
}

/// One descriptor: a manifest, with or without a tag, or something to be kept as it is.
Result<> Index::take(const data::Document& document, const data::Value& descriptor) {
    const auto* type = descriptor.find("mediaType");
    const auto* digest = descriptor.find("digest");
    const auto* size = descriptor.find("size");
    if (!type || !type->string() || !digest || !digest->string() || !size ||
        !size->unsigned_integer())
        return fail(document.error(descriptor.place(), Errc::malformed, "not a descriptor"));
    auto parsed = blob::Digest::parse(*digest->string());
    if (!parsed || !is_media_type(*type->string())) {
        foreign_.push_back({*digest->string(), data::to_json(descriptor)});
        return {};
    }
    auto entry = std::make_shared<const Entry>(
        Entry{*std::move(parsed), *type->string(), *size->unsigned_integer()});
    entries_.push_back(entry);
    const auto* annotations = descriptor.find("annotations");
    const auto* name = annotations ? annotations->find(ref_name) : nullptr;
    const auto more = says_more(descriptor);
    if (name && name->string() && oci::is_tag(*name->string()))
        tags_.push_back(std::make_shared<const Tag>(Tag{
            *name->string(), std::move(entry), more ? data::to_json(descriptor) : std::string()}));
    else if (more)
        foreign_.push_back({*digest->string(), data::to_json(descriptor)});
    return {};
}

std::string Index::text() const {
    std::vector<const Entry*> written;
    written.reserve(tags_.size() + foreign_.size());
    for (const auto& tag : tags_)
        written.push_back(tag->entry.get());
    for (const auto& line : foreign_)
        if (const auto entry = find(line.digest))
            written.push_back(entry.get());
    std::ranges::sort(written);

    std::string out;
    out.reserve(256 + tags_.size() * 288 + entries_.size() * 16);
    out += R"({"schemaVersion":2,"mediaType":")";
    out += oci::media::image_index;
    out += R"(","manifests":[)";
    const auto begin = out.size();
    const auto comma = [&] {
        if (out.size() != begin)
            out += ',';
    };
    for (const auto& tag : tags_) {
        comma();
        if (tag->foreign.empty())
            append_line(out, *tag->entry, tag->name);
        else
            out += tag->foreign;
    }
    for (const auto& entry : entries_) {
        if (!entry->listed || std::ranges::binary_search(written, entry.get()))
            continue;
        comma();
        append_line(out, *entry, {});
    }
    for (const auto& line : foreign_) {
        comma();
        out += line.line;
    }
    out += ']';
    out += members_;
    out += '}';
    return out;
}

// --- looking

EntryPointer Index::find_tag(std::string_view tag) const noexcept {
    const auto at = std::ranges::lower_bound(tags_, tag, {}, tag_name);
    return at != tags_.end() && (*at)->name == tag ? (*at)->entry : nullptr;
}

EntryPointer Index::find(std::string_view digest) const noexcept {
    const auto at = std::ranges::lower_bound(entries_, digest, {}, digest_text);
    return at != entries_.end() && digest_text(*at) == digest ? *at : nullptr;
}

std::size_t Index::behind(std::string_view last) const noexcept {
    const auto at = std::ranges::upper_bound(tags_, last, {}, tag_name);
    return static_cast<std::size_t>(at - tags_.begin());
}

std::span<const EntryPointer> Index::referrers(std::string_view subject) const noexcept {
    const auto found = std::ranges::equal_range(referrers_, subject, {}, subject_text);
    return {found.begin(), found.end()};
}

// --- changing

Effect Index::apply(const Change& change) {
    if (const auto* put_manifest = std::get_if<PutManifest>(&change))
        return put(*put_manifest);
    if (const auto* tag = std::get_if<DropTag>(&change))
        return drop(*tag);
    if (const auto* manifest = std::get_if<DropManifest>(&change))
        return drop(*manifest);
    return learn(std::get<Learn>(change));
}

/// Puts an entry into its place, or in place of the one that is there. Whether it is new.
bool Index::list(const EntryPointer& entry) {
    const auto at = std::ranges::lower_bound(entries_, digest_text(entry), {}, digest_text);
    const bool present = at != entries_.end() && (*at)->digest == entry->digest;
    if (present) {
        replace(*at, entry);
    } else {
        entries_.insert(at, entry);
        unread_ += entry->read ? 0 : 1;
    }
    list_referrer(entry);
    return !present;
}

void Index::replace(EntryPointer& place, const EntryPointer& entry) {
    const auto old = std::exchange(place, entry);
    unread_ -= old->read ? 0 : 1;
    unread_ += entry->read ? 0 : 1;
    if (old->subject)
        drop_referrer(*old);
    // Tags hold the entry itself, so that looking one up is a single search.
    for (auto& tag : tags_) {
        if (tag->entry != old)
            continue;
        auto foreign = old->media_type == entry->media_type ? tag->foreign : std::string();
        tag = std::make_shared<const Tag>(Tag{tag->name, entry, std::move(foreign)});
    }
}

void Index::list_referrer(const EntryPointer& entry) {
    if (!entry->subject)
        return;
    const auto key = by_subject(entry);
    const auto at = std::ranges::lower_bound(referrers_, key, {}, by_subject);
    if (at == referrers_.end() || by_subject(*at) != key)
        referrers_.insert(at, entry);
}

void Index::drop_referrer(const Entry& entry) {
    std::erase_if(referrers_,
                  [&](const EntryPointer& other) { return other->digest == entry.digest; });
}

Effect Index::put(const PutManifest& change) {
    auto entry = find(change.entry->digest.text());
    auto effect = Effect::none;
    const bool same = entry && entry->listed && entry->media_type == change.entry->media_type;
    // One that was damaged when it was read has named nobody.
    if (!same || !entry->read || entry->subject != change.entry->subject) {
        list(change.entry);
        effect = same ? Effect::memory : Effect::listing;
        entry = change.entry;
    }
    for (const auto& name : change.tags) {
        const auto at = std::ranges::lower_bound(tags_, std::string_view(name), {}, tag_name);
        const bool present = at != tags_.end() && (*at)->name == name;
        if (present && (*at)->entry == entry)
            continue;
        auto tag = std::make_shared<const Tag>(Tag{name, entry, {}});
        if (present)
            *at = std::move(tag);
        else
            tags_.insert(at, std::move(tag));
        effect = Effect::listing;
    }
    return effect;
}

Effect Index::drop(const DropTag& change) {
    const auto at = std::ranges::lower_bound(tags_, std::string_view(change.tag), {}, tag_name);
    if (at == tags_.end() || (*at)->name != change.tag)
        return Effect::missing;
    tags_.erase(at);
    return Effect::listing;
}

Effect Index::drop(const DropManifest& change) {
    const auto at =
        std::ranges::lower_bound(entries_, std::string_view(change.digest.text()), {}, digest_text);
    if (at == entries_.end() || (*at)->digest != change.digest)
        return Effect::missing;
    const auto entry = std::move(*at);
    entries_.erase(at);
    unread_ -= entry->read ? 0 : 1;
    if (entry->subject)
        drop_referrer(*entry);
    std::erase_if(tags_, [&](const TagPointer& tag) { return tag->entry == entry; });
    std::erase_if(foreign_, [&](const Foreign& line) { return line.digest == digest_text(entry); });
    return Effect::listing;
}

Effect Index::learn(const Learn& change) {
    auto effect = Effect::none;
    const auto take = [&](const EntryPointer& entry, const EntryPointer& known) {
        if (known && (known->read || (known->listed && !entry->listed)))
            return;
        list(entry);
        effect = Effect::memory;
    };
    for (const auto& [entry, children] : change.found) {
        const auto known = find(entry->digest.text());
        if (!known)
            continue;
        take(entry, known);
        for (const auto& child : children)
            take(child, find(child->digest.text()));
    }
    return effect;
}

} // namespace tenon::registry
