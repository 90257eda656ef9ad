// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a client of a TestRegistry whose pauses take no time.
#pragma once

#include "base/diagnostic.hpp"
#include "base/test_directory.hpp"
#include "oci/client.hpp"
#include "oci/test_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::oci {

class ClientTest : public testing::Test {
protected:
    ClientTest() {
        options.session.plain_http = true;
        options.session.surroundings.now = [this] { return now; };
        options.session.surroundings.calendar = [] {
            return std::chrono::sys_seconds(std::chrono::seconds(784111700));
        };
        options.session.surroundings.random = [](std::uint32_t bound) { return bound - 1; };
        options.session.surroundings.sleep = [this](std::chrono::milliseconds time,
                                                    const std::stop_token&) -> Result<> {
            pauses.push_back(time.count());
            now += time;
            return {};
        };
        options.session.warning = [this](const base::Error& error) {
            warnings.push_back(error.message());
        };
        options.session.note = [this](std::string_view note) { notes.emplace_back(note); };
    }

    Registry& client() {
        if (!registry_) {
            auto made = net::Client::create(http);
            EXPECT_TRUE(made);
            http_.emplace(*std::move(made));
            auto opened = Registry::open(*http_, server.host(), options);
            EXPECT_TRUE(opened);
            registry_.emplace(*std::move(opened));
        }
        return *registry_;
    }

    /// The same with the options of now, and nothing remembered.
    Registry& another_client() {
        registry_.reset();
        return client();
    }

    /// Gives these credentials whenever the registry wants some.
    void log_in(std::string user, std::string password) {
        options.session.credentials = [this, user, password](std::string_view) {
            ++credentials_asked;
            Credentials credentials;
            credentials.user = user;
            credentials.password = crypto::SecretText(password);
            credentials.source = "--user";
            return Result<Credentials>(std::move(credentials));
        };
    }

    /// The message, then every cause and help, a line each.
    static std::string told(const base::Error& error) {
        auto text = std::string(errc_name(error.code())) + ": " + error.message();
        for (const auto& cause : error.causes())
            text += "\nbecause " + cause;
        for (const auto& help : error.helps())
            text += "\nhelp " + help;
        return text;
    }
    template <class T> static std::string told(const Result<T>& result) {
        return result ? "fine" : told(result.error());
    }

    TestRegistry server;
    RegistryOptions options;
    net::ClientOptions http;
    std::chrono::steady_clock::time_point now{std::chrono::hours(1000)};
    std::vector<std::int64_t> pauses;
    std::vector<std::string> warnings;
    std::vector<std::string> notes;
    int credentials_asked = 0;

private:
    std::optional<net::Client> http_;
    std::optional<Registry> registry_;
};

} // namespace tenon::oci
