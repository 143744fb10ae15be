#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "branchline/request.h"
#include "branchline/result.h"
#include "branchline/security.h"
#include "branchline/status.h"
#include "branchline/version.h"

namespace branchline {
inline namespace v0 {

/// What a full queue does with one more frame.
enum class WhenFull : std::uint8_t { drop_oldest, reject, wait };

struct Options {
  std::vector<std::string> edges;  ///< "host:port", first usable wins, the next one is kept as a
                                   ///< spare; empty: device only
  bool hedge = false;  ///< ask the spare edge, too, when an answer is overdue: costs uplink
  EdgeAccess access;   ///< TLS and token; nothing: plain connections
  Duration deadline = std::chrono::milliseconds(100);
  Duration reserve =
      Duration::zero();  ///< answer this long before the deadline; zero: learn it (at least 1 ms)
  int queue_depth = 1;
  WhenFull when_full = WhenFull::drop_oldest;
  int threads = 1;  ///< LibTorch's intra-op threads: process-wide
  int warmup_runs = 5;
  std::string profile_file;  ///< from `branchline profile`; empty: profile while opening
  std::string codec_file;  ///< from `branchline experiment codecs`: each value's codec, packed ones
                           ///< too, is chosen for the link; empty: by the manifest alone
  std::vector<Shape> input_shapes;  ///< for models whose manifest does not say
  std::string planner =
      "plan-map";  ///< every plan that can be the best; or an algorithm of `branchline plan --list`
  bool leave_early = false;  ///< answer at once with an exit of the device that is surer than its
                             ///< calibrated threshold (why: `confident`)
  std::int64_t slice_cache_bytes = 512ll << 20;
  double device_slowdown = 1;  ///< >= 1; emulates a slower device: a slice takes f x its time here
  std::function<void(int level, const std::string& text)>
      log;  ///< 0 error … 3 debug; default: silent
};

/// A submitted request.
class Ticket {
 public:
  std::uint64_t id() const noexcept;
  void cancel() noexcept;
  Result get();  ///< waits; once
  bool wait_until(TimePoint time) const;

 private:
  friend class Engine;
  struct State;
  explicit Ticket(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// The device side: answers before the deadline with the best exit that device, link and edge
/// allow. Opening may throw InputError (std::runtime_error); running never throws. Every member is
/// safe from any thread.
class Engine {
 public:
  /// Returns warmed up, profiled and ready; the edge may connect later. @throws InputError naming
  /// what is wrong.
  static Engine open(const std::string& model_file, Options options = {});

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();  ///< stop(0)

  /// Blocks to the deadline at most, whatever link and edge do; longer only when the device has no
  /// answer at all by then.
  Result infer(const Request& request) noexcept;

  /// Copies the inputs.
  Ticket submit(const Request& request);
  /// The callback runs on a thread of the engine's, in frame order; it must not stop the engine.
  void submit(const Request& request, std::function<void(Result)> callback);

  /// What would be decided now, for a budget and optionally another link, with the codecs that are
  /// in use now. Nothing runs.
  Plan plan(Duration budget, std::optional<Link> link = {}) const;

  void on_event(std::function<void(const Event&)> handler);
  Status status() const;
  int exits() const noexcept;
  const std::vector<std::string>& classes() const noexcept;  ///< empty when the manifest names none

  void set_deadline(Duration deadline);
  /// Finishes or gives up what is queued within `grace`; later calls answer `stopped`.
  void stop(Duration grace) noexcept;

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts) noexcept;
  std::unique_ptr<Parts> parts_;
};

}  // namespace v0
}  // namespace branchline
