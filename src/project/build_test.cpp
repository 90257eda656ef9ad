// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whole builds, with small shell scripts in the place of compilers.
#include "claims/embed.hpp"
#include "project/scratch_test.hpp"

namespace tenon::project {
namespace {

// The seed and public keys of the reference's vectors.
constexpr std::string_view issuer_seed =
    "SAACTTUPKR55VUWUDK7GJ5SU5KGED455FR7BDO46RUVOTHUWKBLECLH2UU";
constexpr std::string_view issuer_key = "AA7R5L74E45BJ4XVUYTELQ56P5VCOSPOAA474L7QWH4ZAILLKTZFWYYW";
constexpr std::string_view service_seed =
    "SVAOZUSBWWFL65P255DOHIETPTXUQMM5ETLSYPITI5G4K4HI6M2CDAPWAU";
constexpr std::string_view service_key = "VBM5JMFOVUJDHGTOJSPUJ33ZGHCRCJ3LYHUJ3HND5ZMRVORYCMAVPZQF";

constexpr std::string_view component = R"(name = "greeter"
version = "0.4.0"
revision = 2
language = "other"
type = "component"

[component]
build_command = "sh make.sh"
tags = ["two", "one"]
key_directory = "keys"
)";

constexpr std::string_view provider = R"(name = "Hello"
version = "0.1.0"
revision = 3
language = "other"
type = "provider"

[provider]
vendor = "acme"
bin_name = "hello"
build_command = "sh make.sh"
key_directory = "keys"
)";

/// Shell text that writes the first 64 bytes of an ELF file for `$machine`, an octal escape.
constexpr std::string_view elf = R"(
elf() { printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000'"$1"'\000\001\000\000\000' > "$2"
        head -c 40 /dev/zero >> "$2"; }
case "$TENON_TARGET" in aarch64-*) machine='\267' ;; *) machine='\076' ;; esac
)";

std::string make(std::string_view last_line) {
    return std::string(elf) + std::string(last_line) + "\n";
}

class Build : public ::testing::Test {
protected:
    Build() {
        options.now = 1'700'000'000;
        options.token_id = "0000000000000000000001";
        here.environment["USER"] = "tester";
        here.environment["HOME"] = here.path("home").native();
    }

    /// The path of what was built, or the error.
    std::string build(const base::Path& where = {}) {
        output.clear();
        keys_made.clear();
        const auto project = here.load(where);
        if (!project)
            return here.tell(project.error());
        std::vector<base::Error> warnings;
        const auto on_output = [this](Bytes bytes, bool) { output += as_text(bytes); };
        const auto built =
            project::build(*project, options, here.lookup(), on_output, warnings, {});
        here.warned = here.tell(warnings);
        if (!built)
            return here.tell(built.error());
        for (const auto& key : built->keys_made)
            keys_made += key.filename().native() + " ";
        return built->artifact.lexically_relative(here.path()).native() +
               (built->built ? " built" : "") + (built->signed_ ? " signed" : "");
    }
    archive::Info inspect(const base::Path& name) const {
        auto info = archive::inspect(here.path(name), {options.now, {}}, {});
        EXPECT_TRUE(info) << here.tell(info.error());
        return *std::move(info);
    }
    static std::string targets(const archive::Info& info) {
        std::string out;
        for (const auto& entry : info.targets)
            out += fmt::format("{} {} ", entry.target, entry.size);
        return out;
    }

    Scratch here;
    BuildOptions options;
    std::string output;
    std::string keys_made;
};

using BuildComponent = Build;
using BuildProvider = Build;

TEST_F(BuildComponent, is_made_by_its_command_and_signed) {
    here.file("wasmcloud.toml", component);
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > build/greeter.wasm; echo made\n");
    EXPECT_EQ(build(), "build/greeter_s.wasm built signed");
    EXPECT_EQ(output, "made\n");
    EXPECT_EQ(keys_made, "tester_account.nk greeter_module.nk ");
    EXPECT_TRUE(here.has("keys/tester_account.nk"));

    const auto wasm = here.read("build/greeter_s.wasm");
    const auto inspected = claims::inspect_wasm(as_bytes(wasm), {options.now, {}});
    ASSERT_TRUE(inspected && *inspected);
    EXPECT_TRUE((*inspected)->verdict.fit());
    const auto& claims = (*inspected)->token.claims;
    EXPECT_EQ(claims.id, options.token_id);
    EXPECT_EQ(claims.issued_at, options.now);
    const auto& metadata = std::get<claims::ComponentClaims>(*claims.metadata);
    EXPECT_EQ(metadata.name, "greeter");
    EXPECT_EQ(metadata.ver, "0.4.0");
    EXPECT_EQ(metadata.rev, 2);
    EXPECT_EQ(metadata.tags, (std::vector<std::string>{"one", "two"}));
}

