#include "apps/lab/edge_process.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

TEST(ShippedFile, LiesBesideTheProgramsFolder) {
  for (const char* path :
       {"branchy_models/pretrained/b_camera.pt", "apps/lab/traces/lte_like.csv"}) {
    const std::filesystem::path file = find_shipped_file(path);
    EXPECT_TRUE(std::filesystem::exists(file)) << file;
    const auto beside = std::filesystem::path(program_folder()).parent_path();
    EXPECT_EQ(file, beside / "share/branchline" / path);
  }
}

TEST(ShippedFile, SaysWhereItLookedAndWhatToDo) {
  try {
    find_shipped_file("models/nobody.pt");
    FAIL();
  } catch (const InputError& error) {
    const std::string beside = std::filesystem::path(program_folder()).parent_path().string();
    EXPECT_THAT(error.what(), ::testing::HasSubstr(beside + "/share/branchline/models/nobody.pt"));
    EXPECT_THAT(error.what(), ::testing::HasSubstr("keep share/branchline/ beside"));
  }
}

}  // namespace
}  // namespace branchline::lab
