#include "framework/runtime/engine_parts.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "framework/base/error.h"
#include "framework/runtime/engine_profile.h"
#include "framework/runtime/load_security.h"
#include "framework/runtime/request_input.h"
#include "framework/slice/compute_threads.h"

namespace branchline {
inline namespace v0 {
namespace {

using runtime::AnswerSlot;
using runtime::RunnablePlan;

constexpr Duration kConnectTimeout = std::chrono::seconds(1);
constexpr Duration kOpenWaitsForLink = std::chrono::milliseconds(700);
constexpr Duration kOpenWaitsForEdge = std::chrono::seconds(5);
constexpr Duration kWarmUpAtMost = std::chrono::seconds(2);

const Options& checked(const Options& options) {
  const auto refuse = [](const std::string& what, const std::string& where,
                         const std::string& fix) { throw InputError(what, where, fix); };
  if (options.deadline <= Duration::zero()) {
    refuse("it is not positive", "Options::deadline", "give a duration, e.g. 100ms");
  }
  if (options.reserve < Duration::zero()) {
    refuse("it is negative", "Options::reserve", "give 0 to have it learned");
  }
  if (options.queue_depth < 1) refuse("it is below 1", "Options::queue_depth", "give 1 or more");
  if (options.threads < 1) refuse("it is below 1", "Options::threads", "give 1 or more");
  if (!(options.device_slowdown >= 1)) {
    refuse("it is below 1", "Options::device_slowdown", "a device can only be made slower");
  }
  slice::set_compute_threads(options.threads);
  return options;
}

std::vector<transport::Endpoint> endpoints_of(const Options& options) {
  std::vector<transport::Endpoint> endpoints;
  for (const std::string& edge : options.edges) {
    endpoints.push_back(transport::parse_endpoint(edge, "Options::edges"));
  }
  return endpoints;
}

runtime::LinkMonitor::Connect connector(transport::IoThread& io,
                                        const transport::ClientSecurity& security) {
  return [&io, &security](const transport::Endpoint& endpoint, const transport::Hello& hello,
                          std::shared_ptr<transport::ChannelListener> listener) {
    transport::Hello checked = hello;
    if (!security.tls) checked.capabilities |= transport::capability::kPayloadChecksum;
    return transport::connect(io, endpoint, checked, kConnectTimeout, std::move(listener), {},
                              security);
  };
}

std::uint64_t jitter_seed() {
  return static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
}

/// Null: what the plan maps hold.
const planner::Planner* named_planner(const Options& options,
                                      const planner::PlannerRegistry& planners) {
  return planners.find_unless_map(options.planner, "Options::planner");
}

/// Polls: only while opening or stopping, where nobody waits for a deadline.
bool wait_until_true(const std::function<bool()>& done, Duration at_most) {
  const TimePoint give_up = Clock::now() + at_most;
  while (!done()) {
    if (Clock::now() >= give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace

Engine::Parts::Parts(Options given, std::shared_ptr<const model::Model> loaded)
    : options(checked(given)),
      security(runtime::load_security(options.access)),
      model(std::move(loaded)),
      planners(planner::standard_planners()),
      deadline(options.deadline.count()),
      reserve(options.reserve),
      link(
          endpoints_of(options), model->digest(),
          [this](const auto& endpoint, const auto& hello, auto listener) {
            return connector(*io, security)(endpoint, hello, std::move(listener));
          },
          time,
          [this] {
            if (runtime::Upkeep* upkeeper = keeper) upkeeper->ring();
          },
          jitter_seed()),
      io(std::make_unique<transport::IoThread>()),
      cache(std::make_unique<slice::SliceCache>(options.slice_cache_bytes)),
      profile(runtime::starting_profile(options, model, *cache)),
      graph(runtime::timed_graph(model->layers(), profile, options.device_slowdown)),
      times(std::make_shared<runtime::StepTimes>(graph)),
      wire(graph, model->manifest(), options.device_slowdown,
           runtime::measured_codecs(options.codec_file, model->digest())),
      shelf(
          model, *cache,
          [this] {
            if (runtime::Upkeep* upkeeper = keeper) upkeeper->ring();
          },
          [this](const std::string& error) { log(1, error); }),
      replanner(graph, model->digest(), named_planner(options, planners), times, wire, shelf, time),
      runner(options.device_slowdown, runtime::SlicePaces::of_network(model->digest())),
      queue(options.queue_depth, options.when_full),
      context{graph,
              replanner,
              shelf,
              link,
              wire,
              runner,
              time,
              *bell,
              options.hedge,
              options.leave_early ? runtime::ExitConfidence(model->manifest())
                                  : runtime::ExitConfidence()},
      desk(reserve) {}

Engine::Parts::~Parts() {
  stop(Duration::zero());
  keeper = nullptr;
  cache.reset();  // its callbacks reach the shelf and the log
  io.reset();
}

void Engine::Parts::log(int level, const std::string& text) const {
  if (options.log) options.log(level, text);
}

void Engine::Parts::warm_up() {
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    const planner::Plan on_device = runtime::all_on(graph, exit, Tier::device);
    shelf.want_now(*runnable_plan(graph, model->digest(), on_device, *times));
  }
  const auto plans = shelf.all();
  const TimePoint begun = Clock::now();
  for (int run = 0; run < std::max(options.warmup_runs, 1); ++run) {
    const runtime::ExitLadder& ladder = plans.front()->plan.ladder;
    runtime::FeatureMaps maps = runtime::blank_inputs(*model);
    std::vector<bool> done(ladder.steps.size(), false);
    Duration took{0};
    for (std::size_t exit = 0; exit < ladder.rungs.size(); ++exit) {
      for (const std::size_t step : ladder.rungs[exit]) {
        if (done[step]) continue;
        done[step] = true;
        const Duration time_taken = runner.run(*plans.front()->ladder[step], maps);
        if (run > 0) ladder.steps[step].time->add(time_taken);  // the first run is the slowest
        took += time_taken;
      }
      if (exit == 0 && run > 0) replanner.add_first_exit(took);
    }
    if (run > 1 && Clock::now() - begun > kWarmUpAtMost) break;
  }
}

void Engine::Parts::wait_for_edge() {
  if (options.edges.empty()) return;
  const auto up = [this] { return link.view().up; };
  if (!wait_until_true(up, kOpenWaitsForLink)) return;
  const auto prepared = [this] {
    const runtime::LinkView view = link.view();
    return !view.up || (upkeep->edge_known() && shelf.under_way(view.connection) == 0);
  };
  const auto measured = [this] {
    const runtime::LinkView view = link.view();
    return !view.up || view.tried;
  };
  wait_until_true(prepared, kOpenWaitsForEdge);
  wait_until_true(measured, kOpenWaitsForLink);
}

std::shared_ptr<AnswerSlot> Engine::Parts::admit(const Request& request, TimePoint start,
                                                 TimePoint give_up) {
  const TimePoint due = request.deadline.value_or(start + Duration(deadline.load()));
  auto slot =
      std::make_shared<AnswerSlot>(request.frame, runtime::TimeBudget{start, due, reserve.value()});
  // A ticket may be cancelled while the engine goes: the bells outlive it.
  slot->on_change([work = bell, answers = desk.bell()] {
    work->ring();
    answers->ring();
  });
  try {
    runtime::InferenceTask task{runtime::read_inputs(*model, request.inputs),
                                request.min_accuracy,
                                {},
                                request.force_place,
                                request.device_only,
                                slot};
    if (request.force_exit) {
      const int exits = graph.exit_count();
      if (*request.force_exit < 1 || *request.force_exit > exits) {
        throw InputError("there is no exit " + std::to_string(*request.force_exit), "force_exit",
                         "give 1 to " + std::to_string(exits));
      }
      task.force_exit = *request.force_exit - 1;
    }
    if (auto left_over = queue.push(std::move(task), give_up)) {
      const bool stopped = queue.closed();
      left_over->slot->fail(stopped ? Outcome::stopped : Outcome::dropped,
                            stopped ? Why::planned : Why::queue_full,
                            stopped ? "the engine was stopped" : "");
    }
  } catch (const InputError& error) {
    slot->fail(Outcome::bad_input, Why::planned, error.what());
  }
  bell->ring();
  return slot;
}

void Engine::Parts::stop(Duration grace) {
  const std::lock_guard lock(stop_mutex);
  queue.close();
  if (loop) {
    wait_until_true(
        [this] { return queue.size() == 0 && loop->under_way() == 0 && desk.waiting() == 0; },
        grace);
  }
  runner.stop();
  if (loop) loop->stop();
  desk.stop();
  if (upkeep) upkeep->stop();
  link.shut_down("the engine was stopped");
}

}  // namespace v0
}  // namespace branchline