TEST_F(BuildComponent, uses_its_keys_again) {
    here.file("wasmcloud.toml", component);
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > build/greeter.wasm\n");
    build();
    const auto first = here.read("build/greeter_s.wasm");
    EXPECT_EQ(build(), "build/greeter_s.wasm built signed");
    EXPECT_EQ(keys_made, "");
    EXPECT_EQ(here.read("build/greeter_s.wasm"), first);
}

TEST_F(BuildComponent, for_wasi_is_tagged_experimental) {
    here.file("wasmcloud.toml", std::string(component) + "wasm_target = \"wasm32-wasip2\"\n");
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > build/greeter.wasm\n");
    build();
    const auto wasm = here.read("build/greeter_s.wasm");
    const auto inspected = claims::inspect_wasm(as_bytes(wasm), {options.now, {}});
    ASSERT_TRUE(inspected && *inspected);
    EXPECT_EQ(std::get<claims::ComponentClaims>(*(*inspected)->token.claims.metadata).tags,
              (std::vector<std::string>{"one", "two", "wasmcloud.com/experimental"}));
}

TEST_F(BuildComponent, goes_to_its_destination) {
    here.file("wasmcloud.toml",
              std::string(component) +
                  "build_artifact = \"x.wasm\"\ndestination = \"far/away/y.wasm\"\n");
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > x.wasm\n");
    EXPECT_EQ(build(), "far/away/y.wasm built signed");
    EXPECT_EQ(keys_made, "tester_account.nk x_module.nk ");
}

TEST_F(BuildComponent, build_only_makes_no_keys_and_sign_only_runs_nothing) {
    here.file("wasmcloud.toml", component);
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > build/greeter.wasm; echo made\n");
    options.sign = false;
    EXPECT_EQ(build(), "build/greeter.wasm built");
    EXPECT_FALSE(here.has("keys"));
    options.sign = true;
    options.build = false;
    EXPECT_EQ(build(), "build/greeter_s.wasm signed");
    EXPECT_EQ(output, "");
}

TEST_F(BuildComponent, failure_is_told_with_its_last_words_and_leaves_no_keys) {
    here.file("wasmcloud.toml", component);
    here.file("make.sh", "echo one >&2; echo two >&2; exit 3\n");
    EXPECT_EQ(build(),
              "error[tool-failed]: failed to build the component with its `build_command`: exit "
              "status: 3\n"
              "  = note: caused by: one\n"
              "                     two\n"
              "  = help: the command was `sh make.sh`, run in `HERE`\n");
    EXPECT_EQ(output, "one\ntwo\n");
    EXPECT_FALSE(here.has("keys"));
}

TEST_F(BuildComponent, command_that_makes_nothing_is_an_error) {
    here.file("wasmcloud.toml", component);
    here.file("make.sh", "true\n");
    EXPECT_EQ(build(), "error[not-found]: `build_command` made no file `HERE/build/greeter.wasm`\n"
                       "  = help: say with `build_artifact` in `[component]` what it makes\n");
}

TEST_F(BuildComponent, nothing_to_sign_is_an_error) {
    here.file("wasmcloud.toml", component);
    options.build = false;
    EXPECT_EQ(build(), "error[not-found]: failed to open `HERE/build/greeter.wasm` for signing\n"
                       "  = note: caused by: cannot read `HERE/build/greeter.wasm`\n"
                       "  = note: caused by: No such file or directory (os error 2)\n");
}

TEST_F(BuildComponent, wrong_key_is_known_before_the_command_runs) {
    here.file("wasmcloud.toml", component);
    here.file("make.sh", "touch ran\n");
    options.issuer = "no seed";
    EXPECT_EQ(build().substr(0, 14), "error[bad-key]");
    options.issuer = std::nullopt;
    options.generate_keys = false;
    EXPECT_EQ(build().substr(0, 16), "error[not-found]");
    EXPECT_FALSE(here.has("ran"));
    EXPECT_FALSE(here.has("build"));
}

