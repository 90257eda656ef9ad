// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wit/print.hpp"

#include "base/utf8.hpp"
#include "wit/docs.hpp"
#include "wit/lexer.hpp"
#include "wit/parser.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace tenon::wit {

namespace {

void append_escaped(std::string& out, std::string_view name) {
    if (is_keyword(name))
        out += '%';
    out += name;
}

} // namespace

std::string escaped(std::string_view name) {
    std::string out;
    append_escaped(out, name);
    return out;
}

namespace {

/// Text made of lines; what is too large is noticed at the end of each.
class Lines {
public:
    explicit Lines(std::uint64_t limit) : limit_(limit) {}

    /// Begins a line, whose text is then appended to what this gives.
    std::string& begin() {
        if (blank_ && !out_.empty() && !fresh_)
            out_ += '\n';
        blank_ = false;
        fresh_ = false;
        return out_.append(2 * level_, ' ');
    }
    Result<> end() {
        out_ += '\n';
        if (out_.size() > limit_)
            return fail(Errc::limit, "the WIT text is too large");
        return {};
    }
    /// A line of so many parts, strings or characters.
    template <class... Parts> Result<> line(const Parts&... parts) {
        auto& out = begin();
        ((out += parts), ...);
        return end();
    }
    /// The same, and ` {`, which begins a block.
    template <class... Parts> Result<> open(const Parts&... parts) {
        TENON_TRY(line(parts..., " {"));
        ++level_;
        fresh_ = true;
        return {};
    }
    Result<> close() {
        --level_;
        fresh_ = true;
        return line("}");
    }
    /// Room for so much text in all.
    void expect(std::size_t size) { out_.reserve(std::min<std::uint64_t>(size, limit_)); }
    /// An empty line before the next one, unless that is the first of its block.
    void blank() { blank_ = true; }
    std::string take() { return std::move(out_); }

private:
    std::uint64_t limit_;
    std::string out_;
    std::size_t level_ = 0;
    bool blank_ = false;
    bool fresh_ = true; // nothing in this block yet
};

std::string_view name_or_none(const TypeDef& type) noexcept {
    return type.name ? std::string_view(*type.name) : std::string_view();
}

class Printer {
public:
    Printer(const Model& model, PrintOptions options)
        : model_(model), options_(options), out_(options.max_bytes) {}

    Result<> package(PackageIdx at, bool nested);
    // Each of these appends to a text.
    Result<> type(std::string& out, const Type& type);
    Result<> signature(std::string& out, const Function& function);
    void expect(std::size_t size) { out_.expect(size); }
    std::string take() { return out_.take(); }

private:
    using Methods = std::map<TypeIdx, std::vector<const Function*>>;

    Result<> items(const Package& package);
    Result<> interface_body(const Interface& interface);
    Result<> world(const World& world);
    Result<> world_item(const WorldKey& key, const WorldItem& item, std::string_view direction);
    Result<> definition(TypeIdx at, const Methods& methods);
    Result<> resource(const TypeDef& type, std::string_view name, TypeIdx at,
                      const Methods& methods);
    template <class List>
    Result<> members(std::string_view what, std::string_view name, const List& list);
    /// `use` of the types from `begin` on, as far as they come from one interface with one gate;
    /// gives the position behind them.
    Result<std::size_t> use(std::span<const TypeIdx> types, std::size_t begin);
    Result<> docs(const std::string& raw);
    Result<> gates(const Stability& stability, const std::optional<std::string>& external_id);
    Result<> structure(std::string& out, const TypeKind& kind);
    Result<> list_of(std::string& out, std::string_view head, std::span<const Type> types);
    Result<> handle(std::string& out, std::string_view head, TypeIdx resource);
    Result<std::string> path(InterfaceIdx interface) const;
    Result<std::string> name_of_type(TypeIdx at) const;
    Result<> check_size(const std::string& out) const;

