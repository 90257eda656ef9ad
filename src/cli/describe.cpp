// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "cli/describe.hpp"

#include "base/utf8.hpp"

#include <string>

namespace tenon::cli {
namespace {

// Messages quote paths and names as the system has them; JSON must be UTF-8.
data::Value text_of(std::string_view text) {
    return data::Value(base::printable(text, true));
}

data::Value list_of(const std::vector<std::string>& words) {
    auto list = data::Value::array({});
    for (const auto& word : words)
        list.push_back(text_of(word));
    return list;
}

data::Value place_of(const base::SourceExcerpt& source) {
    auto place = data::Value::object({});
    place.set("file", text_of(source.file));
    if (source.place.line != 0) {
        place.set("line", data::Value::integer(source.place.line));
        place.set("column", data::Value::integer(source.place.column));
    }
    return place;
}

} // namespace

data::Value describe(const base::Error& error) {
    auto object = data::Value::object({});
    object.set("error", text_of(error.message()));
    if (!error.causes().empty())
        object.set("error_chain", list_of(error.causes()));
    object.set("code", data::Value(errc_name(error.code())));
    if (!error.file().empty())
        object.set("file", text_of(error.file()));
    if (const auto offset = error.offset())
        object.set("offset", data::Value(data::Number{std::to_string(*offset)}));
    if (!error.frames().empty())
        object.set("within", list_of({error.frames().rbegin(), error.frames().rend()}));
    if (error.source())
        object.set("place", place_of(*error.source()));
    if (!error.helps().empty())
        object.set("help", list_of(error.helps()));
    return object;
}

} // namespace tenon::cli
