#include "apps/lab/frame_player.h"

#include <condition_variable>
#include <mutex>
#include <opencv2/imgproc.hpp>

#include "branchline/opencv.hpp"

namespace branchline::lab {
namespace {

/// Counts what is on its way, and lets one thread at a time report.
class Reports {
 public:
  explicit Reports(const std::function<void(const FrameRecord&)>& on_record)
      : on_record_(on_record) {}

  void begin() {
    const std::lock_guard lock(mutex_);
    ++pending_;
    ++begun_;
  }
  void end(const FrameRecord& record) {
    const std::lock_guard lock(mutex_);
    on_record_(record);
    if (--pending_ == 0) idle_.notify_all();
  }
  std::uint64_t wait_idle() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return pending_ == 0; });
    return begun_;
  }

 private:
  const std::function<void(const FrameRecord&)>& on_record_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::uint64_t pending_ = 0, begun_ = 0;
};

/// The frame as f32 {1, C, H, W}, RGB scaled to 0..1.
cv::Mat plain_tensor(const cv::Mat& bgr, const Shape& shape) {
  const int channels = static_cast<int>(shape[1]);
  const cv::Size size(static_cast<int>(shape[3]), static_cast<int>(shape[2]));
  cv::Mat fitted;
  cv::resize(bgr, fitted, size, 0, 0, cv::INTER_AREA);
  cv::cvtColor(fitted, fitted, channels == 1 ? cv::COLOR_BGR2GRAY : cv::COLOR_BGR2RGB);
  fitted.convertTo(fitted, CV_32F, 1 / 255.0);
  cv::Mat planes(channels * size.height, size.width, CV_32F);
  for (int c = 0; c < channels; ++c) {
    cv::Mat plane = planes.rowRange(c * size.height, (c + 1) * size.height);
    cv::extractChannel(fitted, plane, c);
  }
  return planes;
}

FrameRecord unreadable(const SourceFrame& frame, const PlaySettings& settings, Duration arrival) {
  FrameRecord record;
  record.method = settings.method;
  record.frame = frame.number;
  record.arrival = arrival;
  record.deadline = settings.deadline;
  record.outcome = Outcome::bad_input;
  record.label = frame.label;
  record.detail = frame.problem;
  return record;
}

void submit_frame(Engine& engine, const SourceFrame& frame, const PlaySettings& settings,
                  TimePoint arrival, std::function<void(Result)> callback) {
  const auto ask = [&](Request request) {
    request.frame = frame.number;
    request.deadline = arrival + settings.deadline;
    request.force_place = settings.force_place;
    request.force_exit = settings.force_exit;
    engine.submit(request, std::move(callback));
  };
  if (settings.tensor_shape.empty()) return ask(from(frame.image));
  const cv::Mat tensor = plain_tensor(frame.image, settings.tensor_shape);
  Request request;
  request.inputs = {{tensor.data, DType::f32, settings.tensor_shape}};
  ask(request);
}

/// When each frame is due: at the rate, or as it comes.
class Schedule {
 public:
  explicit Schedule(const PlaySettings& settings)
      : start_(settings.start.value_or(Clock::now())), rate_hz_(settings.rate_hz) {}

  TimePoint start() const { return start_; }
  TimePoint arrival(std::uint64_t index) const {
    if (rate_hz_ <= 0) return std::max(start_, Clock::now());
    const double seconds = static_cast<double>(index) / rate_hz_;
    return start_ + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  }

 private:
  TimePoint start_;
  double rate_hz_;
};

}  // namespace

std::uint64_t play_frames(Engine& engine, FrameSource& source, const PlaySettings& settings,
                          const StopFlag& stop,
                          const std::function<void(const FrameRecord&)>& on_record) {
  Reports reports(on_record);
  const Schedule schedule(settings);
  const std::vector<std::string>& classes = engine.classes();
  for (std::uint64_t index = 0; settings.frames == 0 || index < settings.frames; ++index) {
    if (stop.raised()) break;
    // Read ahead of the arrival: a recorded frame's decoding is no part of its latency.
    const std::optional<SourceFrame> frame = source.next();
    if (!frame) break;
    const TimePoint arrival = schedule.arrival(index);
    const Duration since_start = arrival - schedule.start();
    if (settings.length && since_start >= *settings.length) break;
    if (!stop.wait_until(arrival)) break;
    reports.begin();
    if (!frame->problem.empty()) {
      reports.end(unreadable(*frame, settings, since_start));
      continue;
    }
    const Duration lag = Clock::now() - arrival;
    submit_frame(engine, *frame, settings, arrival,
                 [&reports, &settings, &classes, since_start, lag,
                  label = frame->label](const Result& result) {
                   // The engine counts from the call: what its deadline lacks passed before.
                   const bool begun = result.deadline > Duration::zero();
                   const Duration before = begun ? settings.deadline - result.deadline : lag;
                   FrameRecord record = record_of(result, before, classes);
                   record.deadline = settings.deadline;
                   record.method = settings.method;
                   record.arrival = since_start;
                   record.label = label;
                   reports.end(record);
                 });
  }
  return reports.wait_idle();
}

}  // namespace branchline::lab
