#include "apps/lab/experiments/faults/fault_experiment.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "apps/lab/experiments/faults/fault_answers.h"
#include "apps/lab/experiments/faults/fault_stage.h"
#include "apps/lab/experiments/faults/wake_up_watch.h"
#include "branchline/engine.h"
#include "framework/model/model_manifest.h"

namespace branchline::lab {
namespace {

using namespace std::chrono_literals;

constexpr Duration kCalm = 600ms, kTrouble = 600ms;
constexpr Duration kPace = 25ms;  // a camera's: or most requests would meet no fault
constexpr Duration kHangs = 1s;
constexpr double kInTime = 0.999;

/// Lets faults come and go, one kind at a time. One thread for all of them: an EdgeProcess ends
/// with the thread that started it.
class FaultDirector {
 public:
  explicit FaultDirector(FaultStage& stage) : stage_(stage), thread_([this] { run(); }) {}
  ~FaultDirector() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void play(EdgeFault fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    times_ = 0;
    changed_.notify_all();
  }

  /// Mends what is broken. @returns how often it broke @throws what broke the stage itself
  int rest() {
    std::unique_lock lock(mutex_);
    fault_.reset();
    changed_.notify_all();
    changed_.wait(lock, [this] { return resting_ || problem_; });
    if (problem_) std::rethrow_exception(problem_);
    return times_;
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    try {
      while (!stopping_) {
        changed_.wait(lock, [this] { return stopping_ || fault_; });
        resting_ = false;
        if (fault_ && calm(lock, kCalm)) break_and_mend(lock, *fault_);
        resting_ = !fault_;
        changed_.notify_all();
      }
    } catch (...) {
      problem_ = std::current_exception();
      changed_.notify_all();
    }
  }

  /// @returns whether the fault is still to be played afterwards
  bool calm(std::unique_lock<std::mutex>& lock, Duration time) {
    changed_.wait_for(lock, time, [this] { return stopping_ || !fault_; });
    return fault_ && !stopping_;
  }

  void break_and_mend(std::unique_lock<std::mutex>& lock, EdgeFault fault) {
    ++times_;
    lock.unlock();
    stage_.begin(fault);
    lock.lock();
    calm(lock, kTrouble);
    lock.unlock();
    stage_.end(fault);
    lock.lock();
  }

  FaultStage& stage_;
  std::mutex mutex_;  // guards all below; not held while the stage changes
  std::condition_variable changed_;
  std::optional<EdgeFault> fault_;
  bool stopping_ = false, resting_ = true;
  int times_ = 0;
  std::exception_ptr problem_;
  std::thread thread_;
};

Engine engine_for(const FaultQuestion& question, const FaultStage& stage) {
  Options options;
  options.edges = {stage.address()};
  options.deadline = question.loosest;
  options.device_slowdown = question.slowdown;
  return Engine::open(question.model, options);
}

/// What exit 1 alone takes, its p90 over some runs with all the time in the world.
Duration first_exit_time(Engine& engine, const TensorView& picture) {
  std::vector<Duration> times;
  for (int i = 0; i < 20; ++i) {
    Request request;
    request.inputs = {picture};
    request.device_only = true;
    request.force_exit = 1;
    request.deadline = Clock::now() + 10s;
    times.push_back(engine.infer(request).latency);
  }
  std::sort(times.begin(), times.end());
  return times[times.size() * 9 / 10];
}

/// What every fault is played with.
struct FaultPlay {
  const FaultQuestion& question;
  FaultDirector& director;
  Engine& engine;
  const SmoothPicture& picture;
  const RightAnswers& right;
  Duration tightest;
  const StopFlag& stop;
};

void count(const Result& result, TimePoint asked, const WakeUpWatch& watch,
           const RightAnswers& right, FaultRow& row) {
  ++row.requests;
  row.wrong += result && !right.agrees(result) ? 1 : 0;
  if (result.outcome == Outcome::infeasible) return;
  ++row.feasible;
  if (!result) return;
  ++row.answered;
  row.by_edge += result.plan.place != Place::device ? 1 : 0;
  row.fell_back += result.fell_back() ? 1 : 0;
  const Duration over = result.latency - result.deadline;
  if (over <= Duration::zero()) {
    ++row.in_time;
    return;
  }
  row.worst = std::max(row.worst, over);
  row.hung += over > kHangs ? 1 : 0;
  const bool excused = watch.was_late_between(asked, asked + result.latency);
  row.excused += excused ? 1 : 0;
  row.late.push_back({row.requests, result.deadline, over, excused, result.explain()});
}

FaultRow play_fault(EdgeFault fault, const FaultPlay& play) {
  FaultRow row;
  row.fault = fault;
  const WakeUpWatch watch;
  play.director.play(fault);
  std::mt19937_64 random(1);
  const double spread = std::log(static_cast<double>(play.question.loosest.count()) /
                                 static_cast<double>(play.tightest.count()));
  std::uniform_real_distribution<double> share(0, 1);
  for (int i = 0; i < play.question.requests && !play.stop.raised(); ++i) {
    const double factor = std::exp(spread * share(random));
    const TimePoint asked = Clock::now();
    Request request;
    request.inputs = {play.picture.view()};
    request.deadline =
        asked + Duration(std::llround(factor * static_cast<double>(play.tightest.count())));
    count(play.engine.infer(request), asked, watch, play.right, row);
    play.stop.wait_until(asked + kPace);
  }
  row.times = play.director.rest();
  return row;
}

/// Faults leave nothing behind: the next one begins with an edge that serves.
void wait_until_served(const Engine& engine, const StopFlag& stop) {
  const TimePoint patience = Clock::now() + 20s;
  while (Clock::now() < patience && !stop.raised()) {
    const Status status = engine.status();
    if (status.link.up && status.ready) return;
    std::this_thread::sleep_for(20ms);
  }
}

}  // namespace

double FaultRow::hit_rate() const {
  return static_cast<double>(in_time) / static_cast<double>(std::max(1, feasible - excused));
}

bool FaultRow::good() const {
  return answered == feasible && hung == 0 && wrong == 0 && hit_rate() >= kInTime;
}

std::vector<FaultRow> run_fault_experiment(const FaultQuestion& question, const StopFlag& stop,
                                           const std::function<void(const FaultRow&)>& on_row) {
  std::vector<FaultRow> rows;
  FaultStage stage(question.model, question.other_model, question.log_file);
  Engine engine = engine_for(question, stage);
  const SmoothPicture picture(model::read_manifest(question.model).inputs.at(0).shape);
  const RightAnswers right(engine, picture.view());
  // At the edge of what is feasible: some are, some are not.
  const Duration tightest = first_exit_time(engine, picture.view()) + 2ms;
  FaultDirector director(stage);
  const FaultPlay play{question, director, engine, picture, right, tightest, stop};
  for (const EdgeFault fault : question.faults) {
    if (stop.raised()) break;
    wait_until_served(engine, stop);
    rows.push_back(play_fault(fault, play));
    on_row(rows.back());
  }
  engine.stop(Duration::zero());
  return rows;
}

}  // namespace branchline::lab
