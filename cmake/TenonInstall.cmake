# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What `make install` and a distribution's package put where. Folders come from GNUInstallDirs, so that a packager's choice holds;
# DESTDIR is put in front by CMake and stands in no installed file.
install(TARGETS tenon RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(FILES README.md LICENSE SECURITY.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

# Units are looked for in lib/systemd whatever the library folder is called: systemd.unit(5). The program's place in it is known
# when it is installed: `cmake --install` may name another prefix.
install(CODE "
    set(CMAKE_INSTALL_FULL_BINDIR \"${CMAKE_INSTALL_BINDIR}\")
    cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_FULL_BINDIR BASE_DIRECTORY \"\${CMAKE_INSTALL_PREFIX}\")
    configure_file(\"${PROJECT_SOURCE_DIR}/packaging/systemd/tenon-registry.service.in\"
                   \"${PROJECT_BINARY_DIR}/tenon-registry.service\" @ONLY)")
install(FILES ${PROJECT_BINARY_DIR}/tenon-registry.service DESTINATION lib/systemd/system)

# Man pages and completions come from the table of verbs.
include(TenonManual)
