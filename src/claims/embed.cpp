// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "claims/embed.hpp"

#include "base/hex.hpp"
#include "base/leb128.hpp"
#include "base/utf8.hpp"
#include "crypto/sha256.hpp"
#include "wasm/sections.hpp"

#include <array>
#include <fmt/core.h>

namespace tenon::claims {
namespace {

using wasm::Layer;
using wasm::Section;
using wasm::SectionWalker;

constexpr std::string_view section_name = "wasmcloud_jwt";
constexpr std::string_view old_section_name = "jwt"; // until wascap 0.8

constexpr std::uint8_t custom_section = 0;
constexpr std::uint8_t core_module_section = 1; // in components
constexpr std::size_t preamble_size = 8;
constexpr std::uint16_t component_version = 0x0d;
/// From here on the hash covers the whole file; before, readers tolerate a wrong one.
constexpr std::uint64_t first_checked_revision = 3;

bool holds_token(const Section& section) {
    return section.id == custom_section &&
           (section.name == section_name || section.name == old_section_name);
}

/// A walker over what lies in `section`, or over the whole file where there is none.
Result<SectionWalker> descend(const Section* section, Bytes wasm, int depth) {
    if (section == nullptr)
        return SectionWalker::begin(wasm);
    if (depth > wasm::max_component_depth)
        return fail(
            Errc::limit,
            fmt::format("components nest more than {} levels deep", wasm::max_component_depth),
            section->offset);
    auto walker = TENON_TRY(SectionWalker::begin(section->content, section->content_offset));
    const auto wanted = section->id == core_module_section ? Layer::module : Layer::component;
    if (walker.preamble().layer != wanted)
        return fail(Errc::malformed,
                    wanted == Layer::module ? "a component stands where a core module belongs"
                                            : "a core module stands where a component belongs",
                    section->content_offset);
    return walker;
}

/// The normalised form, in two walks over the input: the first finds the size of every nested
/// module and component in the order in which they begin, the second writes each byte once. Kept
/// between the two are eight bytes for each nested one, which takes at least ten in the file.
class Normalizer {
public:
    Normalizer(Bytes wasm, std::uint16_t version) : wasm_(wasm), version_(version) {}

    Result<Buffer> run(std::size_t reserve_for_token) {
        const auto size = TENON_TRY(measure(nullptr, 0));
        out_.reserve(size + reserve_for_token);
        next_ = 0;
        TENON_TRY(write(nullptr, 0));
        TENON_ASSERT(out_.size() == size && next_ == nested_sizes_.size());
        return std::move(out_);
    }

private:
    static std::uint64_t framed(std::uint64_t content_size) {
        return 1 + base::unsigned_leb_size(content_size) + content_size;
    }

    // Recursion in both is bounded by `descend`.
    Result<std::uint64_t> measure(const Section* within, int depth) {
        auto walker = TENON_TRY(descend(within, wasm_, depth));
        std::uint64_t size = preamble_size;
        while (auto section = TENON_TRY(walker.next())) {
            if (holds_token(*section))
                continue;
            std::uint64_t content_size = section->content.size();
            if (walker.is_nested(*section)) {
                const auto slot = nested_sizes_.size();
                nested_sizes_.push_back(0);
                content_size = TENON_TRY(measure(&*section, depth + 1));
                nested_sizes_[slot] = content_size;
            }
            size += framed(content_size);
        }
        return size;
    }

    Result<> write(const Section* within, int depth) {
        auto walker = TENON_TRY(descend(within, wasm_, depth));
        write_preamble(walker.preamble().layer);
        while (auto section = TENON_TRY(walker.next())) {
            if (holds_token(*section))
                continue;
            out_.push_back(section->id);
            if (walker.is_nested(*section)) {
                base::append_unsigned_leb(out_, nested_sizes_[next_++]);
                TENON_TRY(write(&*section, depth + 1));
            } else {
                base::append_unsigned_leb(out_, section->content.size());
                out_.insert(out_.end(), section->content.begin(), section->content.end());
            }
        }
        return {};
    }

    void write_preamble(Layer layer) {
        const auto version = layer == Layer::component ? version_ : std::uint16_t{1};
        const std::array<Byte, preamble_size> preamble = {0x00,
                                                          'a',
                                                          's',
                                                          'm',
                                                          static_cast<Byte>(version & 0xff),
                                                          static_cast<Byte>(version >> 8),
                                                          layer == Layer::component ? Byte{1}
                                                                                    : Byte{0},
                                                          0};
        out_.insert(out_.end(), preamble.begin(), preamble.end());
    }

    Bytes wasm_;
    std::uint16_t version_;
    std::vector<std::uint64_t> nested_sizes_;
    std::size_t next_ = 0;
    Buffer out_;
};

Result<Buffer> normalize_as(Bytes wasm, std::uint16_t version, std::size_t reserve_for_token = 0) {
    return Normalizer(wasm, version).run(reserve_for_token);
}

std::string hash_of(Bytes normalized) {
    return base::upper_hex(crypto::sha256(normalized));
}

/// All tokens of a file. Sections with tokens are not covered by any hash, so that anybody can put
/// one into a nested module: the first at the top level counts, and one deeper inside only where
/// there is none.
struct Search {
    std::optional<Section> top;
    std::optional<Section> nested;
    std::size_t count = 0;

