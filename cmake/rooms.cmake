# A room is one folder under src/ (and include/wick/ for its public part), built as one object library.
#
#   wick_room(NAME [CHECKED] LOOPS pattern... FAST pattern... SEES room... LIBRARIES lib... ALONE pattern...)
#
# LOOPS names the files that are loops over elements (-O3), FAST those in which programs spend their time otherwise, running
# or being compiled (-O2). A release compiles all others for size: what reads and writes, and operators that are rare or
# leave their work to kernels.
#
# SEES lists the rooms whose headers it may include. A room can only see rooms declared before it, and every
# #include of its files is read here: an edge that is not declared stops the configuration.
#
# Builds under sanitizers compile the files of a room several at a time (unity builds: a fifth of the time). ALONE names
# the files that cannot share a translation unit, having names in common with others.
#
# CHECKED: the room reads bytes that may be hostile, and is built a second time under AddressSanitizer and
# UndefinedBehaviorSanitizer, as wick_NAME_checked, for the tests that feed it damaged input (tests/CMakeLists.txt).

set(WICK_ROOMS "" CACHE INTERNAL "rooms declared so far")

function(wick_check_room name sees)
    foreach(below IN LISTS sees)
        if(NOT below IN_LIST WICK_ROOMS)
            message(FATAL_ERROR "room '${name}' sees '${below}', which does not stand below it")
        endif()
    endforeach()
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.h ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp
         ${PROJECT_SOURCE_DIR}/include/wick/${name}/*.h)
    foreach(file IN LISTS files)
        file(STRINGS ${file} includes REGEX "^#include [<\"](wick/)?[a-z]+/")
        foreach(line IN LISTS includes)
            if(line MATCHES "^#include <wick/([a-z]+)/")
                set(target ${CMAKE_MATCH_1})
            elseif(line MATCHES "^#include \"([a-z]+)/")
                set(target ${CMAKE_MATCH_1})
            else()
                continue()
            endif()
            if(NOT target STREQUAL name AND NOT target IN_LIST sees)
                message(FATAL_ERROR "${file}: room '${name}' includes from '${target}', which it does not see (cmake: wick_room)")
            endif()
        endforeach()
    endforeach()
endfunction()

# Checks a room and adds it to those that the next may see; its files are the caller's `sources`.
function(wick_declare_room name sees)
    wick_check_room(${name} "${sees}")
    set(WICK_ROOMS ${WICK_ROOMS} ${name} CACHE INTERNAL "")
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
    set(sources ${sources} PARENT_SCOPE)
endfunction()

# The files of a room that patterns name; one that names none is a mistake.
function(wick_room_files result name patterns)
    set(files)
    foreach(pattern IN LISTS patterns)
        file(GLOB named CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/${pattern}.cpp)
        if(NOT named)
            message(FATAL_ERROR "room '${name}' has no file '${pattern}' (CMakeLists.txt)")
        endif()
        list(APPEND files ${named})
    endforeach()
    set(${result} ${files} PARENT_SCOPE)
endfunction()

function(wick_room_objects target sources libraries)
    add_library(${target} OBJECT ${sources})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                               $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_link_libraries(${target} PUBLIC wick_flags ${libraries} wick_fmt)
endfunction()

function(wick_room name)
    cmake_parse_arguments(ROOM "CHECKED" "" "LOOPS;FAST;SEES;LIBRARIES;ALONE" ${ARGN})
    wick_declare_room(${name} "${ROOM_SEES}")
    wick_room_objects(wick_${name} "${sources}" "${ROOM_LIBRARIES}")
    if(CMAKE_BUILD_TYPE STREQUAL "Release")
        wick_room_files(loops ${name} "${ROOM_LOOPS}")
        wick_room_files(fast ${name} "${ROOM_FAST}")
        set(rest ${sources})
        list(REMOVE_ITEM rest ${loops} ${fast})
        set_source_files_properties(${fast} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O2>)
        set_source_files_properties(${rest} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-Os>)
    endif()
    wick_room_files(files ${name} "${ROOM_ALONE}")
    set_source_files_properties(${files} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    if(ROOM_CHECKED)
        set_property(GLOBAL APPEND PROPERTY WICK_CHECKED_ROOMS ${name})
        set_property(GLOBAL PROPERTY WICK_${name}_ALONE ${files})
    endif()
    set_property(GLOBAL APPEND PROPERTY WICK_ROOM_TARGETS wick_${name})
    set_property(GLOBAL APPEND PROPERTY WICK_ROOM_LIBRARIES ${ROOM_LIBRARIES})
endfunction()

# The CHECKED rooms once more, under sanitizers; `result` receives their objects. Not in the folder of the rooms, whose
# files may have options of their own.
function(wick_checked_rooms result)
    get_property(rooms GLOBAL PROPERTY WICK_CHECKED_ROOMS)
    set(objects)
    foreach(name IN LISTS rooms)
        get_target_property(sources wick_${name} SOURCES)
        get_target_property(libraries wick_${name} LINK_LIBRARIES)
        get_property(alone GLOBAL PROPERTY WICK_${name}_ALONE)
        set_source_files_properties(${alone} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
        wick_room_objects(wick_${name}_checked "${sources}" "${libraries};wick_checks")
        set_target_properties(wick_${name}_checked PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
        list(APPEND objects $<TARGET_OBJECTS:wick_${name}_checked>)
    endforeach()
    set(${result} ${objects} PARENT_SCOPE)
endfunction()

# All rooms declared so far as one library: the target `wick`, which is static, and with BUILD_SHARED_LIBS also
# `wick_shared`, made of the same objects. The command line and the tests link the static one, which hides nothing.
function(wick_library)
    get_property(rooms GLOBAL PROPERTY WICK_ROOM_TARGETS)
    get_property(libraries GLOBAL PROPERTY WICK_ROOM_LIBRARIES)
    list(REMOVE_DUPLICATES libraries)
    # What consists of headers alone is of no concern to those who link an installed wick.
    list(TRANSFORM libraries REPLACE "^(wick_fmt|wick_highway)$" "$<BUILD_INTERFACE:\\0>")
    list(TRANSFORM rooms REPLACE ".+" "$<TARGET_OBJECTS:\\0>")
    add_library(wick STATIC ${rooms})
    add_library(wick::static ALIAS wick)
    set_target_properties(wick PROPERTIES EXPORT_NAME static)
    if(BUILD_SHARED_LIBS)
        add_library(wick_shared SHARED ${rooms})
        add_library(wick::shared ALIAS wick_shared)
        add_library(wick::wick ALIAS wick_shared)
        set_target_properties(wick_shared PROPERTIES EXPORT_NAME shared OUTPUT_NAME wick VERSION ${PROJECT_VERSION}
                              SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
        target_link_options(wick_shared PRIVATE -Wl,--no-undefined -Wl,--gc-sections)
    else()
        add_library(wick::wick ALIAS wick)
    endif()
    foreach(library IN ITEMS wick wick_shared)
        if(TARGET ${library})
            target_compile_features(${library} PUBLIC cxx_std_20)
            target_include_directories(${library} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                       $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
                                       $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
            target_link_libraries(${library} PRIVATE ${libraries})
        endif()
    endforeach()
endfunction()

# A room that is a program: src/NAME, built as the executable OUTPUT. It stands alone but for libc where LIBRARIES and
# zlib can be had as static libraries.
function(wick_room_program name output)
    cmake_parse_arguments(ROOM "" "" "SEES;LIBRARIES" ${ARGN})
    wick_declare_room(${name} "${ROOM_SEES}")
    add_executable(wick_${name} ${sources})
    set_target_properties(wick_${name} PROPERTIES OUTPUT_NAME ${output})
    target_include_directories(wick_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_compile_definitions(wick_${name} PRIVATE WICK_VERSION="${PROJECT_VERSION}")
    target_link_libraries(wick_${name} PRIVATE wick wick_flags wick_fmt ${ROOM_LIBRARIES})
    target_link_options(wick_${name} PRIVATE -Wl,--gc-sections)
    if(WICK_PACKS_RELOCATIONS)
        target_link_options(wick_${name} PRIVATE -Wl,-z,pack-relative-relocs)
    endif()
    # A program reads options and prints; what has to be fast stands in the library.
    target_compile_options(wick_${name} PRIVATE $<$<CONFIG:Release>:-Os>)
    if(NOT WICK_SANITIZE)
        target_link_options(wick_${name} PRIVATE -static-libstdc++ -static-libgcc)
        if(WICK_ZLIB_ARCHIVE)
            target_link_options(wick_${name} PRIVATE -Wl,--as-needed)
            target_link_libraries(wick_${name} PRIVATE ${WICK_ZLIB_ARCHIVE})
        endif()
    endif()
endfunction()
