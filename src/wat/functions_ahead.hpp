// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Functions, read ahead on all processors once every name is known. Whoever reads the fields in
// their order takes what is there and reads the others, so that order, errors and types spelled in
// place are its business alone: a function that would add a type, or that has a mistake, is not
// among those that were read.
#pragma once

#include "wat/code.hpp"

namespace tenon::wat {

/// A function with a body, as the first reading of the fields finds it.
struct FunctionField {
    std::uint32_t index;
    std::size_t at; ///< of the word `func` in the text
};

/// What reading such a field has given, exports left out.
struct FunctionRead {
    std::uint32_t index;
    std::uint32_t type;
    std::size_t size; ///< of its entry in the code section, as far as that counts itself
    std::size_t end;  ///< where its `)` stands in the text
    NameMap locals, labels;
    std::vector<BranchHint> hints;
    bool needs_data_count;
};

class FunctionsAhead {
public:
    FunctionsAhead();
    ~FunctionsAhead();

    /// Reads those of `fields`, which are in the order of the text, if they are worth a second
    /// thread. `names` and `types` hold everything that has a name in the module. The text of `in`
    /// must outlive this.
    void read(const Cursor& in, Names& names, TypeTable& types,
              std::span<const FunctionField> fields);

    /// How long the entries are in the code section.
    [[nodiscard]] std::size_t entry_bytes() const;

    struct Taken {
        const FunctionRead* function; ///< null: it was not read
        Bytes body;
    };
    /// What was read of a function, until the next one is asked for. They are asked for in the
    /// order of their indices.
    Taken take(std::uint32_t index);

private:
    struct Portion;
    struct Worker;
    class Work;

    std::vector<Portion> portions_;
    std::vector<std::unique_ptr<Worker>> workers_; ///< whose cursors keep some of the names
    // Where the next function is looked for:
    std::size_t portion_ = 0, function_ = 0, body_ = 0;
};

} // namespace tenon::wat
