// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/scratch_test.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace tenon::project {
namespace {

constexpr std::string_view component = R"(name = "greeter"
version = "0.4.0"
language = "other"
type = "component"
)";

std::string without(std::string_view text, std::string_view line_start) {
    const auto begin = text.find(line_start);
    std::string out(text.substr(0, begin));
    return out += text.substr(text.find('\n', begin) + 1);
}

std::string with(std::string_view text, std::string_view addition) {
    return std::string(text) + std::string(addition);
}

TEST(Project, reads_every_field) {
    Scratch here;
    here.file("code/wit/x.wit", "");
    here.file("wasmcloud.toml", R"(name = "Tiny provider"
version = "0.2.5-rc.1+7"
revision = -4
language = "rust"
type = "provider"
path = "code"
build = "out"
wit = "code/wit"

[provider]
vendor = "acme"
wit_world = "tiny"
os = "linux"
arch = "aarch64"
rust_target = "aarch64-unknown-linux-musl"
bin_name = "tiny"
key_directory = "keys"
build_command = "make tiny"
build_artifact = "tiny.elf"

[rust]
cargo_path = "tools/cargo"
target_path = "elsewhere"
debug = true

[go]
go_path = "go1.23"
disable_go_generate = true
)");
    const auto project = here.load();
    ASSERT_TRUE(project) << here.tell(project.error());
    EXPECT_EQ(here.warned, "");
    EXPECT_EQ(project->file, here.path("wasmcloud.toml"));
    EXPECT_EQ(project->name, "Tiny provider");
    EXPECT_EQ(project->version, "0.2.5-rc.1+7");
    EXPECT_EQ(project->revision, -4);
    EXPECT_EQ(project->language, Language::rust);
    EXPECT_EQ(project->language_text, "rust");
    EXPECT_EQ(project->kind, Kind::provider);
    EXPECT_EQ(project->path, here.path("code"));
    EXPECT_EQ(project->build, here.path("out"));
    EXPECT_EQ(project->wit, here.path("code/wit"));
    EXPECT_EQ(project->key_directory, here.path("keys"));
    EXPECT_FALSE(project->component);
    ASSERT_TRUE(project->provider);
    EXPECT_EQ(project->provider->vendor, "acme");
    EXPECT_EQ(project->provider->wit_world, "tiny");
    EXPECT_EQ(project->provider->os, "linux");
    EXPECT_EQ(project->provider->arch, "aarch64");
    EXPECT_EQ(project->provider->rust_target, "aarch64-unknown-linux-musl");
    EXPECT_EQ(project->provider->bin_name, "tiny");
    EXPECT_EQ(project->provider->build_command, "make tiny");
    EXPECT_EQ(project->provider->build_artifact, here.path("code/tiny.elf"));
    EXPECT_EQ(project->cargo_path, here.path("tools/cargo"));
    EXPECT_EQ(project->target_path, here.path("code/elsewhere"));
    EXPECT_TRUE(project->rust_debug);
    EXPECT_EQ(project->go_path, "go1.23");
    EXPECT_TRUE(project->disable_go_generate);
}

TEST(Project, has_the_defaults_of_the_manual) {
    Scratch here;
    here.file("wasmcloud.toml", component);
    const auto project = here.load();
    ASSERT_TRUE(project) << here.tell(project.error());
    EXPECT_EQ(project->revision, 0);
    EXPECT_EQ(project->path, here.path());
    EXPECT_EQ(project->build, here.path("build"));
    EXPECT_EQ(project->wit, here.path("wit"));
    EXPECT_EQ(project->key_directory, std::nullopt);
    ASSERT_TRUE(project->component);
    EXPECT_EQ(project->component->wasm_target, "wasm32-unknown-unknown");
    EXPECT_TRUE(project->component->tags.empty());
    EXPECT_EQ(project->cargo_path, "cargo");
    EXPECT_FALSE(here.has("build"));
}

TEST(Project, takes_a_file_of_any_name_that_ends_in_toml) {
    Scratch here;
    here.file("sub/other.toml", component);
    const auto project = here.load("sub/other.toml");
    ASSERT_TRUE(project);
    EXPECT_EQ(project->path, here.path("sub"));
}

TEST(Project, prefers_its_own_file_name_and_says_so) {
    Scratch here;
    here.file("wasmcloud.toml", "rubbish");
    here.file("tenon.toml", component);
    const auto project = here.load();
    ASSERT_TRUE(project);
    EXPECT_EQ(project->file.filename(), "tenon.toml");
    EXPECT_EQ(here.warned,
              "warning[config]: `tenon.toml` and `wasmcloud.toml` are both in `HERE`; the "
              "first is used\n");
}

