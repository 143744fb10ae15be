# A box is one folder, one static library; its arrows are its PUBLIC links (docs/architecture.md, test include_layers).

# bl_box(NAME SOURCES a.cpp ... LINKS bl_graph ...)
function(bl_box name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/framework/include)
    target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE bl_warnings)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/framework/include)
    target_link_libraries(${name} INTERFACE ${ARG_LINKS})
  endif()
endfunction()

# bl_program(NAME SOURCES a.cpp ... LINKS bl_graph ...)
function(bl_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} bl_warnings)
endfunction()

# bl_test(NAME SOURCES a_test.cpp ... LINKS bl_planner ... [LABELS slow] [DISCOVER])
# One binary per box. DISCOVER lists each TEST in ctest; not for LibTorch boxes, whose start costs 0.3 s.
function(bl_test name)
  cmake_parse_arguments(ARG "DISCOVER" "" "SOURCES;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gmock GTest::gtest_main bl_warnings)
  # Tests stay out of unity builds: they name their helpers as they like, and headers must go on compiling alone.
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests UNITY_BUILD OFF)
  # At -O3 the test macros alone take a fifth of the whole build; what they call is optimised all the same.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_compile_definitions(${name} PRIVATE BRANCHLINE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(ARG_DISCOVER)
    gtest_discover_tests(${name} PROPERTIES LABELS "${ARG_LABELS}")
  else()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" ENVIRONMENT "OMP_WAIT_POLICY=passive")
    if(BRANCHLINE_NEED_TOOLS)  # what a test says when it skips itself for want of a program
      set_tests_properties(${name} PROPERTIES FAIL_REGULAR_EXPRESSION "is not installed: scripts/setup")
    endif()
  endif()
endfunction()
