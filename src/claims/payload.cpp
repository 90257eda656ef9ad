// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "claims/payload.hpp"

#include <fmt/core.h>
#include <limits>

namespace tenon::claims {
namespace {

using data::Value;

// Writing

/// An object that is built in wire order; what is absent is left out.
class Record {
public:
    void add(std::string key, Value value) {
        members_.push_back({std::move(key), std::move(value), {}});
    }
    void add(std::string key, const std::string& text) { add(std::move(key), Value(text)); }
    void add_number(std::string key, std::integral auto number) {
        add(std::move(key), Value(data::Number{std::to_string(number)}));
    }
    void add_text(std::string key, const std::optional<std::string>& text) {
        if (text)
            add(std::move(key), *text);
    }
    void add_texts(std::string key, const std::optional<std::vector<std::string>>& texts) {
        if (texts)
            add(std::move(key), list(*texts));
    }

    static Value list(const std::vector<std::string>& texts) {
        std::vector<Value> items;
        items.reserve(texts.size());
        for (const auto& text : texts)
            items.emplace_back(text);
        return Value::array(std::move(items));
    }

    Value take() { return Value::object(std::move(members_)); }

private:
    std::vector<data::Member> members_;
};

Value to_value(const ComponentClaims& claims) {
    Record record;
    record.add_text("name", claims.name);
    record.add("hash", claims.hash);
    record.add_texts("tags", claims.tags);
    record.add_texts("caps", claims.caps);
    if (claims.rev)
        record.add_number("rev", *claims.rev);
    record.add_text("ver", claims.ver);
    record.add_text("call_alias", claims.call_alias);
    record.add("prov", Value(claims.prov));
    return record.take();
}

Value to_value(const ProviderClaims& claims) {
    Record record;
    record.add("name", claims.name ? Value(*claims.name) : Value());
    record.add_text("capid", claims.capid);
    record.add("vendor", claims.vendor);
    if (claims.rev)
        record.add_number("rev", *claims.rev);
    record.add_text("ver", claims.ver);
    Record hashes;
    for (const auto& [target, hash] : claims.target_hashes)
        hashes.add(target, hash);
    record.add("target_hashes", hashes.take());
    if (claims.config_schema)
        record.add("config_schema", *claims.config_schema);
    return record.take();
}

Value to_value(const IdentityClaims& claims) {
    Record record;
    record.add("name", claims.name ? Value(*claims.name) : Value());
    record.add("valid_signers",
               claims.valid_signers ? Record::list(*claims.valid_signers) : Value());
    return record.take();
}

// Reading

/// One object of the payload. Each reader names the field by its whole path when it complains.
class Fields {
public:
    Fields(const data::Document& document, const Value& object, std::string prefix)
        : document_(document), object_(object), prefix_(std::move(prefix)) {}

    /// The member; nothing when it is missing, or null.
    [[nodiscard]] const Value* find(std::string_view key) const {
        const auto* value = object_.find(key);
        return value != nullptr && !value->is_null() ? value : nullptr;
    }

    [[nodiscard]] base::Error wrong(std::string_view key, Place place,
                                    std::string_view wanted) const {
        return document_.error(place, Errc::malformed,
                               fmt::format("field `{}{}` is not {}", prefix_, key, wanted));
    }

    Result<const Value*> require(std::string_view key, std::string_view wanted) const {
        const auto* value = object_.find(key);
        if (value == nullptr)
            return fail(document_.error(object_.place(), Errc::malformed,
                                        fmt::format("field `{}{}` is missing", prefix_, key)));
        if (value->is_null())
            return fail(wrong(key, value->place(), wanted));
        return value;
    }

    Result<std::string> text(std::string_view key) const {
        return as_text(key, *TENON_TRY(require(key, a_string)));
    }
    Result<std::optional<std::string>> optional_text(std::string_view key) const {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        return TENON_TRY(as_text(key, *value));
    }
    Result<std::optional<std::vector<std::string>>> optional_texts(std::string_view key) const {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        if (value->kind() != data::Kind::array)
            return fail(wrong(key, value->place(), "a list of strings"));
        std::vector<std::string> texts;
        texts.reserve(value->items().size());
        for (const auto& item : value->items()) {
            if (item.string() == nullptr)
                return fail(wrong(key, item.place(), "a list of strings"));
            texts.push_back(*item.string());
        }
        return texts;
    }
    Result<std::uint64_t> seconds(std::string_view key) const {
        return as_unsigned(key, *TENON_TRY(require(key, a_number)));
    }
    Result<std::optional<std::uint64_t>> optional_unsigned(std::string_view key) const {
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        return TENON_TRY(as_unsigned(key, *value));
    }
    Result<std::optional<std::int32_t>> optional_i32(std::string_view key) const {
        using Limits = std::numeric_limits<std::int32_t>;
        const auto* value = find(key);
        if (value == nullptr)
            return std::nullopt;
        const auto number = value->integer();
        if (!number || *number < Limits::min() || *number > Limits::max())
            return fail(wrong(key, value->place(), "a whole number of 32 bits"));
        return static_cast<std::int32_t>(*number);
    }

private:
    static constexpr std::string_view a_string = "a string";
    static constexpr std::string_view a_number = "a whole number of 0 or more";