    const Model& model_;
    PrintOptions options_;
    Lines out_;
    PackageIdx package_{0};
    std::uint32_t depth_ = 0;
    std::uint64_t written_out_ = 0; // types without a name so far
};

// --- packages

Result<> Printer::package(PackageIdx at, bool nested) {
    package_ = at;
    const auto& package = model_[at];
    const auto& name = package.name;
    out_.blank();
    TENON_TRY(docs(package.docs));
    auto head = fmt::format("package {}:{}", escaped(name.space), escaped(name.name));
    if (name.version)
        head += '@' + name.version->text();
    if (!nested) {
        TENON_TRY(out_.line(head, ';'));
        return items(package);
    }
    TENON_TRY(out_.open(head));
    TENON_TRY(items(package));
    return out_.close();
}

Result<> Printer::items(const Package& package) {
    for (const auto& [name, at] : package.interfaces) {
        const auto& interface = model_[at];
        out_.blank();
        TENON_TRY(docs(interface.docs));
        TENON_TRY(gates(interface.stability, interface.external_id));
        TENON_TRY(out_.open("interface ", escaped(name)));
        TENON_TRY(interface_body(interface));
        TENON_TRY(out_.close());
    }
    for (const auto& [name, at] : package.worlds) {
        out_.blank();
        TENON_TRY(world(model_[at]));
    }
    return {};
}

Result<> Printer::interface_body(const Interface& interface) {
    Methods methods;
    for (const auto& [name, function] : interface.functions) {
        if (function.resource)
            methods[*function.resource].push_back(&function);
    }
    std::vector<TypeIdx> used, defined;
    for (const auto& [name, at] : interface.types)
        (model_.used_from(at) ? used : defined).push_back(at);
    out_.blank();
    for (std::size_t i = 0; i < used.size();)
        i = TENON_TRY(use(used, i));
    for (const auto type : defined) {
        out_.blank();
        TENON_TRY(definition(type, methods));
    }
    for (const auto& [name, function] : interface.functions) {
        if (function.resource)
            continue;
        out_.blank();
        TENON_TRY(docs(function.docs));
        TENON_TRY(gates(function.stability, function.external_id));
        auto& out = out_.begin();
        TENON_TRY(signature(out, function));
        out += ';';
        TENON_TRY(out_.end());
    }
    return {};
}

Result<std::size_t> Printer::use(std::span<const TypeIdx> types, std::size_t begin) {
    const auto from = *model_.used_from(types[begin]);
    const auto& first = model_[types[begin]];
    TENON_TRY(gates(first.stability, first.external_id));
    auto text = TENON_TRY(path(from));
    text = "use " + text + ".{";
    auto at = begin;
    for (; at < types.size() && model_.used_from(types[at]) == from; ++at) {
        const auto& type = model_[types[at]];
        if (type.stability != first.stability || type.external_id != first.external_id)
            break;
        const auto& original = model_[std::get<TypeIdx>(std::get<Alias>(type.kind).of)];
        if (at > begin)
            text += ", ";
        append_escaped(text, name_or_none(original));
        if (type.name != original.name) {
            text += " as ";
            append_escaped(text, name_or_none(type));
        }
    }
    TENON_TRY(out_.line(text, "};"));
    return at;
}

// --- worlds

Result<> Printer::world(const World& world) {
    TENON_TRY(docs(world.docs));
    TENON_TRY(gates(world.stability, world.external_id));
    TENON_TRY(out_.open("world ", escaped(world.name)));
    Methods methods;
    std::vector<const std::pair<WorldKey, WorldItem>*> entries;
    for (const auto& entry : world.imports) {
        const auto* const function = std::get_if<Function>(&entry.second);
        if (function != nullptr && function->resource)
            methods[*function->resource].push_back(function);
        else
            entries.push_back(&entry);
    }
    for (std::size_t i = 0; i < entries.size();) {
        const auto* const type = std::get_if<TypeIdx>(&entries[i]->second);
        if (type == nullptr) {
            TENON_TRY(world_item(entries[i]->first, entries[i]->second, "import"));
            ++i;
        } else if (model_.used_from(*type)) {
            std::vector<TypeIdx> used;
            for (auto at = i; at < entries.size(); ++at) {
                const auto* const next = std::get_if<TypeIdx>(&entries[at]->second);
                if (next == nullptr || !model_.used_from(*next))
                    break;
                used.push_back(*next);
            }
            for (std::size_t done = 0; done < used.size();)
                done = TENON_TRY(use(used, done));
            i += used.size();
        } else {
            out_.blank();
            TENON_TRY(definition(*type, methods));
            ++i;
        }
    }
    out_.blank();
    for (const auto& [key, item] : world.exports)
        TENON_TRY(world_item(key, item, "export"));
    return out_.close();
}

Result<> Printer::world_item(const WorldKey& key, const WorldItem& item,
                             std::string_view direction) {
    if (const auto* const function = std::get_if<Function>(&item)) {
        TENON_TRY(docs(function->docs));
        TENON_TRY(gates(function->stability, function->external_id));
        auto& out = out_.begin();
        out += direction;
        out += ' ';
        TENON_TRY(signature(out, *function));
        out += ';';
        return out_.end();
    }
    const auto* const of = std::get_if<WorldInterface>(&item);
    if (of == nullptr)
        return fail(Errc::unsupported, "a world that exports a type cannot be written as WIT");
    const auto& interface = model_[of->interface];
    const auto* const label = std::get_if<std::string>(&key);
    TENON_TRY(docs(of->docs.empty() && !interface.name ? interface.docs : of->docs));
    TENON_TRY(gates(of->stability, of->external_id));
    if (label != nullptr && !interface.name) {
        TENON_TRY(out_.open(direction, ' ', escaped(*label), ": interface"));
        TENON_TRY(interface_body(interface));
        return out_.close();
    }
    const auto target = TENON_TRY(path(of->interface));
    if (label != nullptr)
        return out_.line(direction, ' ', escaped(*label), ": ", target, ';');
    return out_.line(direction, ' ', target, ';');
}

// --- definitions

Result<> Printer::definition(TypeIdx at, const Methods& methods) {
    const auto& type = model_[at];
    TENON_TRY(docs(type.docs));
    TENON_TRY(gates(type.stability, type.external_id));
    const auto name = escaped(name_or_none(type));
    if (const auto* const record = std::get_if<Record>(&type.kind))
        return members("record ", name, record->fields);
    if (const auto* const variant = std::get_if<Variant>(&type.kind))
        return members("variant ", name, variant->cases);
    if (const auto* const cases = std::get_if<Enum>(&type.kind))
        return members("enum ", name, cases->cases);
    if (const auto* const flags = std::get_if<Flags>(&type.kind))
        return members("flags ", name, flags->flags);
    if (std::holds_alternative<Resource>(type.kind))
        return resource(type, name, at, methods);
    const auto* const alias = std::get_if<Alias>(&type.kind);
    auto& out = out_.begin();
    out += "type ";
    out += name;
    out += " = ";
    TENON_TRY(alias != nullptr ? this->type(out, alias->of) : structure(out, type.kind));
    out += ';';
    return out_.end();
}

Result<> Printer::resource(const TypeDef& type, std::string_view name, TypeIdx at,
                           const Methods& methods) {
    const auto own = methods.find(at);
    if (own == methods.end())
        return out_.line("resource ", name, ';');
    TENON_ASSERT(type.name.has_value());
    TENON_TRY(out_.open("resource ", name));
    for (const auto* const method : own->second) {
        TENON_TRY(docs(method->docs));
        TENON_TRY(gates(method->stability, method->external_id));
        auto& out = out_.begin();
        TENON_TRY(signature(out, *method));
        out += ';';
        TENON_TRY(out_.end());
    }
    return out_.close();
}

template <class List>
Result<> Printer::members(std::string_view what, std::string_view name, const List& list) {
    TENON_TRY(out_.open(what, name));
    for (const auto& member : list) {
        TENON_TRY(docs(member.docs));
        auto& out = out_.begin();
        append_escaped(out, member.name);
        using Member = std::remove_cvref_t<decltype(member)>;
        if constexpr (std::is_same_v<Member, Field>) {
            out += ": ";
            TENON_TRY(type(out, member.type));
        } else if constexpr (std::is_same_v<Member, Case>) {
            if (member.type) {
                out += '(';
                TENON_TRY(type(out, *member.type));
                out += ')';
            }
        }
        out += ',';
        TENON_TRY(out_.end());
    }
    return out_.close();
}

Result<> Printer::signature(std::string& out, const Function& function) {
    const bool constructor = function.kind == Function::Kind::constructor;
    const bool method = function.kind == Function::Kind::method;
    if (constructor) {
        out += "constructor";
    } else {
        append_escaped(out, function.item_name());
        out += function.kind == Function::Kind::static_ ? ": static " : ": ";
        out += function.async ? "async func" : "func";
    }
    out += '(';
    for (std::size_t i = method ? 1 : 0; i < function.params.size(); ++i) {
        const auto& param = function.params[i];
        if (i > (method ? 1U : 0U))
            out += ", ";
        append_escaped(out, param.name);
        out += ": ";
        TENON_TRY(type(out, param.type));
    }
    out += ')';
    if (!function.result)
        return {};
    if (constructor) {
        const auto* const at = std::get_if<TypeIdx>(&*function.result);
        if (at != nullptr && std::holds_alternative<Own>(model_[*at].kind))
            return {};
    }
    out += " -> ";
    return type(out, *function.result);
}

// --- types

Result<std::string> Printer::name_of_type(TypeIdx at) const {
    const auto& type = model_[at];
    if (type.name)
        return escaped(*type.name);
    return fail(Errc::unsupported, "a resource without a name cannot be written as WIT");
}

Result<> Printer::check_size(const std::string& out) const {
    if (out.size() > options_.max_bytes)
        return fail(Errc::limit, "the WIT text is too large");
    return {};
}

/// What has no name is written out wherever it is used. A binary can use it twice in another one,
/// that twice again, and so on: so their number is limited, whatever the text's size.
Result<> Printer::type(std::string& out, const Type& type) {
    if (const auto* const primitive = std::get_if<Primitive>(&type)) {
        out += name_of(*primitive);
        return check_size(out);
    }
    const auto& definition = model_[std::get<TypeIdx>(type)];
    if (definition.name) {
        append_escaped(out, *definition.name);
        return check_size(out);
    }
    // The handle that the plain name of a resource means.
    if (const auto* const own = std::get_if<Own>(&definition.kind)) {
        out += TENON_TRY(name_of_type(own->resource));
        return check_size(out);
    }
    if (depth_ >= max_nesting)
        return fail(Errc::limit, "type nesting too deep to be written as WIT");
    if (++written_out_ > options_.max_written_out)
        return fail(Errc::limit, "types without a name repeat too often to be written as WIT");
    ++depth_;
    TENON_TRY(structure(out, definition.kind));
    --depth_;
    return check_size(out);
}

Result<> Printer::list_of(std::string& out, std::string_view head, std::span<const Type> types) {
    out += head;
    out += '<';
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (i > 0)
            out += ", ";
        TENON_TRY(type(out, types[i]));
    }
    out += '>';
    return {};
}

