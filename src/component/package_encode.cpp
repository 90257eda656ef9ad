// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "component/package_encode.hpp"

#include "component/encode.hpp"
#include "component/package_docs.hpp"
#include "component/type_encoder.hpp"
#include "wasm/producers.hpp"
#include "wit/dependencies.hpp"

#include <set>

namespace tenon::component {
namespace {

/// The interfaces that `interface` uses types of, each after those that it uses in turn. Without
/// recursion: a package can make the chain as long as it likes.
std::vector<wit::InterfaceIdx> all_used(const wit::Model& model, wit::InterfaceIdx interface) {
    struct Visit {
        wit::InterfaceIdx of;
        std::vector<wit::InterfaceIdx> used;
        std::size_t at = 0;
    };
    std::set<wit::InterfaceIdx> seen{interface};
    std::vector<wit::InterfaceIdx> order;
    std::vector<Visit> stack;
    stack.push_back({interface, wit::interfaces_used(model, interface)});
    while (!stack.empty()) {
        auto& visit = stack.back();
        if (visit.at == visit.used.size()) {
            order.push_back(visit.of);
            stack.pop_back();
            continue;
        }
        const auto next = visit.used[visit.at++];
        if (seen.insert(next).second)
            stack.push_back({next, wit::interfaces_used(model, next)});
    }
    order.pop_back(); // itself
    return order;
}

Result<ast::ComponentType> encode_interface(EncodedModel& whole, wit::InterfaceIdx interface) {
    TypeEncoder encoder(whole);
    for (const auto one : all_used(whole.model, interface))
        encoder.import_types_of(one);
    encoder.export_whole(interface);
    return encoder.take();
}

class PackageWriter {
public:
    /// Each type is exported under a short name right after it; the export has an index of its own.
    void add(const std::string& name, ast::ComponentType type) {
        std::vector<ast::Type> types;
        types.push_back({0, std::move(type)});
        component_.sections.push_back({0, std::move(types)});
        std::vector<ast::Export> exports;
        exports.push_back({0, {name, {}, {}, {}}, {Sort::type, {}, types_}, {}});
        component_.sections.push_back({0, std::move(exports)});
        types_ += 2;
    }
    Buffer finish(Bytes docs, Bytes made_by) {
        component_.sections.push_back({0, ast::Custom{std::string(package_docs_section), docs}});
        component_.sections.push_back({0, ast::Custom{"producers", made_by}});
        return encode(component_);
    }

private:
    ast::Component component_;
    std::uint32_t types_ = 0;
};

} // namespace

namespace {

Result<ast::ComponentType> encode_world(EncodedModel& whole, wit::WorldIdx world) {
    TypeEncoder encoder(whole);
    const auto& of = whole.model[world];
    for (const auto& [key, item] : of.imports) {
        if (const auto* const interface = std::get_if<wit::WorldInterface>(&item))
            encoder.import_interface(key, *interface);
        else if (const auto* const function = std::get_if<wit::Function>(&item))
            encoder.import_function(*function);
        else
            encoder.import_type(std::get<wit::TypeIdx>(item));
    }
    for (const auto& [key, item] : of.exports) {
        if (const auto* const interface = std::get_if<wit::WorldInterface>(&item))
            encoder.export_interface(key, *interface);
        else if (const auto* const function = std::get_if<wit::Function>(&item))
            encoder.export_function(*function);
    }
    return encoder.take();
}

} // namespace

Result<ast::ComponentType> encode_world(const wit::Model& model, wit::WorldIdx world,
                                        InterfaceNames names) {
    EncodedModel whole(model, names);
    return encode_world(whole, world);
}

Result<Buffer> encode_package(const wit::Model& model, wit::PackageIdx package,
                              const Producer& producer, InterfaceNames names) {
    EncodedModel whole(model, names);
    PackageWriter writer;
    for (const auto& [name, interface] : model[package].interfaces)
        writer.add(name, TENON_TRY(encode_interface(whole, interface)));
    for (const auto& [name, world] : model[package].worlds) {
        ast::ComponentType wrapper;
        auto type = TENON_TRY(encode_world(whole, world));
        wrapper.declarators.push_back({ast::Type{0, std::move(type)}});
        wrapper.declarators.push_back(
            {ast::ExportDecl{0, {model.id_of(world), {}, {}, {}}, {Sort::component, {}, {}, 0}}});
        writer.add(name, std::move(wrapper));
    }
    const auto docs = write_package_docs(model, package);
    wasm::Producers made_by;
    made_by.add("processed-by", producer.name, producer.version);
    return writer.finish(docs, wasm::write_producers(made_by));
}

} // namespace tenon::component
