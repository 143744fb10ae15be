# ccache and lld when they are there; the warnings and flags every target of ours is built with.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(LLD_PROGRAM ld.lld)
if(LLD_PROGRAM)
  add_link_options(-fuse-ld=lld)
endif()

add_library(bl_warnings INTERFACE)
target_compile_options(bl_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${BRANCHLINE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns wrongly about "text" + std::to_string(n) (GCC bug 105329).
  target_compile_options(bl_warnings INTERFACE -Wno-restrict)
endif()
# A failed expectation names its file from the project's root, not from where it was built.
target_compile_options(bl_warnings INTERFACE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
add_library(bl_test_warnings INTERFACE)  # after bl_warnings
if(CMAKE_UNITY_BUILD)
  # Private implementation structs hold types of their own file's unnamed namespace, which is sound there; a unity
  # build includes that file into another one and GCC takes it for a header.
  target_compile_options(bl_warnings INTERFACE -Wno-subobject-linkage)
  # A test's variable may be named like a helper of the test before it.
  target_compile_options(bl_test_warnings INTERFACE -Wno-shadow)
endif()