    Result<std::string> as_text(std::string_view key, const Value& value) const {
        if (value.string() == nullptr)
            return fail(wrong(key, value.place(), a_string));
        return *value.string();
    }
    Result<std::uint64_t> as_unsigned(std::string_view key, const Value& value) const {
        const auto number = value.unsigned_integer();
        if (!number)
            return fail(wrong(key, value.place(), a_number));
        return *number;
    }

    const data::Document& document_;
    const Value& object_;
    std::string prefix_;
};

Result<Metadata> read_component(const Fields& fields) {
    ComponentClaims claims;
    claims.name = TENON_TRY(fields.optional_text("name"));
    claims.hash = TENON_TRY(fields.text("hash"));
    claims.tags = TENON_TRY(fields.optional_texts("tags"));
    claims.caps = TENON_TRY(fields.optional_texts("caps"));
    claims.rev = TENON_TRY(fields.optional_i32("rev"));
    claims.ver = TENON_TRY(fields.optional_text("ver"));
    claims.call_alias = TENON_TRY(fields.optional_text("call_alias"));
    if (const auto* prov = fields.find("prov")) {
        if (!prov->boolean())
            return fail(fields.wrong("prov", prov->place(), "a boolean"));
        claims.prov = *prov->boolean();
    }
    return claims;
}

Result<Metadata> read_provider(const Fields& fields) {
    constexpr std::string_view an_object = "an object of strings";
    ProviderClaims claims;
    claims.name = TENON_TRY(fields.optional_text("name"));
    claims.capid = TENON_TRY(fields.optional_text("capid"));
    claims.vendor = TENON_TRY(fields.text("vendor"));
    claims.rev = TENON_TRY(fields.optional_i32("rev"));
    claims.ver = TENON_TRY(fields.optional_text("ver"));
    const auto* hashes = TENON_TRY(fields.require("target_hashes", an_object));
    if (hashes->kind() != data::Kind::object)
        return fail(fields.wrong("target_hashes", hashes->place(), an_object));
    for (const auto& member : hashes->members()) {
        if (member.value.string() == nullptr)
            return fail(
                fields.wrong("target_hashes." + member.key, member.value.place(), "a string"));
        claims.target_hashes.insert_or_assign(member.key, *member.value.string());
    }
    if (const auto* schema = fields.find("config_schema"))
        claims.config_schema = *schema;
    return claims;
}

Result<Metadata> read_identity(const Fields& fields) {
    IdentityClaims claims;
    claims.name = TENON_TRY(fields.optional_text("name"));
    claims.valid_signers = TENON_TRY(fields.optional_texts("valid_signers"));
    return claims;
}

Result<Metadata> read_metadata(const Fields& fields, MetadataKind kind) {
    switch (kind) {
    case MetadataKind::component: return read_component(fields);
    case MetadataKind::provider: return read_provider(fields);
    case MetadataKind::identity: return read_identity(fields);
    }
    return fail(Errc::usage, "unknown kind of metadata");
}

Result<data::Document> read_object(std::string_view segment, std::string json) {
    if (json.starts_with("\xef\xbb\xbf")) // which files may begin with, and nothing else
        return fail(Errc::malformed,
                    fmt::format("the token's {} begins with a byte order mark", segment));
    auto document =
        TENON_TRY(data::parse_json({fmt::format("token {}", segment), std::move(json)}));
    if (document.root.kind() != data::Kind::object)
        return fail(document.error(document.root.place(), Errc::malformed,
                                   fmt::format("the token's {} is not an object", segment)));
    return document;
}

} // namespace

std::string payload_text(const Claims& claims) {
    Record record;
    if (claims.expires)
        record.add_number("exp", *claims.expires);
    record.add("jti", claims.id);
    record.add_number("iat", claims.issued_at);
    record.add("iss", claims.issuer);
    record.add("sub", claims.subject);
    if (claims.not_before)
        record.add_number("nbf", *claims.not_before);
    if (claims.metadata)
        record.add("wascap", std::visit([](const auto& metadata) { return to_value(metadata); },
                                        *claims.metadata));
    if (claims.revision)
        record.add_number("wascap_revision", *claims.revision);
    return data::to_json(record.take());
}

Result<Header> read_header(std::string json) {
    const auto document = TENON_TRY(read_object("header", std::move(json)));
    const Fields fields(document, document.root, "");
    Header header;
    header.algorithm = TENON_TRY(fields.text("alg"));
    header.type = TENON_TRY(fields.text("typ"));
    return header;
}

Result<Claims> read_payload(std::string json, MetadataKind kind) {
    const auto document = TENON_TRY(read_object("payload", std::move(json)));
    const Fields fields(document, document.root, "");
    Claims claims;
    claims.expires = TENON_TRY(fields.optional_unsigned("exp"));
    claims.id = TENON_TRY(fields.text("jti"));
    claims.issued_at = TENON_TRY(fields.seconds("iat"));
    claims.issuer = TENON_TRY(fields.text("iss"));
    claims.subject = TENON_TRY(fields.text("sub"));
    claims.not_before = TENON_TRY(fields.optional_unsigned("nbf"));
    if (const auto* metadata = fields.find("wascap")) {
        if (metadata->kind() != data::Kind::object)
            return fail(fields.wrong("wascap", metadata->place(), "an object"));
        claims.metadata = TENON_TRY(read_metadata(Fields(document, *metadata, "wascap."), kind));
    }
    claims.revision = TENON_TRY(fields.optional_unsigned("wascap_revision"));
    return claims;
}

} // namespace tenon::claims
