// LINK: tenon_oci
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Docker's configuration and the answers of credential helpers. An error holds nothing of what was
// read, which may be a password.
#include "oci/docker_config.hpp"
#include "base/diagnostic.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using tenon::oci::DockerConfig, tenon::oci::parse_helper_answer;
    const std::string text(reinterpret_cast<const char*>(bytes), size);
    const auto secret = std::string("hunter2");
    const auto config = DockerConfig::parse(text, "config.json");
    if (!config && tenon::base::render(config.error()).find(secret) != std::string::npos)
        std::abort();
    if (config) {
        const auto entry = config->entry("localhost:5000", "acme/echo");
        if (entry && entry->anonymous())
            std::abort();
        const auto helper = config->helper("docker.io");
        if (helper && helper->size() > size)
            std::abort();
    }
    const auto answer = parse_helper_answer(text);
    if (!answer && tenon::base::render(answer.error()).find(secret) != std::string::npos)
        std::abort();
    return 0;
}
