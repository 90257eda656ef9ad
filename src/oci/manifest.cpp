// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md and image-index.md
#include "oci/manifest.hpp"

#include "data/value.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <limits>

namespace tenon::oci {
namespace {

enum class Form { image, index };
struct TypeRow {
    std::string_view media_type;
    Form form;
};
constexpr TypeRow types[] = {
    {media::image_manifest, Form::image},
    {media::docker_manifest, Form::image},
    {media::image_index, Form::index},
    {media::docker_list, Form::index},
};

const TypeRow* find_type(std::string_view media_type) {
    const auto* row = std::ranges::find(types, media_type, &TypeRow::media_type);
    return row == std::end(types) ? nullptr : row;
}

/// Reads the members of one document; every error shows its line.
class ManifestReader {
public:
    ManifestReader(const data::Document& document, std::string_view content_type)
        : document_(document), content_type_(content_type) {}

    Result<Manifest> read() const {
        const auto& root = document_.root;
        if (root.kind() != data::Kind::object)
            return fail(wrong(root, "a manifest must be an object"));
        TENON_TRY(check_schema(root));
        Manifest manifest;
        const auto form = TENON_TRY(decide_type(root, manifest));
        manifest.index = form == Form::index;
        manifest.artifact_type = TENON_TRY(optional_text(root, "artifactType"));
        manifest.annotations = TENON_TRY(annotations(root));
        manifest.subject = TENON_TRY(optional_descriptor(root, "subject"));
        if (manifest.index) {
            manifest.manifests = TENON_TRY(descriptors(root, "manifests"));
            return manifest;
        }
        manifest.config = TENON_TRY(optional_descriptor(root, "config"));
        if (!manifest.config)
            return fail(wrong(root, "an image manifest needs a `config`"));
        manifest.layers = TENON_TRY(descriptors(root, "layers"));
        return manifest;
    }

private:
    [[nodiscard]] base::Error wrong(const data::Value& where, std::string message,
                                    Errc code = Errc::invalid) const {
        return document_.error(where.place(), code, std::move(message));
    }

    /// Go writes what is not there as null.
    static const data::Value* member(const data::Value& object, std::string_view key) {
        const auto* value = object.find(key);
        return value && !value->is_null() ? value : nullptr;
    }

    Result<> check_schema(const data::Value& root) const {
        const auto* version = member(root, "schemaVersion");
        if (!version)
            return fail(wrong(root, "`schemaVersion` is missing"));
        if (version->unsigned_integer() == 1U)
            return fail(wrong(*version, "manifests of schema version 1 are not supported",
                              Errc::unsupported)
                            .help("push the image again with a tool of this decade"));
        if (version->unsigned_integer() != 2U)
            return fail(wrong(*version, "`schemaVersion` must be 2"));
        return {};
    }

    // A document that could be read as both kinds is refused: one tool would check the image and
    // another run what the index names (CVE-2021-41190).
    Result<Form> decide_type(const data::Value& root, Manifest& manifest) const {
        const auto stated = TENON_TRY(optional_text(root, "mediaType"));
        if (stated && !content_type_.empty() && *stated != content_type_)
            return fail(wrong(*root.find("mediaType"),
                              fmt::format("`mediaType` is `{}`, but the document was sent as `{}`",
                                          *stated, content_type_)));
        const auto* manifests = member(root, "manifests");
        const auto* config = member(root, "config");
        const auto* layers = member(root, "layers");
        if (manifests && (config || layers))
            return fail(wrong(*manifests, fmt::format("`manifests` and `{}` in one document",
                                                      config ? "config" : "layers")));
        manifest.media_type =
            stated.value_or(content_type_.empty() ? std::string(manifests ? media::image_index
                                                                          : media::image_manifest)
                                                  : std::string(content_type_));
        const auto* row = find_type(manifest.media_type);
        if (!row)
            return fail(
                wrong(stated ? *root.find("mediaType") : root,
                      fmt::format("manifests of type `{}` are not supported", manifest.media_type),
                      Errc::unsupported));
        if (row->form == Form::image && manifests)
            return fail(wrong(*manifests, "an image manifest has no `manifests`"));
        if (row->form == Form::index && (config || layers))
            return fail(wrong(config ? *config : *layers,
                              fmt::format("an index has no `{}`", config ? "config" : "layers")));
        return row->form;
    }

    /// Nothing for the empty text too, which Go's tools write for what is not there.
    Result<std::optional<std::string>> optional_text(const data::Value& object,
                                                     std::string_view key) const {
        const auto* value = member(object, key);
        if (!value)
            return std::nullopt;
        if (!value->string())
            return fail(wrong(*value, fmt::format("`{}` must be a string, not {}", key,
                                                  data::kind_name(value->kind()))));
        if (value->string()->empty())
            return std::nullopt;
        return *value->string();
    }

    Result<Annotations> annotations(const data::Value& object) const {
        Annotations found;
        const auto* value = member(object, "annotations");
        if (!value)
            return found;
        if (value->kind() != data::Kind::object)
            return fail(wrong(*value, "`annotations` must be an object of strings"));
        for (const auto& entry : value->members()) {
            if (!entry.value.string())
                return fail(
                    wrong(entry.value, fmt::format("annotation `{}` must be a string", entry.key)));
            found.emplace_back(entry.key, *entry.value.string());
        }
        std::ranges::sort(found);
        return found;
    }

