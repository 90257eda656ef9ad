// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The value itself: construction, access, and errors that point into its document. Knows no
// language; those are in json.cpp, toml.cpp and yaml.cpp.
#include "data/value.hpp"

#include "base/diagnostic.hpp"

#include <algorithm>
#include <charconv>

namespace tenon::data {

std::string_view kind_name(Kind kind) noexcept {
    switch (kind) {
    case Kind::null: return "null";
    case Kind::boolean: return "a boolean";
    case Kind::number: return "a number";
    case Kind::string: return "a string";
    case Kind::array: return "an array";
    case Kind::object: return "an object";
    }
    std::unreachable();
}

Value::Value() noexcept = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

Value::Value(bool boolean, Place place) : content_(boolean), place_(place) {}
Value::Value(Number number, Place place) : content_(std::move(number)), place_(place) {}
Value::Value(std::string string, Place place) : content_(std::move(string)), place_(place) {}
Value::Value(std::string_view string, Place place) : content_(std::string(string)), place_(place) {}
Value::Value(const char* string) : content_(std::string(string)) {}

Value Value::integer(std::int64_t value) {
    return Number{std::to_string(value)};
}

Value Value::null(Place place) {
    Value value;
    value.place_ = place;
    return value;
}

Value Value::array(std::vector<Value> items, Place place) {
    auto value = null(place);
    value.content_ = std::move(items);
    return value;
}

Value Value::object(std::vector<Member> members, Place place) {
    auto value = null(place);
    value.content_ = std::move(members);
    return value;
}

Kind Value::kind() const noexcept {
    return static_cast<Kind>(content_.index());
}

const std::string* Value::string() const noexcept {
    return std::get_if<std::string>(&content_);
}

const Number* Value::number() const noexcept {
    return std::get_if<Number>(&content_);
}

std::optional<bool> Value::boolean() const noexcept {
    const auto* boolean = std::get_if<bool>(&content_);
    return boolean ? std::optional(*boolean) : std::nullopt;
}

namespace {

template <class Integer> std::optional<Integer> to_integer(const Number* number) noexcept {
    if (!number)
        return std::nullopt;
    std::string_view text = number->text;
    if (text == "-0")
        text.remove_prefix(1);
    Integer value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

} // namespace

std::optional<std::int64_t> Value::integer() const noexcept {
    return to_integer<std::int64_t>(number());
}

std::optional<std::uint64_t> Value::unsigned_integer() const noexcept {
    return to_integer<std::uint64_t>(number());
}

std::span<const Value> Value::items() const noexcept {
    const auto* items = std::get_if<std::vector<Value>>(&content_);
    return items ? std::span<const Value>(*items) : std::span<const Value>();
}

std::span<const Member> Value::members() const noexcept {
    const auto* members = std::get_if<std::vector<Member>>(&content_);
    return members ? std::span<const Member>(*members) : std::span<const Member>();
}

const Value* Value::find(std::string_view key) const noexcept {
    const auto all = members();
    const auto found = std::find_if(all.rbegin(), all.rend(),
                                    [&](const Member& member) { return member.key == key; });
    return found == all.rend() ? nullptr : &found->value;
}

void Value::push_back(Value item) {
    auto* items = std::get_if<std::vector<Value>>(&content_);
    TENON_ASSERT(items != nullptr);
    items->push_back(std::move(item));
}

void Value::set(std::string key, Value value) {
    auto* members = std::get_if<std::vector<Member>>(&content_);
    TENON_ASSERT(members != nullptr);
    for (auto& member : *members)
        if (member.key == key) {
            member.value = std::move(value);
            return;
        }
    members->push_back({std::move(key), std::move(value), {}});
}

base::Error Document::error(Place place, Errc code, std::string message, std::string label) const {
    return base::Error(code, std::move(message))
        .at(base::excerpt(source.file, source.text, place, std::move(label)));
}

} // namespace tenon::data
