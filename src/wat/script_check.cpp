// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/script_check.hpp"

#include "component/validate.hpp"
#include "wasm/validate.hpp"

#include <fmt/core.h>

namespace tenon::wat {
namespace {

using Form = ScriptModule::Form;
using CommandKind = Command::Kind;

class Checker {
public:
    Checker(std::string_view name, std::string_view text, const CheckOptions& options,
            const std::function<void(Check)>& report)
        : name_(name), text_(text), options_(options), report_(report) {}

    Result<> check(std::span<const Command> commands);

private:
    void check(const Command& command);
    void expect_valid(const Command& command);
    void expect_invalid(const Command& command, Check::Kind kind);
    void expect_malformed(const Command& command, Check::Kind kind);

    [[nodiscard]] Result<Buffer> binary_of(const ScriptModule& module) const;
    [[nodiscard]] bool is_verdict(const ScriptModule& module, const base::Error& error,
                                  Check::Kind kind) const;
    [[nodiscard]] Result<> validate(const ScriptModule& module, Bytes binary) const;
    void pass(const Command& command, Check::Kind kind) {
        report_({kind, Check::Verdict::passed, command.line});
    }
    void fail_with(const Command& command, Check::Kind kind, std::string expected,
                   std::optional<base::Error> problem = {});