TEST(Project, resolves_home_in_the_key_directory) {
    Scratch here;
    here.environment["HOME"] = "/home/someone";
    here.file("wasmcloud.toml", with(component, "[component]\nkey_directory = \"~/keys\"\n"));
    const auto project = here.load();
    ASSERT_TRUE(project);
    EXPECT_EQ(project->key_directory, "/home/someone/keys");
}

TEST(Project, takes_the_key_directory_of_the_section_in_force) {
    Scratch here;
    here.file("wasmcloud.toml", with(component, "[provider]\nkey_directory = \"a\"\n"));
    const auto project = here.load();
    ASSERT_TRUE(project);
    EXPECT_EQ(project->key_directory, std::nullopt);
}

TEST(Project, environment_overlays_flat_text_keys) {
    Scratch here;
    here.file("wasmcloud.toml", component);
    here.file("sub/x", "");
    here.environment = {{"WASMCLOUD_NAME", "other"},   {"WASMCLOUD_VERSION", "9.8.7"},
                        {"WASMCLOUD_LANGUAGE", "go"},  {"WASMCLOUD_TYPE", "provider"},
                        {"wasmcloud_path", "sub"},     {"WASMCLOUD_BUILD", "made"},
                        {"WASMCLOUD_REVISION", "12"},  {"WASMCLOUD_COMPONENT", "x"},
                        {"WASMCLOUD_GO_GO_PATH", "no"}};
    const auto project = here.load();
    ASSERT_TRUE(project) << here.tell(project.error());
    EXPECT_EQ(project->name, "other");
    EXPECT_EQ(project->version, "9.8.7");
    EXPECT_EQ(project->language, Language::go);
    EXPECT_EQ(project->kind, Kind::provider);
    EXPECT_EQ(project->path, here.path("sub"));
    EXPECT_EQ(project->build, here.path("made"));
    EXPECT_EQ(project->revision, 12);
    EXPECT_EQ(project->go_path, "go");
}

TEST(Project, host_version_in_the_environment_is_not_the_projects) {
    Scratch here;
    here.file("wasmcloud.toml", component);
    here.environment["WASMCLOUD_VERSION"] = "v1.6.0";
    const auto project = here.load();
    ASSERT_TRUE(project);
    EXPECT_EQ(project->version, "0.4.0");
    EXPECT_EQ(
        here.warned,
        "warning[config]: `WASMCLOUD_VERSION` is ignored\n"
        "  = note: caused by: `v1.6.0` is no semantic version: unexpected character `v` where the "
        "major version is expected\n");
}

TEST(Project, refuses_a_revision_in_the_environment_that_is_no_number) {
    Scratch here;
    here.file("wasmcloud.toml", component);
    here.environment["WASMCLOUD_REVISION"] = "3x";
    const auto project = here.load();
    ASSERT_FALSE(project);
    EXPECT_EQ(here.tell(project.error()),
              "error[config]: `revision` must be a whole number of 32 bits\n"
              "  = note: caused by: `WASMCLOUD_REVISION` is set to `3x`\n");
}

struct Wrong {
    std::string_view why;
    std::string text;
    std::string_view diagnostic;
};

