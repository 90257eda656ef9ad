// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wasm/metadata.hpp"

#include "base/leb128.hpp"
#include "base/utf8.hpp"
#include "wasm/strip.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::wasm {
namespace {

constexpr std::uint32_t max_nested = 100'000;
constexpr std::size_t preamble_size = 8;
constexpr std::uint8_t own_name_id = 0; // of a subsection, in both kinds of name sections

std::string_view name_section(Layer layer) {
    return layer == Layer::module ? "name" : "component-name";
}

std::uint64_t payload_offset(const Section& section) {
    return section.content_offset + section.content.size() - section.payload.size();
}

std::optional<std::size_t> remark_of(std::string_view section) {
    const auto found = std::ranges::find(remark_names, section);
    if (found == remark_names.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - remark_names.begin());
}

/// A subsection of a name section.
struct Subsection {
    std::uint8_t id;
    Bytes whole, content;
    std::uint64_t content_offset;
};

Result<std::vector<Subsection>> read_subsections(Bytes payload, std::uint64_t offset) {
    std::vector<Subsection> all;
    Reader in(payload, offset);
    while (!in.at_end()) {
        const auto rest = in.rest();
        const auto id = TENON_TRY(in.u8());
        const auto size = TENON_TRY(in.u32());
        const auto content_offset = in.offset();
        const auto content = TENON_TRY(in.bytes(size));
        all.push_back({id, rest.first(rest.size() - in.remaining()), content, content_offset});
    }
    return all;
}

Result<std::optional<std::string>> read_own_name(const Section& section) {
    std::optional<std::string> name;
    for (const auto& part : TENON_TRY(read_subsections(section.payload, payload_offset(section)))) {
        if (part.id != own_name_id)
            continue;
        Reader in(part.content, part.content_offset);
        name = TENON_TRY(in.name());
        if (!in.at_end())
            return fail(in.error(Errc::malformed, "subsection is longer than the name in it"));
    }
    return name;
}

Result<std::string> read_text(const Section& section) {
    if (const auto bad = base::first_invalid_utf8(section.payload))
        return fail(Reader(section.payload, payload_offset(section))
                        .error_at(payload_offset(section) + *bad, Errc::malformed,
                                  "text is not valid UTF-8"));
    return std::string(as_text(section.payload));
}

class MetadataReader {
public:
    Result<Metadata> read(Bytes data, std::uint64_t base, int depth) {
        auto walker = TENON_TRY(SectionWalker::begin(data, base));
        Metadata out;
        out.layer = walker.preamble().layer;
        out.begin = base;
        out.end = base + data.size();
        while (const auto section = TENON_TRY(walker.next())) {
            if (section->id == 0) {
                if (auto done = custom(*section, out); !done)
                    return fail(std::move(done).error().within(
                        fmt::format("custom section `{}`", base::printable(section->name))));
            } else if (walker.is_nested(*section)) {
                if (depth == max_component_depth)
                    return fail(Errc::limit, "components are nested more than 100 levels deep",
                                section->offset);
                if (++nested_ > max_nested)
                    return fail(Errc::limit, "more than 100000 nested modules and components",
                                section->offset);
                out.children.push_back(
                    TENON_TRY(read(section->content, section->content_offset, depth + 1)));
            }
        }
        return out;
    }

private:
    static Result<> custom(const Section& section, Metadata& out) {
        if (section.name == name_section(out.layer)) {
            if (auto name = TENON_TRY(read_own_name(section)))
                out.name = std::move(name);
        } else if (section.name == "producers") {
            out.producers = TENON_TRY(read_producers(section.payload, payload_offset(section)));
        } else if (const auto remark = remark_of(section.name)) {
            out.remarks[*remark] = TENON_TRY(read_text(section));
        } else if (section.name == ".dep-v0") {
            out.dependencies = section.payload;
        }
        return {};
    }

    std::uint32_t nested_ = 0;
};

/// One pass over the sections of the file: what is to change is changed where it stands, what was
/// not met comes at the end.
class MetadataWriter {
public:
    MetadataWriter(Buffer& out, const MetadataChange& change) : out_(out), change_(change) {}

    Result<> write(Bytes data) {
        auto walker = TENON_TRY(SectionWalker::begin(data));
        layer_ = walker.preamble().layer;
        const auto preamble = data.first(preamble_size);
        out_.assign(preamble.begin(), preamble.end());
        while (const auto section = TENON_TRY(walker.next()))
            if (section->id != 0 || !TENON_TRY(changed(*section)))
                out_.insert(out_.end(), section->whole.begin(), section->whole.end());
        write_missing();
        return {};
    }

private:
    using Kind = TextChange::Kind;

    /// Whether the section was dealt with.
    Result<bool> changed(const Section& section) {
        if (section.name == name_section(layer_) && change_.name.kind != Kind::keep) {
            TENON_TRY(rename(section));
            return true;
        }
        if (section.name == "producers" && !has_producers_ && !change_.producers.fields.empty()) {
            has_producers_ = true;
            auto producers = TENON_TRY(read_producers(section.payload, payload_offset(section)));
            for (const auto& field : change_.producers.fields)
                for (const auto& value : field.values)
                    producers.add(field.name, value.name, value.version);
            append_custom("producers", write_producers(producers));
            return true;
        }
        const auto remark = remark_of(section.name);
        return remark && change_.remarks[*remark].kind != Kind::keep;
    }

    /// The new name stands in front of all others; where none is left the section goes.
    Result<> rename(const Section& section) {
        const auto parts = TENON_TRY(read_subsections(section.payload, payload_offset(section)));
        Buffer payload;
        if (change_.name.kind == Kind::set && !has_name_)
            payload = own_name();
        has_name_ = true;
        for (const auto& part : parts)
            if (part.id != own_name_id)
                payload.insert(payload.end(), part.whole.begin(), part.whole.end());
        if (!payload.empty())
            append_custom(section.name, payload);
        return {};
    }

    void write_missing() {
        if (change_.name.kind == Kind::set && !has_name_)
            append_custom(name_section(layer_), own_name());
        if (!has_producers_ && !change_.producers.fields.empty())
            append_custom("producers", write_producers(change_.producers));
        for (std::size_t i = 0; i < remark_names.size(); ++i)
            if (change_.remarks[i].kind == Kind::set)
                append_custom(remark_names[i], as_bytes(change_.remarks[i].text));
    }

    [[nodiscard]] Buffer own_name() const {
        Buffer name;
        base::append_unsigned_leb(name, change_.name.text.size());
        name.insert(name.end(), change_.name.text.begin(), change_.name.text.end());
        Buffer part;
        append_section(part, own_name_id, name);
        return part;
    }

    void append_custom(std::string_view name, Bytes payload) {
        Buffer content;
        base::append_unsigned_leb(content, name.size());
        content.insert(content.end(), name.begin(), name.end());
        content.insert(content.end(), payload.begin(), payload.end());
        append_section(out_, 0, content);
    }

    Buffer& out_;
    const MetadataChange& change_;
    Layer layer_ = Layer::module;
    bool has_name_ = false;
    bool has_producers_ = false;
};

} // namespace

Result<Metadata> read_metadata(Bytes data) {
    return MetadataReader().read(data, 0, 0);
}

Result<Buffer> change_metadata(Bytes data, const MetadataChange& change) {
    Buffer out;
    TENON_TRY(MetadataWriter(out, change).write(data));
    return out;
}

} // namespace tenon::wasm