TEST_F(BuildComponent, without_a_place_for_keys_names_the_option_of_build) {
    here.file("wasmcloud.toml", "name = \"x\"\nversion = \"1.0.0\"\nlanguage = \"c\"\ntype = "
                                "\"component\"\n[component]\nbuild_command = \"true\"\n");
    here.file("build/x.wasm", "");
    here.environment.erase("HOME");
    EXPECT_EQ(build(), "error[not-found]: there is no directory for keys\n"
                       "  = help: set HOME, or name a directory with `--keys-directory`\n");
}

TEST_F(BuildComponent, without_a_command_is_unsupported) {
    here.file("wasmcloud.toml",
              "name = \"x\"\nversion = \"1.0.0\"\nlanguage = \"cobol\"\ntype = \"component\"\n");
    EXPECT_EQ(
        build(),
        "error[unsupported]: components in `cobol` are not supported without `build_command`\n"
        " --> HERE/wasmcloud.toml\n"
        "  = help: set `build_command` in `[component]` to what builds it\n");
    EXPECT_FALSE(here.has("build"));
}

TEST_F(BuildComponent, command_that_wants_a_shell_is_shown_in_the_file) {
    here.file("wasmcloud.toml",
              "name = \"x\"\nversion = \"1.0.0\"\nlanguage = \"c\"\ntype = \"component\"\n"
              "[component]\nbuild_command = \"make x && y\"\n");
    EXPECT_THAT(build(), ::testing::HasSubstr(" --> HERE/wasmcloud.toml:6:25\n"
                                              "  |\n"
                                              "6 | build_command = \"make x && y\"\n"
                                              "  |                         ^\n"));
}

TEST_F(BuildComponent, program_that_is_not_there_is_named) {
    here.file("wasmcloud.toml",
              "name = \"x\"\nversion = \"1.0.0\"\nlanguage = \"c\"\ntype = \"component\"\n"
              "[component]\nbuild_command = \"no-such-program --flag\"\n");
    const auto told = build();
    EXPECT_THAT(told, ::testing::StartsWith("error[not-found]"));
    EXPECT_THAT(told, ::testing::HasSubstr("no-such-program"));
}

TEST_F(BuildComponent, warns_about_wit_in_one_line) {
    here.file("wasmcloud.toml", component);
    here.file("wit/world.wit", "");
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > build/greeter.wasm\n");
    build();
    EXPECT_EQ(here.warned,
              "warning[unsupported]: the lock file was not made, and `wit/deps` is used as it "
              "is: this version cannot fetch WIT\n");
}

TEST_F(BuildComponent, does_not_warn_about_wit_that_was_not_to_be_fetched) {
    here.file("wasmcloud.toml", component);
    here.file("wit/world.wit", "");
    here.file("make.sh", "printf '\\000asm\\001\\000\\000\\000' > build/greeter.wasm\n");
    options.fetch = false;
    build();
    EXPECT_EQ(here.warned, "");
}

TEST_F(BuildProvider, is_packed_and_signed) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", make("elf '\\076' build/hello"));
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_EQ(keys_made, "tester_account.nk hello_service.nk ");
    const auto info = inspect("build/hello.par.gz");
    EXPECT_TRUE(info.verdict.fit());
    EXPECT_TRUE(info.compressed);
    EXPECT_EQ(targets(info), "x86_64-linux 64 ");
    EXPECT_EQ(info.provider().name, "Hello");
    EXPECT_EQ(info.provider().vendor, "acme");
    EXPECT_EQ(info.provider().rev, 3);
    EXPECT_EQ(info.provider().ver, "0.1.0");
    EXPECT_EQ(info.token.claims.id, options.token_id);
}

TEST_F(BuildProvider, takes_its_keys_from_the_options) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", make("elf '\\076' build/hello"));
    options.issuer = issuer_seed;
    options.subject = here.file("service.nk", service_seed, 0600).native();
    build();
    const auto info = inspect("build/hello.par.gz");
    EXPECT_EQ(info.token.claims.issuer, issuer_key);
    EXPECT_EQ(info.token.claims.subject, service_key);
    EXPECT_FALSE(here.has("keys"));
}

