// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon metadata add: name, producers and remarks of a module or component, changed.
#include "wasm/metadata.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "cli/deliver.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace tenon::cli {
namespace {

using wasm::Remark, wasm::TextChange;

/// Names and texts in the file are UTF-8; a command line need not be.
Result<> check_utf8(const Call& call, std::string_view option, std::string_view text) {
    if (!base::first_invalid_utf8(as_bytes(text)))
        return {};
    return call.misuse(base::Error(
        Errc::usage, fmt::format("`--{}` wants UTF-8, not `{}`", option, base::printable(text))));
}

Result<TextChange> change_of(const Call& call, std::string_view option) {
    if (auto text = call.value(option)) {
        TENON_TRY(check_utf8(call, option, *text));
        return TextChange{TextChange::Kind::set, *std::move(text)};
    }
    if (call.has(fmt::format("clear-{}", option)))
        return TextChange{TextChange::Kind::clear, {}};
    return TextChange{};
}

/// `NAME=VERSION`, by kind.
Result<wasm::Producers> producers_of(const Call& call) {
    wasm::Producers producers;
    for (const std::string_view field : {"language", "processed-by", "sdk"})
        for (const auto& given : call.values(field)) {
            TENON_TRY(check_utf8(call, field, given));
            const auto equals = given.find('=');
            if (equals == given.npos)
                return call.misuse(base::Error(
                    Errc::usage, fmt::format("`--{}` wants NAME=VERSION, not `{}`", field, given)));
            producers.add(field, given.substr(0, equals), given.substr(equals + 1));
        }
    return producers;
}

/// A scheme and a colon: what a relative reference lacks.
bool is_url(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == 0 || colon >= text.size() - 1 || !base::is_letter(text.front()))
        return false;
    return std::ranges::all_of(text.substr(0, colon), [](char c) {
        return base::is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
    });
}

// https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/
bool may_be_licence(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return base::is_alphanumeric(c) || std::string_view(" .-+:()").contains(c);
    });
}

Result<> check(const Call& call, Remark remark, const TextChange& change) {
    if (change.kind != TextChange::Kind::set)
        return {};
    if ((remark == Remark::source || remark == Remark::homepage) && !is_url(change.text))
        return call.misuse(base::Error(
            Errc::usage,
            fmt::format("`--{}` wants a URL, not `{}`",
                        wasm::remark_names[static_cast<std::size_t>(remark)], change.text)));
    if (remark == Remark::licenses && !may_be_licence(change.text))
        return call.misuse(
            base::Error(Errc::usage, fmt::format("`--licenses` wants an SPDX expression such as "
                                                 "`MIT OR Apache-2.0`, not `{}`",
                                                 change.text)));
    return {};
}

Result<> add(Call& call) {
    wasm::MetadataChange change;
    change.name = TENON_TRY(change_of(call, "name"));
    change.producers = TENON_TRY(producers_of(call));
    for (std::size_t i = 0; i < wasm::remark_names.size(); ++i) {
        change.remarks[i] = TENON_TRY(change_of(call, wasm::remark_names[i]));
        TENON_TRY(check(call, static_cast<Remark>(i), change.remarks[i]));
    }
    const auto input = TENON_TRY(read_wasm(call));
    auto changed = wasm::change_metadata(input.bytes, change);
    if (!changed)
        return fail(std::move(changed).error().in_file(input.name));
    return deliver_wasm(call, *changed);
}

constexpr Option set_option(std::string_view name, std::string_view value, std::string_view help,
                            std::string_view excludes) {
    return {
        .name = name, .kind = ValueKind::text, .value = value, .help = help, .excludes = excludes};
}
constexpr Option producer_option(std::string_view name, std::string_view help) {
    return {.name = name,
            .kind = ValueKind::text,
            .value = "NAME=VERSION",
            .help = help,
            .repeated = true};
}

constexpr Option add_options[] = {
    set_option("name", "NAME", "name of the module or component", "clear-name"),
    {.name = "clear-name", .help = "drop the name"},
    producer_option("language", "a language that it is written in"),
    producer_option("processed-by", "a tool that it went through"),
    producer_option("sdk", "an SDK that it was made with"),
    set_option("authors", "TEXT", "who is responsible, and how to reach them", "clear-authors"),
    {.name = "clear-authors", .help = "drop the authors"},
    set_option("description", "TEXT", "what it is for", "clear-description"),
    {.name = "clear-description", .help = "drop the description"},
    set_option("licenses", "SPDX", "licences of what is in it, as an SPDX expression",
               "clear-licenses"),
    {.name = "clear-licenses", .help = "drop the licences"},
    set_option("source", "URL", "where its source can be had", "clear-source"),
    {.name = "clear-source", .help = "drop the place of the source"},
    set_option("homepage", "URL", "where more is to be read about it", "clear-homepage"),
    {.name = "clear-homepage", .help = "drop the home page"},
    set_option("revision", "TEXT", "revision of the source, such as a commit", "clear-revision"),
    {.name = "clear-revision", .help = "drop the revision"},
    set_option("version", "TEXT", "version of the module or component", "clear-version"),
    {.name = "clear-version", .help = "drop the version"},
    wat_option,
};
constexpr Positional add_arguments[] = {wasm_file_argument};

} // namespace

constexpr Verb metadata_add_verb{
    .path = "metadata add",
    .summary = "give a module or component a name, tools, a licence and the like",
    .description =
        "Changes the file's own metadata, not that of what is nested in it. Languages, tools and "
        "SDKs are added to those that are there; everything else replaces what was there. All "
        "other sections stay as they are.",
    .options = add_options,
    .positionals = add_arguments,
    .output = OutputMeaning::file,
    .run = add,
    .example = "tenon metadata add app.wasm --name app --licenses MIT -o app.wasm"};

} // namespace tenon::cli
