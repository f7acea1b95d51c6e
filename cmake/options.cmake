# Flags that every target of the project shares.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(WICK_CCACHE ccache)
if(WICK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${WICK_CCACHE})
endif()

add_library(wick_flags INTERFACE)
target_compile_options(wick_flags INTERFACE -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
                       -fno-math-errno -fno-strict-aliasing -ffunction-sections -fdata-sections -fvisibility=hidden -fvisibility-inlines-hidden
                       $<$<BOOL:${WICK_WERROR}>:-Werror>)
# GCC 12 reports these two for inlined container code that is correct.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(wick_flags INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict -Wno-dangling-pointer -Wno-init-list-lifetime)
endif()
# Thread-local variables of a shared library (the Python module) are reached by a descriptor instead of a call.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-mtls-dialect=gnu2 WICK_HAS_TLS_DESCRIPTORS)
if(WICK_HAS_TLS_DESCRIPTORS)
    target_compile_options(wick_flags INTERFACE -mtls-dialect=gnu2)
endif()
# Clang asks for braces that std::array does not need.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(wick_flags INTERFACE -Wno-missing-braces)
endif()
if(WICK_SANITIZE)
    add_compile_options(-fsanitize=${WICK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${WICK_SANITIZE})
endif()

# Sanitized builds optimise a little (-O1: fuzzers run several times faster), but not what takes minutes to compile then
# and a blink to run.
function(wick_unoptimized_under_sanitizers target)
    if(WICK_SANITIZE)
        target_compile_options(${target} PRIVATE -O0)
    endif()
endfunction()

# Kernels are the other way round: they run for long and are compiled once per instruction set. So they are optimised, for
# two sets: the one without vectors, as GCC 12 compiles it (Highway has another for Clang), and AVX2 or NEON. Fuzzers look
# for new paths in what calls them.
function(wick_kernels_under_sanitizers kernels highway)
    if(WICK_SANITIZE)
        target_compile_definitions(${highway} INTERFACE HWY_BROKEN_EMU128=1 "HWY_DISABLED_TARGETS=~(HWY_SCALAR|HWY_AVX2|HWY_NEON)")
        target_compile_options(${kernels} PRIVATE -O2)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            target_compile_options(${kernels} PRIVATE -fno-sanitize=fuzzer-no-link
                                   -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/highway_ignored.txt)
        endif()
    endif()
endfunction()

# Relative relocations as a bit map: 140 KB less, for glibc 2.36 and later.
include(CheckLinkerFlag)
check_linker_flag(CXX -Wl,-z,pack-relative-relocs WICK_PACKS_RELOCATIONS)

# For the rooms that are built a second time under sanitizers (wick_room, CHECKED): -O0 compiles fastest. GCC's warnings
# about code that its sanitizers rewrote are of no use; the first build has the others.
add_library(wick_checks INTERFACE)
target_compile_options(wick_checks INTERFACE -O0 -g1 -w -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
target_link_options(wick_checks INTERFACE -fsanitize=address,undefined)