    [[nodiscard]] const std::optional<Section>& counting() const noexcept {
        return top ? top : nested;
    }
};

bool is_token(Bytes payload) {
    return parse_token(as_text(payload), MetadataKind::component).has_value();
}

Result<> search(const Section* within, Bytes wasm, int depth, Search& found) {
    auto walker = TENON_TRY(descend(within, wasm, depth));
    while (auto section = TENON_TRY(walker.next())) {
        if (walker.is_nested(*section)) {
            TENON_TRY(search(&*section, wasm, depth + 1, found));
            continue;
        }
        if (!holds_token(*section))
            continue;
        // Deeper inside, `wasmcloud_jwt` never counts for the file, and `jwt` may be anybody's.
        if (depth > 0 && (section->name != old_section_name || !is_token(section->payload)))
            continue;
        ++found.count;
        auto& place = depth == 0 ? found.top : found.nested;
        if (!place)
            place = *section;
    }
    return {};
}

std::uint64_t payload_offset(const Section& section) {
    return section.content_offset + section.content.size() - section.payload.size();
}

Result<Embedded> extract(const Section& section) {
    const auto offset = payload_offset(section);
    if (section.payload.size() > max_token_bytes)
        return fail(Errc::limit,
                    fmt::format("token of {} bytes is larger than {} bytes", section.payload.size(),
                                max_token_bytes),
                    offset);
    if (const auto wrong = base::first_invalid_utf8(section.payload))
        return fail(base::Error(Errc::malformed, "token is not valid UTF-8", offset + *wrong)
                        .show(section.payload, offset));
    return Embedded{std::string(as_text(section.payload)), offset};
}

/// Whether the bytes are those that were hashed when the token was made. Releases of 2023 wrote
/// another component version than today's; a file that still has it was hashed with it.
Result<bool> hash_matches(Bytes wasm, std::string_view hash) {
    if (hash_of(TENON_TRY(normalize(wasm))) == hash)
        return true;
    const auto preamble = TENON_TRY(SectionWalker::begin(wasm)).preamble();
    if (preamble.layer != Layer::component || preamble.version == component_version)
        return false;
    return hash_of(TENON_TRY(normalize_as(wasm, preamble.version))) == hash;
}

} // namespace

Result<Buffer> normalize(Bytes wasm) {
    return normalize_as(wasm, component_version);
}

Result<std::optional<Embedded>> find_token(Bytes wasm) {
    Search found;
    TENON_TRY(search(nullptr, wasm, 0, found));
    if (!found.counting())
        return std::nullopt;
    return TENON_TRY(extract(*found.counting()));
}

Result<Signed> sign_wasm(Bytes wasm, Claims claims, const crypto::KeyPair& issuer) {
    constexpr std::size_t usual_token_size = 2048;
    auto* metadata = claims.metadata ? std::get_if<ComponentClaims>(&*claims.metadata) : nullptr;
    if (metadata == nullptr)
        return fail(Errc::usage, "a module or component takes the claims of a component only");
    Signed result;
    result.wasm = TENON_TRY(normalize_as(wasm, component_version, usual_token_size));
    metadata->hash = hash_of(result.wasm);
    result.token = TENON_TRY(sign_token(std::move(claims), issuer));

    const auto content_size = 1 + section_name.size() + result.token.size();
    result.wasm.push_back(custom_section);
    base::append_unsigned_leb(result.wasm, content_size);
    base::append_unsigned_leb(result.wasm, section_name.size());
    result.wasm.insert(result.wasm.end(), section_name.begin(), section_name.end());
    result.wasm.insert(result.wasm.end(), result.token.begin(), result.token.end());
    return result;
}

Result<std::optional<Inspected>> inspect_wasm(Bytes wasm, const Trust& trust) {
    Search found;
    TENON_TRY(search(nullptr, wasm, 0, found));
    if (!found.counting())
        return std::nullopt;
    const auto embedded = TENON_TRY(extract(*found.counting()));
    Inspected result;
    auto token = parse_token(embedded.token, MetadataKind::component, embedded.offset);
    if (!token)
        return fail(std::move(token).error().show(wasm, 0));
    result.token = *std::move(token);
    result.verdict = check_token(result.token, MetadataKind::component, trust);
    const auto& claims = result.token.claims;
    auto& verdict = result.verdict;
    if (claims.metadata) {
        const auto& metadata = std::get<ComponentClaims>(*claims.metadata);
        const auto revision = claims.revision.value_or(0);
        const bool promised = revision >= first_checked_revision;
        // An old token vouches for no content. Whoever asks for a certain issuer asks who made this
        // content.
        const bool tolerated = !promised && trust.issuers.empty() && !trust.require_signature;
        if (!TENON_TRY(hash_matches(wasm, metadata.hash)))
            verdict.add(
                tolerated ? Weight::warning : Weight::failure, Errc::hash_mismatch,
                promised
                    ? "hash does not match the file"
                    : fmt::format("hash does not match the file, and revision {} of the claims "
                                  "does not promise it: the content is not covered",
                                  revision));
    }
    if (found.count > 1)
        verdict.add(Weight::warning, Errc::invalid,
                    fmt::format("file has {} tokens, of which one counts", found.count));
    return result;
}

} // namespace tenon::claims
