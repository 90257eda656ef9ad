# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# Manual pages and shell completions, written by the program itself from its table of verbs, and their installation. Including
# this file (once or more often) is all: it makes the target tenon_docs, part of `all`. A cross build cannot run what it built; it
# takes TENON_HOST_PROGRAM, a tenon of the same version for the machine that builds, or an emulator
# (CMAKE_CROSSCOMPILING_EMULATOR), or does without the pages.
include_guard(GLOBAL)
set(TENON_HOST_PROGRAM "" CACHE FILEPATH "A tenon of this version that runs on the building machine (for cross builds)")

function(tenon_manual)
    set(program tenon) # the target; CMake puts the emulator in front
    if(TENON_HOST_PROGRAM)
        set(program ${TENON_HOST_PROGRAM})
    elseif(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        message(STATUS "Manual pages and completions are left out: a cross build needs TENON_HOST_PROGRAM for them")
        return()
    endif()

    set(out ${PROJECT_BINARY_DIR}/docs)
    set(stamp ${out}/.made)
    # Pages of verbs that are no more must not be installed: the folder is made anew.
    add_custom_command(OUTPUT ${stamp} ${out}/tenon.bash ${out}/_tenon ${out}/tenon.fish
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${out}
        COMMAND ${program} man ${out}/man1
        COMMAND ${program} completions bash > ${out}/tenon.bash
        COMMAND ${program} completions zsh > ${out}/_tenon
        COMMAND ${program} completions fish > ${out}/tenon.fish
        COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
        DEPENDS ${program}
        COMMENT "Writing manual pages and completions"
        VERBATIM)
    add_custom_target(tenon_docs ALL DEPENDS ${stamp})

    install(DIRECTORY ${out}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
    install(FILES ${out}/tenon.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME tenon)
    install(FILES ${out}/_tenon DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
    install(FILES ${out}/tenon.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endfunction()
tenon_manual()
