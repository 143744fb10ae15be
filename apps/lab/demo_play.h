#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/lab/demo_story.h"
#include "apps/lab/frame_player.h"
#include "transport/link_emulator.h"

namespace branchline::lab {

/// The play: what the link does when. The same for every method.
struct DemoScript {
  Duration good{0};                              ///< act 1
  Duration trace{0};                             ///< act 2
  Duration before_cut{0}, cut{0}, after_cut{0};  ///< act 3
  Duration trace_from{0};                        ///< where in the trace act 2 begins
  double good_uplink_bytes_per_s = 2.5e6, good_downlink_bytes_per_s = 5e6;
  Duration delay = std::chrono::milliseconds(5);  ///< one way
  Duration deadline = std::chrono::milliseconds(150);
  double rate_hz = 6;

  Duration cut_begin() const { return good + trace + before_cut; }
  Duration cut_end() const { return cut_begin() + cut; }
  Duration length() const { return cut_end() + after_cut; }
};

DemoScript full_script();
DemoScript fast_script();
std::vector<Act> acts_of(const DemoScript& script);

/// The link's rates over the whole play, the cut left out.
transport::LinkProfile link_of(const DemoScript& script, const transport::LinkProfile& trace);

/// One way of running the network, played against a link of its own.
struct Method {
  std::string name;
  bool uses_edge = true;
  bool edge_answers_only = false;  ///< an answer of the device is no answer
  std::optional<Place> force_place = std::nullopt;
  std::optional<int> force_exit = std::nullopt;
  bool waits = false;  ///< for a late answer, without insurance
};

/// What one method made of the play.
struct Played {
  std::vector<FrameRecord> records;
  std::vector<LinkSample> link;
};

/// What every method is played with.
struct DemoStage {
  std::string model;
  std::uint16_t edge_port = 0;
  double slowdown = 1;
  DemoScript script;
  transport::LinkProfile link;
  const std::vector<SourceFrame>* frames = nullptr;
};

/// Told about once a second while a method is played.
using OnSecond = std::function<void(Duration at, const LinkSample& link, const Played& so_far)>;

/// Opens an engine, starts the link's clock and the frames together, and plays to the end.
Played play_method(const Method& method, const DemoStage& stage, const StopFlag& stop,
                   const OnSecond& on_second = {});

/// What a slowed device takes a multiple of for an exit: the quickest of a few frames in a row on
/// this machine as it is (runtime/slice_paces.h).
Duration exit_time(Engine& engine, int exit, const std::vector<SourceFrame>& frames);

/// The factor that makes this machine a small device: the deepest exit takes 1.8 deadlines (then
/// exit 3, nearly as accurate, does not fit there either), unless exit 1 would take more than 0.35
/// of one.
double slowdown_for(Duration first_exit, Duration deepest_exit, Duration deadline);

/// Each on a link and a thread of its own, at the same time: what is played needs little of the
/// processor, for a slow device mostly sleeps its slow-down off. Rethrows what any of them threw.
std::vector<Played> play_together(const std::vector<Method>& methods, const DemoStage& stage,
                                  const StopFlag& stop);

}  // namespace branchline::lab
