// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a directory that is gone when the test is.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tenon::base {

class TestDirectory {
public:
    TestDirectory() : TestDirectory(std::filesystem::temp_directory_path()) {}
    explicit TestDirectory(const std::filesystem::path& parent) {
        std::string name = parent / "tenon-test-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            std::abort();
        path_ = std::filesystem::canonical(name);
    }
    ~TestDirectory() {
        std::error_code left_behind;
        std::filesystem::remove_all(path_, left_behind);
    }
    TestDirectory(const TestDirectory&) = delete;
    TestDirectory& operator=(const TestDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
    /// Names of what lies in it, hidden ones too.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            found.push_back(entry.path().filename());
        return found;
    }

private:
    std::filesystem::path path_;
};

} // namespace tenon::base
