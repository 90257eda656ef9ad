// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenon check: what a file is, whether it is valid, and whether it fits where it is to go.
#include "base/diagnostic.hpp"
#include "base/join.hpp"
#include "cli/describe.hpp"
#include "cli/features.hpp"
#include "cli/fit.hpp"
#include "cli/known_worlds.hpp"
#include "cli/likeness.hpp"
#include "cli/limits.hpp"
#include "cli/module_advice.hpp"
#include "cli/rows.hpp"
#include "cli/wasm_input.hpp"
#include "cli/wit_input.hpp"
#include "wasm/sections.hpp"
#include "wat/parse.hpp"
#include "wit/select.hpp"

#include <fmt/core.h>
#include <set>

namespace tenon::cli {
namespace {

constexpr std::size_t max_differences = 20;

/// A world that the component was held against.
struct Verdict {
    std::string world;
    std::vector<wit::Difference> differences;
    [[nodiscard]] bool fits() const noexcept { return differences.empty(); }
};

/// What is found out, in the order in which it is.
struct Report {
    std::string path; ///< `-` is standard input
    WasmInput file;
    std::string_view format; ///< `binary`, `text`; empty for what is not WebAssembly
    std::string_view kind;   ///< `component`, `module`, `WIT package`
    std::optional<bool> valid;
    std::vector<std::string> imports, exports, wasi;
    std::vector<Verdict> worlds;
    std::vector<base::Error> problems;
};

/// The worlds that were asked for.
struct Wanted {
    wit::Model model;
    std::vector<wit::WorldIdx> worlds;
    bool must_fit_all = true; ///< else one of them
    const KnownWorld* known = nullptr;
};

// --- which worlds

Result<Wanted> known_world(const Call& call, const std::string& name) {
    const auto* const row = find_known_world(name);
    if (row == nullptr) {
        auto error = base::Error(Errc::not_found, fmt::format("world `{}` is not built in", name))
                         .help("name the folder or file that has it: `--wit DIR`");
        for (const auto& known : known_worlds())
            error = std::move(error).help(fmt::format("built in is `{}`", known.id));
        return call.misuse(std::move(error));
    }
    Wanted out;
    const auto package =
        TENON_TRY(wit::read_text(out.model, std::string(row->package), std::string(row->wit)));
    out.worlds.push_back(TENON_TRY(wit::select_world(out.model, package, row->id)));
    out.known = row;
    return out;
}

Result<Wanted> worlds_of(const Call& call) {
    const auto path = call.value("wit");
    const auto name = call.value("world");
    if (!path)
        return name ? known_world(call, *name) : Result<Wanted>(Wanted());
    auto input = TENON_TRY(read_wit_input(call, *path));
    Wanted out;
    const auto& package = input.model[input.main];
    if (name || package.worlds.size() <= 1) {
        out.worlds.push_back(TENON_TRY(wit::select_world(input.model, input.main, name)));
    } else {
        for (const auto& [label, world] : package.worlds)
            out.worlds.push_back(world);
        out.must_fit_all = false;
    }
    out.model = std::move(input.model);
    return out;
}

// --- the steps

bool is_wasi(std::string_view name) {
    return name.starts_with("wasi:");
}

std::vector<std::string> names_of(const wit::Model& model,
                                  const base::OrderedMap<wit::WorldKey, wit::WorldItem>& items) {
    std::vector<std::string> out;
    for (const auto& [key, item] : items)
        out.push_back(model.key_name(key));
    return out;
}

/// WASI is what hosts give besides a world, unless somebody said that they do not.
Verdict hold_against(const Outside& outside, const Wanted& wanted, wit::WorldIdx world) {
    auto differences =
        wit::fits(outside.world(), {wanted.model, world}, wit::VersionRule::track, SIZE_MAX);
    std::erase_if(differences, [](const wit::Difference& one) {
        return one.side == wit::Difference::Side::import && one.item.empty() && is_wasi(one.key);
    });
    if (differences.size() > max_differences)
        differences.resize(max_differences);
    return {wanted.model.id_of(world), std::move(differences)};
}

void check_worlds(const Outside& outside, const Wanted& wanted, Report& report) {
    for (const auto world : wanted.worlds)
        report.worlds.push_back(hold_against(outside, wanted, world));
    const bool fits_one = std::ranges::any_of(report.worlds, &Verdict::fits);
    if (!wanted.must_fit_all && fits_one)
        return;
    for (const auto& verdict : report.worlds) {
        if (!verdict.fits())
            report.problems.push_back(
                misfit(fmt::format("it does not fit the world `{}`", verdict.world),
                       verdict.differences.front(), wanted.model));
    }
}

/// Nobody asked: those of the known worlds that it fits.
void find_known_worlds(const Outside& outside, Report& report) {
    for (const auto& row : known_worlds()) {
        Wanted wanted;
        const auto package =
            wit::read_text(wanted.model, std::string(row.package), std::string(row.wit));
        TENON_ASSERT(package); // a text of our own
        const auto world = wit::select_world(wanted.model, *package, row.id);
        TENON_ASSERT(world);
        auto verdict = hold_against(outside, wanted, *world);
        if (verdict.fits() && (row.allows_wasi || report.wasi.empty()))
            report.worlds.push_back(std::move(verdict));
    }
}

void check_wasi(const Call& call, const Wanted& wanted, Report& report) {
    const bool forbids = wanted.known != nullptr && !wanted.known->allows_wasi;
    if (report.wasi.empty() || (!forbids && !call.has("no-wasi")))
        return;
    const auto more =
        report.wasi.size() == 1 ? "" : fmt::format(" and {} more", report.wasi.size() - 1);
    auto error = base::Error(Errc::invalid,
                             fmt::format("it imports WASI: `{}`{}", report.wasi.front(), more));
    if (forbids)
        error = std::move(error).because(std::string(wanted.known->no_wasi));
    report.problems.push_back(std::move(error).help(
        "build it for a target without WASI (Rust: `wasm32-unknown-unknown`; JavaScript: `jco "
        "componentize --disable=all`)"));
}

void check_component(const Call& call, Bytes binary, const wasm::ValidateOptions& options,
                     const Wanted& wanted, Report& report) {
    report.kind = "component";
    auto outside = read_outside(binary, options);
    report.valid = outside.has_value();
    if (!outside) {
        report.problems.push_back(report.file.locate(std::move(outside).error()));
        return;
    }
    if (!outside->wit.world) {
        report.kind = "WIT package";
        if (!wanted.worlds.empty())
            report.problems.emplace_back(Errc::invalid,
                                         "it encodes a WIT package, and is no program");
        return;
    }
    const auto& world = outside->wit.model[*outside->wit.world];
    report.imports = names_of(outside->wit.model, world.imports);
    report.exports = names_of(outside->wit.model, world.exports);
    std::ranges::copy_if(report.imports, std::back_inserter(report.wasi), is_wasi);
    for (const auto& foreign : outside->foreign_imports)
        report.problems.emplace_back(Errc::invalid,
                                     fmt::format("it imports {}, which no world has", foreign));
    if (wanted.worlds.empty())
        find_known_worlds(*outside, report);
    else
        check_worlds(*outside, wanted, report);
    check_wasi(call, wanted, report);
}

void check_module(const Call& call, Bytes binary, const wasm::ValidateOptions& options,
                  Report& report) {
    report.kind = "module";
    auto module = wasm::decode_module(binary);
    auto valid = module ? wasm::validate_in_parallel(*module, options)
                        : Result<>(std::unexpected(std::move(module).error()));
    report.valid = valid.has_value();
    if (!valid) {
        report.problems.push_back(report.file.locate(std::move(valid).error()));
        return;
    }
    report.problems.push_back(no_component(advice_on(*module), report.path,
                                           call.value("wit").value_or(""),
                                           call.value("world").value_or("")));
}

/// What is neither a binary nor text is told what it looks like.
base::Error no_wasm(const Report& report) {
    const auto like = likeness(report.file.bytes);
    auto error =
        base::Error(Errc::malformed, fmt::format("`{}` is not WebAssembly", report.file.name));
    if (report.file.bytes.empty())
        error = std::move(error).because("it is empty");
    else if (!like.what.empty())
        error = std::move(error).because(fmt::format("it looks like {}", like.what));
    if (report.path.ends_with(".wit"))
        return std::move(error).help("`tenon wit validate` checks interfaces");
    return like.help.empty() ? std::move(error) : std::move(error).help(std::string(like.help));
}

/// Text becomes a binary.
Result<> read_content(const Call& call, Report& report) {
    auto& file = report.file;
    if (wasm::looks_like_wasm(file.bytes)) {
        report.format = "binary";
        return {};
    }
    if (!looks_like_text(file.bytes))
        return fail(no_wasm(report));
    report.format = "text";
    file.text = std::move(file.bytes);
    file.bytes = TENON_TRY(wat::parse(file.name, as_text(file.text), call.stop()));
    return {};
}

Result<> examine(const Call& call, const wasm::ValidateOptions& options, const Wanted& wanted,
                 Report& report) {
    report.file.name = input_name(report.path);
    report.file.bytes = TENON_TRY(read_input(call, report.path, max_wasm_bytes));
    if (auto content = read_content(call, report); !content) {
        report.problems.push_back(std::move(content).error());
        return {};
    }
    const auto& binary = report.file.bytes;
    auto walker = wasm::SectionWalker::begin(binary);
    if (!walker)
        report.problems.push_back(report.file.locate(std::move(walker).error()));
    else if (walker->preamble().layer == wasm::Layer::module)
        check_module(call, binary, options, report);
    else
        check_component(call, binary, options, wanted, report);
    return {};
}

// --- the answer

/// `0.2.3` where all agree, else each package with its version.
std::string wasi_versions(const std::vector<std::string>& names) {
    std::set<std::string> versions, packages;
    for (const auto& name : names) {
        const auto at = name.find('@');
        versions.insert(at == name.npos ? "" : name.substr(at + 1));
        packages.insert(name.substr(0, name.find('/')) + (at == name.npos ? "" : name.substr(at)));
    }
    if (versions.size() == 1)
        return versions.begin()->empty() ? "yes" : *versions.begin();
    return base::joined(packages, ", ");
}

void put_rows(std::string& text, std::string_view label, const std::vector<std::string>& values) {
    for (const auto& value : values) {
        text += fmt::format("  {:<8} {}\n", label, value);
        label = "";
    }
}

std::string report_text(const Report& report, bool color) {
    std::string text = report.file.name + "\n";
    if (report.format.empty())
        put_rows(text, "what", {"not WebAssembly"});
    else if (report.kind.empty())
        put_rows(text, "what", {std::string(report.format)});
    else
        put_rows(text, "what", {fmt::format("{}, {}", report.kind, report.format)});
    if (report.valid)
        put_rows(text, "valid", {*report.valid ? "yes" : "no"});
    if (report.kind == "component" && report.valid == true) {
        put_rows(text, "imports", report.imports);
        put_rows(text, "exports", report.exports);
        put_rows(text, "WASI", {report.wasi.empty() ? "no" : wasi_versions(report.wasi)});
    }
    std::vector<std::string> fits, others;
    for (const auto& verdict : report.worlds)
        (verdict.fits() ? fits : others).push_back(verdict.world);
    put_rows(text, "fits", fits);
    put_rows(text, "not", others);
    for (const auto& problem : report.problems)
        text += "\n" + base::render(problem, base::Severity::error, {.color = color});
    return text;
}

data::Value list_of(const std::vector<std::string>& names) {
    auto out = data::Value::array({});
    for (const auto& name : names)
        out.push_back(data::Value(name));
    return out;
}

data::Value report_json(const Report& report) {
    auto out = data::Value::object({});
    out.set("file", data::Value(report.path));
    if (!report.format.empty())
        out.set("format", data::Value(report.format));
    if (!report.kind.empty())
        out.set("kind", data::Value(report.kind));
    if (report.valid)
        out.set("valid", data::Value(*report.valid));
    if (report.kind == "component" && report.valid == true) {
        out.set("imports", list_of(report.imports));
        out.set("exports", list_of(report.exports));
        out.set("wasi", list_of(report.wasi));
    }
    auto worlds = data::Value::array({});
    for (const auto& verdict : report.worlds) {
        auto one = data::Value::object({});
        one.set("world", data::Value(verdict.world));
        one.set("fits", data::Value(verdict.fits()));
        auto differences = data::Value::array({});
        for (const auto& difference : verdict.differences)
            differences.push_back(json_of(difference));
        one.set("differences", std::move(differences));
        worlds.push_back(std::move(one));
    }
    out.set("worlds", std::move(worlds));
    auto problems = data::Value::array({});
    for (const auto& problem : report.problems)
        problems.push_back(describe(problem));
    out.set("problems", std::move(problems));
    return out;
}

Result<> check(Call& call) {
    wasm::ValidateOptions options;
    options.features =
        TENON_TRY(wasm_features_of(call, wasm::Features::standard(), "wasm-features"));
    options.stop = call.stop();
    const auto wanted = TENON_TRY(worlds_of(call));
    Report report;
    report.path = call.argument(0).value_or("-");
    TENON_TRY(examine(call, options, wanted, report));
    if (call.stop().stop_requested())
        return fail(Errc::interrupted, "interrupted");
    if (!report.problems.empty())
        call.set_failed();
    if (call.json())
        return call.answer("", report_json(report));
    return call.answer_plainly(report_text(report, call.answers_in_color()));
}

constexpr Option check_options[] = {
    {.name = "world",
     .letter = 'w',
     .kind = ValueKind::text,
     .value = "WORLD",
     .help = "the world that the component must fit; `primatomic:machine/state-machine` is built "
             "in"},
    {.name = "wit",
     .kind = ValueKind::file,
     .value = "PATH",
     .help = "WIT file or folder with the world, or an encoded package; with several worlds and "
             "no `--world` one of them must fit"},
    {.name = "no-wasi", .help = "importing WASI is an error"},
    {.name = "wasm-features",
     .kind = ValueKind::text,
     .value = "NAME,…",
     .help = "what may be used beyond WebAssembly 3.0 and WASI 0.3, or may not, as `--features` of "
             "`tenon validate`",
     .repeated = true},
    features_option,
    all_features_option};
constexpr Positional check_arguments[] = {
    {.name = "FILE", .help = "what to check; `-` is standard input"}};

} // namespace

constexpr Verb check_verb{
    .path = "check",
    .summary = "check what a file is, that it is valid, and that it fits its world",
    .description =
        "Is it WebAssembly, text or binary, module or component; is it valid; what does it import, "
        "and is WASI among it; does it fit the world, be it in another version that is "
        "semver-compatible. Interfaces of WASI may be imported beside the world, unless "
        "`--no-wasi` says otherwise. Of what does not fit the first difference is shown with both "
        "sides; a core module is told which commands make it a component. Leaves with 1 if there "
        "is any problem.",
    .options = check_options,
    .positionals = check_arguments,
    .output = OutputMeaning::format,
    .run = check,
    .example = "tenon check view.wasm --world primatomic:machine/state-machine@0.0.1",
    .long_running = true};

} // namespace tenon::cli
