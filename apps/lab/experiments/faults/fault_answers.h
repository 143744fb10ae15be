#pragma once

#include <vector>

#include "branchline/engine.h"

namespace branchline::lab {

/// A picture that codecs lose little of, as a network takes it. A value.
class SmoothPicture {
 public:
  explicit SmoothPicture(const Shape& input);  ///< {1, channels, height, width}
  TensorView view() const { return {pixels_.data(), DType::u8, shape_}; }

 private:
  Shape shape_;  // {height, width, channels}
  std::vector<std::uint8_t> pixels_;
};

/// What each exit says of one picture.
class RightAnswers {
 public:
  /// Asks the device alone; takes a run of every exit.
  RightAnswers(Engine& engine, const TensorView& picture);

  /// Whether an answer is its exit's, but for what codecs may lose: no logit is off by more than a
  /// quarter of the range between the smallest and the largest. False for a number that is not
  /// finite.
  bool agrees(const Result& result) const;

 private:
  std::vector<std::vector<float>> logits_;  // by exit, from 0
};

/// @param logits,right  of one exit; as RightAnswers::agrees
bool close_enough(const std::vector<float>& logits, const std::vector<float>& right);

}  // namespace branchline::lab