TEST_F(BuildProvider, several_targets_go_into_one_archive) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", make("echo \"for $TENON_TARGET\"; elf \"$machine\" build/hello"));
    options.targets = {"x86_64-linux", "aarch64-linux", "x86_64-linux"};
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_EQ(output, "for x86_64-linux\nfor aarch64-linux\n");
    const auto info = inspect("build/hello.par.gz");
    EXPECT_TRUE(info.verdict.fit());
    EXPECT_EQ(targets(info), "aarch64-linux 64 x86_64-linux 64 ");
    // Each kept before the next run overwrote it.
    EXPECT_EQ(here.read("build/hello.x86_64-linux")[18], '\x3e');
    EXPECT_EQ(here.read("build/hello.aarch64-linux")[18], '\xb7');
}

TEST_F(BuildProvider, artifact_may_name_the_target) {
    here.file("wasmcloud.toml",
              std::string(provider) + "build_artifact = \"out/{target}/hello\"\n");
    here.file("make.sh",
              make("mkdir -p out/$TENON_TARGET; elf \"$machine\" out/$TENON_TARGET/hello"));
    options.targets = {"aarch64-linux", "x86_64-linux"};
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_FALSE(here.has("build/hello.aarch64-linux"));
    EXPECT_EQ(targets(inspect("build/hello.par.gz")), "aarch64-linux 64 x86_64-linux 64 ");
}

TEST_F(BuildProvider, target_comes_from_the_executable) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", make("elf '\\267' build/hello"));
    build();
    EXPECT_EQ(targets(inspect("build/hello.par.gz")), "aarch64-linux 64 ");
}

TEST_F(BuildProvider, executable_for_another_machine_than_asked_is_refused) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", make("elf '\\076' build/hello"));
    options.targets = {"aarch64-linux"};
    EXPECT_EQ(
        build(),
        "error[invalid]: asked for `aarch64-linux`, but what was built is for `x86_64-linux`\n"
        " --> HERE/build/hello\n");
    EXPECT_FALSE(here.has("build/hello.par.gz"));
}

TEST_F(BuildProvider, script_needs_a_target_by_name) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", "printf '#!/bin/sh\\n' > build/hello\n");
    EXPECT_EQ(build(),
              "error[config]: cannot tell which machine `HERE/build/hello` is for\n"
              "  = help: say it with `--target`, or with `os` and `arch` in `[provider]`\n");
    options.targets = {"x86_64-testrunner"};
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_EQ(targets(inspect("build/hello.par.gz")), "x86_64-testrunner 10 ");
}

TEST_F(BuildProvider, target_names_that_no_reader_could_load_are_refused) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", "touch ran\n");
    options.targets = {"world"};
    EXPECT_EQ(build().substr(0, 6), "error[");
    EXPECT_FALSE(here.has("ran"));
}

TEST_F(BuildProvider, build_only_and_sign_only_do_what_they_say) {
    here.file("wasmcloud.toml", provider);
    here.file("make.sh", make("elf '\\076' build/hello; echo ran"));
    options.sign = false;
    EXPECT_EQ(build(), "build/hello built");
    EXPECT_FALSE(here.has("build/hello.par.gz"));
    EXPECT_FALSE(here.has("keys"));
    options.sign = true;
    options.build = false;
    EXPECT_EQ(build(), "build/hello.par.gz signed");
    EXPECT_EQ(output, "");
}

TEST_F(BuildProvider, nothing_to_pack_is_an_error_that_names_the_file) {
    here.file("wasmcloud.toml", provider);
    options.build = false;
    EXPECT_THAT(build(),
                ::testing::StartsWith("error[not-found]: no executable `HERE/build/hello`\n"));
}

TEST_F(BuildProvider, bin_name_is_required_for_a_command) {
    here.file("wasmcloud.toml",
              "name = \"x\"\nversion = \"1.0.0\"\nlanguage = \"c\"\ntype = \"provider\"\n"
              "[provider]\nbuild_command = \"true\"\n");
    EXPECT_EQ(build(),
              "error[config]: missing `bin_name` in `[provider]` of `HERE/wasmcloud.toml`\n"
              " --> HERE/wasmcloud.toml\n"
              "  = help: it names the executable, and the archive `<bin_name>.par.gz`\n");
    EXPECT_FALSE(here.has("build"));
}

