# The texts src/program/library/*.py, compressed, as a C++ source: compressed_library_texts() of src/program/library.cpp.
#
# Written at configuration, by cmake alone; a changed, new or removed text configures again.
function(wick_library_texts output)
    set(folder ${PROJECT_SOURCE_DIR}/src/program/library)
    file(GLOB texts CONFIGURE_DEPENDS ${folder}/*.py)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${texts})
    # Each text follows a form feed and a line with its module's name.
    set(all "")
    foreach(text IN LISTS texts)
        get_filename_component(module ${text} NAME_WLE)
        file(READ ${text} contents)
        string(ASCII 12 form_feed)
        string(APPEND all "${form_feed}${module}\n${contents}")
    endforeach()
    string(LENGTH "${all}" size)
    file(WRITE ${output}.txt "${all}")
    file(ARCHIVE_CREATE OUTPUT ${output}.gz PATHS ${output}.txt FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
    file(READ ${output}.gz bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    file(CONFIGURE OUTPUT ${output} CONTENT "// Made from src/program/library/*.py.
#include \"program/library.h\"

namespace wick::jit {

CompressedTexts compressed_library_texts() {
    static constexpr unsigned char kGzip[] = {@bytes@};
    return {{reinterpret_cast<const char*>(kGzip), sizeof(kGzip)}, @size@};
}

}  // namespace wick::jit
" @ONLY)
endfunction()
