// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/json.hpp"

#include <fmt/core.h>

namespace tenon::wit {
namespace {

/// Writes JSON as it comes; commas and line ends are put where they belong.
class Writer {
public:
    void open_object() { open('{'); }
    void open_array() { open('['); }
    void close_object() { close('}'); }
    void close_array() { close(']'); }
    Writer& key(std::string_view name) {
        separate();
        quoted(name);
        out_ += ": ";
        after_key_ = true;
        return *this;
    }
    void value(std::string_view text) {
        separate();
        quoted(text);
    }
    void value(std::uint32_t number) {
        separate();
        out_ += fmt::format("{}", number);
    }
    void null() {
        separate();
        out_ += "null";
    }
    std::string take() { return std::move(out_); }

private:
    void separate() {
        if (after_key_) {
            after_key_ = false;
            return;
        }
        if (!first_)
            out_ += ',';
        if (level_ > 0)
            new_line();
        first_ = false;
    }
    void open(char mark) {
        separate();
        out_ += mark;
        ++level_;
        first_ = true;
    }
    void close(char mark) {
        --level_;
        if (!first_)
            new_line();
        out_ += mark;
        first_ = false;
    }
    void new_line() {
        out_ += '\n';
        out_.append(2 * level_, ' ');
    }
    void quoted(std::string_view text) {
        out_ += '"';
        for (const char c : text) {
            switch (c) {
            case '"': out_ += "\\\""; continue;
            case '\\': out_ += "\\\\"; continue;
            case '\n': out_ += "\\n"; continue;
            case '\t': out_ += "\\t"; continue;
            case '\r': out_ += "\\r"; continue;
            default: break;
            }
            if (static_cast<unsigned char>(c) < 0x20)
                out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
            else
                out_ += c;
        }
        out_ += '"';
    }

    std::string out_;
    std::size_t level_ = 0;
    bool first_ = true;
    bool after_key_ = false;
};

class ModelWriter {
public:
    explicit ModelWriter(const Model& model) : model_(model) {}
    std::string run();

private:
    void world(const World& world);
    void items(const base::OrderedMap<WorldKey, WorldItem>& items);
    void item(const WorldItem& item);
    void interface(const Interface& interface);
    void function(const Function& function);
    void function_kind(const Function& function);
    void type_def(const TypeDef& type);
    void owner(const Owner& owner);
    void package(const Package& package);
    void type(const Type& type);
    void maybe(const std::optional<Type>& type);
    void docs(const std::string& docs);
    void stability(const Stability& stability);
    void external_id(const std::optional<std::string>& id);
    template <class Named> void index_map(const Named& named) {
        out_.open_object();
        for (const auto& [name, index] : named)
            out_.key(name).value(index.value);
        out_.close_object();
    }
    template <class List>
    void labels(std::string_view kind, std::string_view list, const List& all) {
        out_.open_object();
        out_.key(kind).open_object();
        out_.key(list).open_array();
        for (const auto& one : all) {
            out_.open_object();
            out_.key("name").value(one.name);
            docs(one.docs);
            out_.close_object();
        }
        out_.close_array();
        out_.close_object();
        out_.close_object();
    }

public: // kinds, for std::visit
    void operator()(const Record& record);
    void operator()(const Variant& variant);
    void operator()(const Enum& cases) { labels("enum", "cases", cases.cases); }
    void operator()(const Flags& flags) { labels("flags", "flags", flags.flags); }
    void operator()(const Tuple& tuple);
    void operator()(const List& list) { one("list", list.element); }
    void operator()(const FixedList& list);
    void operator()(const Map& map);
    void operator()(const Option& option) { one("option", option.type); }
    void operator()(const ResultType& result);
    void operator()(const Future& future) { one("future", future.payload); }
    void operator()(const Stream& stream) { one("stream", stream.payload); }
    void operator()(const Resource&) { out_.value("resource"); }
    void operator()(const Own& own) { handle("own", own.resource); }
    void operator()(const Borrow& borrow) { handle("borrow", borrow.resource); }
    void operator()(const Alias& alias) { one("type", alias.of); }

private:
    void one(std::string_view kind, const std::optional<Type>& inner) {
        out_.open_object();
        out_.key(kind);
        maybe(inner);
        out_.close_object();
    }
    void handle(std::string_view kind, TypeIdx resource) {
        out_.open_object();
        out_.key("handle").open_object();
        out_.key(kind).value(resource.value);
        out_.close_object();
        out_.close_object();
    }

