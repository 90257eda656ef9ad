// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Modules that fit a world and do nothing: what bindings generators are tried with, and templates
// for people.
#include "compose/core_module.hpp"
#include "compose/embed.hpp"
#include "compose/layout.hpp"
#include "compose/names.hpp"

#include <array>
#include <fmt/core.h>
#include <map>

namespace tenon::compose {
namespace {

using component::ast::CanonOp;
using wasm::ExternKind;

constexpr std::uint32_t max_streams = 100'000;

class Dummy {
public:
    Dummy(const wit::Model& model, wit::WorldIdx world, DummyStyle style)
        : model_(model), world_(model[world]), layout_(model), style_(style),
          scheme_(style == DummyStyle::standard ? standard_scheme : legacy_scheme) {}

    Result<Buffer> run();

private:
    using Key = const wit::WorldKey*; ///< null for what the world has itself

    Result<> imports();
    Result<> import_function(Key key, const wit::Function& function);
    void import_resource(Key key, wit::TypeIdx type);
    void root_built_ins();
    Result<> own_built_ins();
    Result<> own_function_built_ins(Key key, const wit::Function& function);
    void own_resource_built_ins(Key key, wit::TypeIdx type);
    Result<> streams(const std::string& module, const wit::Function& function);
    void exports();
    void export_function(Key key, const wit::Function& function);
    void import(std::string_view module, std::string_view field, const wasm::FuncType& type);
    void define(std::string_view name, const wasm::FuncType& type, bool traps);

    [[nodiscard]] bool is_async() const noexcept {
        return style_ == DummyStyle::async_callback || style_ == DummyStyle::async_stackful;
    }
    [[nodiscard]] bool is_async(const wit::Function& function) const noexcept {
        return is_async() && function.async;
    }
    [[nodiscard]] std::string_view lift_prefix() const noexcept {
        return style_ == DummyStyle::async_callback   ? scheme_.async_lift
               : style_ == DummyStyle::async_stackful ? scheme_.async_lift_stackful
                                                      : std::string_view();
    }
    [[nodiscard]] std::string module_of(Key key, bool own) const;
    [[nodiscard]] bool is_resource(wit::TypeIdx type) const {
        return std::holds_alternative<wit::Resource>(model_[type].kind);
    }