    Result<Descriptor> descriptor(const data::Value& value, std::string_view what) const {
        if (value.kind() != data::Kind::object)
            return fail(wrong(value, fmt::format("`{}` must be a descriptor, not {}", what,
                                                 data::kind_name(value.kind()))));
        auto media_type = TENON_TRY(optional_text(value, "mediaType"));
        if (!media_type)
            return fail(wrong(value, fmt::format("`mediaType` is missing in `{}`", what)));
        const auto digest_text = TENON_TRY(optional_text(value, "digest"));
        if (!digest_text)
            return fail(wrong(value, fmt::format("`digest` is missing in `{}`", what)));
        auto digest = blob::Digest::parse(*digest_text);
        if (!digest)
            return fail(
                wrong(*value.find("digest"), digest.error().message(), digest.error().code()));
        const auto size = TENON_TRY(this->size(value, what));
        auto artifact_type = TENON_TRY(optional_text(value, "artifactType"));
        auto notes = TENON_TRY(annotations(value));
        auto platform = TENON_TRY(this->platform(value));
        return Descriptor{*std::move(media_type),   *std::move(digest), size,
                          std::move(artifact_type), std::move(notes),   std::move(platform)};
    }

    Result<std::optional<Platform>> platform(const data::Value& descriptor) const {
        const auto* value = member(descriptor, "platform");
        if (!value)
            return std::nullopt;
        if (value->kind() != data::Kind::object)
            return fail(wrong(*value, fmt::format("`platform` must be an object, not {}",
                                                  data::kind_name(value->kind()))));
        auto architecture = TENON_TRY(optional_text(*value, "architecture"));
        auto os = TENON_TRY(optional_text(*value, "os"));
        return Platform{std::move(architecture).value_or(""), std::move(os).value_or("")};
    }

    Result<std::uint64_t> size(const data::Value& descriptor, std::string_view what) const {
        const auto* value = member(descriptor, "size");
        if (!value)
            return fail(wrong(descriptor, fmt::format("`size` is missing in `{}`", what)));
        const auto size = value->unsigned_integer();
        if (!size || *size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return fail(wrong(*value, "`size` must be a number of bytes"));
        return *size;
    }

    Result<std::optional<Descriptor>> optional_descriptor(const data::Value& root,
                                                          std::string_view key) const {
        const auto* value = member(root, key);
        if (!value)
            return std::nullopt;
        return TENON_TRY(descriptor(*value, key));
    }

    Result<std::vector<Descriptor>> descriptors(const data::Value& root,
                                                std::string_view key) const {
        std::vector<Descriptor> found;
        const auto* value = member(root, key);
        if (!value)
            return found;
        if (value->kind() != data::Kind::array)
            return fail(wrong(*value, fmt::format("`{}` must be a list, not {}", key,
                                                  data::kind_name(value->kind()))));
        found.reserve(value->items().size());
        for (const auto& item : value->items())
            found.push_back(TENON_TRY(descriptor(item, key)));
        return found;
    }

    const data::Document& document_;
    std::string_view content_type_;
};

data::Value to_value(const Annotations& annotations) {
    auto value = data::Value::object({});
    for (const auto& [key, text] : annotations)
        value.set(key, data::Value(text));
    return value;
}

data::Value to_value(const Descriptor& descriptor) {
    auto value = data::Value::object({});
    if (!descriptor.annotations.empty())
        value.set("annotations", to_value(descriptor.annotations));
    if (descriptor.artifact_type)
        value.set("artifactType", data::Value(*descriptor.artifact_type));
    value.set("digest", data::Value(descriptor.digest.text()));
    value.set("mediaType", data::Value(descriptor.media_type));
    if (descriptor.platform) {
        auto platform = data::Value::object({});
        platform.set("architecture", data::Value(descriptor.platform->architecture));
        platform.set("os", data::Value(descriptor.platform->os));
        value.set("platform", std::move(platform));
    }
    value.set("size", data::Value(data::Number{std::to_string(descriptor.size)}));
    return value;
}

data::Value to_value(const std::vector<Descriptor>& descriptors) {
    auto value = data::Value::array({});
    for (const auto& descriptor : descriptors)
        value.push_back(to_value(descriptor));
    return value;
}

} // namespace

std::optional<std::string> Manifest::shown_artifact_type() const {
    if (artifact_type)
        return artifact_type;
    return config ? std::optional(config->media_type) : std::nullopt;
}

Result<Manifest> parse_manifest(std::string text, std::string_view content_type, std::string name) {
    if (text.size() > max_manifest_bytes)
        return fail(Errc::limit, fmt::format("the manifest `{}` has {} bytes, more than {}", name,
                                             text.size(), max_manifest_bytes));
    const auto document = TENON_TRY(data::parse_json({std::move(name), std::move(text)}));
    return ManifestReader(document, content_type).read();
}

// The members are set in the order of their names, which is what makes the JSON canonical.
std::string write_manifest(const Manifest& manifest, bool with_media_type) {
    auto value = data::Value::object({});
    if (!manifest.annotations.empty()) {
        auto sorted = manifest.annotations;
        std::ranges::sort(sorted);
        value.set("annotations", to_value(sorted));
    }
    if (manifest.artifact_type)
        value.set("artifactType", data::Value(*manifest.artifact_type));
    if (manifest.config)
        value.set("config", to_value(*manifest.config));
    if (manifest.index)
        value.set("manifests", to_value(manifest.manifests));
    else
        value.set("layers", to_value(manifest.layers));
    if (with_media_type)
        value.set("mediaType", data::Value(manifest.media_type));
    value.set("schemaVersion", data::Value::integer(2));
    if (manifest.subject)
        value.set("subject", to_value(*manifest.subject));
    return data::to_json(value);
}

} // namespace tenon::oci