    const Model& model_;
    Writer out_;
};

std::string ModelWriter::run() {
    out_.open_object();
    out_.key("worlds").open_array();
    for (const auto& one : model_.worlds)
        world(one);
    out_.close_array();
    out_.key("interfaces").open_array();
    for (const auto& one : model_.interfaces)
        interface(one);
    out_.close_array();
    out_.key("types").open_array();
    for (const auto& one : model_.types)
        type_def(one);
    out_.close_array();
    out_.key("packages").open_array();
    for (const auto& one : model_.packages)
        package(one);
    out_.close_array();
    out_.close_object();
    return out_.take();
}

void ModelWriter::world(const World& world) {
    out_.open_object();
    out_.key("name").value(world.name);
    out_.key("imports");
    items(world.imports);
    out_.key("exports");
    items(world.exports);
    out_.key("package").value(world.package.value);
    docs(world.docs);
    stability(world.stability);
    external_id(world.external_id);
    out_.close_object();
}

void ModelWriter::items(const base::OrderedMap<WorldKey, WorldItem>& items) {
    out_.open_object();
    for (const auto& [key, one] : items) {
        const auto* const name = std::get_if<std::string>(&key);
        out_.key(name != nullptr ? *name
                                 : fmt::format("interface-{}", std::get<InterfaceIdx>(key).value));
        item(one);
    }
    out_.close_object();
}

void ModelWriter::item(const WorldItem& item) {
    out_.open_object();
    if (const auto* const of = std::get_if<WorldInterface>(&item)) {
        out_.key("interface").open_object();
        out_.key("id").value(of->interface.value);
        docs(of->docs);
        stability(of->stability);
        external_id(of->external_id);
        out_.close_object();
    } else if (const auto* const one = std::get_if<Function>(&item)) {
        out_.key("function");
        function(*one);
    } else {
        out_.key("type").value(std::get<TypeIdx>(item).value);
    }
    out_.close_object();
}

void ModelWriter::interface(const Interface& interface) {
    out_.open_object();
    out_.key("name");
    if (interface.name)
        out_.value(*interface.name);
    else
        out_.null();
    out_.key("types");
    index_map(interface.types);
    out_.key("functions").open_object();
    for (const auto& [name, one] : interface.functions) {
        out_.key(name);
        function(one);
    }
    out_.close_object();
    docs(interface.docs);
    stability(interface.stability);
    out_.key("package").value(interface.package.value);
    external_id(interface.external_id);
    out_.close_object();
}

void ModelWriter::function(const Function& function) {
    out_.open_object();
    out_.key("name").value(function.name);
    function_kind(function);
    out_.key("params").open_array();
    for (const auto& param : function.params) {
        out_.open_object();
        out_.key("name").value(param.name);
        out_.key("type");
        type(param.type);
        out_.close_object();
    }
    out_.close_array();
    if (function.result) {
        out_.key("result");
        type(*function.result);
    }
    docs(function.docs);
    stability(function.stability);
    external_id(function.external_id);
    out_.close_object();
}

void ModelWriter::function_kind(const Function& function) {
    std::string kind = function.async ? "async-" : "";
    switch (function.kind) {
    case Function::Kind::freestanding: kind += "freestanding"; break;
    case Function::Kind::method: kind += "method"; break;
    case Function::Kind::static_: kind += "static"; break;
    case Function::Kind::constructor: kind += "constructor"; break;
    }
    out_.key("kind");
    if (!function.resource) {
        out_.value(kind);
        return;
    }
    out_.open_object();
    out_.key(kind).value(function.resource->value);
    out_.close_object();
}

void ModelWriter::type_def(const TypeDef& type) {
    out_.open_object();
    out_.key("name");
    if (type.name)
        out_.value(*type.name);
    else
        out_.null();
    out_.key("kind");
    std::visit(*this, type.kind);
    out_.key("owner");
    owner(type.owner);
    docs(type.docs);
    stability(type.stability);
    external_id(type.external_id);
    out_.close_object();
}

void ModelWriter::owner(const Owner& owner) {
    const auto* const interface = std::get_if<InterfaceIdx>(&owner);
    const auto* const world = std::get_if<WorldIdx>(&owner);
    if (interface == nullptr && world == nullptr) {
        out_.null();
        return;
    }
    out_.open_object();
    if (interface != nullptr)
        out_.key("interface").value(interface->value);
    else
        out_.key("world").value(world->value);
    out_.close_object();
}

void ModelWriter::package(const Package& package) {
    out_.open_object();
    out_.key("name").value(package.name.text());
    docs(package.docs);
    out_.key("interfaces");
    index_map(package.interfaces);
    out_.key("worlds");
    index_map(package.worlds);
    out_.close_object();
}

void ModelWriter::type(const Type& type) {
    if (const auto* const primitive = std::get_if<Primitive>(&type))
        out_.value(name_of(*primitive));
    else
        out_.value(std::get<TypeIdx>(type).value);
}

void ModelWriter::maybe(const std::optional<Type>& inner) {
    if (inner)
        type(*inner);
    else
        out_.null();
}

void ModelWriter::docs(const std::string& docs) {
    if (docs.empty())
        return;
    out_.key("docs").open_object();
    out_.key("contents").value(docs);
    out_.close_object();
}

void ModelWriter::stability(const Stability& stability) {
    if (stability.level == Stability::Level::unknown)
        return;
    const bool stable = stability.level == Stability::Level::stable;
    out_.key("stability").open_object();
    out_.key(stable ? "stable" : "unstable").open_object();
    if (stable)
        out_.key("since").value(stability.since.value_or(Version()).text());
    else
        out_.key("feature").value(stability.feature);
    if (stability.deprecated)
        out_.key("deprecated").value(stability.deprecated->text());
    out_.close_object();
    out_.close_object();
}

void ModelWriter::external_id(const std::optional<std::string>& id) {
    if (id)
        out_.key("external_id").value(*id);
}

void ModelWriter::operator()(const Record& record) {
    out_.open_object();
    out_.key("record").open_object();
    out_.key("fields").open_array();
    for (const auto& field : record.fields) {
        out_.open_object();
        out_.key("name").value(field.name);
        out_.key("type");
        type(field.type);
        docs(field.docs);
        out_.close_object();
    }
    out_.close_array();
    out_.close_object();
    out_.close_object();
}

void ModelWriter::operator()(const Variant& variant) {
    out_.open_object();
    out_.key("variant").open_object();
    out_.key("cases").open_array();
    for (const auto& one : variant.cases) {
        out_.open_object();
        out_.key("name").value(one.name);
        out_.key("type");
        maybe(one.type);
        docs(one.docs);
        out_.close_object();
    }
    out_.close_array();
    out_.close_object();
    out_.close_object();
}

void ModelWriter::operator()(const Tuple& tuple) {
    out_.open_object();
    out_.key("tuple").open_object();
    out_.key("types").open_array();
    for (const auto& one : tuple.types)
        type(one);
    out_.close_array();
    out_.close_object();
    out_.close_object();
}

void ModelWriter::operator()(const FixedList& list) {
    out_.open_object();
    out_.key("fixed-length-list").open_array();
    type(list.element);
    out_.value(list.length);
    out_.close_array();
    out_.close_object();
}

void ModelWriter::operator()(const Map& map) {
    out_.open_object();
    out_.key("map").open_array();
    type(map.key);
    type(map.value);
    out_.close_array();
    out_.close_object();
}

void ModelWriter::operator()(const ResultType& result) {
    out_.open_object();
    out_.key("result").open_object();
    out_.key("ok");
    maybe(result.ok);
    out_.key("err");
    maybe(result.error);
    out_.close_object();
    out_.close_object();
}

} // namespace

std::string to_json(const Model& model) {
    return ModelWriter(model).run();
}

} // namespace tenon::wit
