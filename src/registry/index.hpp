// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a repository lists: its manifests and tags, as a value that is never changed once others see
// it, and its form on disk, the `index.json` of an OCI image layout. Knows neither files nor HTTP.
#pragma once

#include "base/error.hpp"
#include "blob/digest.hpp"
#include "data/value.hpp"
#include "oci/manifest.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::registry {

/// A manifest that a repository lists.
struct Entry {
    blob::Digest digest;
    std::string media_type;
    std::uint64_t size = 0;
    /// Whether somebody has read the manifest's bytes; what follows is known only then.
    bool read = false;
    /// False for a child that only its parent names, as in layouts that other tools wrote.
    bool listed = true;
    std::optional<blob::Digest> subject = {};
    std::optional<std::string> artifact_type = {}; ///< as referrers show it
    /// Those of a manifest with a subject, since referrers show them: a JSON object; empty: none.
    std::string annotations = {};
    /// They are too long to be kept in memory; the manifest has them.
    bool annotations_apart = false;

    static constexpr std::size_t max_annotations_bytes = 1024;
};
/// Shared by every state of the index that lists it.
using EntryPointer = std::shared_ptr<const Entry>;

/// RFC 6838 section 4.2: 127 characters on each side of the slash.
inline constexpr std::size_t max_media_type_bytes = 255;

/// Whether a text can stand in a `Content-Type` field as the type of a manifest.
[[nodiscard]] bool is_media_type(std::string_view text) noexcept;

/// Whether it is the type of a manifest or index, of OCI's or Docker's.
[[nodiscard]] bool is_manifest_type(std::string_view media_type) noexcept;

/// A JSON object; empty: none.
[[nodiscard]] std::string json_of(const oci::Annotations& annotations);

/// The entry of a manifest whose bytes were read.
[[nodiscard]] EntryPointer entry_of(const oci::Manifest& manifest, blob::Digest digest,
                                    std::uint64_t size, bool listed = true);

struct Tag {
    std::string name;
    EntryPointer entry;
    /// Its descriptor as another tool wrote it, where that says more than ours would.
    std::string foreign;
};
using TagPointer = std::shared_ptr<const Tag>;

/// A manifest and the tags that shall name it.
struct PutManifest {
    EntryPointer entry;
    std::vector<std::string> tags;
};
struct DropTag {
    std::string tag;
};
/// Its tags go with it.
struct DropManifest {
    blob::Digest digest;
};
/// A manifest whose bytes were read, and children that were found in them.
struct Found {
    EntryPointer entry;
    std::vector<EntryPointer> children = {};
};
/// The listing says the same as before, so nothing is written. What was deleted since it was read
/// stays away, and so do its children.
struct Learn {
    std::vector<Found> found;
};
using Change = std::variant<PutManifest, DropTag, DropManifest, Learn>;

enum class Effect {
    none,    ///< as it was
    missing, ///< what should go is not there
    memory,  ///< changed, and the listing on disk says the same as before
    listing, ///< changed
};

class Index {
public:
    /// Reads an `index.json`, whoever wrote it; what is not understood is kept for `text`.
    static Result<Index> parse(std::string text, std::string name);
    /// Its `index.json`.
    [[nodiscard]] std::string text() const;

    Effect apply(const Change& change);

    [[nodiscard]] const std::vector<TagPointer>& tags() const noexcept { return tags_; }
    [[nodiscard]] const std::vector<EntryPointer>& entries() const noexcept { return entries_; }
    /// Null where there is none.
    [[nodiscard]] EntryPointer find_tag(std::string_view tag) const noexcept;
    [[nodiscard]] EntryPointer find(std::string_view digest) const noexcept;
    /// Position of the first tag behind `last`, for paging.
    [[nodiscard]] std::size_t behind(std::string_view last) const noexcept;
    /// Manifests that name `subject`, sorted by digest.
    [[nodiscard]] std::span<const EntryPointer> referrers(std::string_view subject) const noexcept;
    /// Whether every entry was read.
    [[nodiscard]] bool read() const noexcept { return unread_ == 0; }

private:
    Effect put(const PutManifest& change);
    Effect drop(const DropTag& change);
    Effect drop(const DropManifest& change);
    Effect learn(const Learn& change);
    bool list(const EntryPointer& entry);
    void replace(EntryPointer& place, const EntryPointer& entry);
    void list_referrer(const EntryPointer& entry);
    void drop_referrer(const Entry& entry);
    Result<> take(const data::Document& document, const data::Value& descriptor);
    void settle();

    /// A descriptor without tag that says more than a line of ours would.
    struct Foreign {
        std::string digest;
        std::string line;
    };

    std::vector<TagPointer> tags_;        // by name
    std::vector<EntryPointer> entries_;   // by digest
    std::vector<EntryPointer> referrers_; // those with a subject, by subject and digest
    std::vector<Foreign> foreign_;
    std::string members_; // what stands in the document besides, each `,"name":…`
    std::size_t unread_ = 0;
};

} // namespace tenon::registry