TEST(Project, errors_point_into_the_file) {
    const Wrong cases[] = {
        {"no toml", "this is { not toml",
         "error[malformed]: expected `=`, saw `i`\n"
         " --> HERE/wasmcloud.toml:1:6\n"
         "  |\n"
         "1 | this is { not toml\n"
         "  |      ^ in this key-value pair\n"},
        {"unknown type", "name = \"x\"\nlanguage = \"other\"\ntype = \"gadget\"\n",
         "error[config]: unknown project type: `gadget` in `HERE/wasmcloud.toml`\n"
         " --> HERE/wasmcloud.toml:3:8\n"
         "  |\n"
         "3 | type = \"gadget\"\n"
         "  |        ^^^^^^^^\n"
         "  = help: a project is a `component` or a `provider`\n"},
        {"no language", without(component, "language"),
         "error[config]: missing `language` in `HERE/wasmcloud.toml`\n"
         " --> HERE/wasmcloud.toml\n"
         "  = help: add `language = \"rust\"`, `\"go\"`, `\"tinygo\"` or the name of another\n"},
        {"no name", without(component, "name"),
         "error[config]: missing `name` in `HERE/wasmcloud.toml`\n --> HERE/wasmcloud.toml\n"},
        {"no version", without(component, "version"),
         "error[config]: missing `version` in `HERE/wasmcloud.toml`\n --> HERE/wasmcloud.toml\n"},
        {"bad version", with(without(component, "version"), "version = \"1.x\""),
         "error[config]: `1.x` is no semantic version: unexpected character `x` where the minor "
         "version "
         "is expected\n"
         " --> HERE/wasmcloud.toml:4:14\n"
         "  |\n"
         "4 | version = \"1.x\"\n"
         "  |              ^\n"},
        {"wrong type", with(component, "[component]\ntags = [\"a\", 2]\n"),
         "error[config]: `tags` must be a list of strings, but this is a number\n"
         " --> HERE/wasmcloud.toml:6:14\n"
         "  |\n"
         "6 | tags = [\"a\", 2]\n"
         "  |              ^\n"},
        {"wrong type in a section", with(component, "[component]\nbuild_command = [\"make\"]\n"),
         "error[config]: `build_command` in `[component]` must be a string, not an array\n"
         " --> HERE/wasmcloud.toml:6:17\n"
         "  |\n"
         "6 | build_command = [\"make\"]\n"
         "  |                 ^\n"},
        {"revision too large", with(component, "revision = 2147483648\n"),
         "error[config]: `revision` does not fit into 32 bits\n"
         " --> HERE/wasmcloud.toml:5:12\n"
         "  |\n"
         "5 | revision = 2147483648\n"
         "  |            ^^^^^^^^^^\n"},
        {"path that is not there", with(component, "path = \"code\"\n"),
         "error[config]: `HERE/code` does not exist\n"
         " --> HERE/wasmcloud.toml:5:8\n"
         "  |\n"
         "5 | path = \"code\"\n"
         "  |        ^^^^^^\n"},
        {"name with a slash", with(component, "[provider]\nbin_name = \"../x\"\n"),
         "error[config]: `bin_name` must be a file name without a directory\n"
         " --> HERE/wasmcloud.toml:6:12\n"
         "  |\n"
         "6 | bin_name = \"../x\"\n"
         "  |            ^^^^^^\n"},
    };
    for (const auto& wrong : cases) {
        Scratch here;
        here.file("wasmcloud.toml", wrong.text);
        const auto project = here.load();
        ASSERT_FALSE(project) << wrong.why;
        EXPECT_EQ(here.tell(project.error()), wrong.diagnostic) << wrong.why;
    }
}

TEST(Project, says_when_there_is_nothing_to_read) {
    Scratch here;
    here.file("note.txt", "");
    EXPECT_EQ(here.tell(here.load("missing").error()),
              "error[not-found]: path `HERE/missing` does not exist\n");
    EXPECT_EQ(here.tell(here.load().error()),
              "error[not-found]: failed to find `wasmcloud.toml` in `HERE`\n");
    EXPECT_EQ(here.tell(here.load("note.txt").error()),
              "error[config]: `HERE/note.txt` is no project file\n  = help: its name must end in "
              "`.toml`\n");
}

TEST(Project, file_that_cannot_be_looked_at_is_not_taken_for_absent) {
    Scratch here;
    std::filesystem::create_symlink("wasmcloud.toml", here.path("wasmcloud.toml"));
    const std::string_view told =
        "error[io]: failed to look at `HERE/wasmcloud.toml`\n"
        "  = note: caused by: Too many levels of symbolic links (os error 40)\n";
    EXPECT_EQ(here.tell(here.load().error()), told);
    EXPECT_EQ(here.tell(key_directory_in(here.path(), here.lookup()).error()), told);
}

TEST(Project, directory_that_may_not_be_searched_is_not_taken_for_empty) {
    if (::geteuid() == 0)
        GTEST_SKIP() << "the superuser may search every directory";
    Scratch here;
    here.file("closed/wasmcloud.toml", component);
    ASSERT_EQ(::chmod(here.path("closed").c_str(), 0600), 0);
    EXPECT_EQ(here.tell(here.load("closed").error()),
              "error[io]: failed to look at `HERE/closed/tenon.toml`\n"
              "  = note: caused by: Permission denied (os error 13)\n");
    EXPECT_EQ(here.tell(here.load("closed/wasmcloud.toml").error()),
              "error[io]: failed to look at `HERE/closed/wasmcloud.toml`\n"
              "  = note: caused by: Permission denied (os error 13)\n");
    ASSERT_EQ(::chmod(here.path("closed").c_str(), 0700), 0);
}