Result<> Printer::handle(std::string& out, std::string_view head, TypeIdx resource) {
    out += head;
    out += '<';
    out += TENON_TRY(name_of_type(resource));
    out += '>';
    return check_size(out);
}

Result<> Printer::structure(std::string& out, const TypeKind& kind) {
    const auto maybe = [&](std::string_view head, const std::optional<Type>& payload) -> Result<> {
        if (payload)
            return list_of(out, head, {&*payload, 1});
        out += head;
        return {};
    };
    if (const auto* const tuple = std::get_if<Tuple>(&kind))
        return list_of(out, "tuple", tuple->types);
    if (const auto* const list = std::get_if<List>(&kind))
        return list_of(out, "list", {&list->element, 1});
    if (const auto* const fixed = std::get_if<FixedList>(&kind)) {
        out += "list<";
        TENON_TRY(type(out, fixed->element));
        out += fmt::format(", {}>", fixed->length);
        return {};
    }
    if (const auto* const map = std::get_if<Map>(&kind)) {
        const Type both[] = {map->key, map->value};
        return list_of(out, "map", both);
    }
    if (const auto* const option = std::get_if<Option>(&kind))
        return list_of(out, "option", {&option->type, 1});
    if (const auto* const future = std::get_if<Future>(&kind))
        return maybe("future", future->payload);
    if (const auto* const stream = std::get_if<Stream>(&kind))
        return maybe("stream", stream->payload);
    if (const auto* const own = std::get_if<Own>(&kind))
        return handle(out, "own", own->resource);
    if (const auto* const borrow = std::get_if<Borrow>(&kind))
        return handle(out, "borrow", borrow->resource);
    if (const auto* const alias = std::get_if<Alias>(&kind))
        return type(out, alias->of);
    const auto* const result = std::get_if<ResultType>(&kind);
    if (result == nullptr)
        return fail(Errc::unsupported, "a type without a name cannot be written as WIT");
    if (!result->error)
        return maybe("result", result->ok);
    out += "result<";
    if (result->ok)
        TENON_TRY(type(out, *result->ok));
    else
        out += '_';
    out += ", ";
    TENON_TRY(type(out, *result->error));
    out += '>';
    return {};
}

