// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Puts a value together from the events of a reader (begin, key, scalar, end), and guards what all
// languages guard: depth and repeated keys.
#pragma once

#include "data/value.hpp"

namespace tenon::data {

/// Levels of arrays and objects that a document may nest.
inline constexpr std::size_t max_depth = 128;

/// The error for a level too many.
base::Error too_deep(const Document& document, Place place);

class Builder {
public:
    /// Errors are shown with the text of `document`, which must outlive the builder.
    explicit Builder(const Document& document) : document_(document) {}

    Result<> begin_array(Place place) { return begin(Kind::array, place); }
    Result<> begin_object(Place place) { return begin(Kind::object, place); }
    /// In an object a value must be preceded by its key.
    void key(std::string key, Place place);
    void add(Value value);
    /// Ends the innermost array or object.
    Result<> end();

    [[nodiscard]] std::size_t depth() const noexcept { return open_.size(); }
    /// The whole, once everything is ended.
    [[nodiscard]] Value take() { return std::move(root_); }

private:
    struct Open {
        Kind kind;
        Place place;
        std::vector<Value> items;
        std::vector<Member> members;
        std::string key;
        Place key_place;
    };
    Result<> begin(Kind kind, Place place);
    [[nodiscard]] Result<> refuse_repeated_keys(const std::vector<Member>& members) const;

    const Document& document_;
    std::vector<Open> open_;
    Value root_;
};

} // namespace tenon::data