TEST_F(BuildProvider, in_another_language_without_command_is_unsupported) {
    here.file("wasmcloud.toml",
              "name = \"x\"\nversion = \"1.0.0\"\nlanguage = \"zig\"\ntype = \"provider\"\n");
    EXPECT_EQ(build(),
              "error[unsupported]: providers in `zig` are not supported without `build_command`\n"
              " --> HERE/wasmcloud.toml\n"
              "  = help: set `build_command` in `[provider]` to what builds it\n");
    EXPECT_FALSE(here.has("build"));
}

TEST_F(BuildProvider, warns_about_wit_in_one_line) {
    here.file("wasmcloud.toml", provider);
    here.file("wit/world.wit", "package a:b;\ninterface i {}\n");
    here.file("make.sh", make("elf '\\076' build/hello"));
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_EQ(here.warned, "warning[unsupported]: the lock file was not made, and `wit/deps` is "
                           "used as it is: this version cannot fetch WIT\n");
    EXPECT_TRUE(inspect("build/hello.par.gz").world_size);
}

TEST_F(BuildProvider, does_without_wit_that_cannot_be_encoded) {
    here.file("wasmcloud.toml", provider);
    here.file("wit/world.wit", "package a:b;\ninterface i { f: func(x: t); }\n");
    here.file("make.sh", make("elf '\\076' build/hello"));
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_NE(here.warned.find("cannot be encoded"), here.warned.npos) << here.warned;
    EXPECT_NE(here.warned.find("type `t` does not exist"), here.warned.npos) << here.warned;
    EXPECT_FALSE(inspect("build/hello.par.gz").world_size);
}

// A cargo that knows one package, and builds what it is told to.
constexpr std::string_view cargo = R"(
if [ "$1" = metadata ]; then
    echo '{"packages":[{"name":"tiny","version":"0.2.5","manifest_path":"'"$PWD"'/Cargo.toml","targets":[BINS]}],'
    echo '"target_directory":"'"$PWD"'/target"}'
    exit
fi
echo "$*" >> calls
target= ; while [ $# -gt 0 ]; do [ "$1" = --target ] && target=$2/; shift; done
TENON_TARGET=$target
case "$TENON_TARGET" in aarch64-*) machine='\267' ;; *) machine='\076' ;; esac
echo '   Compiling tiny' >&2
out=target/FOLDER${target}release
mkdir -p $out; elf "$machine" $out/tiny
echo '{"reason":"compiler-artifact","target":{"name":"dependency"},"executable":null}'
echo '{"reason":"compiler-artifact","target":{"name":"tiny"},"executable":"'"$PWD/$out"'/tiny"}'
echo 'said by a wrapper'
echo '{"reason":"build-finished","success":true}'
)";

std::string cargo_with(std::string_view bins, std::string_view folder = "") {
    std::string text(cargo);
    text.replace(text.find("BINS"), 4, bins);
    text.replace(text.find("FOLDER"), 6, folder);
    return "#!/bin/sh" + std::string(elf) + text;
}

constexpr std::string_view one_bin = R"({"kind":["bin"],"name":"tiny"})";
constexpr std::string_view two_bins =
    R"({"kind":["bin"],"name":"tiny"},{"kind":["bin"],"name":"other"})";
constexpr std::string_view rust =
    "language = \"rust\"\ntype = \"provider\"\n[rust]\ncargo_path = \"./cargo\"\n"
    "[provider]\nkey_directory = \"keys\"\n";

TEST_F(BuildProvider, in_rust_takes_its_names_from_cargo) {
    here.file("wasmcloud.toml", rust);
    here.file("cargo", cargo_with(one_bin), 0755);
    EXPECT_EQ(build(), "build/tiny.par.gz built signed");
    EXPECT_EQ(here.read("calls"), "build --release --message-format=json-render-diagnostics\n");
    EXPECT_EQ(output, "   Compiling tiny\nsaid by a wrapper\n");
    const auto info = inspect("build/tiny.par.gz");
    EXPECT_EQ(info.provider().name, "tiny");
    EXPECT_EQ(info.provider().ver, "0.2.5");
    EXPECT_EQ(info.provider().vendor, "NoVendor");
    EXPECT_EQ(targets(info), "x86_64-linux 64 ");
}

