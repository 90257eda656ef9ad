// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests: a directory with files, and a build in it.
#pragma once

#include "base/diagnostic.hpp"
#include "base/test_directory.hpp"
#include "project/build.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

namespace tenon::project {

class Scratch {
public:
    /// Writes a file, and the directories above it.
    base::Path file(const base::Path& name, std::string_view text, mode_t mode = 0644) {
        const auto path = directory_.path() / name;
        EXPECT_TRUE(base::make_directories(path.parent_path()));
        EXPECT_TRUE(base::write_file(path, as_bytes(text), {mode, true, false}));
        return path;
    }
    [[nodiscard]] base::Path path(const base::Path& name = {}) const {
        return name.empty() ? directory_.path() : directory_.path() / name;
    }
    [[nodiscard]] std::string read(const base::Path& name) const {
        const auto content = base::read_file(path(name), 1 << 20);
        return content ? std::string(as_text(*content)) : "cannot be read";
    }
    [[nodiscard]] bool has(const base::Path& name) const {
        return std::filesystem::exists(path(name));
    }

    std::map<std::string, std::string, std::less<>> environment;
    [[nodiscard]] Environment lookup() const {
        return [this](std::string_view name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
        };
    }

    /// Loads the project here; what it warned about is in `warned`.
    Result<Project> load(const base::Path& where = {}) {
        std::vector<base::Error> warnings;
        auto project = project::load(path(where), lookup(), warnings);
        warned = tell(warnings);
        return project;
    }
    std::string warned;

    /// The diagnostics, one behind the other, without the path of this directory.
    [[nodiscard]] std::string tell(const std::vector<base::Error>& errors) const {
        std::string out;
        for (const auto& error : errors)
            out += tell(error, base::Severity::warning);
        return out;
    }
    [[nodiscard]] std::string tell(const base::Error& error,
                                   base::Severity severity = base::Severity::error) const {
        auto text = base::render(error, severity);
        const auto root = directory_.path().native();
        for (auto at = text.find(root); at != text.npos; at = text.find(root))
            text.replace(at, root.size(), "HERE");
        return text;
    }

private:
    base::TestDirectory directory_;
};

} // namespace tenon::project
