// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// From a place on the disk to a project: find the file, lay the environment over it, check and
// resolve every field.
#include "project/project.hpp"

#include "base/ascii.hpp"
#include "base/version.hpp"
#include "project/cargo.hpp"
#include "project/fields.hpp"
#include "project/keys.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/core.h>

namespace tenon::project {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view own_name = "tenon.toml";
constexpr std::string_view common_name = "wasmcloud.toml";
constexpr std::uint64_t max_file_bytes = 1 << 20;

/// What stands at a path, perhaps nothing. What cannot be looked at is an error: it may be there.
Result<fs::file_status> status_of(const base::Path& path) {
    std::error_code problem;
    auto status = fs::status(path, problem);
    if (!fs::status_known(status))
        return fail(base::system_error(fmt::format("failed to look at `{}`", path.native()),
                                       problem.value()));
    return status;
}

Result<bool> is_there(const base::Path& path) {
    const auto status = TENON_TRY(status_of(path));
    return fs::exists(status);
}

/// The path without `.` in it; with `..` only as the file system itself takes it, since a symbolic
/// link may stand before.
base::Path tidy(const base::Path& path) {
    if (std::find(path.begin(), path.end(), base::Path("..")) == path.end())
        return path.lexically_normal();
    std::error_code problem;
    auto canonical = fs::weakly_canonical(path, problem);
    return problem ? path : canonical;
}

base::Path expand_home(const std::string& path, const Environment& environment) {
    if (!path.starts_with("~/"))
        return path;
    const auto home = environment("HOME");
    return home && !home->empty() ? base::Path(*home) / path.substr(2) : base::Path(path);
}

Result<base::Path> find_file(const base::Path& where, std::vector<base::Error>& warnings) {
    const auto status = TENON_TRY(status_of(where));
    if (!fs::exists(status))
        return fail(Errc::not_found, fmt::format("path `{}` does not exist", where.native()));
    if (!fs::is_directory(status)) {
        if (where.extension() == ".toml")
            return where;
        return fail(
            base::Error(Errc::config, fmt::format("`{}` is no project file", where.native()))
                .help("its name must end in `.toml`"));
    }
    auto own = where / own_name, common = where / common_name;
    if (TENON_TRY(is_there(own))) {
        if (const auto both = is_there(common); both && *both)
            warnings.push_back(base::Error(
                Errc::config, fmt::format("`{}` and `{}` are both in `{}`; the first is used",
                                          own_name, common_name, where.native())));
        return own;
    }
    if (TENON_TRY(is_there(common)))
        return common;
    std::error_code problem;
    const auto absolute = fs::absolute(where, problem);
    return fail(Errc::not_found, fmt::format("failed to find `{}` in `{}`", common_name,
                                             tidy(problem ? where : absolute).native()));
}

/// A text field with what overlays it from the environment.
class Overlay {
public:
    Overlay(const Fields& fields, const Environment& environment)
        : fields_(fields), environment_(environment) {}

    struct Text {
        std::string value;
        std::string variable; ///< empty: from the file
    };
    [[nodiscard]] Result<std::optional<Text>> text(std::string_view key) const {
        const auto variable = variable_of(key);
        if (auto value = from_environment(variable))
            return Text{*std::move(value), variable};
        auto value = TENON_TRY(fields_.text(key));
        if (!value)
            return std::nullopt;
        return Text{*std::move(value), {}};
    }
    /// An error about the text, at its place in the file or naming its variable.
    [[nodiscard]] base::Error error(std::string_view key, const Text& text,
                                    std::string message) const {
        if (text.variable.empty())
            return fields_.error(key, std::move(message));
        return base::Error(Errc::config, std::move(message))
            .because(fmt::format("`{}` is set to `{}`", text.variable, text.value));
    }
    [[nodiscard]] std::optional<std::string> from_environment(const std::string& variable) const {
        auto value = environment_(variable);
        if (!value) { // upper and lower case are alike
            value = environment_(base::lower_case(variable));
        }
        return value && !value->empty() ? value : std::nullopt;
    }
    static std::string variable_of(std::string_view key) {
        return "WASMCLOUD_" + base::upper_case(key);
    }

private:
    const Fields& fields_;
    const Environment& environment_;
};

class Loader {
public:
    Loader(Project& project, const Environment& environment, std::vector<base::Error>& warnings,
           const LoadOptions& options)
        : project_(project), environment_(environment), warnings_(warnings), options_(options),
          directory_(project.file.parent_path()) {}

