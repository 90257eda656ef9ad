// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Any language: a command of the project's own, run for each target with TENON_TARGET set.
#include "project/toolchain.hpp"

#include <fmt/core.h>

namespace tenon::project {
namespace {

constexpr std::string_view placeholder = "{target}";

Result<> copy(const base::Path& from, const base::Path& to, const std::stop_token& stop) {
    const auto source = TENON_TRY(base::open_to_read(from));
    auto copy = TENON_TRY(base::NewFile::create(to, {0777, true, false}));
    Buffer buffer(1 << 20);
    for (;;) {
        if (stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
        const auto size = TENON_TRY(base::read_some(source.get(), buffer, from));
        if (size == 0)
            break;
        TENON_TRY(copy.write(Bytes(buffer).first(size)));
    }
    return copy.commit();
}

class OwnCommand final : public Toolchain {
public:
    OwnCommand(const Steps& steps, std::string binary, std::vector<std::string> words, bool several)
        : steps_(steps), binary_(std::move(binary)), words_(std::move(words)), several_(several),
          made_(steps.project.provider->build_artifact.value_or(steps.project.build / binary_)) {}

    [[nodiscard]] const std::string& bin_name() const override { return binary_; }

    Result<> build(const AskedTarget& target) override {
        base::Command command;
        command.words = words_;
        command.directory = steps_.project.path;
        command.environment = {{"TENON_TARGET", name_of(target)}};
        TENON_TRY(steps_.run(std::move(command),
                             "failed to build the provider with its `build_command`"));
        const auto made = path_for(made_, target);
        std::error_code problem; // what cannot be looked at was not made
        if (!std::filesystem::is_regular_file(made, problem))
            return fail(base::Error(Errc::not_found,
                                    fmt::format("`build_command` made no file `{}`", made.native()))
                            .help("say with `build_artifact` in `[provider]` what it makes"));
        // The next run would overwrite it.
        if (must_be_copied())
            return copy(made, artifact(target), steps_.work.stop);
        return {};
    }

    [[nodiscard]] base::Path artifact(const AskedTarget& target) const override {
        if (must_be_copied())
            return steps_.project.build / (binary_ + "." + target.name);
        return path_for(made_, target);
    }

private:
    [[nodiscard]] bool must_be_copied() const {
        return several_ && made_.native().find(placeholder) == std::string::npos;
    }
    static std::string name_of(const AskedTarget& target) {
        return target.name.empty() ? archive::machine_target() : target.name;
    }
    static base::Path path_for(const base::Path& pattern, const AskedTarget& target) {
        auto path = pattern.native();
        const auto name = name_of(target);
        for (auto at = path.find(placeholder); at != path.npos;
             at = path.find(placeholder, at + name.size()))
            path.replace(at, placeholder.size(), name);
        return path;
    }

    const Steps& steps_;
    std::string binary_;
    std::vector<std::string> words_;
    bool several_;
    base::Path made_; // by the command; may hold the placeholder
};

} // namespace

Result<std::unique_ptr<Toolchain>> make_command(const Steps& steps, bool several) {
    const auto& project = steps.project;
    auto binary = TENON_TRY(required_bin_name(project));
    auto words = TENON_TRY(command_words(project, "provider", *project.provider->build_command));
    return std::make_unique<OwnCommand>(steps, std::move(binary), std::move(words), several);
}

} // namespace tenon::project
