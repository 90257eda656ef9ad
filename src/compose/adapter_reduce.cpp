// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compose/adapter_reduce.hpp"

#include "compose/adapter_liveness.hpp"
#include "compose/adapter_stack.hpp"
#include "compose/core_module.hpp"
#include "compose/names.hpp"
#include "wasm/op_reader.hpp"
#include "wasm/validate.hpp"

#include <fmt/core.h>
#include <map>

namespace tenon::compose {
namespace {

using wasm::ExternKind;

/// New indices by old ones.
using Moved = std::map<std::uint32_t, std::uint32_t>;

/// Writes what is live, in its order, under new indices. The definitions are valid: a global speaks
/// only of those before it; and all that is spoken of is live.
class Reduction {
public:
    Reduction(const wasm::Module& module, const AdapterLiveness& live,
              const std::optional<std::string>& realloc)
        : module_(module), live_(live), realloc_(realloc) {}

    Result<Buffer> run(const std::set<std::string, std::less<>>& kept, const std::string& name);

private:
    Result<> check() const;
    void types();
    Result<> memories_and_globals();
    void imported_functions();
    void own_functions();
    Result<> bodies(const std::set<std::uint32_t>& exported);
    void stack();
    void names();

    Result<Buffer> moved_body(const wasm::Body& body, bool begins_with_stack) const;
    Result<> move_code(Reader& in, Buffer& out) const;
    void move(wasm::Instruction& instruction) const;
    [[nodiscard]] std::optional<std::uint32_t> global_named(std::string_view name) const;
    [[nodiscard]] bool has_import(const wasm::Import& import) const;
    [[nodiscard]] std::uint32_t page_type() { return out_.new_type(page_realloc_type()); }

