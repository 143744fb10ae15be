#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "framework/model/model.h"

namespace branchline::testing {

/// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Saves `forward` (parameters w0, w1, … in order) and loads it as a model.
std::shared_ptr<const model::Model> load_text(const std::string& forward,
                                              const std::vector<at::Tensor>& weights,
                                              const std::vector<Shape>& inputs);

///             +-> pool -> exit1
/// x -> conv --+-> conv -> (+) -> hardswish -> chunk -> cat -> pool -> exit2
///        |________________^
/// 3 x 12 x 12 in, 24 channels inside, 5 classes.
std::shared_ptr<const model::Model> two_exit_model();

}  // namespace branchline::testing
