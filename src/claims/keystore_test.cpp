// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Keys in directories: found wherever they are, made once, and never in a message.
#include "claims/keystore.hpp"

#include "base/diagnostic.hpp"
#include "base/test_directory.hpp"
#include "claims/test_vectors.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace tenon::claims {
namespace {

using base::Path;
using crypto::KeyType;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Keystore : public ::testing::Test {
protected:
    Path directory(const std::string& name) const {
        std::filesystem::create_directory(root_ / name);
        return root_ / name;
    }
    static void write(const Path& path, std::string_view text, mode_t mode = 0600) {
        ASSERT_TRUE(base::write_file(path, as_bytes(text)));
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    }
    static std::string content(const Path& path) {
        const auto bytes = base::read_file(path, 1000).value();
        return std::string(as_text(bytes));
    }
    static mode_t mode(const Path& path) {
        struct stat status = {};
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        return status.st_mode & 07777;
    }
    static std::string public_text(const KeyStore::Choice& choice) {
        return choice.key.public_key().text();
    }

    base::TestDirectory place_;
    const Path root_ = place_.path();
};

KeyStore store(std::vector<Path> directories) {
    return KeyStore(KeyDirectories{std::move(directories)});
}

std::vector<Path> directories_from(std::optional<std::string> flag, std::optional<Path> project,
                                   const std::map<std::string, std::string>& environment) {
    const auto look = [&](std::string_view name) -> std::optional<std::string> {
        const auto found = environment.find(std::string(name));
        return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
    return KeyDirectories::from({std::move(flag), std::move(project), look}).directories;
}

TEST(KeyDirectories, come_in_order_of_precedence) {
    EXPECT_THAT(directories_from("flag", "project",
                                 {{"WASH_KEYS", "keys"},
                                  {"WASH_KEYS_DIR", "~/dir"},
                                  {"HOME", "/home/u"},
                                  {"XDG_DATA_HOME", "/data"}}),
                ElementsAre("flag", "keys", "/home/u/dir", "project", "/home/u/.wash/keys",
                            "/data/wash/keys"));
}

TEST(KeyDirectories, have_a_default_for_data) {
    EXPECT_THAT(directories_from({}, {}, {{"HOME", "/home/u"}}),
                ElementsAre("/home/u/.wash/keys", "/home/u/.local/share/wash/keys"));
    EXPECT_THAT(directories_from({}, {}, {{"HOME", "/home/u"}, {"XDG_DATA_HOME", "relative"}}),
                ElementsAre("/home/u/.wash/keys", "/home/u/.local/share/wash/keys"));
}

TEST(KeyDirectories, ignore_what_is_empty_and_count_each_once) {
    EXPECT_THAT(directories_from("/home/u/.wash/keys/", {},
                                 {{"WASH_KEYS", ""}, {"HOME", "/home/u"}, {"XDG_DATA_HOME", ""}}),
                ElementsAre("/home/u/.wash/keys/", "/home/u/.local/share/wash/keys"));
    EXPECT_THAT(directories_from({}, {}, {{"HOME", ""}}), IsEmpty());
    EXPECT_THAT(KeyDirectories::from({}).directories, IsEmpty());
}

TEST(KeyNames, follow_the_user_and_the_file) {
    EXPECT_EQ(account_key_name("tester"), "tester_account");
    EXPECT_EQ(account_key_name(std::nullopt), "user_account");
    EXPECT_EQ(account_key_name(""), "user_account");
    EXPECT_EQ(key_name("build/hello.wasm", KeyType::module), "hello_module");
    EXPECT_EQ(key_name("http-server", KeyType::service), "http-server_service");
    EXPECT_EQ(key_name("my.op", KeyType::operator_), "my_operator");
    EXPECT_EQ(key_name("a/b/", KeyType::module), "b_module");
}

TEST_F(Keystore, loads_a_key_with_or_without_its_suffix_and_newline) {
    const auto keys = directory("keys");
    write(keys / "a.nk", vectors::account_seed);
    write(keys / "b.nk", std::string(vectors::module_seed) + "\n");
    EXPECT_EQ(store({keys}).load("a").value().public_key().text(), vectors::account);
    EXPECT_EQ(store({keys}).load("a.nk").value().public_key().text(), vectors::account);
    EXPECT_EQ(store({keys}).load("b").value().public_key().text(), vectors::module);
}

TEST_F(Keystore, looks_in_every_directory_in_order) {
    const auto first = directory("first");
    const auto second = directory("second");
    write(second / "a.nk", vectors::account_seed);
    const auto both = store({first, root_ / "missing", second});
    EXPECT_EQ(both.load("a").value().public_key().text(), vectors::account);
    write(first / "a.nk", vectors::other_account_seed);
    EXPECT_EQ(both.load("a").value().public_key().text(), vectors::other_account);
}

TEST_F(Keystore, says_which_key_is_missing_and_where_it_looked) {
    const auto keys = directory("keys");
    write(keys / "tester_account.nk", vectors::account_seed);
    const auto error = store({keys}).load("tester_acount").error();
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_EQ(error.message(), "key `tester_acount` doesn't exist");
    EXPECT_THAT(error.helps(),
                ElementsAre("did you mean `tester_account`?", "looked in `" + keys.native() + "`"));
}

TEST_F(Keystore, refuses_names_that_leave_the_directory) {
    const auto keys = store({directory("keys")});
    using namespace std::string_view_literals;
    for (const auto name : {"../a"sv, "a/b"sv, ""sv, ".nk"sv, "a\0b"sv}) {
        const auto error = keys.load(name).error();
        EXPECT_EQ(error.code(), Errc::usage);
        EXPECT_THAT(error.message(), HasSubstr("cannot be the name of a key"));
    }
}

TEST_F(Keystore, names_the_file_of_a_bad_seed_but_never_shows_it) {
    const auto keys = directory("keys");
    auto typo = std::string(vectors::account_seed);
    typo[20] = typo[20] == 'A' ? 'B' : 'A';
    write(keys / "short.nk", vectors::account_seed.substr(0, 57));
    write(keys / "typo.nk", typo);
    write(keys / "public.nk", vectors::account);
    write(keys / "empty.nk", "");
    write(keys / "long.nk", std::string(10'000, 'S'));
    for (const std::string_view name : {"short", "typo", "public", "empty", "long"}) {
        const auto error = store({keys}).load(name).error();
        const auto text = base::render(error);
        EXPECT_THAT(error.message(), HasSubstr("`" + (keys / (std::string(name) + ".nk")).native() +
                                               "` holds no seed"));
        EXPECT_THAT(text, Not(HasSubstr(std::string(vectors::account_seed.substr(4, 12)))));
    }
    EXPECT_EQ(store({keys}).load("typo").error().code(), Errc::checksum);
    EXPECT_EQ(store({keys}).load("short").error().code(), Errc::bad_key);
    EXPECT_THAT(store({keys}).load("public").error().causes().back(),
                HasSubstr("this is a public key"));
}

TEST_F(Keystore, does_not_pass_over_a_file_that_cannot_be_read) {
    const auto first = directory("first");
    const auto second = directory("second");
    std::filesystem::create_directory(first / "a.nk");
    write(second / "a.nk", vectors::account_seed);
    const auto error = store({first, second}).choose({}, "a", KeyType::account, true).error();
    EXPECT_EQ(error.message(), "cannot read `" + (first / "a.nk").native() + "`");
    EXPECT_THAT(error.causes(), ElementsAre("Is a directory (os error 21)"));
}

TEST_F(Keystore, lists_names_sorted_and_once) {
    const auto first = directory("first");
    const auto second = directory("second");
    write(first / "b.nk", "");
    write(first / "a.nk", "");
    write(second / "a.nk", "");
    write(second / "c.nk", "");
    write(second / "readme", "");
    write(second / ".nk", "");
    write(second / "\xff.nk", "");
    std::filesystem::create_directory(second / "d.nk");
    EXPECT_THAT(store({first, root_ / "missing", second}).list().value(),
                ElementsAre("a", "b", "c"));
    EXPECT_FALSE(std::filesystem::exists(root_ / "missing"));
}

TEST_F(Keystore, says_that_a_file_is_no_directory) {
    write(root_ / "file", "");
    const auto error = store({root_ / "file"}).list().error();
    EXPECT_EQ(error.message(), "cannot list the keys in `" + (root_ / "file").native() + "`");
}

TEST_F(Keystore, takes_a_given_path_before_a_seed) {
    write(root_ / "a.nk", std::string(vectors::account_seed) + "\n");
    const auto keys = store({directory("keys")});
    const auto path = (root_ / "a.nk").native();
    EXPECT_EQ(public_text(keys.choose(path, "x", KeyType::account, false).value()),
              vectors::account);
    EXPECT_EQ(
        public_text(
            keys.choose(std::string(vectors::module_seed), "x", KeyType::module, false).value()),
        vectors::module);
    EXPECT_THAT(keys.list().value(), IsEmpty());
}

TEST_F(Keystore, says_when_a_given_path_is_a_directory) {
    const auto error = store({}).choose(root_.native(), "x", KeyType::account, true).error();
    EXPECT_EQ(error.message(), "cannot read `" + root_.native() + "`");
    EXPECT_THAT(error.causes(), ElementsAre("Is a directory (os error 21)"));
}

TEST_F(Keystore, never_repeats_a_given_value_that_is_neither_file_nor_seed) {
    const auto mistyped = std::string(vectors::account_seed.substr(0, 50));
    auto error = store({}).choose(mistyped, "x", KeyType::account, true).error();
    EXPECT_EQ(error.code(), Errc::bad_key);
    EXPECT_THAT(base::render(error), Not(HasSubstr(mistyped.substr(0, 8))));
    EXPECT_THAT(error.helps(), Not(Contains(HasSubstr("path"))));

    error = store({}).choose("no/such/file.nk", "x", KeyType::account, true).error();
    EXPECT_EQ(error.code(), Errc::bad_key);
    EXPECT_THAT(base::render(error), Not(HasSubstr("no/such")));
    EXPECT_EQ(error.helps().back(), "if it is the path of a key file: no such file exists");
}

TEST_F(Keystore, says_that_a_public_key_was_given) {
    const auto error =
        store({}).choose(std::string(vectors::account), "x", KeyType::account, true).error();
    EXPECT_THAT(error.message(), HasSubstr("this is a public key"));
}

TEST_F(Keystore, makes_a_missing_key_once_in_the_first_directory) {
    const auto second = directory("second");
    const auto keys = store({root_ / "new" / "keys", second});
    const auto made = keys.choose({}, "tester_account", KeyType::account, true).value();
    const auto file = root_ / "new" / "keys" / "tester_account.nk";
    EXPECT_EQ(made.made, file);
    EXPECT_EQ(made.key.type(), KeyType::account);
    EXPECT_THAT(made.warnings, IsEmpty());
    EXPECT_EQ(content(file), made.key.seed_text().get());
    EXPECT_EQ(content(file).size(), 58U);
    EXPECT_EQ(mode(file), 0600U);
    EXPECT_EQ(mode(file.parent_path()), 0700U);

    const auto again = keys.choose({}, "tester_account", KeyType::account, true).value();
    EXPECT_FALSE(again.made);
    EXPECT_EQ(public_text(again), public_text(made));
}

TEST_F(Keystore, finds_a_key_of_a_later_directory_before_making_one) {
    const auto first = directory("first");
    const auto second = directory("second");
    write(second / "a.nk", vectors::account_seed);
    EXPECT_EQ(public_text(store({first, second}).choose({}, "a", KeyType::account, true).value()),
              vectors::account);
    EXPECT_TRUE(std::filesystem::is_empty(first));
}

TEST_F(Keystore, makes_readable_keys_under_any_umask) {
    const auto keys = store({root_ / "keys"});
    const auto before = ::umask(0477);
    const auto made = keys.choose({}, "a", KeyType::account, true).value();
    ::umask(before);
    EXPECT_TRUE(made.made);
    EXPECT_EQ(mode(root_ / "keys" / "a.nk"), 0600U);
    EXPECT_EQ(mode(root_ / "keys"), 0700U);
}

TEST_F(Keystore, makes_no_key_where_everybody_puts_files) {
    const auto shared = directory("tmp");
    ASSERT_EQ(::chmod(shared.c_str(), 01777), 0);
    const auto error = store({shared}).choose({}, "a", KeyType::account, true).error();
    EXPECT_EQ(error.message(), "`" + shared.native() + "` is a directory that users share");
    EXPECT_TRUE(std::filesystem::is_empty(shared));
}

TEST_F(Keystore, leaves_a_directory_as_open_as_it_is_and_warns) {
    const auto keys = directory("keys");
    ASSERT_EQ(::chmod(keys.c_str(), 0755), 0);
    const auto choice = store({keys}).choose({}, "a", KeyType::account, true).value();
    EXPECT_EQ(mode(*choice.made), 0600U);
    EXPECT_EQ(mode(keys), 0755U);
    ASSERT_EQ(choice.warnings.size(), 1U);
    EXPECT_EQ(choice.warnings[0].message(), "others can look into `" + keys.native() + "`");
    EXPECT_THAT(choice.warnings[0].helps(), ElementsAre("chmod 700 " + keys.native()));
}

TEST_F(Keystore, without_leave_to_generate_says_which_file_is_missing) {
    const auto keys = store({root_ / "none"});
    const auto error = keys.choose({}, "tester_account", KeyType::account, false).error();
    EXPECT_EQ(error.code(), Errc::not_found);
    EXPECT_EQ(error.message(), "no keypair found in `" +
                                   (root_ / "none" / "tester_account.nk").native() +
                                   "`, please ensure key exists or supply one as a flag");
    EXPECT_FALSE(std::filesystem::exists(root_ / "none"));
}

TEST_F(Keystore, gives_the_absolute_path_of_a_relative_directory) {
    const auto error = store({"none"}).choose({}, "a", KeyType::account, false).error();
    EXPECT_THAT(error.message(),
                HasSubstr((std::filesystem::current_path() / "none" / "a.nk").native()));
}

TEST_F(Keystore, without_directories_says_how_to_name_one) {
    const auto error = store({}).choose({}, "a", KeyType::account, true).error();
    EXPECT_EQ(error.message(), "there is no directory for keys");
    EXPECT_THAT(error.helps(), ElementsAre("set HOME, or name a directory with `--directory`"));
}

TEST_F(Keystore, warns_when_others_can_reach_a_key) {
    const auto keys = directory("keys");
    write(keys / "a.nk", vectors::account_seed, 0640);
    const auto choice = store({keys}).choose({}, "a", KeyType::account, false).value();
    ASSERT_EQ(choice.warnings.size(), 1U);
    const auto& warning = choice.warnings[0];
    EXPECT_EQ(warning.message(), "others can reach the key in `" + (keys / "a.nk").native() + "`");
    EXPECT_THAT(warning.helps(), ElementsAre("chmod 600 " + (keys / "a.nk").native()));
}

TEST_F(Keystore, warns_about_a_key_of_another_type) {
    const auto choice =
        store({}).choose(std::string(vectors::account_seed), "x", KeyType::service, false).value();
    ASSERT_EQ(choice.warnings.size(), 1U);
    EXPECT_EQ(choice.warnings[0].code(), Errc::bad_key);
    EXPECT_EQ(choice.warnings[0].message(),
              "the key given is of type account, where one of type service belongs");

    const auto keys = directory("keys");
    write(keys / "a_service.nk", vectors::account_seed);
    const auto named = store({keys}).choose({}, "a_service", KeyType::service, false).value();
    ASSERT_EQ(named.warnings.size(), 1U);
    EXPECT_EQ(named.warnings[0].message(),
              "key `a_service` is of type account, where one of type service belongs");
}

TEST_F(Keystore, lets_those_who_race_agree_on_one_key) {
    for (int round = 0; round < 20; ++round) {
        const auto keys = store({root_ / ("keys" + std::to_string(round))});
        std::array<std::string, 4> found;
        std::vector<std::thread> racers;
        for (auto& text : found)
            racers.emplace_back([&keys, &text] {
                const auto choice = keys.choose({}, "a", KeyType::account, true);
                text = choice ? choice->key.public_key().text() : choice.error().message();
            });
        for (auto& racer : racers)
            racer.join();
        for (const auto& text : found)
            EXPECT_EQ(text, found[0]);
        EXPECT_EQ(found[0].size(), 56U);
    }
}

} // namespace
} // namespace tenon::claims
