# Public headers that programs of tools/ write: build/include/wick/HEADER by tools/PROGRAM.cpp, which is linked with wick.
#
# The library itself is built without them; what includes them depends on the target `wick_headers`.
add_custom_target(wick_headers ALL)

function(wick_generated_header header program)
    set(output ${PROJECT_BINARY_DIR}/include/wick/${header})
    cmake_path(GET header PARENT_PATH folder)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/wick/${folder})
    add_executable(wick_${program} ${PROJECT_SOURCE_DIR}/tools/${program}.cpp)
    target_include_directories(wick_${program} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(wick_${program} PRIVATE wick wick_flags wick_fmt)
    add_custom_command(OUTPUT ${output} COMMAND wick_${program} ${output} DEPENDS wick_${program} COMMENT "Writing wick/${header}")
    add_custom_target(wick_write_${program} DEPENDS ${output})
    add_dependencies(wick_headers wick_write_${program})
    install(FILES ${output} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/wick/${folder})
endfunction()
