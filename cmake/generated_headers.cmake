# Public headers that programs of tools/ write: build/include/wick/HEADER by tools/PROGRAM.cpp, which is linked with wick.
#
#   wick_generated_header(HEADER PROGRAM [SOURCES file...] [ABOUT word] [READS file])
#
# SOURCES of tools/ are part of the program too. Its command line is the word, the file that it reads, the header.
#
# The library itself is built without them; what includes them depends on the target `wick_headers`.
add_custom_target(wick_headers ALL)

function(wick_generated_header header program)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "ABOUT;READS" "SOURCES")
    list(TRANSFORM arg_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/tools/)
    set(output ${PROJECT_BINARY_DIR}/include/wick/${header})
    cmake_path(GET header PARENT_PATH folder)
    file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include/wick/${folder})
    if(NOT TARGET wick_${program})
        add_executable(wick_${program} ${PROJECT_SOURCE_DIR}/tools/${program}.cpp ${arg_SOURCES})
        target_include_directories(wick_${program} PRIVATE ${PROJECT_SOURCE_DIR}/src)
        target_link_libraries(wick_${program} PRIVATE wick wick_flags wick_fmt)
    endif()
    add_custom_command(OUTPUT ${output} COMMAND wick_${program} ${arg_ABOUT} ${arg_READS} ${output}
                       DEPENDS wick_${program} ${arg_READS} COMMENT "Writing wick/${header}")
    string(MAKE_C_IDENTIFIER wick_write_${header} target)
    add_custom_target(${target} DEPENDS ${output})
    add_dependencies(wick_headers ${target})
    install(FILES ${output} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/wick/${folder})
endfunction()
