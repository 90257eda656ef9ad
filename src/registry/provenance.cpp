// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "registry/provenance.hpp"

#include "archive/archive.hpp"
#include "base/join.hpp"
#include "claims/embed.hpp"

#include "registry/html.hpp"

#include <fmt/core.h>

namespace tenon::registry {
namespace {

constexpr std::chrono::minutes remembered{5};
constexpr std::chrono::milliseconds patience{500};
constexpr std::size_t most_known = 1024;
constexpr std::uint64_t max_archive_bytes = std::uint64_t{512} << 20;
constexpr std::uint64_t max_component_bytes = std::uint64_t{64} << 20;

std::uint64_t now_seconds() {
    return static_cast<std::uint64_t>(WallClock::to_time_t(WallClock::now()));
}

Testimony unknown(std::string why) {
    return {Testimony::Worth::unknown, {}, {std::move(why)}};
}

void add(Testimony& testimony, std::string name, std::string value) {
    if (!value.empty())
        testimony.facts.push_back({std::move(name), std::move(value)});
}

template <class Metadata> void add_common(Testimony& testimony, const Metadata& metadata) {
    add(testimony, "Name", metadata.name.value_or(""));
    add(testimony, "Version", metadata.ver.value_or(""));
    add(testimony, "Revision", metadata.rev ? std::to_string(*metadata.rev) : "");
}

Testimony testimony_of(const claims::Token& token, const claims::Verdict& verdict) {
    Testimony testimony;
    const auto& claims = token.claims;
    if (claims.metadata) {
        if (const auto* provider = std::get_if<claims::ProviderClaims>(&*claims.metadata)) {
            add_common(testimony, *provider);
            add(testimony, "Vendor", provider->vendor);
            add(testimony, "Capability contract", provider->capid.value_or(""));
        } else if (const auto* component =
                       std::get_if<claims::ComponentClaims>(&*claims.metadata)) {
            add_common(testimony, *component);
            add(testimony, "Call alias", component->call_alias.value_or(""));
            if (component->tags)
                add(testimony, "Tags", base::joined(*component->tags, ", "));
        }
    }
    add(testimony, "Issuer", claims.issuer);
    add(testimony, "Subject", claims.subject);
    const auto now = now_seconds();
    add(testimony, "Expires", claims::human_date(claims.expires, now, "never"));
    add(testimony, "Can be used", claims::human_date(claims.not_before, now, "immediately"));
    testimony.worth = !verdict.fit()            ? Testimony::Worth::bad
                      : verdict.reasons.empty() ? Testimony::Worth::good
                                                : Testimony::Worth::doubtful;
    for (const auto& reason : verdict.reasons)
        testimony.remarks.push_back(reason.message);
    return testimony;
}

Testimony look_at_archive(const Extent& file, std::uint64_t size) {
    if (size > max_archive_bytes)
        return unknown("larger than what is looked at here");
    // By its descriptor, since the blob may lose its name meanwhile, or never had one.
    const auto path = fmt::format("/proc/self/fd/{}", file.fd.get());
    archive::Work work;
    work.threads = 1;
    work.limits.max_unpacked_bytes = 4 * max_archive_bytes;
    const auto info = archive::inspect(path, {now_seconds(), {}}, work);
    if (!info)
        return unknown("not a provider archive: " + info.error().message());
    auto testimony = testimony_of(info->token, info->verdict);
    for (const auto& target : info->targets)
        add(testimony, "Target", fmt::format("{}, {}", target.target, bytes_text(target.size)));
    return testimony;
}

Testimony look_at_component(const Extent& file, std::uint64_t size) {
    if (size > max_component_bytes)
        return unknown("larger than what is looked at here");
    Buffer wasm(static_cast<std::size_t>(size));
    const auto got = base::read_at(file.fd.get(), file.offset, wasm, "layer");
    if (!got || *got != wasm.size())
        return unknown("cannot be read");
    const auto inspected = claims::inspect_wasm(wasm, {now_seconds(), {}});
    if (!inspected)
        return unknown("not a WebAssembly file: " + inspected.error().message());
    if (!*inspected)
        return {Testimony::Worth::none, {}, {}};
    return testimony_of((*inspected)->token, (*inspected)->verdict);
}

} // namespace

std::optional<Testimony> Provenance::of(const std::string& repository,
                                        const oci::Descriptor& layer) {
    const auto& type = layer.media_type;
    if (type != oci::media::provider_layer && type != oci::media::wasm_layer &&
        type != oci::media::actor_layer)
        return std::nullopt;
    // First of all, since what was deleted has nothing to say any more.
    const auto file = store_.open_blob(repository, layer.digest);
    if (!file || !*file)
        return unknown("it is not here");
    // The same bytes may be called an archive by one manifest and a component by another.
    const auto key = type + " " + layer.digest.text();
    if (auto known = recall(key))
        return known;
    const std::unique_lock working(working_, patience);
    if (!working)
        return unknown("others are being looked at; try again in a moment");
    if (auto known = recall(key)) // whoever came before may have wanted to know the same
        return known;
    auto testimony = type == oci::media::provider_layer
                         ? look_at_archive(**file, (*file)->length)
                         : look_at_component(**file, (*file)->length);
    remember(key, testimony);
    return testimony;
}

std::optional<Testimony> Provenance::recall(const std::string& key) {
    const auto now = std::chrono::steady_clock::now();
    const std::scoped_lock lock(mutex_);
    const auto at = known_.find(key);
    if (at == known_.end() || now - at->second.since >= remembered)
        return std::nullopt;
    return at->second.testimony;
}

void Provenance::remember(const std::string& key, const Testimony& testimony) {
    const std::scoped_lock lock(mutex_);
    if (known_.size() >= most_known)
        known_.clear();
    known_.insert_or_assign(key, Known{testimony, std::chrono::steady_clock::now()});
}

} // namespace tenon::registry
