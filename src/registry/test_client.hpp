// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// For tests only: a client that calls a handler without a socket, and content to push.
#pragma once

#include "base/test_directory.hpp"
#include "registry/api.hpp"
#include "registry/disk_shelf.hpp"
#include "registry/memory_shelf.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tenon::registry {

struct Answer {
    int status = 0;
    net::Headers headers;
    std::string body;
    bool at_once = false;
    bool close = false;

    [[nodiscard]] std::string header(std::string_view name) const {
        return std::string(headers.find(name).value_or("(none)"));
    }
    /// The code of the error in the envelope.
    [[nodiscard]] std::string code() const {
        const auto document = data::parse_json({"answer", body});
        if (!document || !document->root.find("errors"))
            return "(none)";
        return *document->root.find("errors")->items().front().find("code")->string();
    }
};

/// Content that comes in small pieces; breaks off at its end when told to.
class TestBody final : public net::RequestBody {
public:
    explicit TestBody(std::string text, std::optional<Errc> breaks = {})
        : text_(std::move(text)), breaks_(breaks) {}
    Result<std::size_t> read(MutableBytes into) override {
        constexpr std::size_t piece = 70'001;
        const auto size = std::min({piece, into.size(), text_.size() - at_});
        std::copy_n(text_.data() + at_, size, into.data());
        at_ += size;
        if (size == 0 && breaks_)
            return fail(*breaks_, "the content breaks off");
        return size;
    }

private:
    std::string text_;
    std::size_t at_ = 0;
    std::optional<Errc> breaks_;
};

struct TestRequest {
    std::string method;
    std::string target;
    std::vector<net::Field> headers = {};
    std::optional<std::string> body = {};
    bool chunked = false;            ///< without Content-Length
    std::optional<Errc> breaks = {}; ///< the content breaks off before its end
};

inline std::string content_of(const net::Content& content) {
    if (const auto* text = std::get_if<std::string>(&content))
        return *text;
    if (const auto* file = std::get_if<net::FileContent>(&content)) {
        std::string text(file->length, '\0');
        EXPECT_EQ(
            ::pread(file->fd.get(), text.data(), text.size(), static_cast<off_t>(file->offset)),
            static_cast<ssize_t>(text.size()));
        return text;
    }
    return {};
}

class TestClient {
public:
    explicit TestClient(net::Handler& handler) : handler_(handler) {}

    Answer send(const TestRequest& given) {
        net::ServerRequest request;
        request.method = given.method;
        request.target = given.target;
        request.peer = "127.0.0.1:40000";
        for (const auto& field : given.headers)
            request.headers.add(field.name, field.value);
        request.has_content = given.body.has_value();
        if (given.body && !given.chunked)
            request.content_length = given.body->size() + (given.breaks ? 1 : 0);
        TestBody body(given.body.value_or(""), given.breaks);
        auto at_once = handler_.answer_at_once(request);
        auto response = at_once ? *std::move(at_once) : handler_.answer(request, body);
        Answer answer{response.status, std::move(response.headers), content_of(response.content),
                      at_once.has_value(), response.close};
        // As the server does it: the length is announced, and nothing is sent for HEAD.
        if (const auto length = net::content_length(response.content))
            answer.headers.set("Content-Length", std::to_string(*length));
        if (given.method == "HEAD")
            answer.body.clear();
        return answer;
    }
    Answer get(const std::string& target, std::vector<net::Field> headers = {}) {
        return send({"GET", target, std::move(headers)});
    }
    Answer head(const std::string& target) { return send({"HEAD", target}); }
    Answer drop(const std::string& target) { return send({"DELETE", target}); }
    Answer post(const std::string& target, std::optional<std::string> body = {}) {
        return send({"POST", target, {}, std::move(body)});
    }
    Answer put(const std::string& target, std::string body, std::string type = {}) {
        std::vector<net::Field> headers;
        if (!type.empty())
            headers.push_back({"Content-Type", std::move(type)});
        return send({"PUT", target, std::move(headers), std::move(body)});
    }

private:
    net::Handler& handler_;
};

inline blob::Digest digest_of(std::string_view content,
                              blob::Algorithm algorithm = blob::Algorithm::sha256) {
    return blob::Digest::of(as_bytes(content), algorithm);
}

/// Bytes that look random and are the same every time.
inline std::string noise(std::size_t size, std::uint32_t seed = 1) {
    std::string text(size, '\0');
    for (auto& c : text) {
        seed = seed * 1664525 + 1013904223;
        c = static_cast<char>(seed >> 24);
    }
    return text;
}

inline std::string with_digest(const std::string& location, const blob::Digest& digest) {
    return location + (location.find('?') == std::string::npos ? "?" : "&") +
           "digest=" + digest.text();
}

/// Hundreds of tests ask what a registry answers, and not whether it lies on a disk: where there is
/// memory for files they need not wait for one.
inline std::filesystem::path quick_place() {
    constexpr const char* memory = "/dev/shm";
    return ::access(memory, W_OK) == 0 ? std::filesystem::path(memory)
                                       : std::filesystem::temp_directory_path();
}

/// A handler over a store of its own.
struct TestRegistry {
    explicit TestRegistry(std::string_view shelf, ApiOptions options = {})
        : store(make_shelf(shelf)), api(store, std::move(options)), client(api) {}

    base::TestDirectory directory{quick_place()};
    Store store;
    Api api;
    TestClient client;

    /// Pushes a blob with one POST.
    blob::Digest push(const std::string& repository, const std::string& content,
                      blob::Algorithm algorithm = blob::Algorithm::sha256) {
        auto digest = digest_of(content, algorithm);
        const auto answer =
            client.post("/v2/" + repository + "/blobs/uploads/?digest=" + digest.text(), content);
        EXPECT_EQ(answer.status, 201) << answer.body;
        return digest;
    }

private:
    std::unique_ptr<Shelf> make_shelf(std::string_view kind) {
        if (kind == "memory")
            return std::make_unique<MemoryShelf>();
        auto shelf = DiskShelf::open(directory.path(), {.durable = false});
        EXPECT_TRUE(shelf) << (shelf ? "" : shelf.error().message());
        return *std::move(shelf);
    }
};

/// `{"mediaType":…,"digest":…,"size":…<more>}`
inline std::string descriptor(std::string_view type, const blob::Digest& digest, std::size_t size,
                              std::string_view more = {}) {
    return R"({"mediaType":")" + std::string(type) + R"(","digest":")" + digest.text() +
           R"(","size":)" + std::to_string(size) + std::string(more) + "}";
}

/// An image manifest of one config and these layers (descriptors, joined by commas).
inline std::string image(const std::string& config, const std::string& layers,
                         std::string_view more = {}) {
    return R"({"schemaVersion":2,"mediaType":")" + std::string(oci::media::image_manifest) +
           R"(","config":)" + config + R"(,"layers":[)" + layers + "]" + std::string(more) + "}";
}

inline std::string index_of(const std::string& manifests, std::string_view more = {}) {
    return R"({"schemaVersion":2,"mediaType":")" + std::string(oci::media::image_index) +
           R"(","manifests":[)" + manifests + "]" + std::string(more) + "}";
}

} // namespace tenon::registry
