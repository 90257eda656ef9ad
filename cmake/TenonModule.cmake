# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# One line declares a module:
#
#     tenon_module(archive DEPENDS base data pack crypto claims DOORS zlib)
#
# The folder src/archive is then a static library whose headers can be included (as <archive/…>) only by those that name it.
# The headers are reached through a view of their own, build/view/archive/archive -> src/archive, so that an arrow that is not
# drawn here fails at the #include line. Files *_test.cpp become the test program test_archive.
#
# TENON_TEST_FLAGS, a list, ends the command line of files *_test.cpp: the presets do not optimise what runs once.
function(tenon_module name)
    cmake_parse_arguments(M "" "" "DEPENDS;DOORS" ${ARGN})
    set(room ${PROJECT_SOURCE_DIR}/src/${name})
    set(view ${PROJECT_BINARY_DIR}/view/${name})
    file(MAKE_DIRECTORY ${view})
    if(NOT EXISTS ${view}/${name})
        file(CREATE_LINK ${room} ${view}/${name} SYMBOLIC)
    endif()

    file(GLOB sources CONFIGURE_DEPENDS ${room}/*.cpp)
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$") # a main.cpp is a program's, not the library's
    list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
    list(SORT sources)
    list(SORT tests)

    if(NOT sources)
        add_library(tenon_${name} INTERFACE) # headers agreed on, code to come
        target_include_directories(tenon_${name} INTERFACE ${view})
        return()
    endif()
    add_library(tenon_${name} STATIC ${sources})
    target_include_directories(tenon_${name} PUBLIC ${view})
    # Keeps the view's path out of messages, assertions and debug information.
    target_compile_options(tenon_${name} PUBLIC -ffile-prefix-map=${view}/${name}/=src/${name}/)
    target_link_libraries(tenon_${name} PUBLIC tenon_compile PRIVATE door_fmt)
    foreach(dependency IN LISTS M_DEPENDS)
        target_link_libraries(tenon_${name} PUBLIC tenon_${dependency})
    endforeach()
    foreach(door IN LISTS M_DOORS)
        target_link_libraries(tenon_${name} PRIVATE door_${door})
    endforeach()
    set_property(GLOBAL APPEND PROPERTY TENON_MODULES ${name})
    set_property(GLOBAL PROPERTY TENON_DEPENDS_${name} ${M_DEPENDS})

    tenon_precompile(tenon_${name} tenon_base ${PROJECT_SOURCE_DIR}/cmake/standard.hpp)

    if(TENON_TESTS AND tests)
        add_executable(test_${name} ${tests})
        target_link_libraries(test_${name} PRIVATE tenon_${name} door_fmt GTest::gtest GTest::gmock GTest::gtest_main)
        target_compile_options(test_${name} PRIVATE ${TENON_TEST_FLAGS})
        tenon_precompile(test_${name} test_base ${PROJECT_SOURCE_DIR}/cmake/standard.hpp <gtest/gtest.h> <gmock/gmock.h>)
        gtest_discover_tests(test_${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 120)
    endif()
endfunction()

# Headers that are compiled once, for `first`, and used by every target that is made in the same way.
function(tenon_precompile target first)
    if(target STREQUAL first)
        target_precompile_headers(${target} PRIVATE ${ARGN})
    else()
        target_precompile_headers(${target} REUSE_FROM ${first})
    endif()
endfunction()