    const wit::Model& model_;
    const wit::World& world_;
    Layout layout_;
    DummyStyle style_;
    const Scheme& scheme_;
    CoreModule out_;
};

Result<Buffer> Dummy::run() {
    TENON_TRY(imports());
    if (is_async())
        root_built_ins();
    TENON_TRY(own_built_ins());
    exports();
    const auto name = [&](std::string_view text) {
        return std::string(scheme_.prefix).append(text);
    };
    out_.export_(name(scheme_.memory), ExternKind::memory, out_.memory({}));
    define(name(scheme_.realloc), type_of("iiii", "i"), true);
    define(name(scheme_.initialize), {}, false);
    return out_.finish();
}

std::string Dummy::module_of(Key key, bool own) const {
    std::string module(scheme_.prefix);
    if (key == nullptr)
        return module.append(own ? scheme_.own : "").append(scheme_.root);
    module.append(scheme_.interface).append(own ? scheme_.own : "");
    return module.append(key_text(scheme_, model_, *key));
}

void Dummy::import(std::string_view module, std::string_view field, const wasm::FuncType& type) {
    out_.import(module, field, wasm::FuncRef{out_.type(type)});
}

void Dummy::define(std::string_view name, const wasm::FuncType& type, bool traps) {
    Code code;
    if (traps)
        code.trap();
    const auto index = out_.function(out_.type(type), code.end());
    out_.export_(name, ExternKind::func, index);
}

// --- imports

Result<> Dummy::imports() {
    for (const auto& [key, item] : world_.imports) {
        if (const auto* const function = std::get_if<wit::Function>(&item)) {
            TENON_TRY(import_function(nullptr, *function));
        } else if (const auto* const type = std::get_if<wit::TypeIdx>(&item)) {
            import_resource(nullptr, *type);
        } else {
            const auto& of = model_[std::get<wit::WorldInterface>(item).interface];
            for (const auto& [name, one] : of.functions)
                TENON_TRY(import_function(&key, one));
            for (const auto& [name, one] : of.types)
                import_resource(&key, one);
        }
    }
    return {};
}

Result<> Dummy::import_function(Key key, const wit::Function& function) {
    const bool async = is_async(function);
    const auto type = layout_.signature(function, async ? Abi::lower_async : Abi::lower).type;
    const auto module = module_of(key, false);
    import(module, std::string(async ? scheme_.async_lower : "").append(function.name), type);
    return async ? streams(module, function) : Result<>();
}

void Dummy::import_resource(Key key, wit::TypeIdx type) {
    if (is_resource(type))
        import(module_of(key, false), scheme_.resource_drop.around(*model_[type].name),
               type_of("i", ""));
}

void Dummy::root_built_ins() {
    import(module_of(nullptr, true), scheme_.task_cancel, {});
    const auto root = module_of(nullptr, false);
    for (const auto op :
         {CanonOp::backpressure_inc, CanonOp::backpressure_dec, CanonOp::waitable_set_new,
          CanonOp::waitable_set_wait, CanonOp::waitable_set_poll, CanonOp::waitable_set_drop,
          CanonOp::waitable_join, CanonOp::thread_yield, CanonOp::subtask_drop,
          CanonOp::subtask_cancel}) {
        const auto& row = built_in_row(op);
        import(root, row.name, type_of(row.params, row.results));
    }
    for (const auto op : {CanonOp::context_get, CanonOp::context_set}) {
        const auto name = std::string(built_in_row(op).name) + "0]";
        import(root, name, type_of(*find_built_in(scheme_, name)));
    }
}

/// Of each stream and future in a signature what can be done with it without waiting.
Result<> Dummy::streams(const std::string& module, const wit::Function& function) {
    const auto all = layout_.streams(function);
    if (all.count() > max_streams)
        return fail(Errc::limit, fmt::format("`{}` has more than {} streams and futures",
                                             function.name, max_streams));
    std::map<wit::TypeIdx, std::uint32_t> numbers; // types that are there twice go by the first
    for (std::uint32_t number = 0; number < all.count(); ++number) {
        const auto type = *all.at(number);
        const auto first = numbers.emplace(type, number).first->second;
        const bool is_stream = std::holds_alternative<wit::Stream>(model_[type].kind);
        const auto ops =
            is_stream ? std::array{CanonOp::stream_new,           CanonOp::stream_cancel_read,
                                   CanonOp::stream_cancel_write,  CanonOp::stream_drop_readable,
                                   CanonOp::stream_drop_writable, CanonOp::stream_forward,
                                   CanonOp::stream_read,          CanonOp::stream_write}
                      : std::array{CanonOp::future_new,           CanonOp::future_cancel_read,
                                   CanonOp::future_cancel_write,  CanonOp::future_drop_readable,
                                   CanonOp::future_drop_writable, CanonOp::future_forward,
                                   CanonOp::future_read,          CanonOp::future_write};
        for (const auto op : ops) {
            const auto& row = copy_row(op);
            import(module,
                   fmt::format("{}{}{}]{}", row.copies ? scheme_.async_lower : "", row.name, first,
                               function.name),
                   type_of(row.params, row.results));
        }
    }
    return {};
}

// --- what exports need

Result<> Dummy::own_built_ins() {
    for (const auto& [key, item] : world_.exports) {
        if (const auto* const function = std::get_if<wit::Function>(&item)) {
            TENON_TRY(own_function_built_ins(nullptr, *function));
        } else if (const auto* const interface = std::get_if<wit::WorldInterface>(&item)) {
            const auto& of = model_[interface->interface];
            for (const auto& [name, one] : of.functions)
                TENON_TRY(own_function_built_ins(&key, one));
            for (const auto& [name, one] : of.types)
                own_resource_built_ins(&key, one);
        }
    }
    return {};
}

Result<> Dummy::own_function_built_ins(Key key, const wit::Function& function) {
    if (!is_async())
        return {};
    const auto module = module_of(key, true);
    import(module, std::string(scheme_.task_return).append(function.name),
           layout_.task_return(function));
    return streams(module, function);
}

void Dummy::own_resource_built_ins(Key key, wit::TypeIdx type) {
    if (!is_resource(type))
        return;
    const auto module = module_of(key, true);
    const auto& name = *model_[type].name;
    import(module, scheme_.resource_drop.around(name), type_of("i", ""));
    import(module, scheme_.resource_new.around(name), type_of("i", "i"));
    import(module, scheme_.resource_rep.around(name), type_of("i", "i"));
}

// --- exports

void Dummy::exports() {
    for (const auto& [key, item] : world_.exports) {
        if (const auto* const function = std::get_if<wit::Function>(&item)) {
            export_function(nullptr, *function);
        } else if (const auto* const interface = std::get_if<wit::WorldInterface>(&item)) {
            const auto& of = model_[interface->interface];
            for (const auto& [name, one] : of.functions)
                export_function(&key, one);
            for (const auto& [name, one] : of.types)
                if (is_resource(one))
                    define(std::string(lift_prefix())
                               .append(export_text(scheme_, model_, &key,
                                                   scheme_.destructor.around(name))),
                           type_of("i", ""), false);
        }
    }
}

void Dummy::export_function(Key key, const wit::Function& function) {
    const auto name = export_text(scheme_, model_, key, function.name);
    if (!is_async(function)) {
        const auto type = layout_.signature(function, Abi::lift).type;
        define(name, type, true);
        define(scheme_.post_return.around(name), {type.results, {}}, false);
        return;
    }
    const auto lifted = std::string(lift_prefix()).append(name);
    const bool has_callback = style_ == DummyStyle::async_callback;
    const auto abi = has_callback ? Abi::lift_async : Abi::lift_stackful;
    define(lifted, layout_.signature(function, abi).type, true);
    if (has_callback)
        define(std::string(scheme_.callback).append(lifted), type_of("iii", "i"), true);
}

} // namespace

Result<Buffer> dummy_module(const wit::Model& model, wit::WorldIdx world, DummyStyle style) {
    TENON_TRY(check_depth(model));
    return Dummy(model, world, style).run();
}

} // namespace tenon::compose
