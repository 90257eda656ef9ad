// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A value of JSON, TOML or YAML that remembers where it stood in its source, so that a wrong key
// can be shown there. Objects keep the order of their members; numbers keep their spelling, so that
// what is read can be written again unchanged.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tenon::data {

class Value;

enum class Kind { null, boolean, number, string, array, object };
/// `a string`, `an object`, as messages say it.
std::string_view kind_name(Kind kind) noexcept;

/// A number as it was spelled. JSON's grammar, whatever language it came from (TOML's 0x10 is kept
/// as 16).
struct Number {
    std::string text;
};

struct Member; // key, its place, value

class Value {
public:
    Value() noexcept; ///< null
    Value(const Value&);
    Value(Value&&) noexcept;
    Value& operator=(const Value&);
    Value& operator=(Value&&) noexcept;
    ~Value();
    Value(bool boolean, Place place = {});
    Value(Number number, Place place = {});
    Value(std::string string, Place place = {});
    Value(std::string_view string, Place place = {});
    Value(const char* string);
    static Value integer(std::int64_t value);
    static Value null(Place place);
    static Value array(std::vector<Value> items, Place place = {});
    static Value object(std::vector<Member> members, Place place = {});

    [[nodiscard]] Kind kind() const noexcept;
    [[nodiscard]] Place place() const noexcept { return place_; }

    /// Each is nothing, null or empty when the value is of another kind.
    [[nodiscard]] const std::string* string() const noexcept;
    [[nodiscard]] const Number* number() const noexcept;
    [[nodiscard]] std::optional<bool> boolean() const noexcept;
    [[nodiscard]] std::optional<std::int64_t>
    integer() const noexcept; ///< a number without fraction that fits
    [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const noexcept; ///< the same
    [[nodiscard]] std::span<const Value> items() const noexcept;
    [[nodiscard]] std::span<const Member> members() const noexcept;
    /// The member called `key` (the last, where a language allows several), or null.
    [[nodiscard]] const Value* find(std::string_view key) const noexcept;
    [[nodiscard]] bool is_null() const noexcept { return kind() == Kind::null; }

    /// For arrays only.
    void push_back(Value item);
    /// For objects only: replaces the member of that key, or appends it.
    void set(std::string key, Value value);

private:
    std::variant<std::monostate, bool, Number, std::string, std::vector<Value>, std::vector<Member>>
        content_;
    Place place_;
};

struct Member {
    std::string key;
    Value value;
    Place key_place;
};

/// What a document came from; errors about its values are shown with its text.
struct Source {
    std::string file; ///< name for messages, e.g. `wasmcloud.toml`
    std::string text;
};

/// A value with the text that it was read from.
struct Document {
    Source source;
    Value root;

    /// An error that points at `place` in this document.
    [[nodiscard]] base::Error error(Place place, Errc code, std::string message,
                                    std::string label = {}) const;
};

/// Limits on nesting (128 levels) protect against hostile input; text must be UTF-8; a repeated key
/// is an error. Errors point into the text.
Result<Document> parse_json(Source source);
Result<Document> parse_toml(Source source);
/// YAML's core schema, as JSON: anchors are resolved with a limit on the expanded size; tags other
/// than the core's are errors; keys must be strings.
Result<Document> parse_yaml(Source source);

/// One line, no blanks; UTF-8 as it is, only `"`, `\` and control characters escaped.
std::string to_json(const Value& value);
/// Two blanks a level, a space behind colons; no final newline.
std::string to_pretty_json(const Value& value);

} // namespace tenon::data