// --- what stands before and between

Result<std::string> Printer::path(InterfaceIdx interface) const {
    const auto& target = model_[interface];
    if (!target.name)
        return fail(Errc::unsupported, "an interface without a name cannot be referred to in WIT");
    if (target.package == package_)
        return escaped(*target.name);
    const auto& name = model_[target.package].name;
    auto text =
        fmt::format("{}:{}/{}", escaped(name.space), escaped(name.name), escaped(*target.name));
    if (name.version)
        text += '@' + name.version->text();
    return text;
}

Result<> Printer::docs(const std::string& raw) {
    if (!options_.docs)
        return {};
    for (const auto line : dedented_lines(raw)) {
        auto& out = out_.begin();
        out += "/// ";
        const auto begin = out.size();
        append_comment_text(out, line);
        if (out.size() == begin)
            out.pop_back();
        TENON_TRY(out_.end());
    }
    return {};
}

Result<> Printer::gates(const Stability& stability, const std::optional<std::string>& external_id) {
    if (stability.level == Stability::Level::stable && stability.since)
        TENON_TRY(out_.line("@since(version = ", stability.since->text(), ')'));
    if (stability.level == Stability::Level::unstable)
        TENON_TRY(out_.line("@unstable(feature = ", escaped(stability.feature), ')'));
    if (stability.level != Stability::Level::unknown && stability.deprecated) {
        TENON_TRY(out_.line("@deprecated(version = ", stability.deprecated->text(), ')'));
    }
    if (external_id)
        TENON_TRY(out_.line("@external-id(", string_literal(*external_id), ')'));
    return {};
}

} // namespace

Result<std::string> print(const Model& model, PackageIdx main, std::span<const PackageIdx> nested,
                          PrintOptions options) {
    Printer printer(model, options);
    // What was read is about as long as what is printed; a text that grows step by step touches
    // twice its size.
    std::size_t read = 0;
    for (std::uint32_t file = 0; !nested.empty() && file < model.sources.count(); ++file)
        read += model.sources.text(file).size();
    printer.expect(read);
    TENON_TRY(printer.package(main, false));
    for (const auto package : nested) {
        if (package != main)
            TENON_TRY(printer.package(package, true));
    }
    return printer.take();
}

Result<std::string> print_all(const Model& model, PackageIdx main, PrintOptions options) {
    std::vector<PackageIdx> all;
    for (std::uint32_t i = 0; i < model.packages.size(); ++i)
        all.push_back({i});
    return print(model, main, all, options);
}

Result<std::string> print_type(const Model& model, const Type& type) {
    std::string text;
    TENON_TRY(Printer(model, PrintOptions()).type(text, type));
    return text;
}

Result<std::string> print_function(const Model& model, const Function& function) {
    std::string text;
    TENON_TRY(Printer(model, PrintOptions()).signature(text, function));
    return text;
}

} // namespace tenon::wit