    const wasm::Module& module_;
    const AdapterLiveness& live_;
    const std::optional<std::string>& realloc_; ///< of the main module
    CoreModule out_;
    Moved types_, functions_, globals_;
    std::optional<std::uint32_t> stack_pointer_, allocation_state_; ///< new indices
    std::optional<std::uint32_t> allocate_; ///< the allocator, whoever's it is
    std::optional<std::uint32_t> lazy_stack_;
    std::vector<std::uint32_t> grow_; ///< allocators that are written here
    bool has_memory_ = false;
};

Result<Buffer> Reduction::run(const std::set<std::string, std::less<>>& kept,
                              const std::string& name) {
    TENON_TRY(check());
    types();
    TENON_TRY(memories_and_globals());
    imported_functions();
    own_functions();
    std::set<std::uint32_t> exported;
    for (const auto& one : module_.exports)
        if (kept.contains(one.name) && one.kind == ExternKind::func)
            exported.insert(one.index);
    TENON_TRY(bodies(exported));
    stack();
    for (const auto& one : module_.exports) {
        if (!kept.contains(one.name))
            continue;
        const auto& moved = one.kind == ExternKind::func ? functions_ : globals_;
        const bool is_memory = one.kind == ExternKind::memory;
        out_.export_(one.name, one.kind, is_memory ? 0 : moved.at(one.index));
    }
    names();
    out_.name_module(name);
    for (const auto& custom : module_.customs)
        if (custom.name == "producers")
            out_.custom(custom.name, custom.payload);
    return out_.finish();
}

Result<> Reduction::check() const {
    if (!live_.tables().empty())
        return fail(Errc::unsupported, "an adapter may not use tables");
    if (live_.memories().size() > 1)
        return fail(Errc::unsupported, "an adapter may not use more than one memory");
    return {};
}

void Reduction::types() {
    std::uint32_t index = 0;
    for (const auto& group : module_.types)
        for (const auto& type : group.types) {
            if (live_.types().contains(index))
                types_.emplace(index, out_.type(std::get<wasm::FuncType>(type.composite)));
            ++index;
        }
}

Result<> Reduction::memories_and_globals() {
    std::uint32_t memory = 0;
    std::uint32_t global = 0;
    std::vector<const wasm::Import*> imported_globals;
    for (const auto& import : module_.imports) {
        if (std::holds_alternative<wasm::MemoryType>(import.type) &&
            live_.memories().contains(memory++)) {
            out_.import(import.module, import.name, import.type);
            has_memory_ = true;
        }
    }
    if (!live_.memories().empty() && !has_memory_)
        return fail(Errc::unsupported, "an adapter may not define a memory");
    for (const auto& import : module_.imports)
        if (std::holds_alternative<wasm::GlobalType>(import.type)) {
            if (live_.globals().contains(global))
                globals_.emplace(global, out_.import(import.module, import.name, import.type));
            ++global;
        }
    for (const auto& one : module_.globals) {
        if (live_.globals().contains(global)) {
            Buffer init;
            Reader in(one.init.bytes, one.init.offset);
            TENON_TRY(move_code(in, init));
            globals_.emplace(global, out_.global(one.type, init));
        }
        ++global;
    }
    stack_pointer_ = global_named("__stack_pointer");
    allocation_state_ = global_named("allocation_state");
    return {};
}

std::optional<std::uint32_t> Reduction::global_named(std::string_view name) const {
    for (const auto& [old, index] : globals_)
        if (live_.is_mutable_i32(old) && live_.global_name(old) == name)
            return index;
    return std::nullopt;
}

// --- functions

/// The main module's allocator, by which name ever it exports it.
bool Reduction::has_import(const wasm::Import& import) const {
    const bool is_realloc = import.module == main_module && is_main_realloc(import.name);
    return !is_realloc || realloc_.has_value();
}

void Reduction::imported_functions() {
    std::uint32_t index = 0;
    for (const auto& import : module_.imports) {
        const auto* const function = std::get_if<wasm::FuncRef>(&import.type);
        if (function == nullptr)
            continue;
        if (live_.functions().contains(index) && has_import(import)) {
            const bool is_realloc = import.module == main_module && is_main_realloc(import.name);
            const auto made = out_.import(import.module, is_realloc ? *realloc_ : import.name,
                                          wasm::FuncRef{types_.at(function->type)});
            if (is_realloc)
                allocate_ = made;
            functions_.emplace(index, made);
        }
        ++index;
    }
    if (realloc_ && stack_pointer_ && !allocate_) {
        allocate_ = out_.import(main_module, *realloc_, wasm::FuncRef{page_type()});
        out_.name_function(*allocate_, *realloc_);
    }
}

void Reduction::own_functions() {
    std::uint32_t index = 0;
    for (const auto& import : module_.imports) {
        const auto* const function = std::get_if<wasm::FuncRef>(&import.type);
        if (function == nullptr)
            continue;
        if (live_.functions().contains(index) && !has_import(import)) {
            allocate_ = out_.declare(types_.at(function->type));
            grow_.push_back(*allocate_);
            functions_.emplace(index, *allocate_);
        }
        ++index;
    }
    for (const auto& function : module_.functions) {
        if (live_.functions().contains(index))
            functions_.emplace(index, out_.declare(types_.at(function.type)));
        ++index;
    }
    // A stack is made on first use where it is known whether it was made.
    if (stack_pointer_ && allocation_state_ && realloc_)
        lazy_stack_ = out_.declare(out_.new_type({}));
}

Result<> Reduction::bodies(const std::set<std::uint32_t>& exported) {
    for (std::size_t i = 0; i < grow_.size(); ++i)
        out_.body(page_realloc(), page_realloc_locals);
    const auto first = live_.imported_functions();
    for (std::size_t i = 0; i < module_.bodies.size(); ++i) {
        const auto index = first + static_cast<std::uint32_t>(i);
        if (live_.functions().contains(index))
            out_.body(Bytes(TENON_TRY(moved_body(module_.bodies[i], exported.contains(index)))));
    }
    if (lazy_stack_)
        out_.body(allocate_stack(*allocate_, *stack_pointer_, allocation_state_));
    return {};
}

/// Where there is no way to know whether the stack was made, it is made when the module starts; and
/// since the main module's allocator might call the adapter before that, by `memory.grow`.
void Reduction::stack() {
    if (stack_pointer_ && (!allocate_ || !allocation_state_)) {
        allocate_ = out_.function(page_type(), page_realloc(), page_realloc_locals);
        grow_.push_back(*allocate_);
    }
    if (stack_pointer_ && !lazy_stack_ && has_memory_) {
        const auto start = out_.function(
            out_.type({}), allocate_stack(*allocate_, *stack_pointer_, allocation_state_));
        out_.name_function(start, "allocate_stack");
        out_.start(start);
    }
    if (lazy_stack_)
        out_.name_function(*lazy_stack_, "allocate_stack");
}

void Reduction::names() {
    for (const auto index : grow_)
        out_.name_function(index, "realloc_via_memory_grow");
    for (const auto& [old, index] : functions_)
        if (const auto name = live_.function_name(old); !name.empty())
            out_.name_function(index, name);
    for (const auto& [old, index] : globals_)
        if (const auto name = live_.global_name(old); !name.empty())
            out_.name_global(index, name);
}

// --- code

void Reduction::move(wasm::Instruction& instruction) const {
    using wasm::Immediate;
    switch (instruction.row->immediate) {
    case Immediate::func: instruction.index = functions_.at(instruction.index); break;
    case Immediate::global: instruction.index = globals_.at(instruction.index); break;
    case Immediate::type_table: instruction.index = types_.at(instruction.index); break;
    case Immediate::memory: instruction.index = 0; break;
    case Immediate::memory_memory: instruction.index = instruction.second = 0; break;
    case Immediate::memarg:
    case Immediate::memarg_lane: instruction.memory.memory = 0; break;
    default: break; // what names something else has been refused
    }
    if (instruction.block.kind == wasm::BlockType::Kind::type)
        instruction.block.type = types_.at(instruction.block.type);
}

Result<> Reduction::move_code(Reader& in, Buffer& out) const {
    wasm::Instruction instruction;
    while (!in.at_end()) {
        instruction.block = {};
        TENON_TRY(wasm::read_instruction(in, instruction));
        move(instruction);
        wasm::append(out, instruction);
    }
    return {};
}

Result<Buffer> Reduction::moved_body(const wasm::Body& body, bool begins_with_stack) const {
    Reader in(body.bytes, body.offset);
    TENON_TRY(pass_locals(in));
    const auto locals = body.bytes.first(body.bytes.size() - in.remaining());
    Buffer out(locals.begin(), locals.end());
    if (lazy_stack_ && begins_with_stack) {
        const auto call = Code().call(*lazy_stack_);
        out.insert(out.end(), call.bytes().begin(), call.bytes().end());
    }
    TENON_TRY(move_code(in, out));
    return out;
}

} // namespace

Result<Buffer> reduce_adapter(const wasm::Module& adapter,
                              const std::set<std::string, std::less<>>& kept,
                              const std::optional<std::string>& realloc, const std::string& name) {
    const auto live = TENON_TRY(AdapterLiveness::create(adapter, kept));
    // Not the bodies: that what they name is there was found, and the result is validated.
    wasm::TypeStore store;
    TENON_TRY(wasm::validate_definitions(adapter, store, wasm::Features::everything()));
    return Reduction(adapter, live, realloc).run(kept, name);
}

} // namespace tenon::compose