    Result<> load() {
        const auto fields = TENON_TRY(Fields::top(project_.document));
        const Overlay overlay(fields, environment_);
        check_keys(project_.document, warnings_);
        TENON_TRY(read_kind(overlay));
        TENON_TRY(read_directories(fields, overlay));
        TENON_TRY(read_tools(fields));
        TENON_TRY(read_sections(fields));
        TENON_TRY(read_identity(fields, overlay));
        return {};
    }

private:
    [[nodiscard]] base::Error missing(std::string_view key) const {
        return project_.document.error(
            {}, Errc::config,
            fmt::format("missing `{}` in `{}`", key, project_.document.source.file));
    }

    Result<> read_kind(const Overlay& overlay) {
        const auto language = TENON_TRY(overlay.text("language"));
        if (!language)
            return fail(missing("language")
                            .help("add `language = \"rust\"`, `\"go\"`, `\"tinygo\"` or the name "
                                  "of another"));
        project_.language_text = language->value;
        project_.language = language->value == "rust"     ? Language::rust
                            : language->value == "tinygo" ? Language::tinygo
                            : language->value == "go"     ? Language::go
                                                          : Language::other;
        const auto type = TENON_TRY(overlay.text("type"));
        if (!type)
            return fail(missing("type").help("add `type = \"component\"` or `\"provider\"`"));
        if (type->value != "component" && type->value != "provider")
            return fail(overlay
                            .error("type", *type,
                                   fmt::format("unknown project type: `{}` in `{}`", type->value,
                                               project_.document.source.file))
                            .help(type->value == "actor"
                                      ? "what was an actor is a `component` now"
                                      : "a project is a `component` or a `provider`"));
        project_.kind = type->value == "provider" ? Kind::provider : Kind::component;
        return {};
    }

    Result<> read_directories(const Fields& fields, const Overlay& overlay) {
        project_.path = TENON_TRY(directory(overlay, "path", directory_, true));
        project_.build = TENON_TRY(directory(overlay, "build", project_.path / "build", false));
        project_.wit = TENON_TRY(directory(overlay, "wit", project_.path / "wit", true));
        const std::string_view section = project_.kind == Kind::provider ? "provider" : "component";
        const auto in_force = TENON_TRY(fields.section(section));
        if (const auto keys = TENON_TRY(in_force.path("key_directory")))
            project_.key_directory = from_file(expand_home(*keys, environment_));
        return {};
    }
    /// A relative path of the file is relative to the file's directory.
    Result<base::Path> directory(const Overlay& overlay, std::string_view key,
                                 const base::Path& otherwise, bool must_exist) const {
        const auto text = TENON_TRY(overlay.text(key));
        if (!text)
            return tidy(otherwise);
        auto path = from_file(text->value);
        const auto status = TENON_TRY(status_of(path));
        if (fs::exists(status) && !fs::is_directory(status))
            return fail(
                overlay.error(key, *text, fmt::format("`{}` is no directory", path.native())));
        if (text->value.empty() || (must_exist && !fs::exists(status)))
            return fail(
                overlay.error(key, *text, fmt::format("`{}` does not exist", path.native())));
        return path;
    }
    [[nodiscard]] base::Path from_file(const base::Path& path) const {
        return tidy(directory_ / path);
    }

    Result<> read_tools(const Fields& fields) {
        const auto rust = TENON_TRY(fields.section("rust"));
        if (auto cargo = TENON_TRY(rust.path("cargo_path")))
            project_.cargo_path = program(*std::move(cargo));
        if (const auto target = TENON_TRY(rust.path("target_path")))
            project_.target_path = tidy(project_.path / *target);
        project_.rust_debug = TENON_TRY(rust.flag("debug"));
        const auto go = TENON_TRY(fields.section("go"));
        if (auto tool = TENON_TRY(go.path("go_path")))
            project_.go_path = program(*std::move(tool));
        project_.disable_go_generate = TENON_TRY(go.flag("disable_go_generate"));
        return {};
    }
    /// A bare name is looked up in PATH; anything with a slash is a file.
    [[nodiscard]] std::string program(std::string name) const {
        return name.find('/') == name.npos ? name
                                           : from_file(expand_home(name, environment_)).native();
    }

