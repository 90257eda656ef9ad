// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "project/cargo.hpp"
#include "project/scratch_test.hpp"

namespace tenon::project {
namespace {

// Shortened from what cargo 1.95 prints for a workspace of two packages.
constexpr std::string_view answer = R"({"packages":[
{"name":"lib","version":"1.0.0","manifest_path":"/w/lib/Cargo.toml","targets":[{"kind":["lib"],"name":"lib"}]},
{"name":"tiny-provider","version":"0.2.5","manifest_path":"/w/tiny/Cargo.toml","targets":[
{"kind":["lib"],"crate_types":["lib"],"name":"tiny_provider"},{"kind":["bin"],"name":"tiny-provider"},
{"kind":["bin"],"name":"tool"},{"kind":["custom-build"],"name":"build-script-build"}]}],
"workspace_members":[],"target_directory":"/w/target","version":1,"workspace_root":"/w"})";

TEST(Cargo, finds_the_package_of_a_directory_in_a_workspace) {
    const auto package = read_cargo_metadata(std::string(answer), "/w/tiny");
    ASSERT_TRUE(package);
    EXPECT_EQ(package->name, "tiny-provider");
    EXPECT_EQ(package->version, "0.2.5");
    EXPECT_EQ(package->binaries, (std::vector<std::string>{"tiny-provider", "tool"}));
    EXPECT_EQ(package->target_directory, "/w/target");
}

TEST(Cargo, names_the_packages_of_a_workspace_root) {
    const auto package = read_cargo_metadata(std::string(answer), "/w");
    ASSERT_FALSE(package);
    EXPECT_EQ(
        base::render(package.error()),
        "error[config]: no Rust package in `/w`\n"
        "  = help: the workspace has `lib`, `tiny-provider`: set `path` to the folder of one\n");
}

TEST(Cargo, answer_that_is_no_json_is_an_error) {
    EXPECT_EQ(read_cargo_metadata("warning: x", "/w").error().message(),
              "cargo's answer about the project is no JSON");
}

TEST(Cargo, gives_name_and_version_that_the_project_file_leaves_out) {
    Scratch here;
    here.file("cargo",
              fmt::format("#!/bin/sh\n"
                          "test \"$*\" = 'metadata --no-deps --format-version 1' || exit 9\n"
                          "echo '{{\"packages\":[{{\"name\":\"tiny\",\"version\":\"3.2.1\","
                          "\"manifest_path\":\"{}/Cargo.toml\",\"targets\":[]}}],"
                          "\"target_directory\":\"/t\"}}'\n",
                          here.path().native()),
              0755);
    here.file("wasmcloud.toml",
              "language = \"rust\"\ntype = \"component\"\n[rust]\ncargo_path = \"./cargo\"\n");
    const auto project = here.load();
    ASSERT_TRUE(project) << here.tell(project.error());
    EXPECT_EQ(project->name, "tiny");
    EXPECT_EQ(project->version, "3.2.1");
}

TEST(Cargo, failure_is_told_with_its_last_words) {
    Scratch here;
    here.file("cargo", "#!/bin/sh\necho 'error: could not find `Cargo.toml`' >&2\nexit 101\n",
              0755);
    here.file("wasmcloud.toml",
              "language = \"rust\"\ntype = \"component\"\n[rust]\ncargo_path = \"./cargo\"\n");
    const auto project = here.load();
    ASSERT_FALSE(project);
    EXPECT_EQ(here.tell(project.error()),
              "error[tool-failed]: failed to read the Rust project: exit status: 101\n"
              "  = note: caused by: error: could not find `Cargo.toml`\n"
              "  = help: the command was `HERE/cargo metadata --no-deps --format-version 1`, run "
              "in `HERE`\n");
}

TEST(Cargo, that_is_not_there_is_told_with_a_remedy) {
    Scratch here;
    here.file("wasmcloud.toml", "language = \"rust\"\ntype = \"component\"\n[rust]\ncargo_path = "
                                "\"no-such-cargo-anywhere\"\n");
    const auto project = here.load();
    ASSERT_FALSE(project);
    EXPECT_EQ(project.error().code(), Errc::not_found);
    EXPECT_EQ(project.error().helps().front(),
              "give `cargo_path` in `[rust]`, or have cargo in PATH");
}

} // namespace
} // namespace tenon::project
