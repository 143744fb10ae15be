#include <map>
#include <utility>

#include "apps/lab/sweep/plan_runner.h"
#include "framework/base/error.h"

namespace branchline::lab {

/// The plan prepared last, with several frames between device and edge.
class PlanRunner::Stream final : public StreamedPlan {
 public:
  Stream(PlanRunner& runner, Duration budget) : runner_(runner), budget_(budget) {}

  void begin(std::size_t frame) override {
    const auto& pictures = runner_.network_.pictures;
    Frame& one = frames_[frame];
    one.maps[{0, 0}] = pictures[frame % pictures.size()];
    runner_.run_slices(runner_.front_, one.maps);
    if (runner_.plan_.runnable.remote) {
      asked_[runner_.line().post(runner_.request_of(one.maps, budget_))] = frame;
    } else {
      here_ = frame;
    }
  }

  std::optional<std::size_t> returned(Duration patience) override {
    if (here_ || asked_.empty()) return std::exchange(here_, std::nullopt);
    auto heard = runner_.line().next(patience);
    if (!heard) return std::nullopt;
    const std::size_t frame = asked_.extract(heard->id).mapped();
    Frame& one = frames_.at(frame);
    runner_.take(std::move(heard->reply), one.maps, one.sample);
    return frame;
  }

  PlanSample end(std::size_t frame) override {
    Frame one = std::move(frames_.extract(frame).mapped());
    runner_.run_slices(runner_.tail_, one.maps);
    PlanSample streamed;
    streamed.bytes_up = one.sample.bytes_up;
    streamed.bytes_down = one.sample.bytes_down;
    return streamed;
  }

 private:
  struct Frame {
    runtime::FeatureMaps maps;
    PlanSample sample;
  };
  PlanRunner& runner_;
  const Duration budget_;                       // of a request
  std::map<std::size_t, Frame> frames_;         // under way
  std::map<std::uint64_t, std::size_t> asked_;  // frames at the edge, by the question's id
  std::optional<std::size_t> here_;             // that nothing was sent of
};

std::vector<PlanSample> PlanRunner::stream(const StreamLimits& limits,
                                           const std::function<bool()>& stopped) {
  if (plan_.runnable.remote) {
    line();
    link_->set_profile(profile_);  // a recording starts over
  }
  // A frame may wait behind all others; the edge is to refuse none for it.
  const auto waits = static_cast<Duration::rep>(limits.in_flight + 1);
  Stream streamed(*this, waits * limits.patience);
  std::vector<PlanSample> frames;
  try {
    frames = play_stream(streamed, limits, SystemTime(), stopped);
  } catch (const RunError&) {
    if (!line_ || line_->is_open()) throw;
  }
  line_.reset();  // and with it what is still under way
  return frames;
}

}  // namespace branchline::lab
