// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a registry in memory over plain sockets, which can be told to misbehave. Every
// request first goes to `trouble`, which may answer it in any way, also one that is no HTTP.
#pragma once

#include "base/handle.hpp"
#include "blob/digest.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace tenon::oci {

struct Asked {
    std::string method, target, head, body;

    [[nodiscard]] std::string path() const { return target.substr(0, target.find('?')); }
    [[nodiscard]] std::string query() const {
        const auto mark = target.find('?');
        return mark == std::string::npos ? "" : target.substr(mark + 1);
    }
    /// Name in the case in which our client writes it.
    [[nodiscard]] std::string field(const std::string& name) const {
        const auto begin = head.find("\r\n" + name + ": ");
        if (begin == std::string::npos)
            return "";
        const auto value = begin + name.size() + 4;
        return head.substr(value, head.find("\r\n", value) - value);
    }
    [[nodiscard]] std::string text() const { return method + " " + target; }
};

struct Reply {
    std::string bytes; ///< head and body as they go over the wire
    bool close = false;
    bool endless = false; ///< go on with zeros until the client has enough
};

using Fields = std::vector<std::pair<std::string, std::string>>;

inline Reply reply(int status, const Fields& fields = {}, const std::string& body = "") {
    std::string bytes = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
    bool sized = status == 204;
    for (const auto& [name, value] : fields) {
        bytes += name + ": " + value + "\r\n";
        sized = sized || name == "Content-Length" || name == "Transfer-Encoding";
    }
    if (!sized)
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return {bytes + "\r\n" + body};
}

