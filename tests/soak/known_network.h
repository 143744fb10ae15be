#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "branchline/result.h"
#include "framework/base/tensor.h"
#include "framework/model/model.h"

namespace branchline::soak {

/// A network with pictures for it, and what each of its exits says to each of them according to the
/// module as it came. Immutable; every member is safe from any thread.
class KnownNetwork {
 public:
  /// @param folder  where the network's codec table is written to
  KnownNetwork(const std::string& file, const std::string& folder, std::uint64_t seed);

  const std::string& file() const { return model_->file(); }
  const std::string& name() const { return model_->layers().name; }
  int exits() const { return model_->layers().exit_count(); }
  /// Whether some exit has a calibrated threshold.
  bool can_leave_early() const;
  /// For Options::codec_file: every codec may carry what it can, as if it cost nothing.
  const std::string& codec_file() const { return codec_file_; }

  std::size_t pictures() const { return pictures_.size(); }
  TensorView picture(std::size_t index) const;  ///< u8 {H, W, C}, of any size

  /// What is wrong with the logits of a result that has some; empty when they are those of its
  /// exit for this picture. Exact but for rounding where nothing was rounded on the way.
  /// @param error  set to the largest difference over the largest logit
  std::string fault(const Result& result, std::size_t picture, double& error) const;

  /// The smallest difference between answers that must not be confused: another exit's, another
  /// picture's.
  double closest() const { return closest_; }

 private:
  struct Picture {
    Tensor pixels;
    std::vector<at::Tensor> logits, logits_of_jpeg;  ///< by exit
  };
  Picture new_picture(std::uint64_t seed) const;
  /// Smallest difference between its answers, and from those of the pictures there are.
  double nearest_to(const Picture& drawn) const;
  std::vector<at::Tensor> reference(const Tensor& fitted) const;
  void write_codecs(const std::string& folder);

  const std::shared_ptr<const model::Model> model_;
  std::string codec_file_;
  std::vector<Picture> pictures_;
  double closest_ = std::numeric_limits<double>::infinity();
};

/// Codecs of what went up for this result, "+" between them; empty when nothing did.
std::string codecs_of(const Result& result);

}  // namespace branchline::soak