    Result<> read_sections(const Fields& fields) {
        const auto component = TENON_TRY(fields.section("component"));
        if (component.present() || project_.kind == Kind::component)
            project_.component = TENON_TRY(read_component(component));
        const auto provider = TENON_TRY(fields.section("provider"));
        if (provider.present() || project_.kind == Kind::provider)
            project_.provider = TENON_TRY(read_provider(provider));
        return {};
    }
    [[nodiscard]] std::optional<base::Path> in_path(const std::optional<std::string>& text) const {
        return text ? std::optional(tidy(project_.path / *text)) : std::nullopt;
    }
    [[nodiscard]] Result<ComponentSection> read_component(const Fields& fields) const {
        ComponentSection section;
        if (auto target = TENON_TRY(fields.text("wasm_target")))
            section.wasm_target = *std::move(target);
        section.wit_world = TENON_TRY(fields.text("wit_world"));
        section.tags = TENON_TRY(fields.texts("tags"));
        section.build_artifact = in_path(TENON_TRY(fields.path("build_artifact")));
        section.build_command = TENON_TRY(fields.text("build_command"));
        section.destination = in_path(TENON_TRY(fields.path("destination")));
        return section;
    }
    [[nodiscard]] Result<ProviderSection> read_provider(const Fields& fields) const {
        ProviderSection section;
        if (auto vendor = TENON_TRY(fields.text("vendor")))
            section.vendor = *std::move(vendor);
        section.wit_world = TENON_TRY(fields.text("wit_world"));
        section.os = TENON_TRY(fields.text("os"));
        section.arch = TENON_TRY(fields.text("arch"));
        section.rust_target = TENON_TRY(fields.text("rust_target"));
        section.bin_name = TENON_TRY(fields.text("bin_name"));
        if (section.bin_name &&
            (section.bin_name->empty() || *section.bin_name == "." || *section.bin_name == ".." ||
             section.bin_name->find_first_of(std::string_view("/\0", 2)) != std::string::npos))
            return fail(
                fields.error("bin_name", "`bin_name` must be a file name without a directory"));
        section.build_command = TENON_TRY(fields.text("build_command"));
        section.build_artifact = in_path(TENON_TRY(fields.path("build_artifact")));
        return section;
    }

    Result<> read_identity(const Fields& fields, const Overlay& overlay) {
        project_.revision = TENON_TRY(revision(fields, overlay));
        const auto name = TENON_TRY(overlay.text("name"));
        const auto version = TENON_TRY(this->version(fields, overlay));
        std::optional<CargoPackage> package;
        const bool only_tools_know = project_.language == Language::rust && (!name || !version);
        if (only_tools_know && options_.ask_tools)
            package = TENON_TRY(cargo_package(project_.cargo_path, project_.path, options_.stop));
        else if (only_tools_know)
            package.emplace();
        if (!package && !name)
            return fail(missing("name"));
        if (!package && !version)
            return fail(missing("version"));
        project_.name = name ? name->value : package->name;
        project_.version = version ? *version : package->version;
        if (project_.name.empty() && (name || options_.ask_tools))
            return fail(overlay.error("name", name.value_or(Overlay::Text{}), "`name` is empty"));
        return {};
    }

    Result<std::int32_t> revision(const Fields& fields, const Overlay& overlay) const {
        const auto variable = Overlay::variable_of("revision");
        const auto text = overlay.from_environment(variable);
        if (!text) {
            const auto written = TENON_TRY(fields.integer("revision"));
            return written.value_or(0);
        }
        std::int32_t number = 0;
        const auto [end, problem] =
            std::from_chars(text->data(), text->data() + text->size(), number);
        if (problem != std::errc{} || end != text->data() + text->size())
            return fail(overlay.error("revision", {*text, variable},
                                      "`revision` must be a whole number of 32 bits"));
        return number;
    }

