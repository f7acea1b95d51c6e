# cmake --install: the library (static, and shared with BUILD_SHARED_LIBS), its public headers, the command line, and
# what find_package(wick) needs.
include(CMakePackageConfigHelpers)
set(WICK_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/wick)

set(WICK_LIBRARIES wick)
if(TARGET wick_shared)
    list(APPEND WICK_LIBRARIES wick_shared)
endif()
install(TARGETS ${WICK_LIBRARIES} EXPORT wick-targets)
install(EXPORT wick-targets NAMESPACE wick:: DESTINATION ${WICK_CMAKE_DIR})
# check.h formats with fmt, which users need not have; no public header includes it.
install(DIRECTORY include/wick DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN *.h PATTERN *.inc PATTERN check.h EXCLUDE)

configure_package_config_file(cmake/wick-config.cmake.in ${CMAKE_BINARY_DIR}/wick-config.cmake
                              INSTALL_DESTINATION ${WICK_CMAKE_DIR} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/wick-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/wick-config.cmake ${CMAKE_BINARY_DIR}/wick-config-version.cmake
        DESTINATION ${WICK_CMAKE_DIR})

install(TARGETS wick_cli)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
