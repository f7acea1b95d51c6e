# The Python package: the extension module wick._wick (src/python), which links the static library that everything else
# links, and the package's folder python/wick beside it in the build tree, ready to be imported from build/python.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir OUTPUT_STRIP_TRAILING_WHITESPACE
                OUTPUT_VARIABLE nanobind_ROOT COMMAND_ERROR_IS_FATAL ANY)
find_package(nanobind CONFIG REQUIRED)

set(rooms support kernels tensor types ops ir frontend passes runtime autograd batching trace archive optim program api)
wick_check_room(python "${rooms}")
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/python/*.cpp)
nanobind_add_module(_wick NB_STATIC ${sources})
target_include_directories(_wick PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_compile_definitions(_wick PRIVATE WICK_VERSION="${PROJECT_VERSION}")
target_compile_options(_wick PRIVATE $<$<CONFIG:Release>:-Os>)
# What every call goes through.
set(python_fast operator_function.cpp convert.cpp script_calls.cpp)
list(TRANSFORM python_fast PREPEND ${PROJECT_SOURCE_DIR}/src/python/)
set_source_files_properties(${python_fast} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O2>)
target_link_libraries(_wick PRIVATE wick wick_flags wick_fmt)
# libgcc is the process's own: Python ends threads by unwinding them (src/python/gil.h).
target_link_options(_wick PRIVATE -Wl,--gc-sections -static-libstdc++ -Wl,--exclude-libs,ALL)
if(WICK_ZLIB_ARCHIVE)
    target_link_options(_wick PRIVATE -Wl,--as-needed)
    target_link_libraries(_wick PRIVATE ${WICK_ZLIB_ARCHIVE})
endif()

# The layers of torch.nn are the library's own texts (wick/_library.py imports them).
set(package ${PROJECT_BINARY_DIR}/python/wick)
set_target_properties(_wick PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${package})
file(GLOB_RECURSE modules CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/python/wick ${PROJECT_SOURCE_DIR}/python/wick/*.py)
foreach(module IN LISTS modules)
    get_filename_component(folder ${package}/${module} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/python/wick/${module} ${package}/${module} SYMBOLIC)
endforeach()
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/program/library ${package}/library SYMBOLIC)

# Stubs for editors and type checkers, from the registry.
add_custom_command(OUTPUT ${package}/__init__.pyi
                   COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${PROJECT_BINARY_DIR}/python
                           ${Python_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/python_stubs.py ${package}/__init__.pyi
                   DEPENDS _wick ${PROJECT_SOURCE_DIR}/tools/python_stubs.py COMMENT "Writing the Python package's stubs")
add_custom_target(wick_python ALL DEPENDS ${package}/__init__.pyi)

install(TARGETS _wick LIBRARY DESTINATION wick COMPONENT python EXCLUDE_FROM_ALL)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/python/wick/ DESTINATION wick COMPONENT python EXCLUDE_FROM_ALL FILES_MATCHING PATTERN *.py PATTERN __pycache__ EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/program/library DESTINATION wick COMPONENT python EXCLUDE_FROM_ALL FILES_MATCHING PATTERN *.py PATTERN __pycache__ EXCLUDE)
install(FILES ${package}/__init__.pyi ${PROJECT_SOURCE_DIR}/python/wick/py.typed DESTINATION wick COMPONENT python EXCLUDE_FROM_ALL)