TEST(Project, unknown_keys_are_shown_with_a_suggestion) {
    Scratch here;
    here.file("wasmcloud.toml",
              with(component, "[component]\nbuild_comand = \"make\"\nbin_name = \"x\"\n"
                              "[componnet]\n"));
    ASSERT_TRUE(here.load());
    EXPECT_EQ(here.warned,
              "warning[config]: unknown key `[componnet]` is ignored\n"
              " --> HERE/wasmcloud.toml:8:2\n"
              "  |\n"
              "8 | [componnet]\n"
              "  |  ^^^^^^^^^\n"
              "  = help: did you mean `component`?\n"
              "warning[config]: unknown key `build_comand` in `[component]` is ignored\n"
              " --> HERE/wasmcloud.toml:6:1\n"
              "  |\n"
              "6 | build_comand = \"make\"\n"
              "  | ^^^^^^^^^^^^\n"
              "  = help: did you mean `build_command`?\n"
              "warning[config]: unknown key `bin_name` in `[component]` is ignored\n"
              " --> HERE/wasmcloud.toml:7:1\n"
              "  |\n"
              "7 | bin_name = \"x\"\n"
              "  | ^^^^^^^^\n"
              "  = help: it belongs into `[provider]`\n");
}

TEST(Project, keys_of_another_time_are_ignored_aloud) {
    Scratch here;
    here.file("wasmcloud.toml",
              with(component, "[actor]\nclaims = []\n[provider]\ncapability_id = \"x\"\n"));
    ASSERT_TRUE(here.load());
    EXPECT_EQ(here.warned,
              "warning[config]: `[actor]` is from another time of wasmCloud and is ignored\n"
              " --> HERE/wasmcloud.toml:5:2\n"
              "  |\n"
              "5 | [actor]\n"
              "  |  ^^^^^\n"
              "  = help: call it `[component]`\n"
              "warning[config]: `capability_id` in `[provider]` is from another time of "
              "wasmCloud and is ignored\n"
              " --> HERE/wasmcloud.toml:8:1\n"
              "  |\n"
              "8 | capability_id = \"x\"\n"
              "  | ^^^^^^^^^^^^^\n"
              "  = help: a provider is known by its WIT interfaces\n");
}

TEST(Project, keys_of_parts_to_come_are_silent) {
    Scratch here;
    here.file("wasmcloud.toml", with(component, R"([registry]
url = "x"
[[registry.pull.sources]]
target = "a"
[dev]
manifests = []
[dev.overrides]
imports = []
[overrides]
"a:b" = { path = "x" }
[metadata]
license = "MIT"
[tinygo]
scheduler = "none"
)"));
    ASSERT_TRUE(here.load());
    EXPECT_EQ(here.warned, "");
}

TEST(Project, says_where_it_is_pushed_to) {
    Scratch here;
    here.file("wasmcloud.toml", R"(name = "x"
[registry]
url = "ghcr.io/acme"
credentials = "secret/registry.json"
push_insecure = true
)");
    const auto section = registry_in(here.path(), here.lookup());
    ASSERT_TRUE(section);
    EXPECT_EQ(section->url, "ghcr.io/acme");
    EXPECT_EQ(section->credentials, here.path() / "secret/registry.json");
    EXPECT_TRUE(section->push_insecure);
}

TEST(Project, without_a_file_or_a_section_says_nothing_of_registries) {
    Scratch here;
    EXPECT_FALSE(registry_in(here.path(), here.lookup())->url);
    here.file("wasmcloud.toml", "name = \"x\"\n");
    EXPECT_FALSE(registry_in(here.path(), here.lookup())->url);
    EXPECT_EQ(registry_in(here.path() / "other.toml", here.lookup()).error().code(),
              Errc::not_found);
}

TEST(Project, follows_symbolic_links_as_the_system_does) {
    Scratch here;
    here.file("real/deep/x", "");
    here.file("real/code/y", "");
    std::filesystem::create_directory_symlink(here.path("real/deep"), here.path("link"));
    here.file("link/wasmcloud.toml", with(component, "path = \"../code\"\n"));
    const auto project = here.load("link");
    ASSERT_TRUE(project) << here.tell(project.error());
    EXPECT_EQ(project->path, here.path("real/code"));
}

} // namespace
} // namespace tenon::project