class TestRegistry {
public:
    TestRegistry() {
        listener_ = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
            ::getsockname(listener_.get(), generic, &size) != 0)
            std::abort();
        host_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~TestRegistry() {
        ending_ = true;
        ::shutdown(listener_.get(), SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_)
                ::shutdown(fd, SHUT_RDWR);
        }
        for (auto& thread : threads_)
            thread.join();
    }
    TestRegistry(const TestRegistry&) = delete;
    TestRegistry& operator=(const TestRegistry&) = delete;

    [[nodiscard]] const std::string& host() const { return host_; }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://" + host_ + path;
    }
    /// Method and target of every request so far.
    [[nodiscard]] std::vector<std::string> asked() const {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    [[nodiscard]] std::size_t count(const std::string& beginning) const {
        const auto all = asked();
        return static_cast<std::size_t>(std::ranges::count_if(
            all, [&](const std::string& text) { return text.starts_with(beginning); }));
    }

    /// Runs under the registry's lock, before it answers itself.
    std::function<std::optional<Reply>(const Asked&)> trouble;
    bool referrers_api = false;
    std::string min_chunk;
    std::map<std::string, std::string> blobs; ///< by digest
    struct Stored {
        std::string bytes, type;
    };
    std::map<std::string, Stored> manifests; ///< by `repository:name`
    std::map<std::string, std::string> uploads;

    std::string add_blob(const std::string& bytes) {
        const auto digest = blob::Digest::of(as_bytes(bytes)).text();
        blobs[digest] = bytes;
        return digest;
    }
    std::string add_manifest(const std::string& repository, const std::string& tag,
                             const std::string& bytes, const std::string& type) {
        const auto digest = blob::Digest::of(as_bytes(bytes)).text();
        manifests[repository + ":" + tag] = {bytes, type};
        manifests[repository + ":" + digest] = {bytes, type};
        return digest;
    }
    /// Keeps a part of what was sent, as a registry does whose client goes away.
    void keep_part(const Asked& asked, std::size_t bytes) {
        uploads[asked.path().substr(asked.path().rfind('/') + 1)] += asked.body.substr(0, bytes);
    }

private:
    void accept_all() {
        while (!ending_) {
            const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0)
                return;
            const std::lock_guard lock(mutex_);
            open_.push_back(fd);
            threads_.emplace_back([this, fd] { serve(fd); });
        }
    }

    void serve(int fd) {
        std::string input;
        while (const auto asked = receive(fd, input)) {
            Reply answer;
            {
                const std::lock_guard lock(mutex_);
                asked_.push_back(asked->text());
                auto wrong = trouble ? trouble(*asked) : std::nullopt;
                answer = wrong ? *std::move(wrong) : handle(*asked);
            }
            if (asked->method == "HEAD")
                answer.bytes.resize(answer.bytes.find("\r\n\r\n") + 4);
            if (!send_all(fd, answer) || answer.close)
                break;
        }
        const std::lock_guard lock(mutex_);
        std::erase(open_, fd);
        ::close(fd);
    }

    static bool send_all(int fd, const Reply& answer) {
        std::string_view left = answer.bytes;
        static const std::string zeros(65536, '\0');
        for (;;) {
            while (!left.empty()) {
                const auto sent = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
                if (sent <= 0)
                    return false;
                left.remove_prefix(static_cast<std::size_t>(sent));
            }
            if (!answer.endless)
                return true;
            left = zeros;
        }
    }

    static std::optional<Asked> receive(int fd, std::string& input) {
        const auto more = [&] {
            char buffer[65536];
            const auto got = ::recv(fd, buffer, sizeof buffer, 0);
            if (got > 0)
                input.append(buffer, static_cast<std::size_t>(got));
            return got > 0;
        };
        std::size_t end;
        while ((end = input.find("\r\n\r\n")) == std::string::npos)
            if (!more())
                return std::nullopt;
        Asked asked;
        asked.head = input.substr(0, end + 2);
        input.erase(0, end + 4);
        const auto blank = asked.head.find(' ');
        asked.method = asked.head.substr(0, blank);
        asked.target = asked.head.substr(blank + 1, asked.head.find(' ', blank + 1) - blank - 1);
        const auto length = asked.field("Content-Length");
        const auto size = length.empty() ? 0 : std::stoul(length);
        while (input.size() < size)
            if (!more())
                return std::nullopt;
        asked.body = input.substr(0, size);
        input.erase(0, size);
        return asked;
    }

    Reply handle(const Asked& asked) {
        const auto path = asked.path();
        if (path == "/v2/")
            return reply(200, {}, "{}");
        for (const auto& [word, part] : {std::pair("/blobs/uploads/", &TestRegistry::upload),
                                         {"/blobs/", &TestRegistry::blob},
                                         {"/manifests/", &TestRegistry::manifest},
                                         {"/referrers/", &TestRegistry::referrers}}) {
            const auto at = path.rfind(word);
            if (at != std::string::npos)
                return (this->*part)(asked, path.substr(4, at - 4),
                                     path.substr(at + std::string(word).size()));
        }
        return reply(404);
    }

    Reply blob(const Asked& asked, const std::string&, const std::string& digest) {
        const auto found = blobs.find(digest);
        if (found == blobs.end())
            return reply(404, {},
                         R"({"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown"}]})");
        if (asked.method == "DELETE") {
            blobs.erase(found);
            return reply(202);
        }
        const auto range = asked.field("Range"); // `bytes=N-`
        if (range.empty())
            return reply(200, {}, found->second);
        const auto first = std::stoul(range.substr(6));
        const auto& bytes = found->second;
        return reply(206,
                     {{"Content-Range", "bytes " + std::to_string(first) + "-" +
                                            std::to_string(bytes.size() - 1) + "/" +
                                            std::to_string(bytes.size())}},
                     bytes.substr(first));
    }

    Reply manifest(const Asked& asked, const std::string& repository, const std::string& name) {
        const auto key = repository + ":" + name;
        if (asked.method == "PUT") {
            const auto digest =
                add_manifest(repository, name, asked.body, asked.field("Content-Type"));
            Fields fields{{"Docker-Content-Digest", digest}};
            if (referrers_api && asked.body.find("\"subject\"") != std::string::npos)
                fields.emplace_back("OCI-Subject", "x");
            return reply(201, fields);
        }
        const auto found = manifests.find(key);
        if (found == manifests.end())
            return reply(
                404, {},
                R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]})");
        if (asked.method == "DELETE") {
            manifests.erase(found);
            return reply(202);
        }
        return reply(
            200,
            {{"Content-Type", found->second.type},
             {"Docker-Content-Digest", blob::Digest::of(as_bytes(found->second.bytes)).text()}},
            found->second.bytes);
    }

    Reply referrers(const Asked&, const std::string&, const std::string&) {
        if (!referrers_api)
            return reply(404);
        return reply(200, {{"Content-Type", "application/vnd.oci.image.index.v1+json"}},
                     R"({"schemaVersion":2,"manifests":[]})");
    }

    Reply upload(const Asked& asked, const std::string& repository, const std::string& id) {
        const auto location = [&](const std::string& which) {
            return "/v2/" + repository + "/blobs/uploads/" + which + "?state=x%2Fy";
        };
        if (asked.method == "POST") {
            const auto mount = asked.query().find("mount=");
            if (mount != std::string::npos && blobs.contains(asked.query().substr(mount + 6, 71)))
                return reply(201);
            const auto next = "u" + std::to_string(++last_upload_);
            uploads[next];
            Fields fields{{"Location", location(next)}};
            if (!min_chunk.empty())
                fields.emplace_back("OCI-Chunk-Min-Length", min_chunk);
            return reply(202, fields);
        }
        const auto found = uploads.find(id);
        if (found == uploads.end())
            return reply(
                404, {},
                R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"upload unknown"}]})");
        auto& bytes = found->second;
        const auto range = "0-" + std::to_string(bytes.empty() ? 0 : bytes.size() - 1);
        if (asked.method == "GET")
            return reply(204, {{"Location", location(id)}, {"Range", range}});
        if (asked.method == "DELETE") {
            uploads.erase(found);
            return reply(204);
        }
        const auto begins = asked.field("Content-Range");
        if (!begins.empty() && std::stoul(begins) != bytes.size())
            return reply(416, {{"Location", location(id)}, {"Range", range}});
        bytes += asked.body;
        if (asked.method == "PATCH")
            return reply(202, {{"Location", location(id)},
                               {"Range", "0-" + std::to_string(bytes.size() - 1)}});
        const auto digest = asked.query().substr(asked.query().find("digest=") + 7);
        if (blob::Digest::of(as_bytes(bytes)).text() != digest)
            return reply(
                400, {},
                R"({"errors":[{"code":"DIGEST_INVALID","message":"provided digest did not match"}]})");
        blobs[digest] = bytes;
        uploads.erase(found);
        return reply(201, {{"Location", "/v2/" + repository + "/blobs/" + digest}});
    }

    base::Fd listener_;
    std::string host_;
    std::thread acceptor_;
    std::atomic<bool> ending_ = false;
    mutable std::mutex mutex_;
    std::vector<std::thread> threads_;
    std::vector<int> open_;
    std::vector<std::string> asked_;
    int last_upload_ = 0;
};

} // namespace tenon::oci