    std::string_view name_, text_;
    const CheckOptions& options_;
    const std::function<void(Check)>& report_;
    std::size_t failures_ = 0;
};

std::string_view noun(const ScriptModule& module) {
    return module.is_component ? "component" : "module";
}

/// Only what stands in the module is given to the parser: an error costs as much as it takes to
/// count the lines before it, and scripts are full of errors that are meant to be.
Result<Buffer> Checker::binary_of(const ScriptModule& module) const {
    if (module.form != Form::text)
        return assemble(name_, text_, module, options_.stop);
    auto alone = module;
    alone.begin = 0;
    alone.end = module.end - module.begin;
    return assemble(name_, text_.substr(module.begin, alone.end), alone, options_.stop);
}

/// Whether an error says what the command says. What an older version of the language does not have
/// is wrong in it, and so is a version that none has.
bool Checker::is_verdict(const ScriptModule& module, const base::Error& error,
                         Check::Kind kind) const {
    const auto code = error.code();
    if (code == Errc::interrupted)
        return false;
    if (code == Errc::unsupported)
        return module.form == Form::binary || !options_.features.has(wasm::Feature::multi_memory);
    if (module.is_component)
        return true;
    if (kind == Check::Kind::invalid || kind == Check::Kind::invalid_custom)
        return code == Errc::invalid;
    // More locals than can be counted are more than are allowed.
    return code == Errc::malformed || code == Errc::truncated || code == Errc::limit;
}

Result<> Checker::validate(const ScriptModule& module, Bytes binary) const {
    if (!module.is_component)
        return wasm::validate(binary, options_.features);
    wasm::ValidateOptions options;
    options.features = options_.features;
    options.threads = 1; // what is in scripts is small
    return component::validate(binary, options);
}

void Checker::fail_with(const Command& command, Check::Kind kind, std::string expected,
                        std::optional<base::Error> problem) {
    if (options_.stop.stop_requested())
        return; // that is no verdict on the command
    const bool shows_place = failures_++ < options_.max_places;
    if (shows_place && problem && command.module->form == Form::text) {
        if (auto in_place = assemble(name_, text_, *command.module, options_.stop); !in_place)
            problem = std::move(in_place).error(); // the same one, where it stands in the script
    }
    report_({kind, Check::Verdict::failed, command.line, std::move(expected), std::move(problem)});
}

void Checker::expect_valid(const Command& command) {
    const auto& module = *command.module;
    const auto attempt = [&]() -> Result<> {
        const auto binary = TENON_TRY(binary_of(module));
        TENON_TRY(validate(module, binary));
        return options_.also ? options_.also(module, binary) : Result<>();
    };
    if (auto done = attempt(); !done)
        return fail_with(command, Check::Kind::module, fmt::format("a valid {}", noun(module)),
                         std::move(done).error());
    pass(command, Check::Kind::module);
}

void Checker::expect_invalid(const Command& command, Check::Kind kind) {
    const auto& module = *command.module;
    auto binary = binary_of(module);
    // Where a custom section is, the text format has an annotation, and asks the same of it.
    const bool is_refused_text =
        !binary && kind == Check::Kind::invalid_custom && binary.error().code() == Errc::invalid;
    auto done = binary ? validate(module, *binary) : Result<>();
    if (is_refused_text || (!done && is_verdict(module, done.error(), kind)))
        return pass(command, kind);
    auto expected = fmt::format("an invalid {}: {}", noun(module), command.message);
    if (binary && done)
        return fail_with(command, kind, std::move(expected));
    fail_with(command, kind, std::move(expected),
              binary ? std::move(done).error() : std::move(binary).error());
}

/// Text that must not be read; bytes that must be refused, be it by the validator.
void Checker::expect_malformed(const Command& command, Check::Kind kind) {
    const auto& module = *command.module;
    const auto attempt = [&]() -> Result<> {
        const auto binary = TENON_TRY(binary_of(module));
        return module.form == Form::binary ? validate(module, binary) : Result<>();
    };
    auto done = attempt();
    if (!done && is_verdict(module, done.error(), kind))
        return pass(command, kind);
    auto expected = fmt::format("a malformed {}: {}", noun(module), command.message);
    if (done)
        return fail_with(command, kind, std::move(expected));
    fail_with(command, kind, std::move(expected), std::move(done).error());
}

void Checker::check(const Command& command) {
    switch (command.kind) {
    case CommandKind::module: return expect_valid(command);
    case CommandKind::assert_malformed: return expect_malformed(command, Check::Kind::malformed);
    case CommandKind::assert_malformed_custom:
        return expect_malformed(command, Check::Kind::malformed_custom);
    case CommandKind::assert_invalid: return expect_invalid(command, Check::Kind::invalid);
    case CommandKind::assert_invalid_custom:
        return expect_invalid(command, Check::Kind::invalid_custom);
    case CommandKind::assert_unlinkable:
    case CommandKind::assert_trap:
        if (command.module)
            expect_valid(command);
        break;
    case CommandKind::meta: return;
    default: break;
    }
    report_({Check::Kind::run, Check::Verdict::not_run, command.line});
}

Result<> Checker::check(std::span<const Command> commands) {
    for (const auto& command : commands) {
        TENON_TRY(check(std::span(command.commands)));
        check(command);
        if (options_.stop.stop_requested())
            return fail(Errc::interrupted, "interrupted");
    }
    return {};
}

} // namespace

std::string_view name_of(Check::Kind kind) noexcept {
    switch (kind) {
    case Check::Kind::module: return "module";
    case Check::Kind::malformed: return "malformed";
    case Check::Kind::invalid: return "invalid";
    case Check::Kind::malformed_custom: return "malformed-custom";
    case Check::Kind::invalid_custom: return "invalid-custom";
    case Check::Kind::run: return "run";
    }
    return "";
}

wasm::Features script_features() noexcept {
    using wasm::Feature;
    auto features = wasm::Features::usual();
    for (auto i = static_cast<int>(Feature::cm_async); i <= static_cast<int>(wasm::last_feature);
         ++i)
        features.set(static_cast<Feature>(i), true);
    features.set(Feature::cm_nested_names, false);
    return features;
}

Result<> check_script(std::string_view name, std::string_view text,
                      std::span<const Command> commands, const CheckOptions& options,
                      const std::function<void(Check)>& report) {
    return Checker(name, text, options, report).check(commands);
}

} // namespace tenon::wat
