#include "apps/lab/experiments/faults/fault_answers.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "framework/base/error.h"

namespace branchline::lab {
namespace {

constexpr float kLostByCodecs = 0.25F;

std::vector<float> logits_of(const Result& result) {
  const Tensor& output = result.outputs.at(0);
  const auto* values = static_cast<const float*>(output.data.get());
  return {values, values + element_count(output.shape)};
}

}  // namespace

SmoothPicture::SmoothPicture(const Shape& input) : shape_({input.at(2), input.at(3), input.at(1)}) {
  pixels_.reserve(static_cast<std::size_t>(element_count(shape_)));
  for (std::int64_t y = 0; y < shape_[0]; ++y) {
    for (std::int64_t x = 0; x < shape_[1]; ++x) {
      for (std::int64_t c = 0; c < shape_[2]; ++c) {
        const double wave =
            std::sin(static_cast<double>(x + 5 * c) / 7) * std::cos(static_cast<double>(y) / 9);
        pixels_.push_back(static_cast<std::uint8_t>(std::lround(128 + 90 * wave)));
      }
    }
  }
}

RightAnswers::RightAnswers(Engine& engine, const TensorView& picture) {
  for (int exit = 1; exit <= engine.exits(); ++exit) {
    Request request;
    request.inputs = {picture};
    request.device_only = true;
    request.force_exit = exit;
    request.deadline = Clock::now() + std::chrono::seconds(30);
    const Result result = engine.infer(request);
    if (!result) throw RunError("exit " + std::to_string(exit) + ": " + result.explain());
    logits_.push_back(logits_of(result));
  }
}

bool RightAnswers::agrees(const Result& result) const {
  return close_enough(logits_of(result),
                      logits_.at(static_cast<std::size_t>(result.plan.exit - 1)));
}

bool close_enough(const std::vector<float>& logits, const std::vector<float>& right) {
  if (logits.size() != right.size() || right.empty()) return false;
  const auto [low, high] = std::minmax_element(right.begin(), right.end());
  const float allowed = kLostByCodecs * (*high - *low);
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (!(std::abs(logits[i] - right[i]) <= allowed)) return false;  // a NaN too
  }
  return true;
}

}  // namespace branchline::lab
