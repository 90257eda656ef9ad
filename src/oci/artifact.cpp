// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/ and what wasmCloud's tools
// have written since 2020.
#include "oci/artifact.hpp"
#include "oci/layout.hpp"

#include "base/number.hpp"
#include "data/value.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::oci {
namespace {

constexpr Layout layouts[] = {
    {ArtifactKind::provider, "provider archive", ".par.gz", media::provider_config,
     media::provider_layer, false},
    {ArtifactKind::component, "component", ".wasm", media::wasm_config, media::wasm_layer, true},
};

constexpr LayerType layer_types[] = {
    {media::provider_layer, ArtifactKind::provider},
    {media::wasm_layer, ArtifactKind::component},
    {media::actor_layer, ArtifactKind::component},
    {media::image_layer_tar, std::nullopt},
};

std::string utc_text(Created created) {
    const auto day = std::chrono::floor<std::chrono::days>(created);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(created - day);
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                            static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                            time.hours().count(), time.minutes().count(), time.seconds().count());
    if (time.subseconds().count() != 0)
        text += fmt::format(".{:09}", time.subseconds().count());
    return text + "Z";
}

data::Value names(const std::vector<std::string>& texts) {
    auto value = data::Value::array({});
    for (const auto& text : texts)
        value.push_back(data::Value(text));
    return value;
}

std::string shown(const Descriptor& descriptor) {
    if (!descriptor.platform)
        return fmt::format("`{}`", descriptor.media_type);
    return fmt::format("`{}/{}`", descriptor.platform->os, descriptor.platform->architecture);
}

/// Signatures and the like that builders put beside images.
bool is_attachment(const Descriptor& descriptor) {
    return std::ranges::any_of(descriptor.annotations, [](const auto& annotation) {
        return annotation.first == "vnd.docker.reference.type";
    });
}

} // namespace

const Layout& layout_of(ArtifactKind kind) noexcept {
    return layouts[static_cast<std::size_t>(kind)];
}

const LayerType* find_layer_type(std::string_view media_type) noexcept {
    const auto* row = std::ranges::find(layer_types, media_type, &LayerType::media_type);
    return row == std::end(layer_types) ? nullptr : row;
}

std::string_view kind_name(ArtifactKind kind) noexcept {
    return layout_of(kind).name;
}

std::string_view file_extension(ArtifactKind kind) noexcept {
    return layout_of(kind).extension;
}

Result<Created> creation_time(bool reproducible,
                              const std::optional<std::string>& source_date_epoch, Created now) {
    if (!reproducible)
        return now;
    if (!source_date_epoch || source_date_epoch->empty())
        return Created{};
    constexpr std::uint64_t most = 9'000'000'000; // the year 2255: nanoseconds go no further
    const auto seconds = base::parse_decimal<std::uint64_t>(*source_date_epoch);
    if (!seconds || *seconds > most)
        return fail(base::Error(Errc::usage, fmt::format("SOURCE_DATE_EPOCH is `{}`",
                                                         source_date_epoch->substr(0, 64)))
                        .help("it must be a number of seconds since 1970"));
    return Created(std::chrono::seconds(*seconds));
}

std::string component_config(const PushOptions& options, const blob::Digest& layer) {
    auto component = data::Value::object({});
    component.set("exports", names(options.exports));
    component.set("imports", names(options.imports));
    component.set("target", data::Value());
    auto config = data::Value::object({});
    config.set("created", data::Value(utc_text(options.created)));
    config.set("author", data::Value());
    config.set("architecture", data::Value("wasm"));
    config.set("os", data::Value(options.os));
    config.set("layerDigests", data::Value::array({data::Value(layer.text())}));
    config.set("component", std::move(component));
    return data::to_json(config);
}

Result<Descriptor> choose_from_index(const Manifest& index) {
    std::vector<const Descriptor*> candidates;
    std::string offered;
    for (const auto& descriptor : index.manifests) {
        if (is_attachment(descriptor))
            continue;
        if (descriptor.platform && descriptor.platform->architecture == "wasm")
            return descriptor;
        candidates.push_back(&descriptor);
        if (candidates.size() <= 8)
            offered += (offered.empty() ? "" : ", ") + shown(descriptor);
    }
    const auto for_any_machine = [](const Descriptor& descriptor) {
        return !descriptor.platform || descriptor.platform->architecture.empty() ||
               descriptor.platform->architecture == "unknown";
    };
    if (candidates.size() == 1 && for_any_machine(*candidates.front()))
        return *candidates.front();
    auto error = base::Error(Errc::unsupported, "this is an index of several images, and none of "
                                                "them is for WebAssembly");
    if (!offered.empty())
        error = std::move(error).because("it offers " + offered);
    return fail(std::move(error).help("name one of them by its digest"));
}

} // namespace tenon::oci
