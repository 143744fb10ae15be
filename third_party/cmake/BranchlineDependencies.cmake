# Everything that is not ours, found in one place. A missing part is reported with its Debian package.

function(bl_require found what package)
  if(NOT ${found})
    message(FATAL_ERROR "${what} was not found. On Debian: apt install ${package}  (or run scripts/setup)")
  endif()
endfunction()

# bl_header_library(TARGET header "what" package): an INTERFACE target for a header-only library.
function(bl_header_library target header what package)
  string(MAKE_C_IDENTIFIER "${target}_INCLUDE_DIR" dir)
  find_path(${dir} ${header} PATH_SUFFIXES eigen3)
  bl_require(${dir} "${what} (${header})" ${package})
  if(NOT TARGET ${target})
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE ${${dir}})
  endif()
endfunction()

# LibTorch, without Debian's TorchConfig.cmake: that one drags glog, gflags and protobuf into every consumer.
find_path(TORCH_INCLUDE_DIR torch/script.h)
bl_require(TORCH_INCLUDE_DIR "LibTorch" "libtorch-dev libopenblas0-pthread")
find_library(TORCH_LIBRARY torch)
find_library(TORCH_CPU_LIBRARY torch_cpu)
find_library(C10_LIBRARY c10)
foreach(library TORCH_LIBRARY TORCH_CPU_LIBRARY C10_LIBRARY)
  bl_require(${library} "LibTorch (${library})" libtorch-dev)
endforeach()
add_library(bl_torch INTERFACE)
target_include_directories(bl_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIR}
                           ${TORCH_INCLUDE_DIR}/torch/csrc/api/include)
target_link_libraries(bl_torch INTERFACE ${TORCH_LIBRARY} ${TORCH_CPU_LIBRARY} ${C10_LIBRARY})

set(Boost_NO_BOOST_CMAKE ON)
find_package(Boost 1.74 QUIET)
bl_require(Boost_FOUND "Boost >= 1.74 (headers)" libboost-dev)

find_package(OpenCV QUIET COMPONENTS core imgproc imgcodecs videoio)
bl_require(OpenCV_FOUND "OpenCV (core, imgproc, imgcodecs, videoio)" libopencv-dev)
add_library(bl_opencv INTERFACE)
target_include_directories(bl_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
target_link_libraries(bl_opencv INTERFACE ${OpenCV_LIBS})

bl_header_library(bl_cereal cereal/cereal.hpp "cereal" libcereal-dev)
bl_header_library(bl_eigen Eigen/Core "Eigen" libeigen3-dev)
bl_header_library(bl_tomlplusplus toml++/toml.h "toml++" libtomlplusplus-dev)
bl_header_library(bl_json nlohmann/json.hpp "nlohmann-json" nlohmann-json3-dev)
bl_header_library(bl_cli11 CLI/CLI.hpp "CLI11" libcli11-dev)
bl_header_library(bl_xxhash xxhash.h "xxHash" libxxhash-dev)
target_compile_definitions(bl_xxhash INTERFACE XXH_INLINE_ALL)

find_package(fmt QUIET)
bl_require(fmt_FOUND "fmt" libfmt-dev)
find_package(spdlog QUIET)
bl_require(spdlog_FOUND "spdlog" libspdlog-dev)
find_package(ZLIB QUIET)
bl_require(ZLIB_FOUND "zlib" zlib1g-dev)
find_package(Threads REQUIRED)

if(BRANCHLINE_BUILD_TESTS)
  find_package(GTest QUIET)
  bl_require(GTest_FOUND "GoogleTest" "libgtest-dev libgmock-dev")
  include(GoogleTest)
endif()
