// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Beast's parser does the grammar. It is fed by hand: its own reading, its message and its limits
// (which count a header piece by piece) are left aside, so that content can go from the socket
// straight to its reader.
#include "net/client_answer.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <fmt/core.h>
#include <limits>

namespace tenon::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

// More interim answers than anybody has a use for.
constexpr unsigned max_interim = 64;

std::string own(beast::string_view text) {
    return {text.data(), text.size()};
}

base::Error malformed(const beast::error_code& error) {
    return base::Error(Errc::malformed, "the answer is not HTTP").because(error.message());
}

} // namespace

struct AnswerParser::Parser final : http::basic_parser<false> {
    Headers headers;
    int status = 0;
    MutableBytes into;     // where content of chunks goes
    std::size_t given = 0; // bytes of it
    std::uint64_t chunk_left = 0;
    bool in_trailer = false;

private:
    void on_request_impl(http::verb, beast::string_view, beast::string_view, int,
                         beast::error_code&) override {}
    void on_response_impl(int code, beast::string_view, int, beast::error_code& error) override {
        status = code;
        if (code < 100 || code > 599)
            error = http::error::bad_status;
    }
    void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                       beast::error_code&) override {
        if (!in_trailer)
            headers.add(own(name), own(value));
    }
    void on_header_impl(beast::error_code&) override { in_trailer = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
    std::size_t on_body_impl(beast::string_view, beast::error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t size, beast::string_view, beast::error_code&) override {
        chunk_left = size;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                   beast::error_code& error) override {
        const auto fits = std::min(body.size(), into.size() - given);
        std::memcpy(into.data() + given, body.data(), fits);
        given += fits;
        chunk_left -= fits;
        if (fits < body.size())
            error = http::error::need_buffer;
        return fits;
    }
    void on_finish_impl(beast::error_code&) override {}
};

AnswerParser::AnswerParser(Options options) : options_(options) {}
AnswerParser::~AnswerParser() = default;

Result<std::size_t> AnswerParser::parse_head(Bytes data) {
    std::size_t taken = 0;
    while (!head_done_) {
        if (!parser_) {
            parser_ = std::make_unique<Parser>();
            parser_->body_limit(boost::none);
            parser_->header_limit(std::numeric_limits<std::uint32_t>::max());
            parser_->skip(options_.to_head);
        }
        const auto rest = data.subspan(taken);
        beast::error_code error;
        const auto used = parser_->put({rest.data(), rest.size()}, error);
        taken += used;
        header_bytes_ += used;
        const bool more = error == http::error::need_more;
        // What the parser has not taken yet is part of the head too while it asks for more.
        if (header_bytes_ + (more ? rest.size() - used : 0) > options_.max_header_bytes)
            return fail(Errc::limit, fmt::format("the answer's head is longer than {} bytes",
                                                 options_.max_header_bytes));
        if (more)
            break;
        if (error)
            return fail(malformed(error));
        if (parser_->is_header_done())
            TENON_TRY(finish_head());
    }
    return taken;
}

Result<> AnswerParser::finish_head() {
    // 101 changes the protocol, which nobody here asked for.
    if (parser_->status == 101)
        return fail(base::Error(Errc::malformed, "the answer is not HTTP")
                        .because("it switches to a protocol that was not asked for"));
    if (parser_->status < 200) {
        if (++interim_ > max_interim)
            return fail(Errc::limit, fmt::format("more than {} interim answers", max_interim));
        parser_.reset();
        return {};
    }
    // https://www.rfc-editor.org/rfc/rfc9112.html#section-6.1: any other coding would be content
    // that nobody can read.
    const auto codings = parser_->headers.all("Transfer-Encoding");
    if (codings.size() > 1 || (codings.size() == 1 && !equal_names(codings[0], "chunked")))
        return fail(Errc::unsupported, "the answer has a transfer coding other than `chunked`");
    head_done_ = true;
    status_ = parser_->status;
    if (const auto length = parser_->content_length())
        length_ = *length;
    keep_alive_ = parser_->keep_alive();
    headers_ = std::move(parser_->headers);
    const bool tunnel = options_.to_connect && status_ / 100 == 2;
    if (tunnel || parser_->is_done())
        framing_ = Framing::none;
    else if (parser_->chunked())
        framing_ = Framing::chunked;
    else
        framing_ = length_ ? Framing::length : Framing::until_close;
    return {};
}

Result<AnswerParser::Unchunked> AnswerParser::unchunk(Bytes data, MutableBytes into) {
    // Between chunks at least `0`, CR LF, CR LF are still to come; with fewer bytes of its last
    // chunk an assertion of Beast 1.81 fails.
    constexpr std::size_t shortest_end = 5;
    Unchunked done;
    parser_->into = into;
    parser_->given = 0;
    for (;;) {
        const auto rest = data.subspan(done.taken);
        if (parser_->chunk_left == 0 && rest.size() < shortest_end)
            return done;
        beast::error_code error;
        const auto used = parser_->put({rest.data(), rest.size()}, error);
        done.taken += used;
        done.given = parser_->given;
        done.end = parser_->is_done();
        if (done.end || error == http::error::need_more || error == http::error::need_buffer)
            return done;
        if (error)
            return fail(malformed(error));
        if (done.taken == data.size() || done.given == into.size())
            return done;
    }
}

} // namespace tenon::net
