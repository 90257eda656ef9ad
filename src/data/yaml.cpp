// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// YAML, as far as it is JSON in other clothes: one document, the core schema, string keys. The door
// to yaml-cpp, of which only the event parser is used: our handler stops it at our depth, and
// aliases are expanded here, within a budget, instead of being shared.
#include "data/builder.hpp"
#include "data/lines.hpp"
#include "data/yaml_scalar.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <sstream>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace tenon::data {
namespace {

// What aliases may add to a document (each use counts again), against texts that grow by doubling.
constexpr std::size_t max_alias_nodes = 100'000;
constexpr std::size_t max_alias_bytes = 16 << 20;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view core_tag = "tag:yaml.org,2002:";

struct Event {
    enum class Kind { scalar, begin_array, begin_object, end, alias };
    Kind kind;
    Value scalar;           // with the place, whatever the kind
    std::size_t anchor = 0; // of an alias
};

/// Thrown through yaml-cpp to stop it; caught in parse_yaml.
struct Stop {
    base::Error error;
};

/// Collects the events of one document.
class Collector final : public YAML::EventHandler {
public:
    struct Range {
        std::size_t begin, end; // `end` is 0 as long as the node is open
    };

    Collector(const Document& document, const Lines& lines, std::size_t skipped)
        : document_(document), text_(document.source.text), lines_(lines), skipped_(skipped) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (!events.empty())
            stop(place(mark), Errc::malformed, "a second document begins", "expected nothing here");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        leaf(Value::null(place(mark)), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto where = word_place(mark);
        if (ranges[anchor].end == 0)
            stop(where, Errc::invalid, "alias within the node that it stands for", {});
        events.push_back({Event::Kind::alias, Value::null(where), anchor});
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        leaf(resolve(mark, tag, value), anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check_collection_tag(mark, tag, "seq");
        begin(Event::Kind::begin_array, mark, anchor);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check_collection_tag(mark, tag, "map");
        begin(Event::Kind::begin_object, mark, anchor);
    }
    void OnMapEnd() override { end(); }

    std::vector<Event> events;
    std::map<std::size_t, Range> ranges; // of anchored nodes, by yaml-cpp's number for the anchor

    [[nodiscard]] Place place(const YAML::Mark& mark, std::size_t length = 1) const {
        if (mark.is_null())
            return {};
        return lines_.place(offset(mark), length);
    }

private:
    [[noreturn]] void stop(Place where, Errc code, std::string message, std::string label) const {
        throw Stop{document_.error(where, code, std::move(message), std::move(label))};
    }
    // yaml-cpp counts bytes, but not the byte order mark.
    [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const {
        return skipped_ + static_cast<std::size_t>(mark.pos);
    }
    [[nodiscard]] Place word_place(const YAML::Mark& mark) const {
        const auto from = text_.substr(std::min(offset(mark), text_.size()));
        return place(mark, std::min(from.find_first_of(" \t\r\n,]}:"), from.size()));
    }
    [[nodiscard]] Place scalar_place(const YAML::Mark& mark, const std::string& value) const {
        const auto from = text_.substr(std::min(offset(mark), text_.size()));
        if (from.starts_with(value))
            return place(mark, value.size());
        if (from.starts_with('"') || from.starts_with('\''))
            if (const auto close = from.find(from.front(), 1); close < from.find('\n'))
                return place(mark, close + 1);
        return place(mark);
    }

    void leaf(Value value, YAML::anchor_t anchor) {
        events.push_back({Event::Kind::scalar, std::move(value), 0});
        if (anchor != 0)
            ranges[anchor] = {events.size() - 1, events.size()};
    }
    void begin(Event::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (open_.size() == max_depth)
            throw Stop{too_deep(document_, place(mark))};
        open_.push_back(anchor);
        if (anchor != 0)
            ranges[anchor] = {events.size(), 0};
        events.push_back({kind, Value::null(place(mark)), 0});
    }
    void end() {
        TENON_ASSERT(!open_.empty());
        events.push_back({Event::Kind::end, {}, 0});
        if (open_.back() != 0)
            ranges[open_.back()].end = events.size();
        open_.pop_back();
    }

    // yaml-cpp says `?` for a plain scalar or a collection without tag, `!` for a quoted scalar.
    Value resolve(const YAML::Mark& mark, const std::string& tag, const std::string& value) const {
        const auto where = scalar_place(mark, value);
        if (tag == "!" || tag == "tag:yaml.org,2002:str")
            return Value(value, where);
        auto resolved = resolve_plain_scalar(value, where);
        if (tag != "?" && tag.empty() == false && !is_core_scalar_tag(tag))
            stop(where, Errc::unsupported,
                 fmt::format("tag `{}` is not of YAML's core schema", tag), {});
        if (!resolved)
            stop(where, Errc::invalid, fmt::format("`{}` is no number that can be kept", value),
                 {});
        if (tag != "?" && !tag.empty() && !fits(resolved->kind(), tag))
            stop(where, Errc::invalid, fmt::format("`{}` does not fit the tag `{}`", value, tag),
                 {});
        return *std::move(resolved);
    }
    static bool is_core_scalar_tag(std::string_view tag) {
        return tag.starts_with(core_tag) && (tag.ends_with(":int") || tag.ends_with(":float") ||
                                             tag.ends_with(":bool") || tag.ends_with(":null"));
    }
    static bool fits(Kind kind, std::string_view tag) {
        switch (kind) {
        case Kind::null: return tag.ends_with(":null");
        case Kind::boolean: return tag.ends_with(":bool");
        case Kind::number: return tag.ends_with(":int") || tag.ends_with(":float");
        default: return false;
        }
    }
    void check_collection_tag(const YAML::Mark& mark, std::string_view tag,
                              std::string_view own) const {
        if (tag.empty() || tag == "?" || tag == "!" ||
            (tag.starts_with(core_tag) && tag.substr(core_tag.size()) == own))
            return;
        stop(place(mark), Errc::unsupported,
             fmt::format("tag `{}` is not of YAML's core schema", tag), {});
    }

    const Document& document_;
    std::string_view text_;
    const Lines& lines_;
    std::size_t skipped_;
    std::vector<YAML::anchor_t> open_; // the anchors of open collections, 0 without
};

/// Builds the value from the events; an alias replays the events of its node.
class Replay {
public:
    Replay(const Document& document, const Collector& collector)
        : document_(document), collector_(collector), builder_(document) {}

    Result<Value> run() {
        TENON_TRY(replay({0, collector_.events.size()}, nullptr));
        return builder_.take();
    }

private:
    Result<> replay(Collector::Range range, const Value* alias) {
        for (auto i = range.begin; i < range.end; ++i) {
            const auto& event = collector_.events[i];
            if (alias)
                TENON_TRY(spend(event, alias->place()));
            TENON_TRY(step(event));
        }
        return {};
    }

    Result<> step(const Event& event) {
        const auto where = event.scalar.place();
        switch (event.kind) {
        case Event::Kind::scalar: return scalar(event.scalar);
        case Event::Kind::alias: return replay(collector_.ranges.at(event.anchor), &event.scalar);
        case Event::Kind::begin_array:
            TENON_TRY(begin(where, false));
            return builder_.begin_array(where);
        case Event::Kind::begin_object:
            TENON_TRY(begin(where, true));
            return builder_.begin_object(where);
        case Event::Kind::end: break;
        }
        open_.pop_back();
        value_done();
        return builder_.end();
    }

    Result<> scalar(const Value& value) {
        if (open_.empty() || !open_.back().awaits_key) {
            builder_.add(value);
            value_done();
            return {};
        }
        if (!value.string())
            return fail(key_error(value.place(), kind_name(value.kind())));
        builder_.key(*value.string(), value.place());
        open_.back().awaits_key = false;
        return {};
    }
    Result<> begin(Place where, bool object) {
        if (!open_.empty() && open_.back().awaits_key)
            return fail(key_error(where, object ? "an object" : "an array"));
        open_.push_back({object, object});
        return {};
    }
    void value_done() {
        if (!open_.empty())
            open_.back().awaits_key = open_.back().object;
    }
    [[nodiscard]] base::Error key_error(Place where, std::string_view found) const {
        return document_.error(where, Errc::invalid, fmt::format("key is {}, not a string", found))
            .help("put it in quotes if it is meant as text");
    }

    Result<> spend(const Event& event, Place alias) {
        ++nodes_;
        if (const auto* text = event.scalar.string())
            bytes_ += text->size();
        else if (const auto* number = event.scalar.number())
            bytes_ += number->text.size();
        if (nodes_ <= max_alias_nodes && bytes_ <= max_alias_bytes)
            return {};
        return fail(document_.error(alias, Errc::limit, "aliases make this document too large"));
    }

    struct Open {
        bool object;
        bool awaits_key;
    };
    const Document& document_;
    const Collector& collector_;
    Builder builder_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
};

/// Control characters have no place in YAML, and yaml-cpp takes some of them for its own signs.
Result<> check_bytes(const Document& document, const Lines& lines) {
    const std::string_view text = document.source.text;
    if (const auto bad = base::first_invalid_utf8(as_bytes(text)))
        return fail(document.error(lines.place(*bad), Errc::malformed, "text is not UTF-8"));
    const auto control = std::find_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
               c == 0x7f;
    });
    if (control != text.end())
        return fail(document.error(lines.place(static_cast<std::size_t>(control - text.begin())),
                                   Errc::malformed, "control character in the text"));
    return {};
}

Result<> collect(Collector& collector, const Document& document, const Lines& lines) {
    std::istringstream stream(document.source.text);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(collector)) {
        }
    } catch (Stop& stop) {
        return fail(std::move(stop.error));
    } catch (const YAML::Exception& problem) {
        auto message = problem.msg;
        std::replace(message.begin(), message.end(), '\'', '`');
        auto place = collector.place(problem.mark);
        if (place.line == 0)
            place = lines.place(document.source.text.size());
        return fail(document.error(place, Errc::malformed, std::move(message)));
    }
    if (collector.events.empty())
        return fail(document.error(lines.place(document.source.text.size()), Errc::truncated,
                                   "empty text where a value is expected"));
    return {};
}

} // namespace

Result<Document> parse_yaml(Source source) {
    Document document{std::move(source), {}};
    const Lines lines(document.source.text);
    TENON_TRY(check_bytes(document, lines));
    const bool marked = document.source.text.starts_with(byte_order_mark);
    Collector collector(document, lines, marked ? byte_order_mark.size() : 0);
    TENON_TRY(collect(collector, document, lines));
    auto root = TENON_TRY(Replay(document, collector).run());
    document.root = std::move(root);
    return document;
}

} // namespace tenon::data
