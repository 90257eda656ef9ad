# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How everything is compiled. Optimisation, hardening and -Werror are the packager's or the preset's choice, not made here.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(tenon_compile INTERFACE)
target_compile_features(tenon_compile INTERFACE cxx_std_23)
target_compile_options(tenon_compile INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    # g++ 12 raises false alarms on std::string when it optimises: of -Warray-bounds and -Wstringop-overflow in its move constructor,
    # whose branch for short strings is looked at with a length that is known to be a long string's.
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-array-bounds;-Wno-stringop-overflow>"
    # Messages and debug information name files by their place in the tree, wherever it was built.
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
# fmt's floating point is switched off: it is half of the code that fmt adds to an object, and the only thing that would map libm
# at every start. Formatting a double stops the program with fmt's message; round to integers first. A fixed separator of
# thousands keeps std::locale out, whose tables would be relocated at every start.
target_compile_definitions(tenon_compile INTERFACE
    FMT_USE_FLOAT=0 FMT_USE_DOUBLE=0 FMT_USE_LONG_DOUBLE=0 "FMT_STATIC_THOUSANDS_SEPARATOR=','")
target_include_directories(tenon_compile INTERFACE ${PROJECT_SOURCE_DIR}/include)
