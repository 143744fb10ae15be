#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "branchline/request.h"

namespace branchline {
inline namespace v0 {

/// A request for one OpenCV frame (BGR or grey, 8 bit); keeps the RGB copy that its view points to.
class FrameRequest {
 public:
  explicit FrameRequest(const cv::Mat& frame, std::uint64_t id = 0) {
    cv::cvtColor(frame, rgb_, frame.channels() == 1 ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
    request_.frame = id;
    request_.inputs = {{rgb_.data, DType::u8, {rgb_.rows, rgb_.cols, rgb_.channels()}}};
  }

  /// Answer by this time, e.g. capture stamp + budget.
  FrameRequest& by(TimePoint deadline) {
    request_.deadline = deadline;
    return *this;
  }

  operator const Request&() const noexcept { return request_; }

 private:
  cv::Mat rgb_;
  Request request_;
};

/// `engine.infer(branchline::from(frame).by(captured + 80ms))`.
inline FrameRequest from(const cv::Mat& frame, std::uint64_t id = 0) {
  return FrameRequest(frame, id);
}

}  // namespace v0
}  // namespace branchline
