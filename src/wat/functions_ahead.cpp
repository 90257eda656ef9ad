// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "wat/functions_ahead.hpp"

#include "base/leb128.hpp"
#include "wat/function_bytes.hpp"

#include <atomic>
#include <system_error>
#include <thread>

namespace tenon::wat {
namespace {

/// Functions are taken in portions of so much text: small enough to be shared evenly, large enough
/// to be worth it. Of less than two of them a second thread costs more than it gives.
constexpr std::size_t portion_size = std::size_t{1} << 20;

} // namespace

/// Functions that stand side by side.
struct FunctionsAhead::Portion {
    std::span<const FunctionField> fields;
    Buffer bodies; ///< of those that were read, one behind the other
    std::vector<FunctionRead> functions;
};

/// What one thread reads with. Names and types are everybody's.
struct FunctionsAhead::Worker {
    Worker(const Cursor& in, Names& names, TypeTable& types)
        : context{in.again(), names, types}, code(std::in_place, context) {}

    Result<FunctionRead> read(const FunctionField& field);

    Context context;
    std::optional<Code> code;
    Buffer body; ///< of the function that was read last
};

Result<FunctionRead> FunctionsAhead::Worker::read(const FunctionField& field) {
    auto& in = context.in;
    in.seek(field.at);
    in.advance();
    TENON_TRY(read_naming(in));
    while (in.take_form("export"))
        in.skip_form();
    context.needs_data_count = false;
    body.clear();
    FunctionRead out{};
    out.index = field.index;
    out.type = TENON_TRY(read_function(context, *code, body));
    out.size = body.size();
    out.end = in.offset();
    out.locals = code->local_names();
    out.labels = code->label_names();
    out.hints = code->hints();
    out.needs_data_count = context.needs_data_count;
    return out;
}

/// What the threads share.
class FunctionsAhead::Work {
public:
    explicit Work(std::span<Portion> portions) : portions_(portions) {}

    void run(Worker& worker) {
        for (auto at = next_++; at < portions_.size(); at = next_++) {
            read(worker, portions_[at]);
            const auto& in = worker.context.in;
            in.pass(portions_[at].fields.front().at, in.offset());
        }
    }

private:
    void read(Worker& worker, Portion& portion) {
        for (const auto& field : portion.fields) {
            if (has_error_)
                return;
            auto function = worker.read(field);
            if (function) {
                portion.bodies.insert(portion.bodies.end(), worker.body.begin(), worker.body.end());
                portion.functions.push_back(*std::move(function));
                continue;
            }
            worker.code.emplace(worker.context); // the old one is in the middle of something
            // A mistake is found once more when it is its turn; to look for others would be in
            // vain, and to say where they are takes as long as the text is.
            if (function.error().code() != TypeTable::no_new_type)
                has_error_ = true;
        }
    }

    std::span<Portion> portions_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> has_error_ = false;
};

FunctionsAhead::FunctionsAhead() = default;
FunctionsAhead::~FunctionsAhead() = default;

void FunctionsAhead::read(const Cursor& in, Names& names, TypeTable& types,
                          std::span<const FunctionField> fields) {
    for (std::size_t begin = 0, at = 0; begin < fields.size(); begin = at) {
        while (at < fields.size() && fields[at].at - fields[begin].at < portion_size)
            ++at;
        portions_.push_back({fields.subspan(begin, at - begin), {}, {}});
    }
    const auto threads =
        std::min<std::size_t>(std::thread::hardware_concurrency(), portions_.size());
    if (threads < 2) {
        portions_.clear();
        return;
    }
    for (std::size_t i = 0; i < threads; ++i)
        workers_.push_back(std::make_unique<Worker>(in, names, types));
    types.set_frozen(true);
    Work work(portions_);
    {
        std::vector<std::jthread> others;
        try {
            for (std::size_t i = 1; i < threads; ++i)
                others.emplace_back([&work, &worker = *workers_[i]] { work.run(worker); });
        } catch (const std::system_error&) {
            // The system gives no more threads: those that there are do all of it.
        }
        work.run(*workers_[0]);
    }
    types.set_frozen(false);
}

std::size_t FunctionsAhead::entry_bytes() const {
    std::size_t bytes = 0;
    for (const auto& portion : portions_)
        for (const auto& function : portion.functions)
            bytes += base::unsigned_leb_size(function.size) + function.size;
    return bytes;
}

FunctionsAhead::Taken FunctionsAhead::take(std::uint32_t index) {
    for (; portion_ < portions_.size(); ++portion_, function_ = body_ = 0) {
        auto& portion = portions_[portion_];
        for (; function_ < portion.functions.size(); ++function_) {
            const auto& function = portion.functions[function_];
            if (function.index > index)
                return {nullptr, {}};
            const auto body = Bytes(portion.bodies).subspan(body_, function.size);
            if (function.index == index)
                return {&function, body};
            body_ += function.size;
        }
        portion = {}; // its memory is wanted for the sections
    }
    return {nullptr, {}};
}

} // namespace tenon::wat
