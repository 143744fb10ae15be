#include "framework/model/model_digest.h"

#include <gtest/gtest.h>
#include <torch/script.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

class DigestedFile : public testing::Test {
 protected:
  ~DigestedFile() override { std::filesystem::remove(path_); }

  std::string digest_of(float weight, const std::string& code, const std::string& manifest = "") {
    torch::jit::Module module("net");
    module.register_parameter("weight", torch::full({200}, weight), false);
    module.define("def forward(self, x: Tensor):\n    return " + code + "\n");
    torch::jit::ExtraFilesMap extra;
    if (!manifest.empty()) extra["branchline.json"] = manifest;
    module.save(path_, extra);
    return network_digest(path_);
  }

  const std::string path_ = (std::filesystem::temp_directory_path() /
                             ("digest_test_" + std::to_string(::getpid()) + ".pt"))
                                .string();
};

TEST_F(DigestedFile, TellsNetworksApartButNotSaves) {
  const std::string digest = digest_of(1, "x * self.weight");
  EXPECT_EQ(digest.size(), 32U);
  EXPECT_EQ(digest.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(digest_of(1, "x * self.weight"), digest);
  EXPECT_NE(digest_of(2, "x * self.weight"), digest);
  EXPECT_NE(digest_of(1, "x + self.weight"), digest);
}

TEST_F(DigestedFile, LeavesTheManifestOut) {
  const std::string digest = digest_of(1, "x * self.weight");
  EXPECT_EQ(digest_of(1, "x * self.weight", "{}"), digest);
}

TEST_F(DigestedFile, MustBeAnArchive) {
  EXPECT_THROW(network_digest(path_), InputError);  // missing
  std::ofstream(path_) << "no archive";
  try {
    network_digest(path_);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), InputKind::model);
  }
}

}  // namespace
}  // namespace branchline::model