    /// `WASMCLOUD_VERSION` is also the variable for the host's version, mostly written `v1.6.0`;
    /// such a value is not meant for the project.
    Result<std::optional<std::string>> version(const Fields& fields, const Overlay& overlay) {
        const auto variable = Overlay::variable_of("version");
        if (auto value = overlay.from_environment(variable)) {
            auto sound = base::Version::parse(*value);
            if (sound)
                return value;
            warnings_.push_back(base::Error(Errc::config, fmt::format("`{}` is ignored", variable))
                                    .because(sound.error().message()));
        }
        auto written = TENON_TRY(fields.text("version"));
        if (!written)
            return written;
        if (auto sound = base::Version::parse(*written); !sound) {
            auto place = fields.place("version");
            const auto offset = sound.error().offset().value_or(0);
            if (place.length ==
                written->size() + 2) // one line, without escapes: mark the character
                place = {place.line, static_cast<std::uint32_t>(place.column + 1 + offset), 1};
            return fail(project_.document.error(place, Errc::config, sound.error().message()));
        }
        return written;
    }

    Project& project_;
    const Environment& environment_;
    std::vector<base::Error>& warnings_;
    const LoadOptions& options_;
    base::Path directory_;
};

} // namespace

Result<Project> load(const base::Path& where, const Environment& environment,
                     std::vector<base::Error>& warnings, const LoadOptions& options) {
    const auto file = TENON_TRY(find_file(where.empty() ? base::Path(".") : where, warnings));
    std::error_code problem;
    const auto absolute = fs::absolute(file, problem);
    if (problem)
        return fail(base::system_error("failed to find the current directory", problem.value()));
    const auto text = TENON_TRY(base::read_file(file, max_file_bytes));

    Project project;
    project.file = tidy(absolute);
    project.document =
        TENON_TRY(data::parse_toml({file.lexically_normal().native(), std::string(as_text(text))}));
    TENON_TRY(Loader(project, environment, warnings, options).load());
    return project;
}

Result<bool> is_in(const base::Path& where) {
    if (TENON_TRY(is_there(where / own_name)))
        return true;
    return is_there(where / common_name);
}

namespace {

/// A project file of which only one section matters.
struct Glance {
    data::Document document;
    base::Path directory; // absolute
};

Result<std::optional<Glance>> glance_at(const base::Path& where) {
    std::vector<base::Error> warnings; // for those who read the whole file
    if (!where.native().ends_with(".toml") && !TENON_TRY(is_in(where)))
        return std::nullopt;
    const auto file = TENON_TRY(find_file(where, warnings));
    const auto text = TENON_TRY(base::read_file(file, max_file_bytes));
    auto document =
        TENON_TRY(data::parse_toml({file.lexically_normal().native(), std::string(as_text(text))}));
    std::error_code problem;
    const auto absolute = fs::absolute(file, problem);
    if (problem)
        return fail(base::system_error("failed to find the current directory", problem.value()));
    return Glance{std::move(document), absolute.parent_path()};
}

} // namespace

Result<std::optional<base::Path>> key_directory_in(const base::Path& where,
                                                   const Environment& environment) {
    const auto glance = TENON_TRY(glance_at(where));
    if (!glance)
        return std::nullopt;
    const auto fields = TENON_TRY(Fields::top(glance->document));
    const auto type = TENON_TRY(fields.text("type"));
    const auto section =
        TENON_TRY(fields.section(type && *type == "provider" ? "provider" : "component"));
    const auto written = TENON_TRY(section.path("key_directory"));
    if (!written)
        return std::nullopt;
    return tidy(glance->directory / expand_home(*written, environment));
}

Result<RegistrySection> registry_in(const base::Path& where, const Environment& environment) {
    const auto glance = TENON_TRY(glance_at(where));
    if (!glance)
        return RegistrySection{};
    const auto fields = TENON_TRY(TENON_TRY(Fields::top(glance->document)).section("registry"));
    RegistrySection section;
    section.url = TENON_TRY(fields.text("url"));
    if (const auto written = TENON_TRY(fields.path("credentials")))
        section.credentials = tidy(glance->directory / expand_home(*written, environment));
    section.push_insecure = TENON_TRY(fields.flag("push_insecure"));
    return section;
}

} // namespace tenon::project
