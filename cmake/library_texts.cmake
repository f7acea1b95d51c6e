# The texts src/program/library/*.py as a C++ source: library_texts() of src/program/library.h.
#
# Written at configuration, by cmake alone; a changed, new or removed text configures again.
function(wick_library_texts output)
    set(folder ${PROJECT_SOURCE_DIR}/src/program/library)
    file(GLOB texts CONFIGURE_DEPENDS ${folder}/*.py)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${texts})
    set(rows "")
    foreach(text IN LISTS texts)
        get_filename_component(module ${text} NAME_WLE)
        file(READ ${text} contents)
        # A literal may hold some 64 KB; one per 8,000 characters stays far below.
        string(LENGTH "${contents}" length)
        set(literals "")
        set(at 0)
        while(at LESS length)
            string(SUBSTRING "${contents}" ${at} 8000 piece)
            string(APPEND literals "R\"__py__(${piece})__py__\"\n")
            math(EXPR at "${at} + 8000")
        endwhile()
        # A text begins with a line break, so that every definition in it does.
        string(APPEND rows "        {\"${module}\", \"\\n\"\n${literals}},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${output} CONTENT "// Made from src/program/library/*.py.
#include \"program/library.h\"

namespace wick::jit {

const std::vector<std::pair<std::string_view, std::string_view>>& library_texts() {
    static const std::vector<std::pair<std::string_view, std::string_view>> texts = {
@rows@    };
    return texts;
}

}  // namespace wick::jit
" @ONLY)
endfunction()
