# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What `make install` and a distribution's package put where. Folders come from GNUInstallDirs, so that a packager's choice holds;
# DESTDIR is put in front by CMake and stands in no installed file.
install(TARGETS tenon RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(FILES README.md LICENSE SECURITY.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.md")

# Man pages and completions come from the table of verbs.
include(TenonManual)