TEST_F(BuildProvider, in_rust_finds_the_executable_where_cargo_put_it) {
    here.file("wasmcloud.toml", rust);
    here.file("cargo", cargo_with(one_bin, "configured/"), 0755);
    options.sign = false;
    EXPECT_EQ(build(), "target/configured/release/tiny built");
}

TEST_F(BuildProvider, in_rust_is_built_for_each_target) {
    here.file("wasmcloud.toml",
              std::string(rust) + "rust_target = \"x86_64-unknown-linux-musl\"\n");
    here.file("cargo", cargo_with(one_bin), 0755);
    options.targets = {"x86_64-linux", "aarch64-linux"};
    EXPECT_EQ(build(), "build/tiny.par.gz built signed");
    EXPECT_EQ(here.read("calls"), "build --release --message-format=json-render-diagnostics "
                                  "--target x86_64-unknown-linux-musl\n"
                                  "build --release --message-format=json-render-diagnostics "
                                  "--target aarch64-unknown-linux-gnu\n");
    EXPECT_EQ(targets(inspect("build/tiny.par.gz")), "aarch64-linux 64 x86_64-linux 64 ");
    options.build = false;
    EXPECT_EQ(build(), "build/tiny.par.gz signed");
}

TEST_F(BuildProvider, in_rust_with_several_executables_must_say_which) {
    here.file("wasmcloud.toml", rust);
    here.file("cargo", cargo_with(two_bins), 0755);
    EXPECT_EQ(build(),
              "error[config]: Rust package `tiny` makes several executables: `tiny`, `other`\n"
              " --> HERE/wasmcloud.toml\n"
              "  = help: say with `bin_name` in `[provider]` which is the provider\n");
    here.file("wasmcloud.toml", std::string(rust) + "bin_name = \"tiny\"\n");
    EXPECT_EQ(build(), "build/tiny.par.gz built signed");
    here.file("wasmcloud.toml", std::string(rust) + "bin_name = \"tinny\"\n");
    EXPECT_EQ(build(), "error[config]: Rust package `tiny` makes no executable `tinny`\n"
                       " --> HERE/wasmcloud.toml:7:12\n"
                       "  |\n"
                       "7 | bin_name = \"tinny\"\n"
                       "  |            ^^^^^^^\n"
                       "  = help: it makes `tiny`, `other`\n");
}

constexpr std::string_view go = R"(name = "Go provider"
version = "1.0.0"
language = "go"
type = "provider"
[go]
go_path = "./go"
[provider]
bin_name = "hello"
key_directory = "keys"
)";

constexpr std::string_view go_tool = R"(
echo "$GOOS/$GOARCH $*" >> calls
[ "$1" = generate ] && exit
case "$GOARCH" in arm64) machine='\267' ;; *) machine='\076' ;; esac
elf "$machine" "$3"
)";

std::string go_script() {
    return "#!/bin/sh" + std::string(elf) + std::string(go_tool);
}

TEST_F(BuildProvider, in_go_is_generated_once_and_built_for_each_target) {
    here.file("wasmcloud.toml", go);
    here.file("go", go_script(), 0755);
    options.targets = {"x86_64-linux", "aarch64-linux"};
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_EQ(here.read("calls"),
              fmt::format("/ generate ./...\n"
                          "linux/amd64 build -o {0}/build/hello.x86_64-linux .\n"
                          "linux/arm64 build -o {0}/build/hello.aarch64-linux .\n",
                          here.path().native()));
    EXPECT_EQ(targets(inspect("build/hello.par.gz")), "aarch64-linux 64 x86_64-linux 64 ");
}

TEST_F(BuildProvider, in_go_follows_os_and_arch_of_the_project) {
    auto text = std::string(go) + "os = \"linux\"\narch = \"aarch64\"\n";
    text.insert(text.find("go_path"), "disable_go_generate = true\n");
    here.file("wasmcloud.toml", text);
    here.file("go", go_script(), 0755);
    EXPECT_EQ(build(), "build/hello.par.gz built signed");
    EXPECT_EQ(here.read("calls"),
              fmt::format("linux/arm64 build -o {}/build/hello .\n", here.path().native()));
    EXPECT_EQ(targets(inspect("build/hello.par.gz")), "aarch64-linux 64 ");
}

} // namespace
} // namespace tenon::project
