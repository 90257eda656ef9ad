// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Go: `go generate` once, for this machine, then `go build` for each target.
#include "project/toolchain.hpp"

namespace tenon::project {
namespace {

class Go final : public Toolchain {
public:
    Go(const Steps& steps, std::string binary, bool several)
        : steps_(steps), binary_(std::move(binary)), several_(several) {}

    [[nodiscard]] const std::string& bin_name() const override { return binary_; }

    Result<> build(const AskedTarget& target) override {
        TENON_TRY(generate());
        base::Command command;
        command.words = {steps_.project.go_path, "build", "-o", artifact(target).native(), "."};
        command.directory = steps_.project.path;
        if (!target.go_os.empty())
            command.environment = {{"GOOS", target.go_os}, {"GOARCH", target.go_arch}};
        return steps_.run(std::move(command), "failed to build the provider with go");
    }

    [[nodiscard]] base::Path artifact(const AskedTarget& target) const override {
        return steps_.project.build / (several_ ? binary_ + "." + target.name : binary_);
    }

private:
    Result<> generate() {
        if (generated_ || steps_.project.disable_go_generate)
            return {};
        base::Command command;
        command.words = {steps_.project.go_path, "generate", "./..."};
        command.directory = steps_.project.path;
        TENON_TRY(steps_.run(std::move(command), "failed to generate Go code"));
        generated_ = true;
        return {};
    }

    const Steps& steps_;
    std::string binary_;
    bool several_;
    bool generated_ = false;
};

} // namespace

Result<std::unique_ptr<Toolchain>> make_go(const Steps& steps, bool several) {
    auto binary = TENON_TRY(required_bin_name(steps.project));
    return std::make_unique<Go>(steps, std::move(binary), several);
}

} // namespace tenon::project
